"""The Gemini API's tunedModels: the id is in the request, one DELETE takes a model away."""

from collections.abc import Mapping

from reconciler.emulator.wire import Recorded
from tests.services.dialect import Ask, Dialect, Lines

LINES = Lines(
    workspace=(),
    base="models/gemini-1.5-flash-001-tuning",
    cool="temperature: 0.2",
    warm="temperature: 0.7",
    size="batchSize",
)


class Wire:
    """See `dialect.Wire`."""

    def model(self, request: Recorded, ask: Ask) -> str:  # noqa: ARG002 - the path says it
        given = request.query.get("tunedModelId", "")
        return given or request.path.partition("/tunedModels/")[2].partition("/")[0].partition(":")[0]

    def creates(self, request: Recorded) -> bool:
        made = request.method == "POST" and request.path.endswith("/tunedModels")
        return made and request.status == 200

    def deletes(self, request: Recorded) -> bool:
        return request.method == "DELETE" and request.status == 200

    def withdraws(self, request: Recorded) -> bool:
        return self.deletes(request)

    def states(self, ask: Ask) -> Mapping[str, str]:
        listed = ask("GET", "/v1beta/tunedModels?pageSize=1000&fields=tunedModels(name,state)").get("tunedModels", [])
        return {each["name"].removeprefix("tunedModels/"): each["state"] for each in listed}

    def shown(self, path: str) -> str:
        return path


DIALECT = Dialect(LINES, Wire())

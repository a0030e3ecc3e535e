"""Models and Endpoints as the service shows them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.providers.protojson import Json, items, nested, objects, string
from reconciler.providers.vertex.codec import labels_of, named
from reconciler.providers.vertex.reference import Reference, parse
from reconciler.resource.rules import Value


@dataclass(frozen=True, slots=True)
class Model:
    """A Model at one version. `deployments` are the Endpoints it is deployed on, by their full names too."""

    name: str
    reference: Reference
    labels: Mapping[str, str]
    fields: Mapping[str, Value]
    deployments: tuple[tuple[Reference, str], ...] = ()
    etag: str = ""
    created: str = ""
    updated: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployed:
    """A Model on an Endpoint, and the share of the traffic it gets, in percent."""

    id: str
    model: Reference | None
    traffic: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An Endpoint and what is deployed on it."""

    reference: Reference
    deployed: tuple[Deployed, ...] = ()
    problems: tuple[str, ...] = ()

    def serves(self, model: Reference | None) -> bool:
        """Whether this Model is deployed here."""
        return any(model.covers(each.model) for each in self.deployed) if model else False

    def answers(self, model: Reference) -> bool:
        """Whether requests come to this Model: it has traffic here, or nothing else has any."""
        answering = [each for each in self.deployed if each.traffic] or self.deployed
        return any(model.covers(each.model) for each in answering)


def decode_model(model: object) -> Model:
    """Read a Model; its version is in its name, or beside it. Raise RemoteError for what is none."""
    content, name, reference = named(model, "models")
    problems: list[str] = []
    version = string(content, "versionId", problems) or reference.version
    fields: dict[str, Value] = {
        "displayName": string(content, "displayName", problems),
        "description": string(content, "description", problems),
    }
    return Model(
        name.partition("@")[0],
        reference._replace(version=version),
        labels_of(content, problems),
        fields,
        tuple(
            (endpoint, string(each, "endpoint"))
            for each in objects(content, "deployedModels")
            if (endpoint := parse(each.get("endpoint"), "endpoints"))
        ),
        etag=string(content, "etag", problems),
        created=string(content, "versionCreateTime", problems) or string(content, "createTime", problems),
        updated=string(content, "updateTime", problems),
        problems=tuple(problems),
    )


def decode_endpoint(endpoint: object) -> Endpoint:
    """Read an Endpoint; raise RemoteError for what is none."""
    content, _, reference = named(endpoint, "endpoints")
    problems: list[str] = []
    traffic = nested(content, "trafficSplit", problems)
    deployed = []
    for each in objects(content, "deployedModels"):
        model, identity = parse(each.get("model"), "models"), string(each, "id", problems)
        if model and not model.version:
            model = model._replace(version=string(each, "modelVersionId", problems))
        share = traffic.get(identity, 0)
        deployed.append(Deployed(identity, model, share if isinstance(share, int) else 100))
    return Endpoint(reference, tuple(deployed), tuple(problems))


def decode_versions(page: Json) -> list[Reference]:
    """Read a page of the versions of one Model."""
    return [decode_model(model).reference for model in items(page, "models")]

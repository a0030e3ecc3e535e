"""The ids that programs need to call the models, in forms that programs read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.plan.serving import Serving
from reconciler.render.neutral import neutral
from reconciler.resource.address import Address
from reconciler.resource.observed import Observed

ENDPOINT = "endpoint"
"""The kind of resource that is called, where it is not the model."""

PREFIX = "RECONCILER_MODEL_"


@dataclass(frozen=True, slots=True)
class Output:
    """The model that serves an address. `stale`: it is not what is declared now.

    `id` is what programs call: the model itself, or the endpoint that serves it where the service has such. `resources`
    is all that the service made for it, by kind.
    """

    address: Address
    id: str
    stale: bool = False
    resources: Mapping[str, str] = field(default_factory=dict)

    @property
    def variable(self) -> str:
        """The name of its environment variable; no two addresses share one, for names hold no underscores."""
        return PREFIX + self.address.name.upper().replace("-", "_")


def outputs(servings: Iterable[Serving]) -> tuple[Output, ...]:
    """Keep what is served by a model."""
    return tuple(_output(each.address, each.model, stale=each.stale) for each in servings if each.model)


def _output(address: Address, model: Observed, *, stale: bool) -> Output:
    return Output(address, model.resources.get(ENDPOINT, model.name), stale, model.resources)


def outputs_text(outputs: Iterable[Output]) -> str:
    """One line each: name, TAB, id. Stale ones look the same, because scripts cut this into columns."""
    return "".join(f"{each.address.name}\t{neutral(each.id)}\n" for each in outputs)


def outputs_dotenv(outputs: Iterable[Output]) -> str:
    """One `NAME=id` each, as shells and dotenv files take it."""
    return "".join(f"{each.variable}={neutral(each.id)}\n" for each in outputs)

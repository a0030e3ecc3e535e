"""Everything that planning depends on besides what is declared and what is observed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.plan.plan import Context, Wishes
from reconciler.resource.address import Address
from reconciler.resource.identity import names
from reconciler.resource.naming import Naming
from reconciler.resource.observed import Grant
from reconciler.resource.rules import Capabilities

MAX_ATTEMPTS = 3
"""Failed attempts at the same inputs, after which another one needs `--max-attempts`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was asked of the service because a first plan needed it.

    `tunable`: base models that can be tuned, None if the service does not say, or was not `asked`. `grants`: who may
    use a model that is to be superseded, by remote name. `failures`: why a training failed, by remote name.
    """

    asked: bool = False
    tunable: frozenset[str] | None = None
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one planning run.

    `neighbours`: the owners of the other environments, which are never ours. `standing`: the remote models that stand
    for declared parents now. `whole`: every manifest of the workspace was loaded. `selected`: the addresses asked for,
    None for all of them. Undeclared models exist only when both are unrestricted.
    """

    context: Context
    capabilities: Capabilities
    naming: Naming
    former_owners: tuple[str, ...] = ()
    neighbours: frozenset[str] = frozenset()
    wishes: Wishes = field(default_factory=Wishes)
    facts: Facts = field(default_factory=Facts)
    standing: Mapping[Address, str] = field(default_factory=dict)
    whole: bool = True
    selected: frozenset[Address] | None = None
    keep_superseded: int = 0
    max_attempts: int = MAX_ATTEMPTS

    @property
    def complete(self) -> bool:
        """Whether this run sees all that is declared, and was asked for all of it."""
        return self.whole and self.selected is None

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose marks are ours."""
        return (self.context.owner, *self.former_owners)


def wished(wishes: Iterable[Address], address: Address) -> bool:
    """Whether a wish names this address, whose name may be abbreviated when only a mark tells it."""
    return any(names(address.name, wish.name) for wish in wishes)

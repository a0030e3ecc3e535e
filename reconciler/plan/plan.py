"""A plan: ordered rows, what they were made for, and the digest that names exactly this set of writes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property

from reconciler.plan.change import Act, Action, Change, acts
from reconciler.plan.digest import digest as digest_of
from reconciler.resource.address import Address
from reconciler.resource.prices import Prices

FORMAT_VERSION = "1.1"
"""Of plans, and of all else that is printed as JSON: the minor number adds, the major one breaks."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asked for beyond the manifests. Every wish names addresses; there is no wish for everything."""

    retry: frozenset[Address] = frozenset()
    replace: frozenset[Address] = frozenset()
    unprotect: frozenset[Address] = frozenset()
    cancel: frozenset[Address] = frozenset()
    irreplaceable: frozenset[Address] = frozenset()
    new_attempt: frozenset[Address] = frozenset()

    def described(self) -> Mapping[str, list[str]]:
        """The wishes that were made, as sorted lists; part of a plan's digest."""
        wishes = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: sorted(map(str, addresses)) for name, addresses in wishes if addresses}


@dataclass(frozen=True, slots=True)
class Context:
    """Where a plan is valid. A plan made for one context is refused in another."""

    workspace: str
    owner: str
    provider: str
    service_version: str
    host: str
    project: str = ""
    location: str = ""
    policy: str = "sync"


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what they do; a refused row counts as refused and as nothing else."""

    create: int
    update: int
    replace: int
    delete: int
    training: int
    refused: int
    ignored: int
    notes: int

    @property
    def changes(self) -> int:
        """Rows that will write."""
        return self.create + self.update + self.replace + self.delete


@dataclass(frozen=True)
class Plan:
    """What apply will do, and nothing else. `owned` counts our models, `foreign` all others that were listed.

    `prices` are those by which its trainings were estimated. `environment` is what people call the context: no two have
    the same one, so the digest need not cover the name.
    """

    context: Context
    changes: tuple[Change, ...]
    wishes: Wishes = field(default_factory=Wishes)
    complete: bool = True
    owned: int = 0
    foreign: int = 0
    warnings: tuple[str, ...] = ()
    prices: Prices | None = None
    environment: str = ""

    @cached_property
    def counts(self) -> Counts:
        """Count the rows."""
        by_action = Counter(c.action for c in self.changes if not c.refused)
        return Counts(
            create=by_action[Action.CREATE],
            update=by_action[Action.UPDATE],
            replace=by_action[Action.REPLACE],
            delete=by_action[Action.DELETE],
            training=by_action[Action.WAIT],
            refused=sum(c.refused for c in self.changes),
            ignored=sum(c.ignores for c in self.changes),
            notes=sum(c.remarks for c in self.changes),
        )

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """Every write this plan leads to, sorted."""
        return tuple(sorted(act for change in self.changes for act in acts(change)))

    @cached_property
    def digest(self) -> str:
        """Name of this exact set of writes in this exact place: SHA-256, 64 hex."""
        return digest_of(FORMAT_VERSION.partition(".")[0], asdict(self.context), self.wishes.described(), self.acts)

    @property
    def empty(self) -> bool:
        """Whether `No changes.` is the whole truth: nothing to do, refused, waiting, ignored or left unseen."""
        idle = all(c.action is Action.NOOP and not c.refused and not c.ignores for c in self.changes)
        return idle and self.complete

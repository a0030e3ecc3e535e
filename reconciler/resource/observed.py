"""What exists: remote models in our field names, and what is known of who owns them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from reconciler.resource.rules import Value


class State(Enum):
    """What a model can do for us; each provider maps its own states to these."""

    READY = "READY"
    TRAINING = "TRAINING"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class Mark(Enum):
    """What the mark of ownership on a model turned out to be."""

    NONE = "none"
    VALID = "valid"
    VOID = "void"  # made for another model, or contradicting itself
    NEWER = "newer"  # owner and name are readable, the rest belongs to a later version


@dataclass(frozen=True, slots=True)
class Ownership:
    """What a model carries about itself, however the provider stores it.

    `name` is the metadata.name it was made for, possibly abbreviated (see `identity.names`). `digest` names the
    training data; empty when nobody knows (an imported model). `base` is a hash of what it was tuned from. Both may be
    cut to what the provider has room for (see `identity.same_hash`). `declared` holds the hyperparameters as they were
    declared at create. `protect` and `keep` must survive the manifest. `asserted` says that the digest was claimed by a
    person, not by the training itself; `going`, that some run is about to delete the model, so that no other run may
    count on it. `validation` names the data it was measured with, where the provider has room for that.
    """

    owner: str
    name: str
    digest: str
    base: str
    declared: Mapping[str, float] = field(default_factory=dict)
    protect: bool = False
    keep: bool = False
    asserted: bool = False
    going: bool = False
    validation: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is. `losses` are (step, mean loss) in order of steps; `total` is 0 when unknown."""

    step: int = 0
    total: int = 0
    losses: tuple[tuple[int, float], ...] = ()

    @property
    def percent(self) -> float | None:
        """Share of steps done, 0 to 100; None when the total is unknown."""
        return min(100.0, 100.0 * self.step / self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may use a model. `email` is empty for everyone."""

    grantee: str
    email: str
    role: str

    def __str__(self) -> str:
        """Write the grant as plans show it."""
        return f"{self.role} {self.email or self.grantee}".lower()


@dataclass(frozen=True, slots=True)
class Observed:
    """One remote model.

    `name` is the remote name; `fields` what the service reports, by our paths (the description without the mark);
    `carrier` the raw text or labels that hold the mark, as it must still be when we write it. `resources` are what the
    service made, by its own words for them, where the name alone does not say it.

    `trouble`: why a model that was trained does not serve. `twin`: it was made for the same request as another one,
    which counts. `adopted`: it is ours because a person said so, not because we made it, so it is never deleted.
    Not `erasable`: there is nothing of it that could be deleted. `data` is the address that the service says it was
    trained on, where it says that: what lies there may be something else by now.
    """

    name: str
    state: State
    fields: Mapping[str, Value]
    mark: Mark = Mark.NONE
    ownership: Ownership | None = None
    carrier: str = ""
    created: str = ""
    updated: str = ""
    progress: Progress | None = None
    completed: str = ""
    resources: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    twin: bool = False
    adopted: bool = False
    erasable: bool = True
    data: str = ""

    @property
    def record(self) -> bool:
        """Whether nothing but the record of a training that failed is left, which nobody can delete or change."""
        return self.state is State.FAILED and not self.erasable

    @property
    def removable(self) -> bool:
        """Whether it can be deleted now: there is something to delete, and its state is known and final."""
        return self.erasable and (self.state in (State.READY, State.FAILED) or bool(self.trouble))

    @property
    def born(self) -> tuple[str, str]:
        """Sorting key by age, then name; without the Z that ends a time, which sorts after every fraction."""
        return self.created.removesuffix("Z"), self.name


Snapshot: TypeAlias = tuple[Observed, ...]
"""Everything observed at one instant: duplicates and leftovers included, so never a mapping."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A remote act under way: the model it is about, whether it is over, and what it showed so far.

    `observed` is the model as it was last seen; `error` the service's reason for a failed one.
    """

    model: str
    done: bool
    observed: Observed | None = None
    error: str = ""
    name: str = ""

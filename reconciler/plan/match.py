"""Which models of an address have the declared inputs, and which of them is the one to serve."""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.plan import diff
from reconciler.plan.attempt import NO_ATTEMPT, attempts
from reconciler.plan.change import Effect, FieldChange
from reconciler.plan.inventory import Group
from reconciler.plan.terms import Terms, wished
from reconciler.resource.desired import Desired
from reconciler.resource.lineage import parent_of
from reconciler.resource.observed import Observed, State
from reconciler.resource.reason import Reason

PREFERENCE = (State.READY, State.TRAINING, State.UNKNOWN, State.FAILED)


@dataclass(frozen=True, slots=True)
class Match:
    """A model beside what is declared. `attempt`: which attempt at these inputs its id computes to, or NO_ATTEMPT."""

    observed: Observed
    fields: tuple[FieldChange, ...]
    attempt: int

    @property
    def unknown(self) -> bool:
        """Nobody knows what the model was trained on, and the manifest asks for certain data."""
        return any(f.reason is Reason.DATA_UNKNOWN and f.effect is Effect.NOTE for f in self.fields)

    @property
    def same(self) -> bool:
        """Whether no training is needed to make this model the declared one."""
        return self.unknown or not diff.retrains(self.fields)

    @property
    def preference(self) -> tuple[int, int, tuple[str, str]]:
        """Sorting key: state, latest computed attempt, oldest, name."""
        return PREFERENCE.index(self.observed.state), -self.attempt, self.observed.born


def match(desired: Desired, group: Group, terms: Terms) -> tuple[Match, ...]:
    """Compare every model of the address, the preferred first. Of claimed models only those with proven inputs."""
    if not group.marked and not group.claimed:
        return ()
    if len(group.marked) == 1 and not group.claimed and not wished(terms.wishes.replace, desired.address):
        only = _match(desired, group.marked[0], NO_ATTEMPT, terms)
        if only.same and not only.unknown:
            return (only,)  # the usual case: there is nothing that its id has to prove
    known = attempts(desired, [o.name for o in (*group.marked, *group.claimed)], terms)
    claimed = (o for o in group.claimed if o.name in known)
    matches = (_match(desired, o, known.get(o.name, NO_ATTEMPT), terms) for o in (*group.marked, *claimed))
    return tuple(sorted(matches, key=lambda m: m.preference))


def wanted(matches: Iterable[Match], desired: Desired, terms: Terms) -> Match | None:
    """The model that shall serve the address; None if one has to be trained.

    A model of unknown data counts only while there is no other: the other one was asked for with `--replace`.
    """
    same = [m for m in matches if m.same]
    if wished(terms.wishes.replace, desired.address):
        return _replacement(same, keep(desired, terms))
    same = [m for m in same if not m.unknown] or same
    if not same:
        return None
    first = same[0]
    if first.observed.state is State.READY:
        successors = (m for m in same if m.observed.state is State.TRAINING and m.attempt > first.attempt)
        first = next(successors, first)
    if first.observed.state is State.FAILED and wished(terms.wishes.retry, desired.address):
        return None
    return first


def keep(desired: Desired, terms: Terms) -> int:
    """How many superseded models of this address stay."""
    own = desired.lifecycle.keep_superseded
    return terms.keep_superseded if own is None else own


def _replacement(same: list[Match], kept: int) -> Match | None:
    """The new training that was asked for, where an earlier run has begun it: a wish is granted once.

    It trains, or it is READY beside the model it replaces. With models kept for rollbacks the second cannot be told.
    """
    training = next((m for m in same if m.observed.state is State.TRAINING), None)
    ready = [m for m in same if m.observed.state is State.READY]
    finished = ready[0] if len(ready) > 1 and not kept and ready[0].attempt > ready[1].attempt else None
    return training or finished


def _match(desired: Desired, observed: Observed, attempt: int, terms: Terms) -> Match:
    """Compare one model."""
    proven = attempt > NO_ATTEMPT
    parent = parent_of(desired.fields)
    made = terms.standing.get(parent, "") if parent else ""
    return Match(observed, diff.compare(desired, observed, terms.capabilities, made, proven=proven), attempt)

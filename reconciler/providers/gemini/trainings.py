"""Trainings under way: what a look at their models says about them.

A training is over when its model says so. Lists may lag behind, and a model that was just begun has still to show that
the service kept its mark; both are remembered from one look to the next.
"""

from collections.abc import Sequence

from reconciler.errors import Refused
from reconciler.providers.gemini.service import Service
from reconciler.resource.identity import names
from reconciler.resource.observed import Mark, Observed, Operation, Ownership, State
from reconciler.resource.reason import Reason

VANISHED = "the model vanished while it was awaited: somebody deleted it, or hid it from this identity; plan again"


class Trainings:
    """The trainings that one provider is asked about; may be used from several threads at once."""

    def __init__(self, service: Service) -> None:
        """Nothing was begun or missed yet."""
        self._service = service
        self._unproven: dict[str, Ownership] = {}
        self._missed: set[str] = set()
        self._turn = 0

    def begun(self, name: str, ownership: Ownership) -> None:
        """Remember which mark a new model has to show."""
        self._unproven[name] = ownership

    def look(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Look at the models of all operations: with one list, or one GET where a single one is under way.

        A model that the list lacks is looked for by itself, one such model a call, and is gone when two looks agree
        and no list has it: the service may forbid to read what it lists.
        A training that turned out FAILED costs one more request, for the reason. Refused (MARK_REFUSED) if a model
        that was begun here does not show the mark it was made with.
        """
        awaited = [operation.model for operation in operations if not operation.done]
        seen = {observed.name: observed for observed in self._service.models()} if len(awaited) > 1 else {}
        absent = self._next([name for name in awaited if name not in seen])
        if absent and (found := self._find(absent, listed=len(awaited) > 1)):
            seen[absent] = found
        gone = self._gone(absent) if absent and absent not in seen else ""
        return [
            operation
            if operation.done
            else Operation(operation.model, done=True, error=VANISHED, name=operation.name)
            if operation.model == gone
            else self.progressed(operation, seen.get(operation.model))
            for operation in operations
        ]

    def progressed(self, operation: Operation, observed: Observed | None) -> Operation:
        """The operation as the state of its model tells it; unchanged if the model was not seen."""
        if observed is None:
            return operation
        self._missed.discard(observed.name)
        expected = self._unproven.pop(observed.name, None)
        if expected and not shows(observed, expected):
            raise mark_refused(observed)
        failed = observed.state is State.FAILED
        error = self._service.failure(observed.name, operation.name) if failed else ""
        done = failed or observed.state is State.READY
        return Operation(operation.model, done, observed, error, operation.name)

    def _find(self, name: str, *, listed: bool) -> Observed | None:
        """Read a model; the second time in vain, look for it in the list, unless it was `listed` without it."""
        found = self._service.model(name)
        if found or listed or name not in self._missed:
            return found
        return next((observed for observed in self._service.models() if observed.name == name), None)

    def _next(self, absent: Sequence[str]) -> str:
        """Take turns among the models that the list lacks; empty if it has them all."""
        self._turn += 1
        return absent[self._turn % len(absent)] if absent else ""

    def _gone(self, name: str) -> str:
        """The name, if this is the second look in a row that did not find it; else remember the first."""
        if name in self._missed:
            return name
        self._missed.add(name)
        return ""


def shows(observed: Observed, expected: Ownership) -> bool:
    """Whether a model shows the mark it was made with, or a later one of ours."""
    shown = observed.ownership
    return (
        observed.mark is Mark.VALID
        and shown is not None
        and shown.owner == expected.owner
        and names(shown.name, expected.name)
    )


def mark_refused(observed: Observed) -> Refused:
    """The service did not keep the mark: going on would make models that nobody recognises."""
    return Refused(
        Reason.MARK_REFUSED,
        f"the service did not keep the mark in the description of {observed.name}",
        "shorten spec.description; the model's id still shows whose it is, so the next plan offers to mark it again",
    )

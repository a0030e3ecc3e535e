"""The port: all that the core knows of a remote service.

`Reader` cannot write; planning gets nothing else. `Provider` adds the acts. Each act is one thing, returns without
waiting for training, may read in order to be idempotent or safe, and never decides what should be done. All methods
raise `RemoteError` when the service fails and `Refused` when going on would break a law; after either, nothing is
assumed about whether the act happened, and the next plan finds out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from reconciler.resource.dataset import Example, Stored
from reconciler.resource.desired import Desired
from reconciler.resource.naming import Naming
from reconciler.resource.observed import Grant, Observed, Operation, Ownership, Snapshot
from reconciler.resource.rules import Capabilities, Value


class Reader(Protocol):
    """What planning may ask."""

    @property
    def capabilities(self) -> Capabilities:
        """The fields, rules and limits of this service at this version."""
        ...

    @property
    def naming(self) -> Naming:
        """How this service's ids relate to addresses and inputs. Pure."""
        ...

    def observe(self) -> Snapshot:
        """Everything that may be ours, of what this identity can list: all pages. Models of others may be left out."""
        ...

    def survey(self) -> Snapshot:
        """Every tuned model that this identity can list, whosever it is, at whatever number of requests."""
        ...

    def read(self, names: Sequence[str]) -> Snapshot:
        """These models, now, one by one; those that do not exist, or are hidden, are missing from the answer.

        One that is asked for as a person calls it (`naming.resource`) may go by another name, which is its own.
        """
        ...

    def withheld(self, name: str) -> bool:
        """Whether a model that `read` did not give is there all the same, as far as can be told without reading it."""
        ...

    def stat(self, uri: str) -> Stored | None:
        """What lies at `gs://bucket/object`, without reading it; None if there is nothing, or it is hidden."""
        ...

    def grants(self, observed: Observed) -> tuple[Grant, ...]:
        """Who else may use the model: every grant but the owner's, in a fixed order."""
        ...

    def tunable(self) -> frozenset[str] | None:
        """Base models that can be tuned today; None if the service does not say."""
        ...

    def explain(self, observed: Observed) -> str:
        """Why this model's training failed, in the service's words; empty if it does not tell (any more)."""
        ...

    def poll(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Look at all of them at once, in a number of requests that does not grow with their number."""
        ...


class Provider(Reader, Protocol):
    """What apply may do."""

    def create(
        self,
        name: str,
        desired: Desired,
        ownership: Ownership,
        examples: Iterable[Example],
        validation: Iterable[Example] = (),
        parent: Observed | None = None,
    ) -> Operation:
        """Start a training under this name. The same name and desired twice gives the same model, never two.

        `validation` are the examples it is measured with, `parent` the model of the address it is tuned from.
        """
        ...

    def update(self, observed: Observed, values: Mapping[str, Value], ownership: Ownership | None) -> Operation:
        """Write these values, and the ownership if it differs from the observed one (None strips it): one request.

        Refuses (STALE) if the text that carries the mark is to be written and is no longer as observed.
        """
        ...

    def delete(self, observed: Observed, again: Callable[[], object] = lambda: None) -> Operation:
        """Delete the model; one that is already gone is done.

        `again` is called before the request is repeated, however long after, and raises if the model must not go now.
        """
        ...

    def grant(self, observed: Observed, grants: Sequence[Grant]) -> None:
        """Add these grants; those that exist already are done."""
        ...

    def cancel(self, observed: Observed) -> None:
        """Ask the service to stop a training; best effort, and no promise."""
        ...

    def generate(self, observed: Observed, prompt: str) -> str:
        """Ask a model that was just observed; return its text."""
        ...

"""Everything that can go wrong on purpose.

    ReconcilerError                 the run failed (exit 1)
    ├── UsageError                  the command line is wrong (exit 64)
    ├── InvalidManifests            manifests or datasets are wrong: all findings at once (exit 1)
    ├── RemoteError                 the remote service refused or did not answer (exit 1)
    │   ├── Unreachable             no usable answer: connection, timeout, not JSON
    │   │   └── Unsent              no connection: the request never left
    │   ├── Unauthenticated         no credentials, or credentials the service does not take
    │   ├── PermissionDenied        the identity may not do this, or the thing is not its own
    │   ├── NotFound                there is no such thing (or it is hidden)
    │   ├── AlreadyExists           the name is taken
    │   └── QuotaExceeded           too many requests, or an exhausted quota
    └── Refused                     a rule of safety said no (exit 4)
        ├── UnsafePlan              a guard refused the whole plan
        └── StalePlan               the world is not the one that was reviewed

Each error knows its advice: `message` says what is wrong, `advice` what to do about it. The command prints
them and never a traceback; anything else that escapes is a bug.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a file, as editors count: line and column start at 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Write `file:line:column`, without the parts that are not known."""
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One finding in the user's files: where, what is wrong, what to do.

    `rule` names the rule that found it (`resource.lint`); empty where it is none that could be silenced.
    """

    origin: Origin
    message: str
    advice: str = ""
    severity: Literal["error", "warning"] = "error"
    rule: str = ""

    def __str__(self) -> str:
        """Write the finding as one line."""
        label = "warning: " if self.severity == "warning" else ""
        return f"{self.origin}: {label}{self.message}" + (f"; {self.advice}" if self.advice else "")

    @property
    def line(self) -> str:
        """The finding as one line, with the rule that could silence it."""
        return f"{self} [{self.rule}]" if self.rule else str(self)


@dataclass(frozen=True, slots=True, order=True)
class Silenced:
    """A finding that the manifests silence, and why they do."""

    diagnostic: Diagnostic
    reason: str


class ReconcilerError(Exception):
    """Base of all errors this program raises on purpose."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        """Say what is wrong, and what the reader can do."""
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Write message and advice as one sentence."""
        return f"{self.message.rstrip('.')}; {self.advice}" if self.advice else self.message


class UsageError(ReconcilerError):
    """The command line contradicts itself or lacks something."""

    exit_code = 64


class InvalidManifests(ReconcilerError):
    """Manifests or datasets are wrong; carries every finding of the run, sorted by place, and what was silenced."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], silenced: tuple[Silenced, ...] = ()) -> None:
        """Carry the findings; at least one is an error."""
        self.diagnostics = tuple(sorted(diagnostics))
        self.silenced = silenced
        errors = sum(d.severity == "error" for d in self.diagnostics)
        super().__init__(f"{errors} error{'s' if errors != 1 else ''} in the manifests")


class RemoteError(ReconcilerError):
    """The remote service refused a request, or gave no usable answer.

    `status` is the HTTP status (0 where there was no answer), `reason` the service's own word for it.
    """

    def __init__(self, message: str, advice: str = "", *, status: int = 0, reason: str = "") -> None:
        """Carry the service's answer beside the sentence made of it."""
        super().__init__(message, advice)
        self.status = status
        self.reason = reason


class Unreachable(RemoteError):
    """No usable answer: the act may or may not have happened."""


class Unsent(Unreachable):
    """No answer, for the request never left: nothing has happened."""


class Unauthenticated(RemoteError):
    """No credentials, or credentials that the service does not take."""


class PermissionDenied(RemoteError):
    """The identity may not do this; services also say it of things that do not exist."""


class NotFound(RemoteError):
    """There is no such thing, or it is hidden from this identity."""


class AlreadyExists(RemoteError):
    """The name is taken."""


class QuotaExceeded(RemoteError):
    """Too many requests, or an exhausted quota, after all retries."""


class Refused(ReconcilerError):
    """A rule of safety said no; `reason` is one of `resource.reason.Reason`."""

    exit_code = 4

    def __init__(self, reason: str, message: str, advice: str = "") -> None:
        """Carry the reason beside the sentence."""
        super().__init__(message, advice)
        self.reason = reason


class UnsafePlan(Refused):
    """A guard refused the whole plan; the message holds the arithmetic, the advice names the flag."""

    def __init__(self, message: str, advice: str) -> None:
        """Say the arithmetic, and the flag that lifts the guard."""
        super().__init__("GUARD", message, advice)


class StalePlan(Refused):
    """The world no longer gives the plan that was reviewed."""

    def __init__(self, message: str, advice: str = "plan again and review the difference") -> None:
        """Say what differs."""
        super().__init__("STALE", message, advice)

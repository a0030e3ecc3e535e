"""What a forge means when it refuses, and what the reader can do about it: a table for each forge.

The most specific row wins: a limit, then what the words of the answer tell, then its status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from reconciler.errors import NotFound, PermissionDenied, QuotaExceeded, RemoteError, Unauthenticated, Unreachable
from reconciler.forge.answer import Answer
from reconciler.forge.comment import TooLong
from reconciler.forge.patience import limited
from reconciler.providers.refusals import Meaning

LOCKED = Meaning(PermissionDenied, "{where} takes no comments: {text}", "unlock its conversation")
TOO_LONG = Meaning(TooLong, "{forge} finds the comment too long: {text}", "post a shorter one")
LIMITED = Meaning(QuotaExceeded, "{forge} limits how often it is asked: {text}", "run again later")
MISSING = Meaning(
    NotFound,
    "there is no {where}, or the token in {variable} may not see it",
    "check the number, and that the token is for this repository",
)
SERVER = Meaning(Unreachable, "{forge} failed ({status}): {text}", "run again; there will be one comment")
OTHER = Meaning(RemoteError, "{forge} refused ({status}): {text}", "see the text")

_NO_ENTRY = "{forge} does not take the token in {variable}: {text}"
_NO_RIGHT = "the token in {variable} may not comment on {where}: {text}"
GITHUB: Mapping[int, Meaning] = {
    HTTPStatus.UNAUTHORIZED: Meaning(Unauthenticated, _NO_ENTRY, "set another one"),
    HTTPStatus.FORBIDDEN: Meaning(
        PermissionDenied,
        _NO_RIGHT,
        "give the job `permissions: pull-requests: write`; runs for pull requests from forks never get it, "
        "so read the plan of those in the summary of the job",
    ),
    HTTPStatus.NOT_FOUND: MISSING,
    HTTPStatus.GONE: LOCKED,
}
GITLAB: Mapping[int, Meaning] = {
    HTTPStatus.UNAUTHORIZED: Meaning(
        Unauthenticated, _NO_ENTRY, "set an access token of the project with the scope `api`; they expire"
    ),
    HTTPStatus.FORBIDDEN: Meaning(PermissionDenied, _NO_RIGHT, "it needs the scope `api` and the role Reporter"),
    HTTPStatus.NOT_FOUND: MISSING,
}


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals of one forge, about one pull request, for the token of one variable."""

    forge: str
    by_status: Mapping[int, Meaning]
    where: str
    variable: str

    def explain(self, answer: Answer) -> RemoteError:
        """Make the error for a refusal."""
        known = {
            "forge": self.forge,
            "where": self.where,
            "variable": self.variable,
            "status": answer.status,
            "text": answer.text or "no explanation",
        }
        meaning = self._meaning(answer)
        return meaning.kind(meaning.message.format_map(known), meaning.advice.format_map(known), status=answer.status)

    def _meaning(self, answer: Answer) -> Meaning:
        """Look up the row."""
        said = answer.text.lower()
        if limited(answer):
            return LIMITED
        if answer.status == HTTPStatus.FORBIDDEN and "locked" in said:
            return LOCKED
        if answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY) and "too long" in said:
            return TOO_LONG
        return self.by_status.get(answer.status) or (
            SERVER if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else OTHER
        )

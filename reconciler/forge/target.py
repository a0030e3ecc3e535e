"""Which pull request of which forge is meant: by what was typed, else by what a pipeline says of itself.

The variables are those of GitHub's and GitLab's runners. Tokens come from the environment only.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from reconciler.errors import Unauthenticated, UsageError
from reconciler.forge import github, gitlab
from reconciler.forge.comment import Thread
from reconciler.forge.http import Time, Token, checked
from reconciler.providers.session import open_session

if TYPE_CHECKING:
    import requests

Kind: TypeAlias = Literal["github", "gitlab"]
_REPOSITORY = {
    "github": re.compile(r"[A-Za-z0-9-]+/(?!\.{1,2}$)[A-Za-z0-9._-]+"),
    "gitlab": re.compile(r"[0-9]+|[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)+"),
}
TOKENS = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}
"""The variable with the token of each forge."""


@dataclass(frozen=True, slots=True)
class Target:
    """One pull request, whose API lets us in with a token.

    `run` is the address of this run, `commit` the commit of the pull request that it is about; empty where unknown.
    """

    forge: Kind
    api: str
    repository: str
    number: int
    token: Token
    run: str = ""
    commit: str = ""


def target(environ: Mapping[str, str], forge: Kind | None, repository: str | None, number: int | None) -> Target:
    """Fill in what was not typed; raise UsageError for all that is unknown, Unauthenticated without a token."""
    kind = forge or _running(environ)
    own = environ.get("GITHUB_REPOSITORY") if kind == "github" else environ.get("CI_PROJECT_ID")
    where, which = repository or own or "", number or _number(kind, environ)
    missing = [
        *([] if where else ["--repository"]),
        *([] if which else ["--pull-request"]),
    ]
    if missing:
        raise UsageError(
            f"it is not known which pull request is meant: the environment does not say, and {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing",
            "this run may not be for a pull request; then there is nothing to comment on",
        )
    if not _REPOSITORY[kind].fullmatch(where):
        raise UsageError(f"{where!r} is not a repository of {kind}", "give OWNER/NAME")
    api = environ.get("GITHUB_API_URL" if kind == "github" else "CI_API_V4_URL", "")
    default = github.API if kind == "github" else gitlab.API
    token, run, commit = _token(kind, environ), _run(kind, environ), _commit(kind, environ)
    return Target(kind, checked(api or default), where, which, token, run, commit)


def thread(where: Target, environ: Mapping[str, str], pace: Time, session: "requests.Session | None" = None) -> Thread:
    """Open the comments of a pull request; nothing is sent yet. `session` replaces the network."""
    line = session or open_session(where.api, environ)
    match where.forge:
        case "github":
            return github.thread(where.api, where.repository, where.number, where.token, line, pace)
        case "gitlab":
            return gitlab.thread(where.api, where.repository, where.number, where.token, line, pace)
        case _:
            assert_never(where.forge)


def _running(environ: Mapping[str, str]) -> Kind:
    """The forge whose pipeline runs this."""
    if environ.get("GITHUB_ACTIONS"):
        return "github"
    if environ.get("GITLAB_CI"):
        return "gitlab"
    raise UsageError("it is not known which forge is meant", "give --forge github or --forge gitlab")


def _number(kind: Kind, environ: Mapping[str, str]) -> int:
    """The number of the pull request that the pipeline runs for; 0 for none."""
    if kind == "github":
        found = re.fullmatch(r"refs/pull/([0-9]{1,10})/(merge|head)", environ.get("GITHUB_REF", ""))
        return int(found[1]) if found else 0
    given = environ.get("CI_MERGE_REQUEST_IID", "")
    return int(given) if re.fullmatch("[0-9]{1,10}", given) else 0


def _token(kind: Kind, environ: Mapping[str, str]) -> Token:
    """The token from the environment."""
    variable = TOKENS[kind]
    if value := environ.get(variable, "").strip():
        return Token(variable, value)
    if kind == "gitlab" and environ.get("CI_JOB_TOKEN"):
        raise Unauthenticated(
            "GITLAB_TOKEN is not set, and GitLab lets no CI_JOB_TOKEN write comments",
            "make an access token of the project (scope `api`, role Reporter) and a masked variable GITLAB_TOKEN of it",
        )
    advice = "in a workflow: `env: GITHUB_TOKEN: ${{ github.token }}`" if kind == "github" else "set it"
    raise Unauthenticated(f"{variable} is not set", advice)


def _commit(kind: Kind, environ: Mapping[str, str]) -> str:
    """The last commit of the pull request: on GitHub GITHUB_SHA is a merge of it, which nobody has seen."""
    found = environ.get("CI_COMMIT_SHA", "") if kind == "gitlab" else _head(environ.get("GITHUB_EVENT_PATH", ""))
    return found if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", found) else ""


def _head(path: str) -> str:
    """The head of the pull request in the event that GitHub's runner left in a file; empty where there is none."""
    try:
        match json.loads(Path(path).read_bytes()):
            case {"pull_request": {"head": {"sha": str(found)}}}:
                return found
            case _:
                return ""
    except (OSError, ValueError, RecursionError):
        return ""


def _run(kind: Kind, environ: Mapping[str, str]) -> str:
    """Where this run is to be seen."""
    if kind == "gitlab":
        return environ.get("CI_JOB_URL", "")
    parts = [environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""

"""Runs git, in a repository that may be anybody's: only to read, without a network, and nothing that it names.

What its configuration names as commands is not run (monitor, hooks, signatures, filters, pagers), the files that it
names are not read (but for further configuration: include.path), no transport is allowed, so that nothing is fetched
that a partial clone has left out, and whether git trusts the owner of the folder (safe.directory) stays git's own
decision. Names go behind `--` or `--end-of-options`, and never through a shell. See git(1), "Environment Variables",
and git-config(1), `protocol.allow` and `safe.bareRepository`.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence

from reconciler.errors import ReconcilerError

PATIENCE = 30.0
"""Seconds that all questions to one repository may take together."""

_OPTIONS = (
    *("--no-optional-locks", "--no-pager", "--no-replace-objects", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat"),
    *("-c", "protocol.allow=never", "-c", "safe.bareRepository=explicit"),
    *("-c", "core.attributesFile=/dev/null", "-c", "diff.orderFile=/dev/null", "-c", "log.mailmap=false"),
    *("-c", "log.showRoot=true", "-c", "gc.auto=0", "-c", "maintenance.auto=false"),
)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",  # unlike protocol.allow, the repository's configuration can't loosen it
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class Unavailable(ReconcilerError):
    """Git does not tell; the message says why."""


def run(
    folder: str,
    arguments: Sequence[str],
    stdin: bytes = b"",
    stdout: int = subprocess.PIPE,
    timeout: float = PATIENCE,
    *,
    may_fail: bool = False,
) -> bytes:
    """Run git in a folder; raise Unavailable where it can't be run, fails or takes too long."""
    program = shutil.which("git")
    if program is None:
        raise Unavailable("git is not installed")
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    command = [program, "-C", folder, *_OPTIONS, *arguments]
    try:
        ran = subprocess.run(  # noqa: S603  (git itself, and no shell)
            command,
            input=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**inherited, **_ENVIRONMENT},
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"git took more than {PATIENCE:.0f} seconds") from None
    except (OSError, ValueError) as error:  # a ValueError: there is a null character in a name
        raise Unavailable(f"git cannot be run: {error}") from None
    if ran.returncode and not may_fail:
        raise Unavailable(_refusal(ran.stderr.decode("utf-8", "replace")))
    return ran.stdout or b""


def _refusal(said: str) -> str:
    """Put into words why git does not answer."""
    if "dubious ownership" in said:
        return "git does not trust the checkout, which belongs to somebody else (safe.directory)"
    if "not a git repository" in said or "must be run in a work tree" in said:
        return "this is not a git checkout"
    first = next(iter(said.splitlines()), "") or "it gives no reason"
    return f"git refuses: {first.removeprefix('fatal: ')}"

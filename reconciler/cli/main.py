"""The entry point: one command of many, and what the person hears when it ends badly.

A subcommand's module is imported only when it runs, so that `--help` and completion are quick. Nothing but a bug shows
a traceback, and a bug only on request.
"""

import codecs
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import click
from click.core import ParameterSource

from reconciler import __version__
from reconciler.cli.commands import Commands, ReaderLeft
from reconciler.errors import InvalidManifests, ReconcilerError
from reconciler.render.neutral import code_units, neutral

USAGE = 64
"""Exit code of a wrong command line (EX_USAGE of sysexits.h), so that 2 always means changes."""
INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""
BROKEN_PIPE = 141
"""128 + SIGPIPE: whoever read our output has left."""

EPILOG = """\b
Start here:
  reconciler init            make a workspace with a first model
  reconciler validate        check manifests and training data, offline
  reconciler plan            show what would be done
  reconciler apply           do it

\b
PATH is the folder of your manifests (default: manifests/), one file of it, or - for
standard input. Every option can also be set in the environment: --max-deletes as
RECONCILER_MAX_DELETES, and so on; several values are separated by spaces.

\b
Exit codes: 0 done, or no changes   3 still training
            1 failed                4 refused by a rule of safety, or a stale plan
            2 changes present       5 some done, some failed or refused
              (--detailed-exitcode) 64 wrong usage
"""


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
def cli() -> None:
    """Declare tuned Gemini models as YAML in git; plan and apply make the remote match."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Arguments are those of the process if none are given."""
    _reopen_closed()
    _tolerate_any_encoding()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = cli.main(arguments, prog_name="reconciler", standalone_mode=False)
    except ReaderLeft:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except click.ClickException as error:
        error.message = neutral(error.message)  # type: ignore[misc]  # final, but it repeats what was typed
        error.show()
        _tell_source(error)
        return USAGE if isinstance(error, click.UsageError) else 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except (ReconcilerError, OSError) as error:
        told = _trouble(error) if isinstance(error, OSError) else error
        _tell(told, arguments)
        return told.exit_code
    except Exception as error:  # noqa: BLE001  (the last line of defence: a bug is told, not thrown at the user)
        _tell_bug(error, arguments)
        return 1
    return int(code or 0)


def _reopen_closed() -> None:
    """Put /dev/null in the place of standard streams that the process began without.

    The lowest free descriptors are taken, which are theirs: no file that is opened later gets what is meant for them.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _tolerate_any_encoding() -> None:
    """Write what the terminal's encoding lacks as an escape that JSON has too, rather than fail over a sign."""
    codecs.register_error("reconciler.escape", _escape)
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="reconciler.escape")


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Write the characters that cannot be encoded as escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return code_units(error.object[error.start : error.end]), error.end


def _tell(error: ReconcilerError, arguments: Sequence[str]) -> None:
    """Say what is wrong, all of it, and what to do."""
    with suppress(OSError):  # it may be stdout itself that cannot be written
        sys.stdout.flush()
    if isinstance(error, InvalidManifests):
        for diagnostic in error.diagnostics:
            click.echo(neutral(diagnostic.line), err=True)
    label = click.style("Error:", fg="red", bold=True)
    click.echo(f"{label} {neutral(str(error))}", err=True, color=_coloured(arguments))


def _tell_source(error: click.ClickException) -> None:
    """Name the environment variable that a wrong value comes from: the option is not on the command line."""
    if not isinstance(error, click.BadParameter) or error.ctx is None or error.param is None:
        return
    if error.ctx.get_parameter_source(error.param.name or "") is ParameterSource.ENVIRONMENT:
        click.echo(f"The value comes from {error.param.envvar}.", err=True)


def _trouble(error: OSError) -> ReconcilerError:
    """What the machine refused to do, such as writing to a full disk: no mistake of ours."""
    file = f"{error.filename}: " if error.filename else ""
    return ReconcilerError(f"{file}{error.strerror or error}", "check the path, its permissions, and free space")


def _coloured(arguments: Sequence[str]) -> bool | None:
    """Whether the word Error gets its colour; None leaves it to whether this is a terminal."""
    return False if os.environ.get("NO_COLOR") or {"--no-color", "--color=never"} & {*arguments} else None


def _tell_bug(error: Exception, arguments: Sequence[str]) -> None:
    """Own up to a bug; the traceback only helps those who ask for it. Whatever met the bug may be in its message."""
    import logging
    from traceback import format_exception

    if "-vv" in arguments or logging.getLogger("reconciler").isEnabledFor(logging.DEBUG):
        for line in _discreet("".join(format_exception(error))).splitlines():
            click.echo(neutral(line), err=True)
    said = neutral(_discreet(f"{type(error).__name__}: {error}"))
    click.echo(f"Error: {said}; this is a bug in reconciler; run again with -vv and report it", err=True)


def _discreet(text: str) -> str:
    """Take out the keys of this run, and everything that has the form of a secret."""
    from reconciler.forge.target import TOKENS
    from reconciler.providers.credentials import API_KEYS
    from reconciler.providers.redaction import concealed

    return concealed(text, [os.environ.get(variable, "").strip() for variable in (*API_KEYS, *TOKENS.values())])

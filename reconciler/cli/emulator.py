"""`reconciler emulator`: what tuning needs of the services, on this machine, for tests and for trying things out."""

from pathlib import Path

import click

from reconciler.cli.options import option
from reconciler.errors import ReconcilerError, UsageError

FAULT = "CALL:ACTION[:OPTION...], such as create:503:after:1; for an unknown CALL or ACTION all are listed."
EPILOG = """\b
Examples:
  reconciler emulator --state models.sqlite3 --steps-per-second 5
  reconciler emulator --port 0 --requests requests.jsonl --fault create:503:after:1
  RECONCILER_ENDPOINT=http://127.0.0.1:8787 reconciler apply
"""


@click.command("emulator", epilog=EPILOG)
@option("--host", default="127.0.0.1", show_default=True, help="Loopback only, unless --allow-remote.")
@option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one.")
@option("--state", type=click.Path(dir_okay=False, path_type=Path), help="SQLite file; in memory if none.")
@option(
    "--steps-per-second",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    help="Speed of trainings.",
)
@option("--requests", type=click.Path(dir_okay=False, path_type=Path), help="Append every request as a line of JSON.")
@option("--fault", multiple=True, metavar="SPEC", help=FAULT)
@option("--allow-remote", is_flag=True, help="Let other machines in; nobody is asked for a credential.")
def command(
    host: str,
    port: int,
    state: Path | None,
    steps_per_second: float,
    requests: Path | None,
    fault: tuple[str, ...],
    allow_remote: bool,  # noqa: FBT001  (click passes it by name)
) -> None:
    """Serve the Gemini API, Vertex AI and Cloud Storage, as far as tuning needs them, until SIGTERM or SIGINT."""
    import sqlite3

    from reconciler.emulator.faulttext import parse
    from reconciler.emulator.http import serve_forever
    from reconciler.emulator.server import Emulator
    from reconciler.emulator.settings import Settings

    try:
        injected = [parse(each) for each in fault]
        settings = Settings(steps_per_second=steps_per_second)
    except ValueError as error:
        raise UsageError(str(error)) from error
    try:
        emulator = Emulator(state, settings=settings, request_log=requests)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"cannot open the state or the log: {error}", "name files that can be written") from error
    for each in injected:
        emulator.inject(each)
    try:
        serve_forever(emulator, host, port, allow_remote=allow_remote, on_ready=_ready)
    except ValueError as error:
        raise UsageError(str(error), "give --allow-remote if that is meant") from error
    except OSError as error:
        raise ReconcilerError(f"cannot listen on {host}:{port}: {error.strerror}", "choose another --port") from error


def _ready(url: str) -> None:
    """Say where it is; a script may wait for this line on stdout."""
    click.echo(f"Serving the Gemini API, Vertex AI and Cloud Storage on {url} (stop with Ctrl-C)")

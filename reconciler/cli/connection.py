"""The provider of a session: the service, an emulator on loopback, or the one inside this process."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.interruption import pause
from reconciler.cli.session import Session
from reconciler.errors import UsageError
from reconciler.providers.port import Provider
from reconciler.resource.workspace import EMULATOR

if TYPE_CHECKING:
    import requests

    from reconciler.emulator.settings import Settings

STATE = "emulator.sqlite3"
STATE_FOLDER = ".reconciler"
"""Beside the workspace: the emulator's state, and what `init` puts there. Hidden, so it is never read as manifests."""
SPEED = "RECONCILER_EMULATOR_STEPS_PER_SECOND"


def connect(session: Session, *, losses: bool = False) -> Provider:
    """Make the provider; with `losses`, trainings are observed with their loss curves."""
    from reconciler.providers.dialling import dial

    embedded = _embedded(session.folder) if session.workspace.endpoint == EMULATOR else None
    return dial(session.workspace, os.environ, session=embedded, losses=losses, sleep=pause)


def state_folder(folder: Path) -> Path:
    """Make the folder of our own files, whose state git is told to leave out.

    Raises UsageError for a link in the place of one: a commit could let us write wherever it points.
    """
    made = folder / STATE_FOLDER
    ignore = made / ".gitignore"
    if link := next((each for each in (made, ignore, made / STATE) if each.is_symlink()), None):
        raise UsageError(f"{link} is a link", "remove it; the emulator keeps its state beside the workspace")
    made.mkdir(exist_ok=True)
    if not ignore.exists():
        ignore.write_text("/.gitignore\n/emulator.sqlite3*\n", encoding="utf-8")
    return made


def _embedded(folder: Path) -> "requests.Session":
    """A session on which an emulator answers, without a socket; its state outlives the process."""
    import sqlite3

    import requests

    from reconciler.emulator.inprocess import adapter
    from reconciler.emulator.server import Emulator
    from reconciler.providers.credentials import EMBEDDED

    settings = _settings()
    session = requests.Session()
    session.trust_env = False
    try:
        emulator = Emulator(state_folder(folder) / STATE, settings=settings)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(
            f"the emulator cannot keep its state in {folder / STATE_FOLDER}: {error}",
            "make the folder writable; a broken state can be deleted",
        ) from error
    session.mount(EMBEDDED, adapter(emulator))
    return session


def _settings() -> "Settings":
    """The embedded emulator's, with its speed, in steps a second, from the environment."""
    from reconciler.emulator.settings import SLOWEST, Settings

    text = os.environ.get(SPEED)
    try:
        return Settings(steps_per_second=float(text)) if text else Settings()
    except ValueError:
        raise UsageError(f"{SPEED} is {text!r}", f"set it to a number from {SLOWEST:f} up") from None

"""Does what a page says, in one shell: writes its files and types its commands, and tells what these print."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import uuid4

from tests.docs.page import ROOT, Command, File, Step
from tests.zygote import Time

START = 1_767_603_600.0
"""Monday, 5 January 2026, 09:00 UTC: when every page begins."""
PATIENCE = 120.0
"""Seconds that a page may take."""
PACE = {"review.md": "0.02"}
"""Steps a second of the emulator, for pages that say so."""
COMMIT = re.compile(r"\b[0-9a-f]{7}\b")
"""A commit, abbreviated: made of everything in it, the schemas that `init` writes too."""

_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "reader"), ("EMAIL", "reader@example.com"), ("DATE", "2026-01-05T09:00:00Z"))
}


def pace(page: Path) -> dict[str, str]:
    """Variables for the speed of a page's trainings."""
    return {"RECONCILER_EMULATOR_STEPS_PER_SECOND": PACE[page.name]} if page.name in PACE else {}


def play(steps: Iterable[Step], folder: Path, **environ: str) -> Sequence[str]:
    """Go through the steps in an empty folder of `folder`; give what each command prints, on both streams.

    `~/reconciler` has a copy of the examples that the repository comes with.
    """
    home, place = folder / "home", folder / "place"
    place.mkdir(parents=True)
    ignored = shutil.ignore_patterns(".reconciler")
    shutil.copytree(ROOT / "manifests", home / "reconciler" / "manifests", ignore=ignored)
    mark = f"--{uuid4().hex}--"
    ended = subprocess.run(
        ["/bin/bash", "-c", "".join(_script(steps, mark))],
        cwd=place,
        env={
            **os.environ,
            **_IDENTITY,
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(home),
            "PATH": f"{_program(folder)}:/usr/local/bin:/usr/bin:/bin",
            "XDG_CACHE_HOME": str(folder / "cache"),
            **environ,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=True,
    )
    return ended.stdout.decode().split(mark)[:-1]


def _script(steps: Iterable[Step], mark: str) -> Iterable[str]:
    """The lines of the shell; each command ends with the mark and leaves its exit code to the next one."""
    for step in steps:
        match step:
            case File(path, text):
                end = f"END-{uuid4().hex}"
                yield f"code=$?; mkdir -p \"$(dirname {path})\"; cat > {path} <<'{end}'\n{text}{end}\n(exit $code)\n"
            case Command(typed, _):
                yield f"{typed}\ncode=$?; printf %s {mark}; (exit $code)\n"
    yield "true\n"


def _program(folder: Path) -> Path:
    """Make a folder in which `reconciler` is this program in a time of its own."""
    programs, clock = folder / "bin", folder / "clock"
    programs.mkdir()
    Time(clock, START).close()
    stand_in = f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P -m tests.docs.stand_in {clock} "$@"\n'
    (programs / "reconciler").write_text(stand_in)
    (programs / "reconciler").chmod(0o755)
    return programs


def alike(text: str) -> str:
    """A text without what differs from run to run."""
    return COMMIT.sub("COMMIT", text)

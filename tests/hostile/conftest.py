"""A workspace under attack: every attempt is a process with limits, before a service that notes every request.

An attempt has a gigabyte of memory and a few seconds of processor time; the kernel ends it when it needs more. What
it said and left behind is looked at: one exit code, no traceback, little memory, no request, no file.
"""

import os
import resource
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.emulator.http import Served, serve
from reconciler.emulator.settings import Settings
from tests.golden.wire import Watched
from tests.tally import Tally
from tests.zygote import Ended, start

ADDRESSES = 2 * 1024**3
"""Bytes of address space. Half of it is numpy's, which comes with deepdiff into the process that forks."""
SECONDS = 20
"""Of processor time, and three times as many on the clock. The slowest attempt needs a third of it."""
MEMORY = 512
"""MiB that an attempt may hold at its peak; the interpreter with everything imported holds 80 of them."""

NOW = 1_700_000_000.0
HEAD = "apiVersion: reconciler.dev/v1alpha1\n"
WORKSPACE = f"{HEAD}kind: Workspace\nmetadata: {{name: target}}\n"
BASE = "models/gemini-1.5-flash-001-tuning"
MODEL = f"{HEAD}kind: TunedModel\nmetadata: {{name: model}}\nspec:\n  baseModel: {BASE}\n"
ROWS = "".join(f'{{"text_input": "{n}", "output": "{n + 1}"}}\n' for n in range(20))


@dataclass(slots=True)
class Target:
    """A workspace in `manifests/` of a folder, and the service it is for."""

    root: Path
    service: Watched
    environment: dict[str, str]
    tally: Tally
    memory: int = MEMORY

    @property
    def folder(self) -> Path:
        """The folder of the manifests."""
        return self.root / "manifests"

    def write(self, name: str, content: str | bytes) -> Path:
        """Put a file beside the manifests."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def declare(self, path: str, *, name: str = "model", **dataset: str) -> None:
        """Declare a model of training data."""
        listed = "".join(f"    {key}: {value}\n" for key, value in dataset.items())
        text = MODEL.replace("name: model", f"name: {name}") + f"  dataset:\n    path: {path}\n{listed}"
        self.write(f"{name}.yaml", text)

    def run(self, *argv: str, **env: str) -> Ended:
        """Run the command within the limits."""
        running = start(argv, cwd=self.root, env=self.environment | env)
        for kind, most in ((resource.RLIMIT_AS, ADDRESSES), (resource.RLIMIT_CPU, SECONDS)):
            try:
                resource.prlimit(running.pid, kind, (most, most))
            except ProcessLookupError:
                break
        ended = running.wait(SECONDS * 3)
        assert "Traceback" not in ended.said, ended.said
        assert "bug" not in ended.stderr, ended.stderr
        assert ended.peak < self.memory, f"{ended.peak} MiB; {ended.said[:2000]}"
        return ended

    def refused(self, *argv: str, code: int = 1, **env: str) -> str:
        """Run what has to be refused, without a request or a trace in the folder; give what was said."""
        argv = argv or ("apply", "--yes")
        before = self.traces()
        ended = self.run(*argv, **env)
        assert ended.code == code, (ended.code, ended.said[-3000:])
        assert self.traces() == before
        assert self.service.exchanges == []
        assert ended.stdout == "" or argv[0] == "validate", ended.stdout
        self.tally("hostile inputs refused")
        return ended.said

    def traces(self) -> Mapping[str, tuple[int, int, int]]:
        """Every file below the folder: what it is, how large, how old."""
        found: dict[str, tuple[int, int, int]] = {}
        for folder, folders, files in os.walk(os.fsencode(self.root)):
            for name in (*folders, *files):
                path = os.path.join(folder, name)  # noqa: PTH118  (bytes: some names are no text)
                seen = os.lstat(path)
                found[os.fsdecode(path)] = (seen.st_mode, seen.st_size, seen.st_mtime_ns)
        return found


@pytest.fixture(scope="session")
def service() -> Iterator[tuple[Watched, Served]]:
    """The service that must not hear of any of this."""
    watched = Watched(lambda: NOW, Settings(start_delay=0))
    served = serve(watched)
    yield watched, served
    served.close()


@pytest.fixture
def target(tmp_path: Path, service: tuple[Watched, Served], tally: Tally) -> Target:
    """A workspace without models."""
    watched, served = service
    watched.exchanges.clear()
    root = tmp_path / "checkout"
    cache = tmp_path / "cache"
    environment = {**os.environ, "RECONCILER_ENDPOINT": served.url, "XDG_CACHE_HOME": str(cache)}
    made = Target(root, watched, environment, tally)
    made.write("workspace.yaml", WORKSPACE)
    made.write("rows.jsonl", ROWS)
    return made

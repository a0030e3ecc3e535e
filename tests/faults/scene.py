"""The worlds that faults happen in: what is declared, what is there already, and the command that meets the fault.

Every world is a copy of one that real commands made, so that hundreds of runs can start from the same point.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from reconciler.emulator.settings import Settings
from tests.faults.server import Blow, Server
from tests.faults.service import APPLY, PLAN, Scene, service
from tests.golden.story import NUMBERS, SENTENCES, WORKSPACE
from tests.golden.wire import Watched
from tests.services.dialect import dialect
from tests.zygote import Ended, Time, start

START = 1_714_557_600.0
"""2024-05-01 10:00:00 UTC."""
SPEED = {"steps_per_second": 4.0, "start_delay": 0.0, **dialect().settings}
SETTINGS = Settings(**SPEED, fail_after={"failing-": 3})
HARMLESS = Settings(**SPEED)

SIZE = dialect().lines.size
OTHER = SENTENCES.replace("epochCount: 3", "epochCount: 2")
DESCRIBED = SENTENCES + "  description: Counts, one number at a time.\n"


NEW = SENTENCES.replace("epochCount: 3", "epochCount: 1")
BRIEF = NEW.replace(f"{SIZE}: 4", f"{SIZE}: 8")
ONCE = {"changed": SENTENCES, "replaced": SENTENCES, "removed": BRIEF}

WANTED = {"changed": DESCRIBED, "created": NEW, "replaced": OTHER}
AGAIN = (*APPLY, "--retry-failed", "failing")
SCENES = {
    scene.name: scene
    for scene in (
        Scene("plan", PLAN, WANTED, applied=ONCE),
        Scene("failed", PLAN, {"failing": SENTENCES}, begun=APPLY, repair=AGAIN),
        Scene("apply", APPLY, WANTED, applied=ONCE),
        Scene("refused", APPLY, {"created": NEW, "failing": OTHER}, repair=AGAIN),
        Scene("wait", ("wait",), {**WANTED, "failing": OTHER}, applied=ONCE, begun=(*APPLY, "--no-wait"), repair=AGAIN),
        *service().scenes,
    )
}


class World:
    """One copy of a scene: a folder, a service, and a time; to be used as a context."""

    def __init__(self, scene: Scene, folder: Path, now: float = START, state: sqlite3.Connection | None = None) -> None:
        """Begin with the state of a service, or with none."""
        self.scene = scene
        self.folder = folder
        self.time = Time(folder / "time", now)
        self.emulator = Watched(self.time.now, SETTINGS)
        self.ran: list[Ended] = []
        if state is not None:
            state.backup(self.emulator._store.sql)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.emulator.close()
        self.time.close()

    def everything(self) -> object:
        """All there is, but for what training does to it."""
        return service().everything(self.emulator.ask)

    @property
    def state(self) -> sqlite3.Connection:
        """What the service remembers."""
        return self.emulator._store.sql

    def declare(self, manifests: Mapping[str, str]) -> None:
        """Write these manifests and no others."""
        place = self.folder / "work" / "manifests"
        shutil.rmtree(place, ignore_errors=True)
        (place / "data").mkdir(parents=True)
        (place / "data" / "sentences.jsonl").write_text(NUMBERS)
        (place / "workspace.yaml").write_text(WORKSPACE)
        for name, text in manifests.items():
            (place / f"{name}.yaml").write_text(text.replace("name: sentences", f"name: {name}"))
        for name, text in self.scene.data.items():
            (place / "data" / name).write_text(text)

    def run(
        self,
        argv: Sequence[str],
        blow: Blow | None = None,
        *,
        elsewhere: str = "http://127.0.0.1:1",
        env: Mapping[str, str] | None = None,
        meanwhile: Callable[[int], None] = lambda _: None,
    ) -> tuple[Ended, Server]:
        """Run a command to its end; give how it ended, and what the service saw."""
        with Server(self.emulator, self.time, elsewhere, blow, meanwhile) as server:
            given = {
                "HOME": str(self.folder / "home"),
                "NO_GCE_CHECK": "true",
                "PATH": os.environ["PATH"],
                "RECONCILER_ENDPOINT": server.url,
                "RECONCILER_PARALLELISM": "1",
                **(env or {}),
            }
            ended = start(argv, cwd=self.folder / "work", env=given, time=self.time).wait()
        self.ran.append(ended)
        return ended, server


@cache
def _templates() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="scenes-", ignore_cleanup_errors=True)


@cache
def template(name: str) -> World:
    """Play what comes before a scene."""
    scene = SCENES[name]
    folder = Path(_templates().name) / name
    folder.mkdir()
    world = World(scene, folder)
    scene.deed(world.emulator.ask)
    if scene.applied:
        world.declare(scene.applied)
        assert world.run(APPLY)[0].code == 0, world.ran[-1].said
        for model in [model for model in world.emulator.states() if model.startswith("replaced-")]:
            service().grant(world.emulator.ask, model)
    world.declare(scene.declared)
    if scene.begun:
        world.run(scene.begun)
    return world


def copied(name: str, folder: Path) -> World:
    """Give a copy of a scene's world in a folder that does not exist yet."""
    made = template(name)
    shutil.copytree(made.folder, folder)
    return World(made.scene, folder, made.time.now(), made.state)

"""The worlds that faults happen in: what is declared, what is there already, and the command that meets the fault.

Every world is a copy of one that real commands made, so that hundreds of runs can start from the same point.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from reconciler.emulator.settings import Settings
from tests.faults.server import Blow, Server
from tests.golden.story import NUMBERS, SENTENCES, WORKSPACE
from tests.golden.wire import Watched
from tests.zygote import Ended, Time, start

START = 1_714_557_600.0
"""2024-05-01 10:00:00 UTC."""
SETTINGS = Settings(steps_per_second=4.0, start_delay=0.0, fail_after={"failing-": 3})
HARMLESS = Settings(steps_per_second=4.0, start_delay=0.0)
READER = {"granteeType": "USER", "emailAddress": "reader@example.com", "role": "READER"}
APPLY = ("apply", "--yes")
PLAN = ("plan",)

OTHER = SENTENCES.replace("batchSize: 4", "batchSize: 6")
DESCRIBED = SENTENCES + "  description: Counts, one number at a time.\n"


@dataclass(frozen=True, slots=True)
class Scene:
    """What was applied once, what is declared since, how it was begun, and the command to be tried."""

    name: str
    argv: tuple[str, ...]
    declared: Mapping[str, str]
    applied: Mapping[str, str] = field(default_factory=dict)
    begun: tuple[str, ...] = ()
    repair: tuple[str, ...] = APPLY

    def trainings(self, name: str) -> int:
        """How many trainings of a name there may be: one, and one more where the first is made to fail."""
        return 2 if name == "failing" else 1


ONCE = {"changed": SENTENCES, "replaced": SENTENCES, "removed": SENTENCES}
TRAINED = ("state", "updateTime", "tuningTask")
"""What changes in a model while nobody writes."""

NEW = SENTENCES.replace("epochCount: 3", "epochCount: 1")
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

    def models(self) -> list[Any]:
        """Every model as it is, but for what training does to it."""
        listed = self.emulator.ask("GET", "/v1beta/tunedModels?pageSize=1000").get("tunedModels", [])
        return [{key: value for key, value in model.items() if key not in TRAINED} for model in listed]

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
    if scene.applied:
        world.declare(scene.applied)
        assert world.run(APPLY)[0].code == 0, world.ran[-1].said
        for model in [model for model in world.emulator.states() if model.startswith("replaced-")]:
            world.emulator.ask("POST", f"/v1beta/tunedModels/{model}/permissions", READER)
    world.declare(scene.declared)
    if scene.begun:
        world.run(scene.begun)
    return world


def copied(name: str, folder: Path) -> World:
    """Give a copy of a scene's world in a folder that does not exist yet."""
    made = template(name)
    shutil.copytree(made.folder, folder)
    return World(made.scene, folder, made.time.now(), made.state)

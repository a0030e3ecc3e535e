"""A wait of six hours with tokens that live for one: over TLS, by a proxy, with Application Default Credentials."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.emulator.settings import Settings
from tests import tested
from tests.faults.cell import EMPTY
from tests.faults.scene import HARMLESS, SCENES, SPEED, World
from tests.faults.service import APPLY, PLAN, service
from tests.faults.tokens import Gate, Papers, papers
from tests.golden.story import SENTENCES
from tests.zygote import Ended, start

pytestmark = [pytest.mark.process, pytest.mark.loopback]
at_length = pytest.mark.soak if tested.name() == "vertex" else pytest.mark.process
"""Credentials are the same at every service: six hours of one are enough where there is little time."""

HOUR = 3600.0
LATER = 1_767_225_600.0
"""2026-01-01: urllib3 warns of a clock that says less than it was made at."""
STEPS = 15
"""Of the training."""
LOGIN = {
    "type": "authorized_user",
    "client_id": "made-up.apps.example",
    "client_secret": "canary-of-the-client",
    "refresh_token": "canary-of-the-login",
}


@dataclass(slots=True)
class Life:
    """A world behind the gate."""

    world: World
    gate: Gate
    papers: Papers

    def run(self, *argv: str) -> Ended:
        """Run a command as somebody who is logged in; what must stay secret must be in nothing that is left of it."""
        folder = self.world.folder
        (folder / "adc").mkdir(exist_ok=True)
        login = folder / "adc" / "login.json"
        login.write_text(json.dumps(LOGIN))
        env = {
            "HOME": str(folder / "home"),
            "GOOGLE_APPLICATION_CREDENTIALS": str(login),
            "HTTPS_PROXY": self.gate.url,
            "REQUESTS_CA_BUNDLE": str(self.papers.authority),
            "RECONCILER_ENDPOINT": f"https://{service().hosts[0]}",
            "NO_GCE_CHECK": "true",
        }
        ended = start([*argv, "-vv"], cwd=folder / "work", env=env, time=self.world.time).wait()
        left = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file() and file != login)
        for secret in (LOGIN["client_secret"], LOGIN["refresh_token"], *self.gate.issued):
            assert secret not in ended.said
            assert secret.encode() not in left
        assert not self.gate.strangers
        return ended

    def after(self, hours: float, deed: Callable[[], None]) -> None:
        """Do something at the first request after so many hours."""
        begun = self.world.time.now()
        done: list[bool] = []

        def look(_: int) -> None:
            if not done and self.world.time.now() - begun > hours * HOUR:
                done.append(True)
                deed()

        self.gate._meanwhile = look


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """A model to train, which takes six hours."""
    made = papers(tmp_path)
    (tmp_path / "world").mkdir()
    with World(SCENES["apply"], tmp_path / "world", LATER) as world:
        world.emulator.settings = Settings(**{**SPEED, "steps_per_second": STEPS / (6 * HOUR)})
        world.declare({"sentences": SENTENCES})
        with Gate(world.emulator, world.time, made) as gate:
            yield Life(world, gate, made)


def begun(life: Life) -> int:
    return sum(each.creates for each in life.world.emulator.exchanges)


@at_length
def test_a_wait_outlives_its_tokens(life: Life) -> None:
    ended = life.run(*APPLY)
    assert ended.code == 0, ended.said
    assert len(life.gate.issued) >= 6
    assert life.gate.refusals == 0, "a token was used that had run out"
    assert life.run(*PLAN).stdout.endswith(EMPTY)
    assert begun(life) == 1


def test_a_token_that_is_withdrawn_is_replaced(life: Life) -> None:
    life.after(2.5, lambda: life.gate.withdrawn.update(life.gate.issued))
    ended = life.run(*APPLY)
    assert ended.code == 0, ended.said
    assert life.gate.refusals == 1
    assert begun(life) == 1


@at_length
def test_a_login_that_is_revoked_ends_the_wait_and_nothing_else(life: Life) -> None:
    def revoke() -> None:
        life.gate.revoked = True

    life.after(2.5, revoke)
    ended = life.run(*APPLY)
    assert ended.code == 1
    said = " ".join(ended.stdout.split())
    assert "The run was given up: no access token: " in said
    assert "run `gcloud auth application-default login" in said
    life.gate.revoked = False
    life.world.emulator.settings = HARMLESS
    assert life.run(*APPLY).code == 0
    assert life.run(*PLAN).stdout.endswith(EMPTY)
    assert begun(life) == 1


@at_length
def test_an_issuer_that_is_down_is_waited_out(life: Life) -> None:
    def fail() -> None:
        life.gate.unissued = 8

    life.after(2.5, fail)
    ended = life.run(*APPLY)
    assert ended.code == 0, ended.said
    assert life.gate.unissued == 0
    assert begun(life) == 1


def test_a_service_that_says_tokens_back_tells_nobody(life: Life) -> None:
    ended = None
    for number in range(1, 100):
        life.gate.served, life.gate.echoing = 0, number
        ended = life.run(*APPLY, "--no-wait")
        if life.gate.served < number:
            break
        assert ended.code != 0, ended.said
        life.world.time.advance(HOUR)
    assert ended is not None
    assert ended.code == 3, ended.said
    assert begun(life) == 1

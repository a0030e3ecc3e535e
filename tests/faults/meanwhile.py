"""What happens in the world while a command runs: as data, each with the command it happens to."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from reconciler.emulator.faults import Fault, Quota
from reconciler.emulator.wire import Response
from tests.faults.cell import AGAIN, EMPTY, check_secrecy, count, environment, explanations, quoted, secret
from tests.faults.damage import FAULTS
from tests.faults.scene import APPLY, HARMLESS, PLAN, START, World, copied
from tests.faults.server import Blow, Server, Wire, whole

HOURS = 3600.0
QUARTER = 900.0

Deed: TypeAlias = Callable[[World], object]


@dataclass(frozen=True, slots=True)
class Story:
    """What happens: before the run, or just before its n-th request; a blow; or the service is like this.

    `again` is how many trainings somebody else made necessary a second time.
    """

    says: str
    argv: tuple[str, ...] = APPLY
    scene: str = "apply"
    deeds: Mapping[int, Deed] = field(default_factory=dict)
    blow: Blow | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    again: int = 0
    repair: tuple[str, ...] = ()


def tell(story: Story, folder: Path, elsewhere: Server) -> str:
    """Play a story; give its line of the page."""
    with copied(story.scene, folder) as world:
        world.emulator.settings = replace(world.emulator.settings, **story.settings)
        if begins := story.deeds.get(0):
            begins(world)

        def meanwhile(number: int) -> None:
            if deed := story.deeds.get(number):
                deed(world)

        key = secret()
        env = environment(key, elsewhere)
        ended, server = world.run(
            (*story.argv, "-vv"), story.blow, elsewhere=elsewhere.url, env=env, meanwhile=meanwhile
        )
        assert max(story.deeds, default=0) <= len(server.seen), "the run was over before it happened"
        said = "; ".join(dict.fromkeys(explanations(ended)))
        assert ended.code == 0 or said, ended.said
        world.emulator.settings = replace(HARMLESS, list_lag=world.emulator.settings.list_lag)
        world.emulator.clear_faults()
        then = _converge(world, ended.code, story)
        check_secrecy(world, key, elsewhere)
        counts = count(world)
        assert counts["twice"] == story.again, counts
        assert counts["lost"] == 0, counts
    cells = (
        f"*{story.says}*",
        f"`{' '.join(story.argv)}`",
        str(ended.code),
        str(then),
        quoted(said).replace("|", "\\|"),
    )
    return f"| {' | '.join(cells)} |"


def _converge(world: World, code: int, story: Story) -> int:
    """Run apply until everything is as declared; give how often that took."""
    done = code == 0 and story.argv[0] == "apply"
    for runs in range(AGAIN + 1):
        if (done or runs) and world.run(PLAN)[0].stdout.endswith(EMPTY):
            return runs
        world.run(story.repair or world.scene.repair)
    raise AssertionError("\n\n".join(each.said for each in world.ran))


def _model(world: World, stem: str, newest: int = -1) -> str:
    """The id of a model."""
    return [model for model in world.emulator.states() if model.startswith(f"{stem}-")][newest]


def _delete(stem: str, newest: int = -1) -> Deed:
    """Somebody deletes a model."""
    return lambda world: world.emulator.ask("DELETE", f"/v1beta/tunedModels/{_model(world, stem, newest)}")


def _describe(stem: str, text: str) -> Deed:
    """Somebody overwrites a description, mark and all."""

    def deed(world: World) -> None:
        target = f"/v1beta/tunedModels/{_model(world, stem)}?updateMask=description"
        world.emulator.ask("PATCH", target, {"description": text})

    return deed


def _quota(world: World) -> None:
    """The service takes five requests in ten seconds."""
    world.emulator.inject(Fault("*", "/", Quota(5, 10.0), times=None))


def _altered(change: Callable[[dict[str, Any]], None]) -> Callable[[Wire], None]:
    """Answer, with another body."""

    def strike(wire: Wire) -> None:
        response = wire.act()
        content = json.loads(response.body)
        change(content)
        wire.send(whole(replace(response, body=json.dumps(content).encode())))

    return strike


def _paged(*, always: bool) -> Callable[[Wire], None]:
    """Answer every page with the first one and the same token: always, or only to who asks for the first."""

    def strike(wire: Wire) -> None:
        target = re.sub("&pageToken=[^&]*", "", wire.request.target)
        content = json.loads(wire.handle(replace(wire.request, target=target)).body)
        if always or target == wire.request.target:
            content["nextPageToken"] = "again"
        wire.send(whole(Response(200, {}, json.dumps(content).encode())))

    return strike


def _strange(answer: dict[str, Any]) -> None:
    for model in (*answer.get("tunedModels", ()), answer):
        if "/created-" in model.get("name", "") and "state" in model:
            model["state"] = "HIBERNATING"


def _down(wire: Wire) -> None:
    """Fail for a quarter of an hour."""
    elapsed = wire.time.now() - START
    strike = FAULTS["503"].strike
    assert strike is not None
    if elapsed < QUARTER:
        strike(wire)
    else:
        wire.send(whole(wire.act()))


_STRIKE = {name: fault.strike for name, fault in FAULTS.items()}
_FOREVER = (*APPLY, "--timeout", "5m")

STORIES = {
    story.says + " ".join(story.argv): story
    for story in (
        Story("lists lag behind every write", settings={"list_lag": 4}),
        Story("the token of the next page comes back for ever", PLAN, blow=Blow(1, _paged(always=True), always=True)),
        Story("the token of the next page comes back for ever", blow=Blow(1, _paged(always=True), always=True)),
        Story("the same page comes twice", blow=Blow(1, _paged(always=False), always=True)),
        Story(
            "a training fails",
            settings={"fail_after": {"created-": 2}},
            again=1,
            repair=(*APPLY, "--retry-failed", "created"),
        ),
        Story("a model vanishes while it trains", deeds={14: _delete("created")}, again=1),
        Story("somebody overwrites the description that is about to be written", deeds={8: _describe("changed", "?")}),
        Story("somebody overwrites the mark of a model that is about to go", deeds={26: _describe("removed", "?")}),
        Story("somebody deletes the model that is about to go", deeds={26: _delete("removed")}),
        Story("somebody deletes the model that is being replaced", deeds={16: _delete("replaced", 0)}),
        Story("somebody deletes the successor before the old one goes", deeds={16: _delete("replaced")}, again=1),
        Story("somebody deletes a model between the list and the next request", PLAN, "plan", {2: _delete("removed")}),
        Story("a state that no version knows", PLAN, "wait", blow=Blow(1, _altered(_strange), always=True)),
        Story("a state that no version knows", _FOREVER, blow=Blow(13, _altered(_strange), every=True)),
        Story("the permission is revoked while it waits", blow=Blow(13, _STRIKE["403"], every=True)),
        Story("the key is revoked while it waits", blow=Blow(13, _STRIKE["401"], every=True)),
        Story("the service is down for a quarter of an hour", blow=Blow(13, _down, every=True)),
        Story("the quota is five requests in ten seconds", deeds={0: _quota}),
        Story(
            "the clock jumps six hours ahead during a 503",
            deeds={1: lambda world: world.time.jump(6 * HOURS)},
            blow=Blow(1, _STRIKE["503"]),
        ),
        Story(
            "the clock jumps six hours back during a 503",
            deeds={1: lambda world: world.time.jump(-6 * HOURS)},
            blow=Blow(1, _STRIKE["503"]),
        ),
        Story("the clock jumps a day ahead while it waits", deeds={14: lambda world: world.time.jump(24 * HOURS)}),
    )
}

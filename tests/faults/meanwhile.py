"""What happens in the world while a command runs: as data, each with the command it happens to."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from reconciler.emulator.faults import Fault, Quota
from reconciler.emulator.wire import Response
from tests import tested
from tests.faults.cell import (
    AGAIN,
    EMPTY,
    LATER,
    check_secrecy,
    count,
    environment,
    explanations,
    number,
    quoted,
    secret,
)
from tests.faults.damage import FAULTS
from tests.faults.scene import HARMLESS, START, World, copied
from tests.faults.server import Blow, Server, Strike, Wire, whole
from tests.faults.service import APPLY, PLAN, Moment, service
from tests.services import vertex
from tests.services.dialect import dialect

HOURS = 3600.0
QUARTER = 900.0
LONG = 100
"""Lists: more than one run looks at."""

Deed: TypeAlias = Callable[[World], object]


@dataclass(frozen=True, slots=True)
class Hit:
    """A blow at a moment."""

    moment: Moment
    strike: Strike | None
    always: bool = False
    every: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """What happens: just before the request of a moment; a blow; or the service is like this.

    `again` is how many trainings somebody else made necessary a second time; `only` the one service it is about.
    """

    says: str
    argv: tuple[str, ...] = APPLY
    scene: str = "apply"
    deeds: Mapping[Moment, Deed] = field(default_factory=dict)
    blow: Hit | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    again: int = 0
    repair: tuple[str, ...] = ()
    only: str = ""


def tell(story: Story, folder: Path, elsewhere: Server) -> str:
    """Play a story; give its line of the page."""
    with copied(story.scene, folder) as world:
        world.emulator.settings = replace(world.emulator.settings, **story.settings)
        deeds = {_number(story, moment): deed for moment, deed in story.deeds.items()}

        def meanwhile(number: int) -> None:
            if deed := deeds.get(number):
                deed(world)

        key = secret()
        env = environment(key, elsewhere)
        ended, server = world.run(
            (*story.argv, "-vv"), _blow(story), elsewhere=elsewhere.url, env=env, meanwhile=meanwhile
        )
        assert max(deeds, default=0) <= len(server.seen), "the run was over before it happened"
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
        world.time.advance(runs * LATER)
        if story.settings.get("list_lag") == LONG:
            _catch_up(world)
        world.run(story.repair or world.scene.repair)
    raise AssertionError("\n\n".join(each.said for each in world.ran))


def _catch_up(world: World) -> None:
    """Let lists show what there is."""
    with world.emulator._store.writing():
        for kind in ("lists", "lists tuningJobs", "lists models", "lists endpoints"):
            for _ in range(LONG):
                world.emulator._store.add(kind)


def _number(story: Story, moment: Moment) -> int:
    return number(story.scene, *service().moments[moment])


def _blow(story: Story) -> Blow | None:
    """The blow of a story, by its number."""
    hit = story.blow
    return Blow(_number(story, hit.moment), hit.strike, hit.always, hit.every) if hit else None


def _model(world: World, stem: str, newest: int = -1) -> str:
    """The id of a model."""
    return [model for model in world.emulator.states() if model.startswith(f"{stem}-")][newest]


def _delete(stem: str, newest: int = -1) -> Deed:
    """Somebody deletes a model."""
    return lambda world: dialect().deeds.delete(world.emulator.ask, _model(world, stem, newest))


def _take(stem: str) -> Deed:
    """Somebody overwrites what carries the mark."""
    return lambda world: dialect().deeds.take(world.emulator.ask, _model(world, stem))


def _undeploy(stem: str) -> Deed:
    """Somebody takes a model of Vertex AI from its endpoint."""

    def deed(world: World) -> None:
        ask = world.emulator.ask
        for endpoint in vertex.endpoints(vertex.found(ask, _model(world, stem))):
            vertex.undeploy(ask, endpoint)

    return deed


def _quota(world: World) -> None:
    """The service takes five requests in ten seconds."""
    world.emulator.inject(Fault("*", "/", Quota(5, 10.0), times=None))


def _altered(change: Callable[[dict[str, Any]], None]) -> Callable[[Wire], None]:
    """Answer, with another body."""

    def strike(wire: Wire) -> None:
        response = wire.act()
        content = json.loads(response.body or b"{}")
        change(content)
        wire.send(whole(replace(response, body=json.dumps(content).encode() if response.body else b"")))

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
        Story(
            "lists lag, and the answer that a training was begun is lost",
            settings={"list_lag": 4},
            blow=Hit("creates", _STRIKE["done, answer lost"], always=True),
        ),
        Story(
            "lists lag for a long time, and the answer that a training was begun is lost",
            settings={"list_lag": LONG},
            blow=Hit("creates", _STRIKE["done, answer lost"]),
        ),
        Story(
            "the token of the next page comes back for ever", PLAN, blow=Hit("first", _paged(always=True), always=True)
        ),
        Story("the token of the next page comes back for ever", blow=Hit("first", _paged(always=True), always=True)),
        Story("the same page comes twice", blow=Hit("first", _paged(always=False), always=True)),
        Story(
            "a training fails",
            settings={"fail_after": {"created-": 2}},
            again=1,
            repair=(*APPLY, "--retry-failed", "created"),
        ),
        Story("a model vanishes while it trains", deeds={"waits on": _delete("created")}, again=1),
        Story("somebody overwrites the description that is about to be written", deeds={"rereads": _take("changed")}),
        Story("somebody overwrites the mark of a model that is about to go", deeds={"removes": _take("removed")}),
        Story("somebody deletes the model that is about to go", deeds={"removes": _delete("removed")}),
        Story("somebody deletes the model that is being replaced", deeds={"replaces": _delete("replaced", 0)}),
        Story(
            "somebody deletes the successor before the old one goes", deeds={"replaces": _delete("replaced")}, again=1
        ),
        Story(
            "somebody deletes a model between the list and the next request",
            PLAN,
            "plan",
            {"after the list": _delete("removed")},
        ),
        Story(
            "a state that no version knows", PLAN, "wait", blow=Hit("first", _altered(service().hibernate), always=True)
        ),
        Story("a state that no version knows", _FOREVER, blow=Hit("waits", _altered(service().hibernate), every=True)),
        Story("the permission is revoked while it waits", blow=Hit("waits", _STRIKE["403"], every=True)),
        Story("the key is revoked while it waits", blow=Hit("waits", _STRIKE["401"], every=True)),
        Story("the service is down for a quarter of an hour", blow=Hit("waits", _down, every=True)),
        Story("the quota is five requests in ten seconds", deeds={"first": _quota}),
        Story(
            "the clock jumps six hours ahead during a 503",
            deeds={"first": lambda world: world.time.jump(6 * HOURS)},
            blow=Hit("first", _STRIKE["503"]),
        ),
        Story(
            "the clock jumps six hours back during a 503",
            deeds={"first": lambda world: world.time.jump(-6 * HOURS)},
            blow=Hit("first", _STRIKE["503"]),
        ),
        Story(
            "the clock jumps a day ahead while it waits", deeds={"waits on": lambda world: world.time.jump(24 * HOURS)}
        ),
        Story("the service takes no filter on labels", settings={"label_filter": "refuse"}, only="vertex"),
        Story("each step of a delete takes ten minutes", settings={"operation_seconds": 600.0}, only="vertex"),
        Story("each step of a delete takes half an hour", settings={"operation_seconds": HOURS / 2}, only="vertex"),
        Story(
            "somebody takes the successor from its endpoint before the old one goes",
            deeds={"replaces": _undeploy("replaced")},
            again=1,
            repair=(*APPLY, "--replace", "replaced"),
            only="vertex",
        ),
    )
    if story.only in ("", tested.name())
}

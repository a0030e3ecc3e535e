"""One cell of the table: a command meets a fault at one kind of request, and what has to be true whatever happens.

The judge is the emulator's own log and the server's, never what the client says of itself.
"""

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.damage import Fault
from tests.faults.scene import HARMLESS, SCENES, World, copied
from tests.faults.server import Blow, Server
from tests.faults.service import APPLY, PLAN, Column, service
from tests.zygote import Ended

AGAIN = 2
"""Runs of apply, after the fault is over, in which everything has to be as declared."""
LATER = 900.0
"""Seconds after which it is known of every training whether it was begun: between those runs, not before the first."""
EMPTY = "No changes.\n"
BELIEVED = "404"
"""The fault that is believed: so a service says that somebody else has deleted a model already."""
DOCUMENTED = {"plan": {0, 1}, "wait": {0, 1, 3, 5}, "apply": {0, 1, 3, 4, 5}}
"""Exit codes, by command."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a cell ended.

    The exit code; whether the run `asked` again for what it did not get; runs of apply needed `after` it; the messages;
    and what is counted: runs, requests hit, trainings begun, those begun twice, and deletes that left nothing to serve.
    """

    code: int
    asked: bool
    after: int
    messages: tuple[str, ...]
    counts: Counter[str]

    @property
    def text(self) -> str:
        """What stands in the table."""
        without = "w" if self.code == 0 and not self.asked else ""
        return f"{self.code}{without}" + (f"+{self.after}" if self.after else "")


def number(scene: str, kind: str, nth: int) -> int:
    """The place of the nth request of a kind among those of the scene's command."""
    return [number for number, each in enumerate(requests(scene), 1) if each == kind][nth - 1]


@cache
def requests(scene: str) -> list[str]:
    """The kinds of the requests that a scene's command makes when nothing goes wrong."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, copied(scene, Path(folder) / "world") as world:
        _, server = world.run(SCENES[scene].argv)
    return [service().kind(request) for request in server.seen]


def play(command: str, column: Column, fault: Fault, folder: Path, elsewhere: Server, *, always: bool) -> Outcome:
    """Play one cell; raise AssertionError for anything that must never be."""
    scene = SCENES[column.scene]
    assert scene.argv[0] == command
    key = secret()
    with copied(column.scene, folder) as world:
        nth = number(column.scene, column.kind, column.nth)
        blow = Blow(nth, fault.strike, always)
        before = world.everything()
        ended, server = world.run((*scene.argv, "-vv"), blow, elsewhere=elsewhere.url, env=environment(key, elsewhere))
        assert server.hits, "the fault hit nothing"
        assert service().sends_key or key not in str(server.seen), "the API key was sent to a service that takes none"
        assert ended.code in DOCUMENTED[command], ended.said
        messages = tuple(explanations(ended))
        assert ended.code == 0 or messages, f"nothing explains exit code {ended.code}:\n{ended.said}"
        if command == "apply":
            after = _converge(world, ended, believed=fault.name == BELIEVED)
        else:
            assert not any(each.writes for each in world.emulator.exchanges), ended.said
            assert world.everything() == before, "a reader changed the world"
            after = 0
        check_secrecy(world, key, elsewhere)
        hit = server.seen[nth - 1] if fault.strike else None
        asked = hit is None or any((each.method, each.target) == (hit.method, hit.target) for each in server.seen[nth:])
        counts = Counter(runs=len(world.ran), hit=server.hits) + count(world)
        return Outcome(ended.code, asked, after, messages, counts)


def secret() -> str:
    """An API key that nothing but our own care keeps out of what is written: it looks like none."""
    return f"canary-{secrets.token_hex(8)}"


def environment(key: str, elsewhere: Server) -> dict[str, str]:
    """A key, and proxies that a connection to this machine has no business with."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), elsewhere.url)
    return {"GEMINI_API_KEY": key, **proxies, **{name.lower(): url for name, url in proxies.items()}}


def _converge(world: World, ended: Ended, *, believed: bool) -> int:
    """Run apply until everything is as declared; give how often that took. A run that ended 0 needs none after it."""
    scene = world.scene
    world.emulator.settings = HARMLESS
    runs = 0
    code = ended.code if scene.repair == scene.argv else -1
    while code != 0 and runs < AGAIN:
        world.time.advance(runs * LATER)
        code = world.run(scene.repair)[0].code
        runs += 1
    planned, _ = world.run(PLAN)
    if believed and not planned.stdout.endswith(EMPTY):
        assert world.run(APPLY)[0].code == 0, world.ran[-1].said
        runs += 1
        planned, _ = world.run(PLAN)
    assert planned.stdout.endswith(EMPTY), "\n\n".join(each.said for each in world.ran)
    return runs


def check_secrecy(world: World, key: str, elsewhere: Server) -> None:
    """Hold that nobody learned the key, and that nobody saw a traceback."""
    said = "\n".join(each.said for each in world.ran)
    assert "Traceback" not in said, said
    assert "this is a bug" not in said, said
    assert key not in said, "the API key is printed"
    for file in world.folder.rglob("*"):
        assert not file.is_file() or key.encode() not in file.read_bytes(), f"the API key is in {file}"
    assert not elsewhere.seen, "something was sent to another host"


def count(world: World) -> Counter[str]:
    """Count by the emulator's log: trainings begun, begun twice, and deletes after which nothing of a name served."""
    begun = Counter(each.model for each in world.emulator.exchanges if each.creates)
    names = Counter(model.rpartition("-")[0] for model in begun)
    twice = sum(number - 1 for number in begun.values())
    twice += sum(max(0, number - world.scene.trainings(name)) for name, number in names.items())
    lost = 0
    for left in world.emulator.left:
        for name in {"changed", "replaced"} & set(world.scene.applied):
            lost += not any(model.startswith(f"{name}-") and state == "ACTIVE" for model, state in left.items())
    return Counter(trained=begun.total(), twice=twice, lost=lost)


_GIVEN_UP = "The run was given up: "
_OVER = "The time for waiting is over."
_TROUBLE = ("Failed:", "Refused:", _GIVEN_UP, _OVER)
_ADDRESSED = re.compile(r"TunedModel/\S+  [a-z ]+ \S+: ")


def explanations(ended: Ended) -> Iterator[str]:
    """The sentences that explain how a run ended, without what differs from run to run.

    They are the errors on stderr and, of the report on stdout, the rows that failed or were refused and what ended the
    run; lines that begin deeper go on with the line above.
    """
    for line in ended.stderr.splitlines():
        if line.startswith("Error: "):
            yield neutral(line.removeprefix("Error: "))
    report = ended.stdout.partition("\n\nResult:")[0]
    for section in report.split("\n\n"):
        if section.startswith(_TROUBLE):
            title, _, rows = re.sub(r"\n    +| *\n  (?!Tuned)", " ", section).partition("\n")
            if title.startswith((_GIVEN_UP, _OVER)):
                yield neutral(title)
            yield from (neutral(_ADDRESSED.sub("", row.strip())) for row in rows.splitlines() if _ADDRESSED.search(row))


def neutral(text: str) -> str:
    """A message without ports, computed ids and the options of a login."""
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    text = re.sub(r"(`gcloud auth application-default login) [^`]*`", r"\1 …`", text)
    return service().neutral(text)


def quoted(text: str) -> str:
    """A message as Markdown, literally; it may have backticks of its own."""
    return f"`` {text} ``" if text else "nothing"

"""Histories: what people, pipelines and the world do to a workspace, one step after the other.

The remote is the emulator, spoken to by the real provider. Faults and crashes happen on the wire between them: a crash
is a BaseException, which nothing may catch. People act on the emulator directly.
"""

import itertools
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Literal, TypeAlias

import requests
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from reconciler.apply import execute
from reconciler.emulator.server import Emulator
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from reconciler.errors import ReconcilerError, Refused
from reconciler.plan.adoption import release
from reconciler.plan.event import Finished, Report
from reconciler.plan.plan import Plan
from reconciler.plan.policy import POLICIES
from reconciler.preview import preview
from reconciler.providers.gemini.advice import explain
from reconciler.providers.gemini.provider import GeminiProvider
from reconciler.providers.http import Http
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.run import Options
from reconciler.waiting import Clock
from tests.build import desired, terms
from tests.properties.oracle import Bid, Oracle, Wanted
from tests.world import Examples

NAMES = ("a", "b", "c")
BASE = "models/gemini-1.0-pro-001"
DOOMED = "doomed"
"""A display name whose trainings fail."""
FINE = "fine"

Trouble: TypeAlias = Literal[
    "", "crash-before", "crash-after", "lost-before", "lost-after", "503", "429", "401", "403", "html", "cut", "odd"
]
REFUSALS = {
    "503": Response(503, {}, b'{"error": {"message": "not now"}}'),
    "429": Response(429, {"Retry-After": "3"}, b'{"error": {"message": "not now"}}'),
    "401": Response(401, {}, b'{"error": {"status": "UNAUTHENTICATED", "message": "who?"}}'),
    "403": Response(403, {}, b'{"error": {"status": "PERMISSION_DENIED", "message": "not you"}}'),
    "html": Response(502, {"Content-Type": "text/html"}, b"<html><title>Bad gateway</title></html>"),
}
"""Answers of a service, or of something before it, that did nothing."""


class Crash(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class Declare:
    """Write a manifest, new or other."""

    name: str
    data: str
    epochs: int | None = None
    temperature: float | None = None
    text: str | None = None
    keep: int = 0
    protect: bool = False
    on_removal: str = "delete"
    doomed: bool = False


@dataclass(frozen=True)
class Edit:
    """Change one line of the nth manifest."""

    nth: int
    line: tuple[str, Any]


@dataclass(frozen=True)
class Remove:
    """Take the nth manifest away."""

    nth: int


@dataclass(frozen=True)
class Rename:
    """Give the nth manifest another name, with or without the annotation."""

    nth: int
    new: str
    annotated: bool = False


@dataclass(frozen=True)
class Apply:
    """Run the program; `trouble` strikes at the nth request, so many times in a row.

    A run may be about one selected name, of a workspace that it sees whole, or (`folder`) only this manifest of.
    """

    wait: bool = True
    trouble: Trouble = ""
    at: int = 0
    times: int = 1
    retry: str = ""
    again: str = ""
    cancel: str = ""
    unprotect: str = ""
    selected: str = ""
    folder: bool = False
    policy: str = "sync"
    parallelism: int = 1


@dataclass(frozen=True)
class Ponder:
    """Plan, show the plan to a person, and wait for the answer."""


@dataclass(frozen=True)
class Approve:
    """The answer is yes: carry out the plan as it was shown, whatever became of the world."""


@dataclass(frozen=True)
class Meddle:
    """Do something to the nth model by hand."""

    deed: Literal["wipe", "write", "warm", "delete", "copy", "share", "overwrite"]
    nth: int


@dataclass(frozen=True)
class Strange:
    """Somebody else's model comes to be."""


@dataclass(frozen=True)
class Forget:
    """Let a name go that no manifest declares any more: its models stay, and are nobody's."""

    name: str


@dataclass(frozen=True)
class Pass:
    """Time goes by."""

    seconds: int


Step: TypeAlias = Declare | Edit | Remove | Rename | Apply | Ponder | Approve | Meddle | Strange | Forget | Pass

_name = st.sampled_from(NAMES)
_nth = st.integers(0, 5)
_maybe = st.sampled_from(("", "", "", "", *NAMES))
_troubles = st.one_of(
    st.sampled_from(("crash-before", "crash-after")),
    st.sampled_from(("lost-before", "lost-after", "cut", "odd", *REFUSALS)),
)
_lines: dict[str, tuple[Any, ...]] = {
    "data": ("one", "two", "three"),
    "epochs": (None, 5, 7),
    "temperature": (None, 0.2, 0.7),
    "text": (None, "words", "other words", ""),
    "keep": (0, 0, 0, 1),
    "protect": (False, False, False, True),
    "on_removal": ("delete", "delete", "delete", "keep"),
    "doomed": (False, False, False, True),
}
declares = st.builds(Declare, _name, **{line: st.sampled_from(values) for line, values in _lines.items()})
edits = st.builds(Edit, _nth, st.sampled_from([(line, value) for line, values in _lines.items() for value in values]))
broken = st.builds(Apply, wait=st.booleans(), trouble=_troubles, at=st.integers(0, 7))
applies = st.one_of(
    st.builds(Apply),
    broken,
    st.builds(
        Apply,
        wait=st.booleans(),
        trouble=_troubles,
        at=st.integers(0, 14),
        times=st.sampled_from((1, 1, 1, 8)),
        retry=_maybe,
        again=_maybe,
        cancel=_maybe,
        unprotect=_maybe,
        selected=_maybe,
        folder=st.booleans(),
        policy=st.sampled_from(("sync", "sync", "sync", "upsert-only", "create-only")),
    ),
    st.builds(Apply, wait=st.booleans(), again=_maybe, retry=_maybe, parallelism=st.sampled_from((1, 3))),
)
steps = st.one_of(
    declares,
    edits,
    edits,
    applies,
    applies,
    broken,
    broken,
    st.builds(Remove, _nth),
    st.builds(Rename, _nth, _name, st.booleans()),
    st.builds(Meddle, st.sampled_from(("wipe", "write", "warm", "delete", "copy", "share", "overwrite")), _nth),
    st.builds(Strange),
    st.builds(Forget, _name),
    st.builds(Ponder),
    st.builds(Approve),
    st.builds(Pass, st.sampled_from((1, 10, 100))),
)
settings = st.builds(
    Settings,
    steps_per_second=st.sampled_from((0.3, 5.0)),
    missing=st.sampled_from((404, 403)),
    after_cancel=st.sampled_from(("failed", "active", "deleted")),
    list_lag=st.sampled_from((0, 0, 0, 1)),
    description_trim=st.booleans(),
    delete_creating=st.sampled_from(("ok", "refuse")),
    fail_after=st.just({DOOMED: 1}),
)


class Wire(requests.adapters.BaseAdapter):
    """Between the program and the service: passes requests on, shows them to the oracle, and goes wrong on time."""

    def __init__(self, oracle: Oracle) -> None:
        super().__init__()
        self.oracle = oracle
        self.trouble: Trouble = ""
        self.countdown: range = range(0)
        self.count = itertools.count()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Deliver one request, or not."""
        struck = self.trouble if next(self.count) in self.countdown else ""
        if struck == "crash-before":
            raise Crash
        if struck in REFUSALS:
            return _given(REFUSALS[struck], request)
        if struck == "lost-before":
            raise requests.exceptions.ConnectionError("reset", request=request)
        answer = self._deliver(request)
        if struck == "crash-after":
            raise Crash
        if struck == "lost-after":
            raise requests.exceptions.ConnectionError("reset", request=request)
        if struck == "cut":
            answer = replace(answer, body=answer.body[: len(answer.body) // 2])
        if struck == "odd":
            answer = replace(answer, body=answer.body.replace(b'"ACTIVE"', b'"PAUSED"'))
        return _given(answer, request)

    def close(self) -> None:
        """Nothing is held."""

    def _deliver(self, request: requests.PreparedRequest) -> Response:
        path, _, query = request.path_url.partition("?")
        raw = request.body or b""
        body = raw.encode() if isinstance(raw, str) else bytes(raw)
        answers: list[Response] = []

        def forward() -> int:
            answers.append(self.oracle.emulator.handle(Request(str(request.method), request.path_url, {}, body)))
            return answers[0].status

        self.oracle.sent(str(request.method), path, query, json.loads(body or b"null"), forward)
        return answers[0]


class NoCredentials:
    """The emulator asks for none."""

    def headers(self, url: str) -> Mapping[str, str]:
        assert url.startswith("http://emulator/")
        return {}

    def renew(self) -> bool:
        return False

    def describe(self) -> str:
        return "none"


@dataclass
class History:
    """A workspace, the service it is about, and everybody who acts on them."""

    settings: Settings
    manifests: dict[str, Declare] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    time: float = 1_700_000_000.0
    strangers: int = 0
    shown: Plan | None = None
    crashes: int = 0

    def __post_init__(self) -> None:
        """Open the service."""
        self.emulator = Emulator(None, lambda: self.time, self.settings)
        self.oracle = Oracle(self.emulator)
        self.wire = Wire(self.oracle)

    def take(self, step: Step) -> None:
        """Let one thing happen. Whoever changes a manifest or makes a wish wants to see another plan."""
        if isinstance(step, Declare | Edit | Remove | Rename) or (
            isinstance(step, Apply) and (step.again or step.retry)
        ):
            self.shown = None
        match step:
            case Declare():
                self._remove(step.name, forget=False)
                self.manifests[step.name] = step
                self.oracle.declares(step.name, _wanted(step))
            case Edit() | Remove() | Rename():
                if self.manifests:
                    self._rewrite(sorted(self.manifests)[step.nth % len(self.manifests)], step)
            case Apply():
                self.apply(step)
            case Ponder() | Approve():
                self._ask_first(step)
            case Meddle() | Strange() | Forget():
                self._by_hand(step)
            case Pass():
                self.time += step.seconds

    def apply(self, step: Apply) -> tuple[Plan, Report] | None:
        """Run the program in a process of its own; None if it crashed or could not plan."""
        known = step.selected in self.manifests
        wishes = {"retry": step.retry, "replace": step.again, "cancel": step.cancel}
        said: dict[str, Any] = {wish: name for wish, name in wishes.items() if name in self.manifests}
        said |= {"unprotect": step.unprotect} if step.unprotect else {}
        if known:
            said |= {"whole": False} if step.folder else {"selected": [step.selected]}
        granted = dict(self.oracle.allowed)
        for name in {step.retry, step.again} & self.manifests.keys():
            self.oracle.repeats(name)
        self.oracle.bid = Bid(frozenset({step.selected}) if known else None, not known, step.policy, step.unprotect)
        self.wire.trouble, self.wire.count = step.trouble, itertools.count()
        self.wire.countdown = range(step.at, step.at + step.times)
        try:
            wants = [w for w in self.wants() if not (known and step.folder) or w.address.name == step.selected]
            made = POLICIES[step.policy](preview(wants, self._provider(), terms(**said)))
            self._listen(made)
            return made, self._carry_out(made, step)
        except Crash:
            self.crashes += 1
            return None
        except ReconcilerError:
            if not step.trouble:
                raise
            return None
        finally:
            self.wire.countdown = range(0)
            for name in {step.retry, step.again} & self.manifests.keys():  # a wish ends with its run
                self.oracle.allowed[name] = min(self.oracle.allowed[name], granted[name])

    def _carry_out(self, made: Plan, step: Apply) -> Report:
        clock, options = Clock(lambda: self.time, self._sleep), Options(step.parallelism, step.wait, timeout=600)
        *_, last = execute(made, self._provider(), Examples(), clock, options)
        assert isinstance(last, Finished)
        return last.report

    def _ask_first(self, step: Ponder | Approve) -> None:
        self.oracle.bid = Bid()
        if isinstance(step, Ponder):
            self.shown = preview(self.wants(), self._provider(), terms())
            self._listen(self.shown)
        elif self.shown is not None:
            self._carry_out(self.shown, Apply())

    def _listen(self, made: Plan) -> None:
        """Whoever is told `No changes.` at any time has what is declared, as far as lists are true."""
        if made.empty and not self.settings.list_lag:
            self.oracle.verdict("No changes.", set())

    def settle(self) -> Plan:
        """Apply in peace until nothing is left to do, as often as lists lag behind; give the last plan."""
        quiet = 0
        for _ in range(10):
            done = self.apply(Apply())
            assert done is not None
            made, _report = done
            quiet = 0 if made.acts or made.counts.training else quiet + 1
            if quiet > self.settings.list_lag:
                return made
        raise AssertionError("never at rest")

    def judge(self) -> None:
        """The law of laws, and everything that the oracle saw on the way."""
        last = self.settle()
        refused = {row.address.name for row in last.changes if row.refused}
        refused |= {row.address.name for row in last.changes if row.reasons and row.reasons[0] == "COPIED_MARK"}
        self.oracle.verdict("No changes." if last.empty else "nothing to do", refused)
        assert not self.oracle.offences, self.oracle.offences

    def wants(self) -> list[Desired]:
        """The manifests as the program reads them."""
        return [_desired(each, self.annotations.get(name, "")) for name, each in self.manifests.items()]

    def _provider(self) -> GeminiProvider:
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", self.wire)
        http = Http(
            "http://emulator",
            NoCredentials(),
            session,
            explain,
            sleep=self._rest,
            clock=lambda: self.time,
            chance=lambda: 0.5,
        )
        return GeminiProvider(http, "v1beta")

    def _rest(self, seconds: float) -> None:
        self.time += seconds

    def _sleep(self, seconds: float) -> bool:
        self._rest(seconds)
        return False

    def _remove(self, name: str, *, forget: bool = True) -> None:
        self.manifests.pop(name, None)
        old = self.annotations.pop(name, "")
        if self.oracle.heirs.get(old) == name:
            del self.oracle.heirs[old]
        if forget:
            self.oracle.declares(name, None)

    def _rewrite(self, name: str, step: Edit | Remove | Rename) -> None:
        match step:
            case Edit():
                self.manifests[name] = replace(self.manifests[name], **dict([step.line]))
                self.oracle.declares(name, _wanted(self.manifests[name]))
            case Remove():
                self._remove(name)
            case Rename():
                self._rename(name, step)

    def _rename(self, old: str, step: Rename) -> None:
        if step.new in self.manifests or self.settings.list_lag:
            return  # a model that no list shows yet cannot be found under another name
        moved = replace(self.manifests[old], name=step.new)
        promised = old in self.annotations.values()  # somebody else's annotation claims the models of the old name
        same = self.oracle.is_one(old, step.new) and not promised
        self._remove(old)
        self.manifests[step.new] = moved
        if step.annotated:
            self.annotations[step.new] = old
            self.oracle.heirs[old] = step.new
        self.oracle.declares(step.new, _wanted(moved), moved=same)

    def _by_hand(self, step: Meddle | Strange | Forget) -> None:
        match step:
            case Meddle():
                self._meddle(step)
            case Strange():
                self._strange()
            case Forget():
                self._forget(step.name)

    def _meddle(self, step: Meddle) -> None:
        models = self.oracle.models()
        if not models:
            return
        model = models[step.nth % len(models)]
        text = model.get("description", "")
        match step.deed:
            case "wipe":
                self._patch(model, description="")
            case "write":
                self._patch(model, description=f"{text} by hand".strip())
            case "warm":
                self._patch(model, temperature=0.4)
            case "delete":
                self._ask("DELETE", model["name"])
                self.oracle.taken(model["name"])
            case "copy":
                model = models[(step.nth + 1) % len(models)]
                self._patch(model, description=text)
            case "overwrite":
                self._patch(model, description="reconciler:1:acme:a:?:-:-:-:AAAAAA")
            case "share":
                self._ask("POST", f"{model['name']}/permissions", {"granteeType": "EVERYONE", "role": "READER"})
        if step.deed in ("wipe", "copy", "overwrite"):
            self.oracle.defaced(model["name"])

    def _strange(self) -> None:
        self.strangers += 1
        body = {
            "displayName": "theirs",
            "baseModel": BASE,
            "description": "reconciler:1:rival:a:?:-:-:-:AAAAAA",
            "tuningTask": {"trainingData": {"examples": {"examples": [{"textInput": "x", "output": "y"}]}}},
        }
        self._ask("POST", f"tunedModels?tunedModelId=stranger-{self.strangers}", body)

    def _forget(self, name: str) -> None:
        if name in self.manifests or name in self.annotations.values():
            return
        self.shown, self.oracle.bid = None, Bid()
        provider = self._provider()
        with suppress(Refused):
            made = release(Address(name), provider.observe(), terms())
            self.oracle.forgets({row.target for row in made.changes})
            clock = Clock(lambda: self.time, self._sleep)
            list(execute(made, provider, Examples(), clock, Options(1)))

    def _patch(self, model: dict[str, Any], **fields: Any) -> None:
        self._ask("PATCH", f"{model['name']}?updateMask={','.join(fields)}", fields)

    def _ask(self, method: str, target: str, body: Any = None) -> None:
        self.emulator.handle(
            Request(method, f"/v1beta/{target}", {}, b"" if body is None else json.dumps(body).encode())
        )


def _wanted(step: Declare) -> Wanted:
    shown = DOOMED if step.doomed else FINE
    return Wanted(step.data, step.epochs, step.temperature, step.text, step.keep, shown, step.protect, step.on_removal)


def _desired(step: Declare, renamed_from: str) -> Desired:
    said = {"epochs": step.epochs, "temperature": step.temperature, "description": step.text}
    return desired(
        step.name,
        data=step.data,
        renamed_from=renamed_from,
        base=BASE,
        display_name=DOOMED if step.doomed else FINE,
        protect=step.protect,
        on_removal=step.on_removal,
        keep_superseded=step.keep,
        **{key: value for key, value in said.items() if value is not None},
    )


def _given(response: Response, request: requests.PreparedRequest) -> requests.Response:
    given = requests.Response()
    given.status_code = response.status
    given.raw = HTTPResponse(BytesIO(response.body), dict(response.headers), response.status, preload_content=False)
    given.url = request.url or ""
    given.request = request
    return given

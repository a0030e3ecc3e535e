"""Histories: what people, pipelines and the world do to a workspace, one step after the other.

The remote is the emulator, spoken to by the real provider. Faults and crashes happen on the wire between them. People
act on the emulator directly.
"""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.apply import execute
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request
from reconciler.errors import ReconcilerError, Refused
from reconciler.plan.adoption import release
from reconciler.plan.event import Finished, Report, Result
from reconciler.plan.plan import Plan
from reconciler.plan.policy import POLICIES
from reconciler.preview import preview
from reconciler.providers.port import Provider
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.lineage import rooted
from reconciler.run import Options
from reconciler.waiting import Clock
from tests.build import desired, terms
from tests.properties.oracle import Bid, Oracle, Wanted
from tests.properties.remote import DOOMED, FINE, land
from tests.properties.steps import (
    Apply,
    Approve,
    Declare,
    Edit,
    Forget,
    Meddle,
    Pass,
    Ponder,
    Remove,
    Rename,
    Step,
    Strange,
)
from tests.properties.wire import Crash, Wire
from tests.world import Examples

LATE = 120.0
"""Seconds by which lists lag at most."""


@dataclass
class History:
    """A workspace, the service it is about, and everybody who acts on them."""

    settings: Settings
    manifests: dict[str, Declare] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    time: float = 1_700_000_000.0
    shown: tuple[Plan, Provider] | None = None
    crashes: int = 0

    def __post_init__(self) -> None:
        """Open the service."""
        self.remote = land().open(self.settings, lambda: self.time)
        self.oracle = Oracle(self.remote, bool(self.settings.list_lag))
        self.wire = Wire(self.remote.emulator, self.oracle, land().odd)

    def take(self, step: Step) -> None:
        """Let one thing happen. Whoever changes a manifest or makes a wish wants to see another plan."""
        if isinstance(step, Declare | Edit | Remove | Rename) or (
            isinstance(step, Apply) and (step.again or step.retry)
        ):
            self.shown = None
        match step:
            case Declare():
                self._annotate(step.name, "")
                self._write({**self._without(step.name), step.name: step})
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

    def pass_through(self, step: Step) -> None:
        """Let one thing happen; if that takes long, lists have caught up afterwards: no service is late for ever."""
        before = self.time
        self.take(step)
        if self.time - before >= LATE:
            for target in land().listed * self.settings.list_lag:
                self.remote.emulator.handle(Request("GET", target, {}, b""))

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
        seen = self._line(step.selected) if known and step.folder else self.manifests
        names = (frozenset(seen) if step.folder else frozenset({step.selected})) if known else None
        self.oracle.bid = Bid(names, not known, step.policy, step.unprotect, step.cancel)
        self.wire.trouble, self.wire.count, self.wire.aim = step.trouble, itertools.count(), step.aim
        self.wire.countdown = range(step.at, step.at + step.times)
        try:
            wants = [want for want in self.wants() if want.address.name in seen]
            provider = self._provider()
            made = POLICIES[step.policy](preview(wants, provider, terms(**said)))
            self._listen(made)
            return made, self._carry_out(made, provider, step)
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

    def _carry_out(self, made: Plan, provider: Provider, step: Apply) -> Report:
        clock, options = Clock(lambda: self.time, self._sleep), Options(step.parallelism, step.wait, timeout=600)
        *_, last = execute(made, provider, Examples(), clock, options)
        assert isinstance(last, Finished)
        return last.report

    def _ask_first(self, step: Ponder | Approve) -> None:
        self.oracle.bid = Bid()
        if isinstance(step, Ponder):
            provider = self._provider()
            made = preview(self.wants(), provider, terms())
            self._listen(made)
            self.shown = made, provider
        elif self.shown is not None:
            self._carry_out(*self.shown, Apply())
            self.shown = self.shown[0], self._provider()  # whoever has it carried out again starts another process

    def _listen(self, made: Plan) -> None:
        """Whoever is told `No changes.` at any time has what is declared, as far as lists are true."""
        if made.empty and not self.settings.list_lag:
            self.oracle.verdict("No changes.", set())

    def settle(self) -> Plan:
        """Apply in peace until nothing is left to do, as often as lists lag behind; give the last plan.

        What was begun or refused may need time, or that guests go.
        """
        quiet = 0
        for _ in range(land().rounds * (1 + self.settings.list_lag // 2)):
            spare = self.oracle.spare()
            done = self.apply(Apply())
            assert done is not None
            self.oracle.expects_stopped(spare)
            made, report = done
            quiet = 0 if made.acts or made.counts.training else quiet + 1
            if quiet > self.settings.list_lag * land().lists:
                return made
            self.time += land().pause
            if report.count(Result.REFUSED):
                self.remote.part()
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
        return [*rooted(self._desired(each) for each in self.manifests.values())]

    def _desired(self, step: Declare) -> Desired:
        said = {"epochs": step.epochs, "temperature": step.temperature, "description": step.text}
        said |= {"display_name": _title(step), "parent": step.parent or None}
        return desired(
            step.name,
            data=step.data,
            validation=step.measured,
            renamed_from=self.annotations.get(step.name, ""),
            protect=step.protect,
            on_removal=step.on_removal,
            keep_superseded=step.keep,
            **self.remote.fields({key: value for key, value in said.items() if value is not None}),
        )

    def _provider(self) -> Provider:
        return self.remote.provider(self.wire, self._sleep, lambda: self.time)

    def _sleep(self, seconds: float) -> bool:
        self.time += seconds
        return False

    def _write(self, manifests: dict[str, Declare], moved: str = "") -> None:
        """People commit these manifests. One that builds upon none, or upon itself, would not be valid."""
        self.manifests = manifests
        for name, each in manifests.items():
            if each.parent and (each.parent not in manifests or name in list(self._ancestors(name))):
                self.manifests[name] = replace(each, parent="")
        self.remote.doom({name for name, each in self.manifests.items() if each.doomed})
        self.oracle.declares({name: _wanted(each) for name, each in self.manifests.items()}, moved)

    def _without(self, *names: str) -> dict[str, Declare]:
        return {name: each for name, each in self.manifests.items() if name not in names}

    def _ancestors(self, name: str) -> Iterator[str]:
        """What a name builds upon, as often as there are names."""
        for _ in self.manifests:
            parent = self.manifests[name].parent if name in self.manifests else ""
            if not parent:
                return
            yield parent
            name = parent

    def _line(self, name: str) -> set[str]:
        """A name and all that it builds upon."""
        return {name, *self._ancestors(name)}

    def _annotate(self, name: str, old: str) -> None:
        """Say whose models a name takes over, instead of what it said before."""
        before = self.annotations.pop(name, "")
        if self.oracle.heirs.get(before) == name:
            del self.oracle.heirs[before]
        if old:
            self.annotations[name] = old
            self.oracle.heirs[old] = name

    def _rewrite(self, name: str, step: Edit | Remove | Rename) -> None:
        match step:
            case Edit():
                self._write({**self.manifests, name: replace(self.manifests[name], **dict([step.line]))})
            case Remove():
                self._annotate(name, "")
                self._write(self._without(name))
            case Rename():
                self._rename(name, step)

    def _rename(self, old: str, step: Rename) -> None:
        if step.new in self.manifests or self.settings.list_lag:
            return  # a model that no list shows yet cannot be found under another name
        moved = replace(self.manifests[old], name=step.new)
        promised = old in self.annotations.values()  # somebody else's annotation claims the models of the old name
        same = self.oracle.is_one(old, step.new) and not promised
        self._annotate(old, "")
        if step.annotated:
            self._annotate(step.new, old)
        others = {
            name: replace(each, parent=step.new) if each.parent == old else each
            for name, each in self._without(old).items()
        }
        self._write({**others, step.new: moved}, step.new if same else "")

    def _by_hand(self, step: Meddle | Strange | Forget) -> None:
        match step:
            case Meddle():
                self.oracle.happened(self.remote.deed(step.deed, step.nth))
            case Strange():
                self.remote.strange()
            case Forget():
                self._forget(step.name)

    def _forget(self, name: str) -> None:
        if name in self.manifests or name in self.annotations.values():
            return
        self.shown, self.oracle.bid = None, Bid()
        provider = self._provider()
        with suppress(Refused):
            made = release(Address(name), provider.observe(), terms())
            before = self.oracle.marked()
            clock = Clock(lambda: self.time, self._sleep)
            list(execute(made, provider, Examples(), clock, Options(1)))
            for model in before - self.oracle.marked():
                self.oracle.defaced(model)


def _title(step: Declare) -> str:
    return DOOMED if step.doomed else FINE


def _wanted(step: Declare) -> Wanted:
    return Wanted(
        step.data,
        step.epochs,
        step.temperature,
        step.text,
        step.keep,
        _title(step),
        step.protect,
        step.on_removal,
        step.parent,
    )

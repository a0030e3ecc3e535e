"""The judge of a race: it sees every request of every run reach the service, and knows what each run had declared.

It reads the service's own record of models, and learns what a model is from the request that began it: nothing of the
program is used. What it holds against a run:

- a training that this run did not declare, or of something that was alive when the run first looked, under whatever
  id or name; and in all, more trainings of one thing than runs that want something else have deleted of it, plus one;
- a write to a model of another owner, or of nobody;
- a delete, or a step of one, of what the run itself declares to be there; of a predecessor while no model that fits
  serves; of a model of a vanished manifest that was not there when the run first looked;
- an address that all runs declare and that served, served no longer.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Recorded, Request, Response
from tests.races.service import Inputs, Signed, service
from tests.services.dialect import dialect


@dataclass(frozen=True)
class Side:
    """Whose run it is, and what it declares."""

    owner: str
    declared: Mapping[str, Inputs]


@dataclass
class Model:
    """What is known of a model: what it was made as, and whose and under which name it is by now."""

    signed: Signed
    inputs: Inputs
    going: bool = False


@dataclass
class Judge:
    """Between the runs and the service. `steady` are names of which a model has to serve at every moment, by owner."""

    emulator: Emulator
    models: dict[str, Model] = field(default_factory=dict)
    sides: dict[int, Side] = field(default_factory=dict)
    first: dict[int, frozenset[str]] = field(default_factory=dict)
    looking: set[int] = field(default_factory=set)
    """Runs that have asked for nothing but that list so far: it may take several requests."""
    births: Counter[tuple[Signed, Inputs]] = field(default_factory=Counter)
    undone: Counter[tuple[Signed, Inputs]] = field(default_factory=Counter)
    steady: set[Signed] = field(default_factory=set)
    offences: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    conflicts: int = 0

    def joins(self, run: int, side: Side) -> None:
        """A run begins; it has looked at nothing yet."""
        self.sides[run] = side
        self.first.pop(run, None)
        self.looking.discard(run)

    def deliver(self, run: int, request: Request, *, heard: bool = True) -> Response:
        """Pass one request on, and judge it; the run has looked only at what it heard."""
        path, _, query = request.target.partition("?")
        body = _json(request.body) if request.method in ("POST", "PATCH") else None
        meant = Recorded(request.method, path, dict(parse_qsl(query)), body, 0)
        if request.method == "GET":
            if path.endswith(dialect().collection) and (run not in self.first or run in self.looking):
                if heard:
                    self.first[run] = frozenset(self.alive())
                    self.looking.add(run)
            else:
                self.looking.discard(run)
            return self._pass(run, request)
        model = dialect().wire.model(meant, self.ask)
        before = self.alive().get(model, "")
        response = self._pass(run, request)
        if response.status == 200:
            self._wrote(run, Recorded(meant.method, path, meant.query, body, 200), model, before)
            self._continuity(run)
        return response

    def alive(self) -> dict[str, str]:
        """Every model by its id, with its state, as the service has it."""
        return dict(dialect().wire.states(self.ask))

    def ask(self, method: str, target: str, body: object = None, *, lines: bool = False) -> Any:
        """Ask as somebody else would; `lines`: an answer has several."""
        data = b"" if body is None else json.dumps(body).encode()
        answer = self.emulator.handle(Request(method, target, {}, data))
        assert answer.status == 200, answer.body.decode()
        return [json.loads(line) for line in answer.body.splitlines()] if lines else json.loads(answer.body)

    def serves(self, signed: Signed, inputs: Inputs | None = None) -> bool:
        """Whether a model under this name (with these inputs) can be used now."""
        return any(
            state == "ACTIVE"
            and (made := self.models.get(model))
            and made.signed == signed
            and (inputs is None or made.inputs.fit(inputs))
            for model, state in self.alive().items()
        )

    def _pass(self, run: int, request: Request) -> Response:
        response = self.emulator.handle(request)
        self.conflicts += response.status in (409, 412)
        self.log.append(f"run {run}: {request.method} {request.target.partition('&')[0][:110]} -> {response.status}")
        return response

    def _wrote(self, run: int, request: Recorded, model: str, before: str) -> None:
        wire = dialect().wire
        if wire.creates(request):
            self._born(run, model, request)
        elif wire.withdraws(request):
            self._withdrawn(run, model, before, gone=wire.deletes(request))
        elif model:
            self._changed(run, model, request)

    def _born(self, run: int, model: str, request: Recorded) -> None:
        side, inputs, signed = self.sides[run], service().inputs(request, self.ask), service().signed(request)
        assert signed is not None
        there = [old for each in self.first[run] if (old := self.models.get(each)) and old.signed.owner == signed.owner]
        vacant = all(old.signed.name != signed.name for old in there)
        if side.owner != signed.owner or side.declared.get(signed.name) != inputs:
            self._against(run, f"trained {model}, which it does not declare")
        for old in there:
            moved = vacant and old.inputs == inputs and old.signed.name not in side.declared
            if moved or (old.signed.name == signed.name and old.inputs.fit(inputs)):
                self._against(run, f"trained {model}, and had seen such a model under the name {old.signed.name}")
        self.models[model] = Model(signed, inputs)
        self.births[signed, inputs] += 1
        if self.births[signed, inputs] > 1 + self.undone[signed, inputs]:
            self._against(run, f"trained {model}, and it had been trained already")

    def _withdrawn(self, run: int, model: str, before: str, *, gone: bool) -> None:
        side, known = self.sides[run], self.models.get(model)
        if known is None or known.signed.owner != side.owner:
            self._against(run, f"deleted {model}, which is not its own")
            return
        if gone:
            del self.models[model]
        wanted = side.declared.get(known.signed.name)
        self.undone[known.signed, known.inputs] += wanted != known.inputs and not known.going
        known.going = True
        if wanted is None and model not in self.first[run]:
            self._against(run, f"deleted {model}, which was not there when it planned")
        if wanted is not None and before != "FAILED" and not self.serves(known.signed, wanted):
            self._against(run, f"deleted {model}, and nothing serves as {known.signed.name}")

    def _changed(self, run: int, model: str, request: Recorded) -> None:
        side, known = self.sides[run], self.models.get(model)
        if known is None or known.signed.owner != side.owner:
            self._against(run, f"wrote to {model}, which is not its own")
        elif request.method == "PATCH" and (signed := service().signed(request)):
            known.signed = signed

    def _continuity(self, run: int) -> None:
        for signed in sorted(self.steady):
            if not self.serves(signed):
                self._against(run, f"left nothing that serves as {signed.name}")
                self.steady.remove(signed)

    def _against(self, run: int, what: str) -> None:
        self.offences.append(f"run {run} {what}")


def _json(body: bytes) -> Any:
    """A body as it was meant; None if it is no JSON."""
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return None

"""The judge of a race: it sees every request of every run reach the service, and knows what each run had declared.

It reads the service's own record of models, and learns what a model is from the request that began it: nothing of the
program is used. What it holds against a run:

- a training that this run did not declare, or of something that was alive when the run first looked, under whatever
  id or name; and in all, more trainings of one thing than runs that want something else have deleted of it, plus one;
- a write to a model of another owner, or of nobody;
- a delete of what the run itself declares to be there; of a predecessor while no model that fits serves; of a model of
  a vanished manifest that was not there when the run first looked;
- an address that all runs declare and that served, served no longer.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response


class Inputs(NamedTuple):
    """What only training can change: the word that every example of the data ends in, and the epochs."""

    data: str
    epochs: int | None

    def fit(self, wanted: "Inputs") -> bool:
        """Whether a model made from these is what is wanted; epochs that nobody declares may be any."""
        return self.data == wanted.data and wanted.epochs in (None, self.epochs)


@dataclass(frozen=True)
class Side:
    """Whose run it is, and what it declares."""

    owner: str
    declared: Mapping[str, Inputs]


@dataclass
class Model:
    """What is known of a model: whose and what it was made as, and under which name it goes by now."""

    owner: str
    name: str
    inputs: Inputs


@dataclass
class Judge:
    """Between the runs and the service. `steady` are names of which a model has to serve at every moment, by owner."""

    emulator: Emulator
    models: dict[str, Model] = field(default_factory=dict)
    sides: dict[int, Side] = field(default_factory=dict)
    first: dict[int, frozenset[str]] = field(default_factory=dict)
    births: Counter[tuple[str, str, Inputs]] = field(default_factory=Counter)
    undone: Counter[tuple[str, str, Inputs]] = field(default_factory=Counter)
    steady: set[tuple[str, str]] = field(default_factory=set)
    offences: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def joins(self, run: int, side: Side) -> None:
        """A run begins; it has looked at nothing yet."""
        self.sides[run] = side
        self.first.pop(run, None)

    def deliver(self, run: int, request: Request, *, heard: bool = True) -> Response:
        """Pass one request on, and judge it; the run has looked only at what it heard."""
        path, _, query = request.target.partition("?")
        target = path.partition("/v1beta/")[2]
        before = self.alive() if request.method == "DELETE" else {}
        if request.method == "GET" and target == "tunedModels" and heard and run not in self.first:
            self.first[run] = frozenset(self.alive())
        response = self.emulator.handle(request)
        self.log.append(f"run {run}: {request.method} {request.target.partition('&')[0][:90]} -> {response.status}")
        if response.status == 200 and request.method != "GET":
            self._wrote(run, request.method, target, query, json.loads(request.body or b"{}"), before)
            self._continuity(run)
        return response

    def alive(self) -> dict[str, str]:
        """Every model by its name, with its state, as the service has it."""
        rows = self.emulator._store.sql.execute("SELECT id FROM models WHERE gone_from IS NULL ORDER BY seq")
        return {name: self.look(name)["state"] for (model,) in rows.fetchall() if (name := f"tunedModels/{model}")}

    def look(self, name: str) -> dict[str, Any]:
        """One model, as anybody would get it."""
        found: dict[str, Any] = json.loads(self.emulator.handle(Request("GET", f"/v1beta/{name}", {}, b"")).body)
        return found

    def serves(self, owner: str, name: str, inputs: Inputs | None = None) -> bool:
        """Whether a model under this name (with these inputs) can be used now."""
        return any(
            state == "ACTIVE"
            and (made := self.models.get(model))
            and (made.owner, made.name) == (owner, name)
            and (inputs is None or made.inputs.fit(inputs))
            for model, state in self.alive().items()
        )

    def _wrote(self, run: int, method: str, target: str, query: str, body: Any, before: Mapping[str, str]) -> None:
        model, _, rest = target.partition("/")[2].partition("/")
        match method, rest:
            case "POST", "" if target == "tunedModels":
                self._born(run, "tunedModels/" + query.partition("tunedModelId=")[2].partition("&")[0], body)
            case "DELETE", "":
                self._died(run, f"tunedModels/{model}", before)
            case _:
                self._changed(run, f"tunedModels/{model}", body)

    def _born(self, run: int, model: str, body: Any) -> None:
        side, task = self.sides[run], body["tuningTask"]
        examples = task["trainingData"]["examples"]["examples"]
        inputs = Inputs(examples[0]["output"], task.get("hyperparameters", {}).get("epochCount"))
        owner, name = _signed(body["description"])
        there = [known for each in self.first[run] if (known := self.models.get(each)) and known.owner == owner]
        vacant = all(old.name != name for old in there)
        if side.owner != owner or side.declared.get(name) != inputs:
            self._against(run, f"trained {model}, which it does not declare")
        for old in there:
            moved = vacant and old.inputs == inputs and old.name not in side.declared
            if moved or (old.name == name and old.inputs.fit(inputs)):
                self._against(run, f"trained {model}, and had seen such a model under the name {old.name}")
        self.models[model] = Model(owner, name, inputs)
        self.births[owner, name, inputs] += 1
        if self.births[owner, name, inputs] > 1 + self.undone[owner, name, inputs]:
            self._against(run, f"trained {model}, and it had been trained already")

    def _died(self, run: int, model: str, before: Mapping[str, str]) -> None:
        side, gone = self.sides[run], self.models.pop(model, None)
        if gone is None or gone.owner != side.owner:
            self._against(run, f"deleted {model}, which is not its own")
            return
        wanted = side.declared.get(gone.name)
        self.undone[gone.owner, gone.name, gone.inputs] += wanted != gone.inputs
        if wanted is None and model not in self.first[run]:
            self._against(run, f"deleted {model}, which was not there when it planned")
        if wanted is not None and before[model] != "FAILED" and not self.serves(gone.owner, gone.name, wanted):
            self._against(run, f"deleted {model}, and nothing serves as {gone.name}")

    def _changed(self, run: int, model: str, body: Any) -> None:
        side, known = self.sides[run], self.models.get(model)
        if known is None or known.owner != side.owner:
            self._against(run, f"wrote to {model}, which is not its own")
        elif text := body.get("description"):
            known.owner, known.name = _signed(text)

    def _continuity(self, run: int) -> None:
        for owner, name in sorted(self.steady):
            if not self.serves(owner, name):
                self._against(run, f"left nothing that serves as {name}")
                self.steady.remove((owner, name))

    def _against(self, run: int, what: str) -> None:
        self.offences.append(f"run {run} {what}")


def _signed(text: str) -> tuple[str, str]:
    """Owner and name, as the mark in a description shows them."""
    (word,) = (word for word in text.split() if word.startswith("reconciler:1:"))
    _, _, owner, name, *_ = word.split(":")
    return owner, name

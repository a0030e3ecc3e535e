"""A judge that has never seen the program: it reads the wire, and the service's own answers.

It keeps lists of its own, knows a mark only as a word that was sent for a model, and an address only as the name in it.
What the program may do follows from what people declared, asked for and did by hand; everything else is an offence.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request

OWNER = "acme"


@dataclass
class Wanted:
    """What a person declared for a name, in plain words."""

    data: str
    epochs: int | None = None
    temperature: float | None = None
    text: str | None = None
    keep: int = 0
    shown: str = ""
    protect: bool = False
    on_removal: str = "delete"

    @property
    def inputs(self) -> tuple[str, int | None]:
        """What only training can change."""
        return self.data, self.epochs


@dataclass
class Birth:
    """A training that the service accepted: under which name, for what."""

    model: str
    address: str
    data: str
    epochs: int | None


@dataclass
class Bid:
    """What this run was asked for: the names it may touch (None: all), and the wishes."""

    names: frozenset[str] | None = None
    whole: bool = True
    policy: str = "sync"
    unprotect: str = ""


@dataclass
class Oracle:
    """Lists of what happened, and of what should not have."""

    emulator: Emulator
    declared: dict[str, Wanted] = field(default_factory=dict)
    allowed: dict[str, int] = field(default_factory=dict)
    bid: Bid = field(default_factory=Bid)
    births: list[Birth] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    heirs: dict[str, str] = field(default_factory=dict)
    offences: list[str] = field(default_factory=list)

    def models(self) -> list[dict[str, Any]]:
        """What the service really has, not what a list shows."""
        rows = self.emulator._store.sql.execute("SELECT id FROM models WHERE gone_from IS NULL ORDER BY seq")
        return [found for (model,) in rows.fetchall() if (found := self.model(f"tunedModels/{model}"))]

    def model(self, name: str) -> dict[str, Any] | None:
        """One model."""
        answer = self.emulator.handle(Request("GET", f"/v1beta/{name}", {}, b""))
        found: dict[str, Any] = json.loads(answer.body)
        return found if answer.status == 200 else None

    def declares(self, name: str, wanted: Wanted | None, *, moved: bool = False) -> None:
        """A person changes a manifest: from now on one training is fair, none where such a model is there already."""
        before = self.declared.pop(name, None)
        if wanted is None:
            return
        self.declared[name] = wanted
        if before is None:
            self._keeps(name)
        if before is None or before.inputs != wanted.inputs:
            self.allowed[name] = 0 if moved or self._has(name, wanted) else 1

    def is_one(self, old: str, new: str) -> bool:
        """Whether a rename leaves no doubt: one model alive has the inputs, and no other name is in question."""
        inputs = self.declared[old].inputs
        alike = [m for m in self.models() if m["state"] != "FAILED" and self._inputs(m) == inputs]
        others = [name for name, wanted in self.declared.items() if name != old and wanted.inputs == inputs]
        if len(alike) != 1 or others or any(self._last(m["name"]) == new for m in self.models()):
            return False
        mark = self._mark(alike[0])
        return mark is not None and _address(mark) == old

    def taken(self, model: str) -> None:
        """A person deleted a model: whoever needs it may train it again, under whatever name it goes by now."""
        self._credit(model, {self._last(model)})

    def defaced(self, model: str) -> None:
        """A person took a model's mark away: its id still proves its first name, but no name that came later."""
        self._credit(model, set())

    def _credit(self, model: str, names: set[str]) -> None:
        """Give one more training to these names, and to those whose manifest may be a rename not yet applied."""
        inputs = [(b.data, b.epochs) for b in self.births if b.model == model]
        vacant = {
            name for name, wanted in self.declared.items() if wanted.inputs in inputs and not list(self._of(name))
        }
        first = {b.address for b in self.births if b.model == model}
        for name in names | (vacant - first):
            self.repeats(name)

    def _keeps(self, name: str) -> None:
        """A name is declared again: the models under it stay, and are nobody else's to take over."""
        inputs = [self._inputs(m) for m in self._of(name)]
        for other, wanted in self.declared.items():
            if other != name and wanted.inputs in inputs:
                self.repeats(other)

    def _inputs(self, model: dict[str, Any]) -> tuple[str, int | None] | None:
        """What a model was trained from, as its request said."""
        return next(((b.data, b.epochs) for b in reversed(self.births) if b.model == model["name"]), None)

    def _last(self, model: str) -> str:
        """The name a model was last marked with, whether or not the mark is still there."""
        return next((_address(word) for name, word in reversed(self.words) if name == model), "")

    def repeats(self, name: str) -> None:
        """Something gives the right to one more training: a wish, or a model that a person took away."""
        self.allowed[name] = self.allowed.get(name, 0) + 1

    def sent(self, method: str, path: str, query: str, body: Any, forward: Callable[[], int]) -> None:
        """The program's request reaches the service."""
        match method, path.rpartition("/v1beta/")[2]:
            case "POST", "tunedModels":
                model = "tunedModels/" + query.partition("tunedModelId=")[2].partition("&")[0]
                if forward() == 200:
                    self._born(model, body)
            case "PATCH", model:
                self._patched(model, body)
                if forward() == 200 and "description" in body:
                    self.words += [(model, word) for word in _words(body["description"])]
            case "DELETE", model:
                gone, users = self.model(model), self._users(model)
                if forward() == 200 and gone:
                    self._died(gone, users)
            case _:
                forward()

    def _born(self, model: str, body: Any) -> None:
        examples = body["tuningTask"]["trainingData"]["examples"]["examples"]
        epochs = body["tuningTask"].get("hyperparameters", {}).get("epochCount")
        (word,) = _words(body.get("description", ""))
        self.words.append((model, word))
        birth = Birth(model, _address(word), examples[0]["output"], epochs)
        self.births.append(birth)
        wanted = self.declared.get(birth.address)
        self.allowed[birth.address] = self.allowed.get(birth.address, 0) - (not self._failed_elsewhere(birth))
        if wanted is None or wanted.inputs != (birth.data, birth.epochs):
            self.offences.append(f"{model} was trained, and nobody declared that")
        elif self.bid.names is not None and birth.address not in self.bid.names:
            self.offences.append(f"{model} was trained, and {birth.address} was not selected")
        elif self.allowed[birth.address] < 0:
            self.offences.append(f"{model} was trained, and {birth.address} had been already")
        elif wanted.protect and self.bid.unprotect != birth.address and self._shown(birth.address):
            self.offences.append(f"{model} was trained, and {birth.address} is protected")

    def _failed_elsewhere(self, birth: Birth) -> bool:
        """Whether a model that was to be renamed has failed before it was: a new name may try again."""
        there = (m for m in self.models() if m["state"] == "FAILED" and m["name"] != birth.model)
        alike = (m for m in there if self._inputs(m) == (birth.data, birth.epochs))
        return any(self._last(m["name"]) not in self.declared for m in alike)

    def _patched(self, model: str, body: Any) -> None:
        there = self.model(model)
        if self.bid.policy == "create-only":
            self.offences.append(f"{model} was changed under the policy create-only")
        if there and "description" in body and self._mark(there) and not _words(body["description"]):
            address = _address(str(self._mark(there)))
            if address in self.declared:
                self.offences.append(f"{model} lost its mark by a PATCH")

    def _died(self, gone: dict[str, Any], users: set[str]) -> None:
        model, mark = gone["name"], self._mark(gone)
        if mark is None:
            self.offences.append(f"{model} was deleted, and carried no mark that was written for it")
            return
        if self.bid.policy != "sync":
            self.offences.append(f"{model} was deleted under the policy {self.bid.policy}")
        address, flags = _address(mark), mark.split(":")[7]
        wanted = self.declared.get(address)
        if self.bid.names is not None and address not in self.bid.names:
            self.offences.append(f"{model} was deleted, and {address} was not selected")
        if wanted is None:
            heir = self.declared.get(self.heirs.get(address, ""))
            if not self.bid.whole:
                self.offences.append(f"{model} was deleted by a run that did not see every manifest")
            if heir is None and ("k" in flags or ("p" in flags and address != self.bid.unprotect)):
                self.offences.append(f"{model} was deleted, and its mark says otherwise")
            if heir and gone.get("state") == "ACTIVE" and not self._serves(self.heirs[address], heir):
                self.offences.append(f"{model} was deleted, and nothing serves {self.heirs[address]} as declared")
        elif gone.get("state") == "ACTIVE":
            self._inherited(model, address, wanted, users)

    def _inherited(self, model: str, address: str, wanted: Wanted, users: set[str]) -> None:
        """Where a model served, one that is as declared serves, and to the same people."""
        heirs = [m["name"] for m in self._of(address) if m["state"] == "ACTIVE" and self._fits(m, wanted)]
        if not heirs:
            self.offences.append(f"{model} was deleted, and nothing serves {address} as declared")
        elif not any(users <= self._users(heir) for heir in heirs):
            self.offences.append(f"{model} was deleted, and {users} may not all use what serves {address}")

    def _users(self, model: str) -> set[str]:
        """Who has been granted the use of a model."""
        answer = self.emulator.handle(Request("GET", f"/v1beta/{model}/permissions?pageSize=1000", {}, b""))
        granted = json.loads(answer.body).get("permissions", [])
        return {f"{g['granteeType']} {g.get('emailAddress', '')}" for g in granted if g["role"] != "OWNER"}

    def forgets(self, models: set[str]) -> None:
        """A person lets these models go: whoever is declared under such a name again may train anew."""
        for model in models:
            self.defaced(model)

    def _shown(self, address: str) -> bool:
        """Whether a model of the address serves, and every list says so."""
        return not self.emulator.settings.list_lag and any(m["state"] == "ACTIVE" for m in self._of(address))

    def _serves(self, address: str, wanted: Wanted) -> bool:
        return any(m["state"] == "ACTIVE" and self._fits(m, wanted) for m in self._of(address))

    def _has(self, name: str, wanted: Wanted) -> bool:
        alive = [m for m in self._of(name) if m["state"] != "FAILED"]
        return any(self._inputs(m) == wanted.inputs for m in alive)

    def _of(self, address: str) -> Iterator[dict[str, Any]]:
        for model in self.models():
            mark = self._mark(model)
            if mark is not None and _address(mark) == address:
                yield model

    def _fits(self, model: dict[str, Any], wanted: Wanted) -> bool:
        """Whether a model was trained as declared; an undeclared number is the service's business."""
        data = [b.data for b in self.births if b.model == model["name"]]
        epochs = model["tuningTask"]["hyperparameters"]["epochCount"]
        return data[-1:] == [wanted.data] and wanted.epochs in (None, epochs)

    def _mark(self, model: dict[str, Any]) -> str | None:
        """The word in a model's description that was once sent for this very model."""
        text = model.get("description", "")
        return next((word for name, word in reversed(self.words) if name == model["name"] and word in text), None)

    def verdict(self, said: str, names: set[str]) -> None:
        """At rest: whoever is told `No changes.` has exactly what was declared; `names` are the refused addresses."""
        for address, wanted in self.declared.items():
            if address in names:
                continue
            there = list(self._of(address))
            if not any(m["state"] == "ACTIVE" and self._fits(m, wanted) and self._shows(m, wanted) for m in there):
                self.offences.append(f"{said}, and {address} is not as declared: {there}")
            if len(there) > 1 + wanted.keep:
                self.offences.append(f"{said}, and {address} has {len(there)} models")
        strays = [m["name"] for m in self.models() if (mark := self._mark(m)) and not names and self._is_stray(mark)]
        if strays:
            self.offences.append(f"{said}, and {strays} are left over")

    def _shows(self, model: dict[str, Any], wanted: Wanted) -> bool:
        """Whether the mutable values are the declared ones, and what is to survive the manifest."""
        text = re.sub(r" ?reconciler:1:\S*", "", model.get("description", ""))
        warm = wanted.temperature is None or abs(model.get("temperature", 0) - wanted.temperature) < 1e-6
        flags = str(self._mark(model)).split(":")[7]
        survives = ("p" in flags, "k" in flags) == (wanted.protect, wanted.on_removal == "keep")
        return warm and survives and model["displayName"] == wanted.shown and wanted.text in (None, text)

    def _is_stray(self, mark: str) -> bool:
        """Whether nothing speaks for a model: no manifest, no protection, no new name that keeps the old models."""
        address, heir = _address(mark), self.declared.get(self.heirs.get(_address(mark), ""))
        return address not in self.declared and "p" not in mark.split(":")[7] and not (heir and heir.keep)


def _words(text: str) -> list[str]:
    """The marks in a text."""
    return re.findall(rf"reconciler:1:{OWNER}:\S*", text)


def _address(word: str) -> str:
    return word.split(":")[3]

"""A judge that has never seen the program: it reads the wire, and the service's own answers.

It keeps lists of its own, knows a mark only as a word that was sent for a model, and an address only as the name in it.
What the program may do follows from what people declared, asked for and did by hand; everything else is an offence.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.emulator.wire import Response
from tests.properties.remote import Birth, Create, Deed, Inputs, Mark, Model, Remote, Sent, Stop, Withdraw, Write


@dataclass
class Wanted:
    """What a person declared for a name, in plain words. `parent` is the name that it is tuned from."""

    data: str
    epochs: int | None = None
    temperature: float | None = None
    text: str | None = None
    keep: int = 0
    shown: str = ""
    protect: bool = False
    on_removal: str = "delete"
    parent: str = ""


@dataclass
class Bid:
    """What this run was asked for: the names it may touch (None: all), and the wishes; and the models it has begun."""

    names: frozenset[str] | None = None
    whole: bool = True
    policy: str = "sync"
    unprotect: str = ""
    cancel: str = ""
    begun: set[str] = field(default_factory=set)


@dataclass
class Oracle:
    """Lists of what happened, and of what should not have. `lagging`: lists do not show everything at once."""

    remote: Remote
    lagging: bool
    declared: dict[str, Wanted] = field(default_factory=dict)
    allowed: dict[str, int] = field(default_factory=dict)
    bid: Bid = field(default_factory=Bid)
    births: list[Birth] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    heirs: dict[str, str] = field(default_factory=dict)
    offences: list[str] = field(default_factory=list)

    def declares(self, manifests: Mapping[str, Wanted], moved: str = "") -> None:
        """A person changes manifests: from now on one training is fair, none where such a model is there already.

        `moved` is a name that has taken over the model of another one.
        """
        before = {name: self.inputs(name) for name in self.declared}
        self.declared = dict(manifests)
        for name in manifests:
            if name not in before:
                self._keeps(name)
            if before.get(name) != self.inputs(name):
                self.allowed[name] = 0 if name == moved or self._has(name) else 1

    def inputs(self, name: str) -> Inputs:
        """What a declared model is to be trained from."""
        wanted = self.declared[name]
        return wanted.data, wanted.epochs, self.inputs(wanted.parent) if wanted.parent in self.declared else None

    def is_one(self, old: str, new: str) -> bool:
        """Whether a rename leaves no doubt: one model alive has the inputs, and no other name is in question."""
        inputs = self.inputs(old)
        alike = [m for m in self.remote.models() if m.state != "FAILED" and self._trained(m.name) == inputs]
        others = [name for name in self.declared if name != old and self.inputs(name) == inputs]
        if len(alike) != 1 or others or any(self._last(m.name) == new for m in self.remote.models()):
            return False
        if alike[0].state == "HALF" or not alike[0].legible:
            return False
        mark = self._mark(alike[0])
        return mark is not None and mark.address == old

    def happened(self, deed: Deed) -> None:
        """A person did something by hand."""
        match deed.meant:
            case "taken":
                self.taken(deed.model)
            case "defaced" | "halted":
                self.defaced(deed.model)
            case "cloned":
                self._cloned(deed.model, deed.clone)
            case "":
                pass

    def taken(self, model: str) -> None:
        """A person deleted a model: whoever needs it may train it again, under whatever name it goes by now."""
        self._credit(model, {self._last(model)})

    def defaced(self, model: str) -> None:
        """A person took a model's mark away: its id still proves its first name, but no name that came later.

        So it is with one that serves no more: a rename that was not applied yet cannot be told of it.
        """
        self._credit(model, set())

    def marked(self) -> set[str]:
        """The models that carry a mark of theirs."""
        return {m.name for m in self.remote.models() if self._mark(m)}

    def repeats(self, name: str) -> None:
        """Something gives the right to one more training: a wish, or a model that a person took away."""
        self.allowed[name] = self.allowed.get(name, 0) + 1

    def sent(self, sent: Sent, forward: Callable[[], Response]) -> None:
        """The program's request reaches the service."""
        match self.remote.means(sent):
            case Create():
                answer = forward()
                if answer.status == 200:
                    self._born(self.remote.born(sent, answer))
            case Write() as write:
                self._patched(write)
                if forward().status == 200:
                    self.words += [(write.model, word) for word in write.words or ()]
            case Withdraw(model, others):
                gone, users = self.remote.model(model), self.remote.users(model)
                if forward().status == 200:
                    self.offences += [f"{other} was taken away, and is not ours" for other in others]
                    if gone:
                        self._died(gone, users)
            case Stop(model):
                self._stopped(model)
                forward()
            case None:
                forward()

    def verdict(self, said: str, names: set[str]) -> None:
        """At rest: whoever is told `No changes.` has exactly what was declared; `names` are the refused addresses."""
        for address, wanted in self.declared.items():
            if address in names:
                continue
            there = [m for m in self._of(address) if not m.record]
            if not any(m.state == "ACTIVE" and self._fits(m, address) and self._shows(m, wanted) for m in there):
                self.offences.append(f"{said}, and {address} is not as declared: {there}")
            if len(there) > 1 + wanted.keep:
                self.offences.append(f"{said}, and {address} has {len(there)} models")
        left = [m for m in self.remote.models() if not m.record and not names]
        strays = [m.name for m in left if (mark := self._mark(m)) and self._is_stray(mark)]
        if strays:
            self.offences.append(f"{said}, and {strays} are left over")

    def _born(self, birth: Birth) -> None:
        model, address = birth.model, self.remote.read(birth.word).address
        twins = [m.name for m in self.remote.models() if birth.identity and self._is_twin(m, birth)]
        self.words.append((model, birth.word))
        self.births.append(birth)
        self.bid.begun.add(model)
        wanted = self.declared.get(address)
        self.allowed[address] = self.allowed.get(address, 0) - (not self._failed_elsewhere(birth))
        if wanted is None or not self._declared(birth, address):
            self.offences.append(f"{model} was trained, and nobody declared that")
        elif self.bid.names is not None and address not in self.bid.names:
            self.offences.append(f"{model} was trained, and {address} was not selected")
        elif self.allowed[address] < 0 or twins:
            self.offences.append(f"{model} was trained, and {address} had been already {' '.join(twins)}".rstrip())
        elif wanted.protect and self.bid.unprotect != address and self._shown(address):
            self.offences.append(f"{model} was trained, and {address} is protected")

    def _cloned(self, model: str, clone: str) -> None:
        """A person began a training of ours once more, as it was: the new model is marked as the old one was first."""
        for birth in [birth for birth in self.births if birth.model == model]:
            self.births.append(replace(birth, model=clone))
            self.words.append((clone, birth.word))

    def _declared(self, birth: Birth, name: str) -> bool:
        """Whether that is what is declared; what it starts from has to be what its parent's manifest declares."""
        data, epochs, source = self.inputs(name)
        if (birth.data, birth.epochs, bool(birth.source)) != (data, epochs, source is not None):
            return False
        parent = self.remote.model(birth.source) if birth.source else None
        return source is None or (parent is not None and self._fits(parent, self.declared[name].parent))

    def _is_twin(self, model: Model, birth: Birth) -> bool:
        """Whether a model that is alive was made for the same request before."""
        return model.identity == birth.identity and model.name != birth.model and model.state != "FAILED"

    def _patched(self, write: Write) -> None:
        there = self.remote.model(write.model)
        # Where lists lag, a run may be asked to create what an earlier one has begun: it finds that, and completes it.
        if self.bid.policy == "create-only" and not self.lagging and write.model not in self.bid.begun:
            self.offences.append(f"{write.model} was changed under the policy create-only")
        if there and write.words == () and (mark := self._mark(there)) and mark.address in self.declared:
            self.offences.append(f"{write.model} lost its mark by a PATCH")
        if write.loses:
            self.offences.append(f"{write.model} lost {', '.join(write.loses)} by a PATCH")

    def _died(self, gone: Model, users: set[str]) -> None:
        model, mark = gone.name, self._mark(gone)
        if mark is None:
            self.offences.append(f"{model} was deleted, and carried no mark that was written for it")
            return
        if self.bid.policy != "sync":
            self.offences.append(f"{model} was deleted under the policy {self.bid.policy}")
        address = mark.address
        wanted = self.declared.get(address)
        if self.bid.names is not None and address not in self.bid.names:
            self.offences.append(f"{model} was deleted, and {address} was not selected")
        if wanted is None:
            heir = self.declared.get(self.heirs.get(address, ""))
            if not self.bid.whole:
                self.offences.append(f"{model} was deleted by a run that did not see every manifest")
            if heir is None and ((mark.keep and not gone.empty) or (mark.protect and address != self.bid.unprotect)):
                self.offences.append(f"{model} was deleted, and its mark says otherwise")
            if heir and gone.state == "ACTIVE" and not self._serves(self.heirs[address]):
                self.offences.append(f"{model} was deleted, and nothing serves {self.heirs[address]} as declared")
        elif gone.state == "ACTIVE":
            self._inherited(model, address, users)

    def _inherited(self, model: str, address: str, users: set[str]) -> None:
        """Where a model served, one that is as declared serves, and to the same people; and so do its children."""
        heirs = [m.name for m in self._of(address) if m.state == "ACTIVE" and self._fits(m, address)]
        if not heirs:
            self.offences.append(f"{model} was deleted, and nothing serves {address} as declared")
        elif not any(users <= self.remote.users(heir) for heir in heirs):
            self.offences.append(f"{model} was deleted, and {users} may not all use what serves {address}")
        if self.bid.names is None:
            for child in [name for name, wanted in self.declared.items() if wanted.parent == address]:
                if not self._serves(child):
                    self.offences.append(
                        f"{model} was deleted, and {child}, which is tuned from {address}, is not there"
                    )

    def spare(self) -> set[str]:
        """Trainings that were begun once more, and go on: of those of one request the first one counts."""
        marked = (m for m in self.remote.models() if m.identity and m.state != "FAILED" and self._mark(m))
        first: dict[str, str] = {}
        later = [model for model in marked if first.setdefault(model.identity, model.name) != model.name]
        return {model.name for model in later if model.state == "CREATING"}

    def expects_stopped(self, spare: set[str]) -> None:
        """A run that looks at everything asks spare trainings to stop, where every list shows them."""
        missed = spare - self.stopped
        if missed and not self.lagging:
            self.offences.append(f"{missed} went on training, which nobody needs")

    def _stopped(self, model: str) -> None:
        """A training may be ended where that was asked for, or where it is one too many."""
        self.stopped.add(model)
        there = self.remote.model(model)
        mark = self._mark(there) if there else None
        if there is None or mark is None:
            self.offences.append(f"{model} was stopped, and carried no mark that was written for it")
            return
        elder = [m for m in self.remote.models() if m.identity == there.identity and m.state != "FAILED"]
        if there.identity and elder and elder[0].name != model:
            return
        if not self.bid.cancel or (mark.address != self.bid.cancel and mark.address in self.declared):
            self.offences.append(f"{model} was stopped, and nobody asked for that")

    def _failed_elsewhere(self, birth: Birth) -> bool:
        """Whether a model that was to be renamed has failed before it was: a new name may try again."""
        there = (m for m in self.remote.models() if m.state == "FAILED" and m.name != birth.model)
        alike = (m for m in there if self._trained(m.name) == self._trained(birth.model))
        return any(self._last(m.name) not in self.declared for m in alike)

    def _credit(self, model: str, names: set[str]) -> None:
        """Give one more training to these names, and to those whose manifest may be a rename not yet applied."""
        inputs = [self._inputs(b) for b in self.births if b.model == model]
        vacant = {name for name in self.declared if self.inputs(name) in inputs and not list(self._of(name))}
        first = {self.remote.read(b.word).address for b in self.births if b.model == model}
        for name in names | (vacant - first):
            self.repeats(name)

    def _keeps(self, name: str) -> None:
        """A name is declared again: the models under it stay, and are nobody else's to take over."""
        inputs = [self._trained(m.name) for m in self._of(name)]
        for other in self.declared:
            if other != name and self.inputs(other) in inputs:
                self.repeats(other)

    def _trained(self, model: str) -> Inputs | None:
        """What a model was trained from, as its request said."""
        return next((self._inputs(b) for b in reversed(self.births) if b.model == model), None)

    def _inputs(self, birth: Birth) -> Inputs:
        return birth.data, birth.epochs, self._trained(birth.source) if birth.source else None

    def _last(self, model: str) -> str:
        """The name a model was last marked with, whether or not the mark is still there."""
        return next((self.remote.read(word).address for name, word in reversed(self.words) if name == model), "")

    def _shown(self, address: str) -> bool:
        """Whether a model of the address serves, and every list says so."""
        return not self.lagging and any(m.state == "ACTIVE" for m in self._of(address))

    def _serves(self, address: str) -> bool:
        return any(m.state == "ACTIVE" and self._fits(m, address) for m in self._of(address))

    def _has(self, name: str) -> bool:
        alive = [m for m in self._of(name) if m.state != "FAILED"]
        return any(self._trained(m.name) == self.inputs(name) for m in alive)

    def _of(self, address: str) -> Iterator[Model]:
        for model in self.remote.models():
            mark = self._mark(model)
            if mark is not None and mark.address == address:
                yield model

    def _fits(self, model: Model, name: str) -> bool:
        """Whether a model was trained as declared; an undeclared number is the service's business."""
        trained, (data, epochs, source) = self._trained(model.name), self.inputs(name)
        if trained is None or trained[0] != data or epochs not in (None, model.epochs):
            return False
        return self._alike(trained[2], source)

    def _alike(self, trained: Inputs | None, declared: Inputs | None) -> bool:
        """Whether a model was trained from what is declared for its parent, which may be gone by now."""
        if trained is None or declared is None:
            return trained is declared
        known = trained[1] is not None and declared[1] is not None
        same = trained[0] == declared[0] and (not known or trained[1] == declared[1])
        return same and self._alike(trained[2], declared[2])

    def _mark(self, model: Model) -> Mark | None:
        """The word where a model carries such words that was once sent for this very model."""
        words = (word for name, word in reversed(self.words) if name == model.name and word in model.carrier)
        found = next(words, None)
        return None if found is None else self.remote.read(found)

    def _shows(self, model: Model, wanted: Wanted) -> bool:
        """Whether the mutable values are the declared ones, and what is to survive the manifest."""
        warm = wanted.temperature is None or abs((model.temperature or 0) - wanted.temperature) < 1e-6
        mark = self._mark(model)
        survives = mark is not None and (mark.protect, mark.keep) == (wanted.protect, wanted.on_removal == "keep")
        return warm and survives and model.title == wanted.shown and wanted.text in (None, model.text)

    def _is_stray(self, mark: Mark) -> bool:
        """Whether nothing speaks for a model: no manifest, no protection, no new name that keeps the old models."""
        heir = self.declared.get(self.heirs.get(mark.address, ""))
        return mark.address not in self.declared and not mark.protect and not (heir and heir.keep)

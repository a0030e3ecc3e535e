"""Stories in three lines: build what is desired, derive the remote from it, change one thing.

`told` writes a plan as one line a row, `!` before what is refused: `REPLACE a DATA_CHANGED`, `!CREATE b FAILED`.
"""

from dataclasses import replace
from typing import Any

from reconciler.plan.change import Change
from reconciler.plan.plan import Plan, Wishes
from reconciler.plan.planner import plan
from reconciler.plan.terms import Facts, Terms
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.desired import Desired
from reconciler.resource.identity import base_hash, hyperparameters, inputs_hash, origin_of
from reconciler.resource.manifest import Lifecycle
from reconciler.resource.observed import Mark, Observed, Ownership, Snapshot, State
from reconciler.resource.rules import Value
from tests.tested import OWNER, tested

BASE = tested().base
CONTEXT = tested().context
CAPABILITIES, NAMING = tested().service.capabilities, tested().service.naming
RULES = CAPABILITIES.rules
SERVER = tested().reported
"""What the service reports of a model for which nothing was declared."""

PATHS = tested().paths
WARMTH, BATCH = PATHS["temperature"], PATHS["batch"]
LIFECYCLE = ("protect", "ignore_changes", "keep_superseded", "on_removal")


def address(name: str) -> Address:
    """Make an address."""
    return Address(name)


def dataset(text: str = "one", count: int = 15) -> Dataset:
    """Make a dataset of `count` examples, told apart by `text`."""
    examples = tuple(Example(f"{text} {n}", text) for n in range(count))
    return Dataset(digest(examples), count, 90, 45, 900, Locator("", "inline", "text_input", "output", inline=examples))


def desired(
    name: str = "a", *, data: str | None = "one", renamed_from: str = "", validation: str | None = None, **said: Any
) -> Desired:
    """Make a declared model; `said` are fields by the names in PATHS, and parts of its lifecycle."""
    lifecycle = {key: said.pop(key) for key in LIFECYCLE if key in said}
    if not {"source", "parent"} & said.keys():
        said.setdefault("base", BASE)
    fields = {PATHS[key]: value for key, value in said.items()}
    return Desired(
        Address(name),
        fields,
        dataset(data) if data is not None else None,
        Lifecycle(**lifecycle),
        renamed_from=renamed_from,
        validation=dataset(validation) if validation else None,
    )


def observed(
    want: Desired, state: State = State.READY, *, attempt: int = 0, owner: str = OWNER, **said: Any
) -> Observed:
    """Derive the model that `want` once created; `said` changes fields (None: not reported) or the Observed itself."""
    changes = {PATHS[key]: said.pop(key) for key in list(said) if key in PATHS}
    reported: dict[str, Value | None] = {**SERVER, **want.fields, **changes}
    fields = {path: value for path, value in reported.items() if value is not None}
    made = Observed(
        NAMING.name(owner, want.address, inputs_hash(want), attempt),
        state,
        fields,
        Mark.VALID,
        ownership(want, owner),
        created="2024-05-01T00:00:00Z",
    )
    return replace(made, **said)


def ownership(want: Desired, owner: str = OWNER) -> Ownership:
    """The mark that a model made for `want` carries."""
    return Ownership(
        owner,
        want.address.name,
        want.dataset.digest if want.dataset else "",
        base_hash(origin_of(want)),
        hyperparameters(want.fields),
        protect=want.lifecycle.protect,
        keep=want.lifecycle.on_removal == "keep",
        validation=want.validation.digest if want.validation else "",
    )


def marked(model: Observed, **changes: Any) -> Observed:
    """The same model with another mark: parts of its ownership changed."""
    assert model.ownership is not None
    return replace(model, ownership=replace(model.ownership, **changes))


def unmarked(model: Observed) -> Observed:
    """The same model after somebody wiped its description."""
    return replace(model, mark=Mark.NONE, ownership=None, carrier="")


def imported(model: Observed, name: str = "tunedModels/made-by-hand") -> Observed:
    """A model that people made, marked by import: its data is not known, its id proves nothing."""
    return replace(marked(model, digest="", declared={}), name=name)


def wishes(**names: str) -> Wishes:
    """Wishes, each for one address."""
    return Wishes(**{wish: frozenset({Address(name)}) for wish, name in names.items()})


def terms(**said: Any) -> Terms:
    """The terms of a plan: wishes and facts by name, the rest as Terms has it."""
    wish = {key: said.pop(key) for key in list(said) if key in Wishes.__slots__}
    fact = {key: said.pop(key) for key in list(said) if key in Facts.__slots__}
    if "selected" in said:
        said["selected"] = frozenset(Address(name) for name in said["selected"])
    capabilities = said.pop("capabilities", CAPABILITIES)
    return Terms(CONTEXT, capabilities, NAMING, wishes=wishes(**wish), facts=Facts(**fact), **said)


def planned(wants: Desired | list[Desired], *models: Observed, **said: Any) -> Plan:
    """Plan against these models."""
    return plan([wants] if isinstance(wants, Desired) else wants, models, terms(**said))


def told(made: Plan) -> list[str]:
    """Write a plan, one line a row: the most severe last, as plans are, and otherwise by the alphabet."""
    rows = sorted(made.changes, key=lambda change: (max(change.action, change.intended), _line(change)))
    return [_line(change) for change in rows]


def row(made: Plan, name: str = "a") -> Change:
    """The only row of an address."""
    (found,) = (change for change in made.changes if change.address.name == name)
    return found


def names(models: Snapshot | tuple[Observed, ...]) -> list[str]:
    """The remote names of models."""
    return [model.name for model in models]


def _line(change: Change) -> str:
    action = f"!{change.intended.name}" if change.refused else change.action.name
    return f"{action} {change.address.name} {'+'.join(change.reasons)}".rstrip()

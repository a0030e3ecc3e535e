"""Which model answers for an address, for every state the wanted one can be in."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from reconciler.plan.serving import Serving, serving
from reconciler.plan.terms import Terms
from reconciler.plan.training import ownership
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Locator
from reconciler.resource.desired import Desired
from reconciler.resource.identity import inputs_hash
from reconciler.resource.observed import Mark, Observed, State
from reconciler.resource.rules import Fields
from tests.build import terms

TERMS = terms()


def declared(name: str = "support", epochs: int = 5) -> Desired:
    dataset = Dataset("1:" + "ab" * 32, 15, 300, 60, 900, Locator("/a.jsonl", "jsonl", "text_input", "output"))
    fields: Fields = {"baseModel": "models/b", "hyperparameters.epochCount": epochs}
    return Desired(Address(name), fields, dataset)


def model(desired: Desired, state: State = State.READY, day: int = 1, mark: Mark = Mark.VALID) -> Observed:
    """A model trained from what `desired` says."""
    name = TERMS.naming.name("acme", desired.address, inputs_hash(desired), 0)
    owned = None if mark is Mark.NONE else ownership(desired, "acme")
    return Observed(name, state, {}, mark, owned, created=f"2025-01-{day:02d}T00:00:00Z")


def found(snapshot: Iterable[Observed], *desired: Desired, terms: Terms = TERMS) -> dict[str, tuple[str, bool]]:
    """Give the id that serves each address, and whether it is stale."""
    servings = serving(desired or (declared(),), tuple(snapshot), terms)
    return {each.address.name: (each.model.name if each.model else "", each.stale) for each in servings}


NOW, OLDER, OLDEST = declared(epochs=5), declared(epochs=4), declared(epochs=3)


@pytest.mark.parametrize(
    ("snapshot", "expected"),
    [
        ([], ("", False)),
        ([model(NOW)], (model(NOW).name, False)),
        ([model(NOW, day=1), model(OLDER, day=2)], (model(NOW).name, False)),
        ([model(NOW, State.TRAINING, 3), model(OLDER, day=2), model(OLDEST, day=1)], (model(OLDER).name, True)),
        ([model(NOW, State.FAILED, 3), model(OLDEST, day=1), model(OLDER, day=2)], (model(OLDER).name, True)),
        ([model(OLDER, State.TRAINING)], ("", False)),
        ([model(NOW, State.UNKNOWN)], ("", False)),
        ([model(NOW, mark=Mark.NONE)], (model(NOW).name, False)),
        ([model(OLDER, mark=Mark.NONE)], (model(OLDER).name, True)),
        ([model(NOW, mark=Mark.NEWER)], (model(NOW).name, True)),
        ([model(NOW, mark=Mark.VOID)], ("", False)),
        ([model(NOW, day=1), model(OLDER, day=2, mark=Mark.NEWER)], (model(OLDER).name, True)),
    ],
    ids=[
        "absent",
        "wanted",
        "wanted, though another is newer",
        "the newest ready one while the wanted one trains",
        "the newest ready one after the wanted one failed",
        "never one that trains",
        "never one in an unknown state",
        "its id proves it",
        "its id proves the address only",
        "marked by a newer version",
        "a copied mark serves nobody",
        "beside a mark of a newer version nothing can be compared",
    ],
)
def test_what_serves(snapshot: list[Observed], expected: tuple[str, bool]) -> None:
    assert found(snapshot) == {"support": expected}
    assert found(reversed(snapshot)) == {"support": expected}


def test_of_equally_old_models_the_one_that_keepsuperseded_keeps_serves() -> None:
    twins = [model(OLDER), model(OLDEST)]
    assert found(twins) == found(twins[::-1]) == {"support": (max(each.name for each in twins), True)}


def test_a_foreign_model_never_serves() -> None:
    theirs = model(NOW)
    assert theirs.ownership is not None
    theirs = replace(theirs, ownership=replace(theirs.ownership, owner="other"))
    assert found([theirs]) == {"support": ("", False)}


def test_a_renamed_model_serves_its_new_name() -> None:
    assert found([model(declared("before"))], declared("after")) == {"after": (model(declared("before")).name, False)}


def test_undeclared_models_are_listed_and_do_not_serve() -> None:
    gone = model(declared("gone", 9))
    assert serving([NOW], (model(NOW), gone), TERMS) == (
        Serving(Address("gone"), (gone,), declared=False),
        Serving(NOW.address, (model(NOW),), model(NOW)),
    )


def test_models_of_an_address_are_listed_newest_first() -> None:
    models = (model(OLDEST, day=1), model(NOW, State.TRAINING, 3), model(OLDER, State.FAILED, 2))
    (only,) = serving([NOW], models, TERMS)
    assert [each.created[:10] for each in only.models] == ["2025-01-03", "2025-01-02", "2025-01-01"]


def test_only_what_is_selected() -> None:
    terms = replace(TERMS, selected=frozenset({NOW.address}))
    other = declared("other", 7)
    assert list(found([model(NOW), model(other)], NOW, other, terms=terms)) == ["support"]

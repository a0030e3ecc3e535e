"""Parents: what a model is tuned from enters its inputs by what that one was made of."""

from dataclasses import replace

from reconciler.errors import Origin
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.identity import inputs_hash
from reconciler.resource.lineage import parent_of, rooted
from tests.build import dataset


def model(name: str, parent: str = "", epochs: int = 1) -> Desired:
    base = {"preTunedModel.address": f"TunedModel/{parent}"} if parent else {"baseModel": "base"}
    return Desired(Address(name), {**base, "hyperparameters.epochCount": epochs}, dataset(), origin=Origin("m.yaml"))


def test_the_parent_is_named_with_its_kind_or_without() -> None:
    assert parent_of({"preTunedModel.address": "TunedModel/a"}) == Address("a")
    assert parent_of({"preTunedModel.address": "a"}) == Address("a")
    assert parent_of({"baseModel": "a", "preTunedModel.name": "b"}) is None


def test_parents_come_first_wherever_they_stand() -> None:
    grandchild, child, root = rooted([model("a", "b"), model("b", "c"), model("c")])
    assert root == model("c")
    assert child.parent == inputs_hash(root)
    assert grandchild.parent == inputs_hash(child)
    assert [one.address.name for one in (grandchild, child, root)] == ["a", "b", "c"]


def test_a_changed_ancestor_changes_all_that_descends_from_it() -> None:
    """Law 21."""
    before = rooted([model("a", "b"), model("b", "c"), model("c"), model("d")])
    after = rooted([model("a", "b"), model("b", "c"), model("c", epochs=2), model("d")])
    changed = [inputs_hash(left) != inputs_hash(right) for left, right in zip(before, after, strict=True)]
    assert changed == [True, True, True, False]


def test_the_second_time_counts_what_was_learned_meanwhile() -> None:
    """Data in Cloud Storage gets its digest later; nothing of the first time is left then."""
    child, root = rooted([model("a", "b"), model("b")])
    known = replace(root, dataset=dataset("other"))
    again = rooted([child, known])
    assert again == rooted([model("a", "b"), known])
    assert again[0].parent != child.parent


def test_a_parent_that_is_nowhere_is_unknown() -> None:
    assert rooted([replace(model("a", "x"), parent="stale")]) == (model("a", "x"),)


def test_circles_end() -> None:
    found = rooted([model("a", "b"), model("b", "a"), model("c", "c"), model("d", "a")])
    assert [one.address.name for one in found] == ["a", "b", "c", "d"]


def test_a_line_may_be_long() -> None:
    line = [model(f"m{n}", f"m{n + 1}") for n in range(5000)]
    found = rooted([*line, model("m5000")])
    assert all(one.parent for one in found[:-1])

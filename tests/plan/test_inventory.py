"""Whose model is whose."""

from dataclasses import replace

from reconciler.plan.inventory import take
from reconciler.resource.identity import abbreviate
from reconciler.resource.observed import Mark, Observed
from tests.build import NAMING, desired, marked, names, observed, planned, row, told, unmarked
from tests.tested import OWNER

A, B = desired("a"), desired("b")


def test_duplicates_and_leftovers_are_all_there() -> None:
    """A snapshot is no mapping: two models of an address are two models."""
    models = observed(A), observed(A, attempt=1), observed(desired(data="x"))
    group = take(models, [A.address], (OWNER,), NAMING).declared[A.address]
    assert names(tuple(group.marked)) == names(models)


def test_another_owner_is_not_us() -> None:
    """Law 18: and a name that begins like ours is not ours."""
    for owner in ("rival", OWNER + "x", OWNER[:-1]):
        made = planned([], observed(A, owner=owner))
        assert (told(made), made.owned, made.foreign) == ([], 0, 1)


def test_a_copied_mark_is_shown_and_never_touched() -> None:
    """Law 4."""
    copy = replace(observed(A), name="tunedModels/duplicate", mark=Mark.VOID)
    for wants in ([A], []):
        made = planned(wants, copy)
        assert "NOOP a COPIED_MARK" in told(made)
        assert all(act.name != copy.name for act in made.acts)
        assert made.owned == 0


def test_a_copy_does_not_stand_in_for_the_original() -> None:
    copy = replace(observed(A), name="tunedModels/duplicate", mark=Mark.VOID)
    assert told(planned(A, copy)) == ["NOOP a COPIED_MARK", "CREATE a ABSENT"]


def test_copied_onto_another_model_of_ours_it_blocks_that_one() -> None:
    """Law 3: the carrier's own id proves its address, so that address is not trained a second time."""
    overwritten = replace(observed(B), mark=Mark.VOID, ownership=observed(A).ownership)
    made = planned([A, B], observed(A), overwritten)
    assert told(made) == ["NOOP a", "NOOP a COPIED_MARK", "!UPDATE b COPIED_MARK"]
    assert made.acts == ()


def test_an_unmarked_model_is_claimed_by_its_id() -> None:
    claimed = take((unmarked(observed(A)),), [A.address, B.address], (OWNER,), NAMING)
    assert names(tuple(claimed.declared[A.address].claimed)) == [observed(A).name]
    assert claimed.owned == 1


def test_an_id_that_only_looks_alike_claims_nothing() -> None:
    """Another owner's hash, another address's hash, no hash at all."""
    for name in (
        observed(A, owner="rival").name,
        observed(B).name,
        "tunedModels/a",
        "tunedModels/a-abcdef234567abc",
    ):
        stray = replace(unmarked(observed(A)), name=name)
        made = planned(A, stray)
        assert (told(made), made.foreign) == (["CREATE a ABSENT"], 1)


def test_a_mark_without_ownership_proves_nothing() -> None:
    assert planned([], replace(observed(A), ownership=None)).foreign == 1


def test_names_that_were_cut_are_still_told_apart() -> None:
    """Law 37: the whole name is in the hash."""
    one, two = desired("x" * 62 + "1"), desired("x" * 62 + "2")
    short = [_cut(observed(want), want.address.name) for want in (one, two)]
    made = planned([one, two], *short)
    assert {change.address.name: change.target for change in made.changes} == {
        one.address.name: observed(one).name,
        two.address.name: observed(two).name,
    }
    assert made.empty


def test_a_cut_name_that_is_not_declared_is_undeclared() -> None:
    want = desired("x" * 60)
    made = planned([A], observed(A), _cut(observed(want), want.address.name))
    assert made.counts.delete == 1


def test_a_former_owner_in_an_id_claims_too() -> None:
    made = planned(A, unmarked(observed(A, owner="old")), former_owners=("old",))
    assert row(made).target == observed(A, owner="old").name


def _cut(model: Observed, name: str) -> Observed:
    return marked(model, name=abbreviate(name, 20))

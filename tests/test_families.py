"""Applying what only some services have: models tuned from declared ones, second trainings, fields that come late."""

from dataclasses import replace

import pytest

from reconciler.errors import InvalidManifests, Origin, Unreachable
from reconciler.plan.event import Report, Result
from reconciler.plan.serving import serving
from reconciler.preview import located, preview
from reconciler.removal import RECORD
from reconciler.resource.dataset import Dataset, Locator, Stored, stored_digest
from reconciler.resource.desired import Desired
from reconciler.resource.identity import PARENT
from reconciler.resource.lineage import rooted
from reconciler.resource.observed import Mark, Observed, State
from reconciler.resource.rules import FieldRule, Mutability
from reconciler.run import Options
from tests.build import CAPABILITIES, RULES, desired, observed, row, terms, told
from tests.world import World, run

KNOWN = replace(CAPABILITIES, rules={**RULES, PARENT: FieldRule(PARENT, Mutability.RETRAIN, "it starts from it")})
TERMS = terms(capabilities=KNOWN)
PARENT_1, CHILD, GRANDCHILD = rooted(
    [desired("p"), desired("c", parent="TunedModel/p"), desired("g", parent="TunedModel/c", data="g")]
)
PARENT_2, CHILD_2 = rooted([desired("p", data="two"), CHILD])
GONE = observed(desired("gone"))


def world(*models: Observed, **said: object) -> World:
    """A world with these models, where parents are known."""
    made = World(known=KNOWN, **said)  # type: ignore[arg-type]  # any of its fields
    made.put(*models)
    return made


def apply(here: World, wants: list[Desired], *, wait: bool = True) -> Report:
    """Plan and apply."""
    report, _ = run(here, preview(wants, here, TERMS), Options(parallelism=2, wait=wait))
    return report


def writes(here: World) -> list[str]:
    """What was written, in order."""
    return [f"{verb} {called[name]}" for verb, name in here.writes if (called := {**NAMES, GONE.name: "gone"})]


NAMES = {
    observed(want).name: label
    for want, label in ((PARENT_1, "p1"), (PARENT_2, "p2"), (CHILD, "c1"), (CHILD_2, "c2"), (GRANDCHILD, "g"))
}


def test_each_generation_is_begun_when_the_one_before_is_ready() -> None:
    here = world(looks=2)
    assert apply(here, [CHILD, GRANDCHILD, PARENT_1]).exit_code == 0
    assert writes(here) == ["create p1", "create c1", "create g"]
    assert [NAMES.get(here.parents[name], "") for _, name in here.writes] == ["", "p1", "c1"]
    assert preview([CHILD, GRANDCHILD, PARENT_1], here, TERMS).empty


def test_what_a_child_started_from_goes_when_the_child_is_ready_and_not_before() -> None:
    """Law 21; and what nobody declares goes after that as well."""
    here = world(observed(PARENT_1), observed(CHILD), GONE)
    report = apply(here, [PARENT_2, CHILD_2])
    assert report.exit_code == 0
    made = [act for act in writes(here) if not act.startswith("update")]
    assert made[:2] == ["create p2", "create c2"]
    assert sorted(made[2:]) == ["delete c1", "delete gone", "delete p1"]
    assert made.index("delete c1") < made.index("delete p1")


def test_a_parent_stays_while_a_child_that_was_not_selected_trains_from_it() -> None:
    """Law 21: a training goes on in the model that it started from, whoever is looking."""
    here = world(observed(PARENT_1), observed(CHILD, State.TRAINING))
    alone = replace(TERMS, selected=frozenset({PARENT_1.address}))
    run(here, preview([PARENT_2, CHILD_2], here, alone))
    assert writes(here) == ["create p2"]
    assert here.models[observed(PARENT_1).name].state is State.READY


def test_a_child_is_not_begun_without_its_parent() -> None:
    here = world(failing={observed(PARENT_1).name})
    report = apply(here, [PARENT_1, CHILD])
    assert {o.address.name: o.result for o in report.outcomes} == {"p": Result.FAILED, "c": Result.REFUSED}
    assert writes(here) == ["create p1"]
    assert told(preview([PARENT_1, CHILD], here, TERMS)) == ["!CREATE c DEPENDENCY+ABSENT", "!CREATE p FAILED"]


def test_without_waiting_a_child_is_left_for_the_next_run() -> None:
    here = world()
    report = apply(here, [PARENT_1, CHILD], wait=False)
    assert {o.address.name: o.result for o in report.outcomes} == {"p": Result.TRAINING, "c": Result.NOT_BEGUN}
    assert report.exit_code == 3
    apply(here, [PARENT_1, CHILD])
    assert writes(here) == ["create p1", "create c1"]


def test_a_parent_that_serves_no_more_when_its_child_is_begun_stops_it() -> None:
    here = world(observed(PARENT_1))
    made = preview([PARENT_1, CHILD], here, TERMS)
    here.change(observed(PARENT_1).name, state=State.UNKNOWN)
    report, _ = run(here, made)
    assert [o.result for o in report.outcomes] == [Result.REFUSED]
    assert not here.writes


def test_a_second_training_is_asked_to_stop() -> None:
    twin = replace(observed(PARENT_1, State.TRAINING), name="jobs/2", twin=True)
    here = world(observed(PARENT_1), twin)
    assert apply(here, [PARENT_1]).exit_code == 0
    assert here.writes == [("cancel", "jobs/2")]


def test_a_training_that_was_stopped_leaves_nothing_to_delete() -> None:
    """Jobs stay as records: what was to be deleted when it had stopped is done."""
    old, new = observed(PARENT_1, State.TRAINING), observed(PARENT_2)
    here = world(old, new)
    here.before["poll"] = lambda: here.change(old.name, state=State.FAILED, erasable=False)
    report = apply(here, [PARENT_2])
    assert [(ended.result, ended.detail) for ended in report.outcomes] == [(Result.DONE, RECORD)]
    assert here.writes == []


def test_one_that_cannot_be_stopped_is_told() -> None:
    twin = replace(observed(PARENT_1, State.TRAINING), name="jobs/2", twin=True)
    here = world(observed(PARENT_1), twin, faults={("cancel", ""): Unreachable("no answer")})
    assert apply(here, [PARENT_1]).exit_code == 1


def test_what_a_create_does_not_take_is_written_when_the_model_is_ready() -> None:
    want = desired(display_name="Shown", description="told")
    here = world(late={"displayName"})
    assert apply(here, [want]).exit_code == 0
    assert here.patches == [{"displayName": "Shown"}]
    assert preview([want], here, TERMS).empty


def test_it_is_written_by_the_next_run_if_the_first_does_not_wait() -> None:
    want = desired(display_name="Shown")
    here = world(late={"displayName"}, looks=2)
    assert apply(here, [want], wait=False).exit_code == 3
    assert here.patches == []
    assert apply(here, [want]).exit_code == 0
    assert here.patches == [{"displayName": "Shown"}]


def test_a_mark_that_a_new_model_does_not_show_is_written() -> None:
    here = world(looks=2)
    here.before["poll"] = lambda: here.change(observed(PARENT_1).name, mark=Mark.NONE, ownership=None)
    assert apply(here, [PARENT_1]).exit_code == 0
    assert here.patches == [{}]
    assert preview([PARENT_1], here, TERMS).empty


def test_half_a_deletion_is_finished_by_the_next_run() -> None:
    half = replace(observed(PARENT_1), state=State.UNKNOWN, trouble="its endpoint is gone")
    here = world(half, observed(PARENT_2))
    assert apply(here, [PARENT_2]).exit_code == 0
    assert writes(here) == ["delete p1"]
    alone = world(half, GONE)
    apply(alone, [])
    assert sorted(act for act in writes(alone) if act.startswith("delete")) == ["delete gone", "delete p1"]


def remote(path: str = "gs://bucket/data.jsonl") -> Dataset:
    """Data that lies in Cloud Storage, as a manifest names it."""
    return Dataset("", 0, 0, 0, 0, Locator(path, "contents", "", ""), origin=Origin("m.yaml", 7, 11))


def test_data_that_was_not_read_is_not_said_to_be_other_data() -> None:
    """Law 34: local and stored data never compare equal; the plan says so, and the way out."""
    here = world(observed(PARENT_1), stored={"gs://bucket/data.jsonl": Stored(100, "0a0b0c0d", "1")})
    want = replace(PARENT_1, dataset=remote())
    change = row(preview(located([want], here), here, TERMS), "p")
    assert told(preview(located([want], here), here, TERMS)) == ["REPLACE p DATA_CHANGED"]
    (field,) = (each for each in change.fields if each.path == "dataset")
    assert f"`import --assume-data TunedModel/p {observed(PARENT_1).name}`" in field.why


def test_data_in_cloud_storage_is_what_lies_there() -> None:
    """Law 34: the same bytes are the same data, whatever generation they are."""
    one, two = Stored(100, "0a0b0c0d", "1"), Stored(100, "0a0b0c0d", "2")
    want = replace(desired(), dataset=remote(), validation=remote("gs://bucket/other.jsonl"))
    here = world(stored={"gs://bucket/data.jsonl": one, "gs://bucket/other.jsonl": two})
    (seen,) = located([want], here)
    assert seen.dataset is not None
    assert seen.validation is not None
    assert (seen.dataset.digest, seen.dataset.request_bytes, seen.dataset.locator.generation) == (
        stored_digest(one),
        100,
        "1",
    )
    assert seen.validation.digest == seen.dataset.digest
    assert [call for call in here.calls if call[0] == "stat"] == [
        ("stat", "gs://bucket/data.jsonl"),
        ("stat", "gs://bucket/other.jsonl"),
    ]
    assert row(preview([want], here, TERMS)).desired == seen


def test_a_child_of_such_data_follows_it() -> None:
    parent, child = rooted([replace(PARENT_1, dataset=remote()), CHILD])
    here = world(stored={"gs://bucket/data.jsonl": Stored(1, "00000000", "1")})
    before = located([parent, child], here)
    here.stored["gs://bucket/data.jsonl"] = Stored(1, "00000001", "2")
    after = located([parent, child], here)
    assert before[1].parent != after[1].parent


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ({}, "gs://bucket/data.jsonl is not there, or hidden from this identity; upload it"),
        ({"gs://bucket/data.jsonl": Stored(0, "00000000", "1")}, "gs://bucket/data.jsonl has 0 bytes"),
        ({"gs://bucket/data.jsonl": Stored(10**12, "0", "1")}, "gs://bucket/data.jsonl has 1,000,000,000,000 bytes"),
    ],
)
def test_data_that_cannot_be_used_is_an_error_of_the_manifest(stored: dict[str, Stored], said: str) -> None:
    here, want = world(stored=stored), replace(desired(), dataset=remote())
    with pytest.raises(InvalidManifests) as caught:
        preview([want], here, TERMS)
    assert [str(found).startswith(f"m.yaml:7:11: {said}") for found in caught.value.diagnostics] == [True]


def test_what_serves_is_told_all_the_same() -> None:
    """Data may be taken away once a model is trained: who only asks what there is is no worse off for that."""
    want = replace(desired(), dataset=remote(), validation=remote())
    here = world(observed(replace(want, dataset=desired().dataset, validation=desired().dataset)))
    (found,) = serving(located([want], here), here.observe(), TERMS)
    assert (found.model, found.stale) == (here.observe()[0], False)

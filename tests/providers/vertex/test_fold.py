"""The list of jobs as a log: what it comes to, in whatever order it is read."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.providers.vertex.codec import Job, decode_job
from reconciler.providers.vertex.fold import fold, hidden, join, one_sided
from reconciler.providers.vertex.labels import encode
from reconciler.providers.vertex.serving import Endpoint, Model, decode_endpoint, decode_model
from reconciler.resource.observed import Mark, Observed, Ownership, State

WORKING = ("QUEUED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "UPDATING")
DEAD = ("FAILED", "CANCELLED", "EXPIRED")
MADE = ("SUCCEEDED", "PARTIALLY_SUCCEEDED")
"""The states of jobs that the service's discovery document names, as law 31 divides them."""
NO_ENDPOINT = "its Model is there, its Endpoint is gone"
NO_MODEL = "its Endpoint is there, its Model is gone"
NOT_DEPLOYED = "its Model is not deployed on its Endpoint"
NOTHING_NAMED = "its training succeeded, and the service names no Model that it made"
LEFT_BEHIND = "its training did not succeed, and has left a Model behind"

AT = "projects/123/locations/us-central1"
IDS = ("numbers-aaaaaabbbbbbbbb", "numbers-aaaaaaccccccccc", "letters-aaaaaabbbbbbbbb")


def a_job(number: int, state: str = "SUCCEEDED", identity: str = IDS[0], title: str | None = None) -> Job:
    """A job that began at a second of its own."""
    ownership = Ownership("acme", identity.partition("-")[0], f"1:{'a' * 64}", "b" * 64)
    made = {"model": f"{AT}/models/{number}@1", "endpoint": f"{AT}/endpoints/{number}"}
    return decode_job(
        {
            "name": f"{AT}/tuningJobs/{number}",
            "tunedModelDisplayName": identity if title is None else title,
            "labels": encode(ownership, identity),
            "state": f"JOB_STATE_{state}",
            "createTime": f"2025-01-01T00:00:{number:02}Z",
            **({"tunedModel": made} if state in MADE else {}),
        }
    )


def a_model(job: Job, **changes: Any) -> Model:
    assert job.model
    name = f"{AT}/models/{job.model.id}"
    return decode_model({"name": name, "versionId": "1", "labels": job.labels, "displayName": "N", **changes})


def an_endpoint(job: Job, *deployed: str) -> Endpoint:
    assert job.endpoint
    models = [{"id": str(number), "model": model} for number, model in enumerate(deployed)]
    return decode_endpoint({"name": f"{AT}/endpoints/{job.endpoint.id}", "deployedModels": models})


def served(*jobs: Job) -> tuple[dict[str, Model], dict[str, Endpoint]]:
    """All that these jobs made."""
    models = {job.model.path: a_model(job) for job in jobs if job.model}
    endpoints = {job.endpoint.path: an_endpoint(job, job.resources["model"]) for job in jobs if job.endpoint}
    return models, endpoints


@pytest.mark.parametrize("state", WORKING)
def test_what_works_trains(state: str) -> None:
    [observed] = fold([a_job(1, state)], {}, {})
    assert (observed.state, observed.name, observed.mark) == (State.TRAINING, IDS[0], Mark.VALID)
    assert not observed.removable


@pytest.mark.parametrize("state", DEAD)
def test_what_is_dead_failed_and_cannot_be_erased(state: str) -> None:
    [observed] = fold([a_job(1, state)], {}, {})
    assert (observed.state, observed.erasable) == (State.FAILED, False)


@pytest.mark.parametrize("state", ["UNSPECIFIED", "DREAMING", ""])
def test_states_of_tomorrow_are_unknown(state: str) -> None:
    [observed] = fold([a_job(1, state)], {}, {})
    assert (observed.state, observed.trouble, observed.removable) == (State.UNKNOWN, "", False)


@pytest.mark.parametrize(
    ("model", "deployed", "state", "trouble"),
    [
        (True, ["ours"], State.READY, ""),
        (True, ["ours", "theirs"], State.READY, ""),
        (True, [], State.UNKNOWN, NOT_DEPLOYED),
        (True, ["theirs"], State.UNKNOWN, NOT_DEPLOYED),
        (True, None, State.UNKNOWN, NO_ENDPOINT),
        (False, [], State.UNKNOWN, NO_MODEL),
        (False, ["ours"], State.UNKNOWN, NO_MODEL),
        (False, ["theirs"], None, ""),
        (False, None, None, ""),
    ],
)
@pytest.mark.parametrize("made", ["SUCCEEDED", "PARTIALLY_SUCCEEDED"])
def test_what_is_left_of_what_was_made(
    made: str,
    model: bool,  # noqa: FBT001 - a column of the table
    deployed: list[str] | None,
    state: State | None,
    trouble: str,
) -> None:
    job = a_job(1, made)
    names = {"ours": f"{AT}/models/1@1", "theirs": f"{AT}/models/2@1"}
    endpoint = None if deployed is None else an_endpoint(job, *(names[each] for each in deployed))
    observed = join(job, a_model(job) if model else None, endpoint)
    assert (observed and observed.state) == state
    if observed:
        assert (observed.trouble, observed.removable) == (trouble, True)


def test_who_serves_a_model_elsewhere_is_told() -> None:
    """The Endpoint that its training made is the one that programs know, so another one does not count."""
    job = a_job(1)
    other = f"{AT}/endpoints/7"
    model = a_model(job, deployedModels=[{"endpoint": other, "deployedModelId": "1"}])
    left = join(job, model, an_endpoint(job))
    assert left
    again = f"deploy it on {AT}/endpoints/1 again"
    assert (left.state, left.trouble) == (State.UNKNOWN, f"{NOT_DEPLOYED}, but on {other}; {again}")
    gone = join(job, model, None)
    assert gone
    where = f"it is deployed on {other}, where it can be asked, and which is not looked after here"
    assert (gone.state, gone.trouble) == (State.UNKNOWN, f"{NO_ENDPOINT}; {where}")


def test_a_success_that_names_nothing_is_no_history() -> None:
    job = replace(a_job(1), model=None, endpoint=None)
    [observed] = fold([job], {}, {})
    assert (observed.state, observed.trouble, observed.removable) == (State.UNKNOWN, NOTHING_NAMED, False)


def test_a_model_without_the_name_of_its_endpoint_is_there_all_the_same() -> None:
    """Law 25: it costs, whoever serves it."""
    job = replace(a_job(1), endpoint=None)
    [observed] = fold([job], {"models/1@1": a_model(job)}, {})
    assert (observed.state, observed.trouble, observed.removable) == (State.UNKNOWN, NO_ENDPOINT, True)
    assert fold([job], {}, {}) == ()


@pytest.mark.parametrize("state", DEAD)
def test_what_a_training_without_success_has_left_is_shown(state: str) -> None:
    """Law 31: a job that was stopped too late may have made its Model; that is no mere record."""
    job = replace(a_job(1), state=f"JOB_STATE_{state}")
    models, endpoints = served(job)
    elsewhere = {"endpoints/1": an_endpoint(job, f"{AT}/models/2@1")}
    for left in ((models, endpoints), (models, {}), ({}, endpoints)):
        [observed] = fold([job], *left)
        assert (observed.state, observed.trouble) == (State.UNKNOWN, LEFT_BEHIND)
        assert (observed.removable, observed.record) == (True, False)
    [observed] = fold([job], {}, elsewhere)
    assert (observed.state, observed.record) == (State.FAILED, True)
    assert [each.path for each in one_sided([job], models, {})] == ["endpoints/1"]


def test_what_a_model_was_made_from_is_what_its_job_says() -> None:
    """Law 31: labels of a Model can be edited, those of its job cannot; what a person asserted stands on the Model."""
    job = a_job(1)
    made = Ownership("acme", "numbers", f"1:{'a' * 40}", "b" * 40)
    edited = replace(made, digest=f"1:{'e' * 40}", base="f" * 40, declared={"epochCount": 9}, protect=True)
    served_by = an_endpoint(job, f"{AT}/models/1@1")

    def read(ownership: Ownership, by: Job = job) -> Ownership | None:
        observed = join(by, a_model(job, labels=encode(ownership, IDS[0])), served_by)
        assert observed is not None
        assert observed.mark is Mark.VALID
        return observed.ownership

    assert read(edited) == replace(made, protect=True)
    assert read(replace(edited, asserted=True)) == replace(made, digest=edited.digest, protect=True, asserted=True)
    assert read(edited, replace(job, labels={"reconciler-id": IDS[0]})) == edited


def test_the_mark_of_the_model_counts() -> None:
    job = a_job(1)
    changed = {**job.labels, "reconciler-flags": "p", "reconciler-name": "renamed", "team": "blue"}
    observed = join(job, a_model(job, labels=changed), an_endpoint(job, f"{AT}/models/1@1"))
    assert observed is not None
    assert observed.ownership is not None
    assert (observed.ownership.name, observed.ownership.protect) == ("renamed", True)
    assert observed.fields["labels.team"] == "blue"
    assert "labels.reconciler-flags" not in observed.fields


def test_one_of_several_counts_and_the_others_are_twins() -> None:
    jobs = [a_job(1, "FAILED"), a_job(2), a_job(3, "RUNNING"), a_job(4), a_job(5, "CANCELLED")]
    found = fold(jobs, *served(*jobs))
    assert [(each.name, each.twin, each.state) for each in found] == [
        (IDS[0], False, State.READY),
        (f"{AT}/tuningJobs/3", True, State.TRAINING),
        (f"{AT}/tuningJobs/4", True, State.READY),
    ]


def test_history_gives_way_to_what_came_after_it() -> None:
    jobs = [a_job(1), a_job(2, "RUNNING")]
    [observed] = fold(jobs, {}, {})
    assert (observed.name, observed.twin, observed.resources["job"]) == (IDS[0], False, jobs[1].name)


def test_of_failures_the_newest_counts() -> None:
    jobs = [a_job(2, "FAILED"), a_job(3, "EXPIRED"), a_job(1, "FAILED")]
    [observed] = fold(jobs, {}, {})
    assert observed.resources["job"] == jobs[1].name


@pytest.mark.parametrize(("ready", "shown"), [(2, False), (1, True)])
def test_a_failure_is_shown_until_a_younger_model_is_ready(
    ready: int,
    shown: bool,  # noqa: FBT001 - a column of the table
) -> None:
    jobs = [a_job(3 - ready, "FAILED", IDS[1]), a_job(ready), a_job(9, identity=IDS[2])]
    names = {each.name for each in fold(jobs, *served(*jobs))}
    assert (IDS[1] in names) is shown


def test_a_job_that_only_has_our_labels_goes_by_its_own_name() -> None:
    jobs = [a_job(1), a_job(2, title="a copy"), a_job(3, "FAILED", title="a copy")]
    ours, copy = fold(jobs, *served(*jobs))
    assert (ours.name, ours.mark, ours.twin) == (IDS[0], Mark.VALID, False)
    assert (copy.name, copy.mark, copy.twin) == (jobs[1].name, Mark.VOID, False)


def test_an_id_that_has_not_our_shape_is_no_id() -> None:
    job = replace(a_job(1, "RUNNING"), labels={**a_job(1).labels, "reconciler-id": "x" * 60}, title="x" * 60)
    [observed] = fold([job], {}, {})
    assert (observed.name, observed.mark) == (job.name, Mark.VOID)


def test_what_the_lists_show_one_half_of_is_looked_for() -> None:
    jobs = [a_job(1), a_job(2), a_job(3), a_job(4), a_job(5, "RUNNING")]
    models, endpoints = served(*jobs[:2])
    del models["models/1@1"], endpoints["endpoints/2"]
    more_models, more_endpoints = served(jobs[2])
    found = [each.path for each in one_sided(jobs, models | more_models, endpoints | more_endpoints)]
    assert found == ["models/1@1", "endpoints/2"]


def test_what_no_list_shows_anything_of_is_history_or_hidden() -> None:
    """Jobs that succeeded, the oldest first, to be looked at once more before their address is trained."""
    jobs = [a_job(3), a_job(2, title="a copy"), a_job(1), a_job(4, "FAILED"), a_job(5, "RUNNING"), a_job(6), a_job(7)]
    (models, _), (_, endpoints) = served(jobs[5]), served(jobs[6])
    assert hidden(jobs, models, endpoints) == [jobs[2], jobs[0]]


states = st.sampled_from(("SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "RUNNING", "CANCELLED", "PAUSED", "NEW"))
logs = st.lists(st.tuples(states, st.sampled_from(IDS), st.booleans(), st.booleans()), max_size=8)


@given(logs, st.randoms(use_true_random=False))
def test_whatever_the_log_says(log: list[tuple[str, str, bool, bool]], random: Any) -> None:
    """In any order the same; one model an id counts; nothing alive is left out, nothing dead can be deleted."""
    jobs = [a_job(number, state, identity) for number, (state, identity, _, _) in enumerate(log)]
    models, endpoints = served(*jobs)
    for number, (_, _, has_model, has_endpoint) in enumerate(log):
        if not has_model:
            models.pop(f"models/{number}@1", None)
        if not has_endpoint:
            endpoints.pop(f"endpoints/{number}", None)
    found = fold(jobs, models, endpoints)
    shuffled = list(jobs)
    random.shuffle(shuffled)
    assert set(map(key, fold(shuffled, models, endpoints))) == set(map(key, found))
    assert len({each.name for each in found}) == len(found)
    counted = [each for each in found if not each.twin]
    assert len({each.name for each in counted}) == len(counted)
    alive = {
        job.name for job in jobs if (o := join(job, *_made(job, models, endpoints))) and o.state is not State.FAILED
    }
    assert {each.resources["job"] for each in found if each.state is not State.FAILED} == alive
    for each in found:
        twins = sorted((o.born[0], o.resources["job"]) for o in found if belongs(o, each))
        assert each.twin == ((each.born[0], each.resources["job"]) != twins[0])
        assert not (each.state is State.FAILED and each.removable)
    assert all(first <= second for first, second in pairwise(sorted(map(key, found))))


def _made(job: Job, models: Any, endpoints: Any) -> tuple[Model | None, Endpoint | None]:
    return (
        models.get(job.model.path) if job.model else None,
        endpoints.get(job.endpoint.path) if job.endpoint else None,
    )


def belongs(one: Observed, other: Observed) -> bool:
    """Whether two models have the same id."""
    return '"reconciler-id"' in one.carrier and one.carrier == other.carrier


def key(observed: Observed) -> tuple[str, str]:
    return observed.name, observed.resources["job"]

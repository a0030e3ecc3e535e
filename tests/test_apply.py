"""What apply does to the world, in which order, and what it does not do."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.errors import NotFound, PermissionDenied, QuotaExceeded, Refused, Unauthenticated, Unreachable
from reconciler.plan.event import Began, Ended, Progressed, Result, Waited
from reconciler.preview import preview
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Grant, Mark, Observed, Progress, State
from reconciler.run import Options
from tests.build import (
    CAPABILITIES,
    WARMTH,
    desired,
    imported,
    marked,
    observed,
    ownership,
    planned,
    terms,
    told,
    unmarked,
)
from tests.world import World, converge, run

ONE, TWO, B, GONE = desired(data="one"), desired(data="two"), desired("b", data="b"), desired("gone", data="g")
READER = Grant("USER", "a@b.c", "READER")
NO_WAIT = Options(parallelism=1, wait=False)
GRANTING = replace(CAPABILITIES, grants=True)
BEFORE = "2024-04-01T00:00:00Z"
"""When a model was made that is older than the others."""


def world(*models: Observed, **said: object) -> World:
    """A world with these models."""
    made = World(**said)  # type: ignore[arg-type]  # any of its fields
    made.put(*models)
    return made


def results(report: object) -> dict[str, str]:
    """How each row ended, by its remote name's readable part and action."""
    return {f"{o.action.name} {o.address.name}": o.result.name for o in report.outcomes}  # type: ignore[attr-defined]


def name(want: Desired, attempt: int = 0) -> str:
    """The computed name of a model."""
    return observed(want, attempt=attempt).name


@pytest.mark.parametrize(
    ("wants", "models"),
    [
        ([ONE, B], []),
        ([TWO], [observed(ONE)]),
        ([desired(temperature=0.1)], [observed(ONE)]),
        ([desired(temperature=0.1, protect=True)], [observed(ONE, State.TRAINING)]),
        ([TWO], [observed(TWO, State.TRAINING), observed(ONE), observed(desired(data="x"), State.FAILED)]),
        ([ONE], [observed(ONE), observed(TWO, State.TRAINING)]),
        ([TWO], [observed(ONE, State.TRAINING)]),
        ([], [observed(GONE, State.TRAINING), observed(B, State.FAILED)]),
        ([ONE], [unmarked(observed(ONE))]),
        ([ONE], [unmarked(observed(ONE, State.TRAINING))]),
        ([ONE], [observed(desired("old", data="one"))]),
        ([desired(renamed_from="old", data="two")], [observed(desired("old", data="one"))]),
        ([], [marked(observed(GONE), keep=True)]),
        ([ONE], [observed(ONE), imported(observed(TWO))]),
    ],
)
def test_after_apply_the_next_plan_is_empty(wants: list[Desired], models: list[Observed]) -> None:
    """The law of laws."""
    here = world(*models)
    first, report, after = converge(here, wants, terms())
    assert first.acts
    assert report.exit_code == 0, report
    assert after.empty, told(after)


@pytest.mark.parametrize("wish", [{"replace": "a"}, {}])
def test_what_was_wished_for_is_done_once(wish: dict[str, str]) -> None:
    here = world(observed(ONE))
    run(here, preview([ONE], here, terms(replace="a")))
    assert list(here.models) == [name(ONE, 1)]
    assert preview([ONE], here, terms(**wish)).counts.replace == len(wish)


def test_a_retry_ends_with_one_model() -> None:
    here = world(observed(ONE, State.FAILED))
    run(here, preview([ONE], here, terms(retry="a")))
    assert list(here.models) == [name(ONE, 1)]
    assert preview([ONE], here, terms(retry="a")).empty


def test_trainings_are_begun_before_anything_waits_and_undeclared_models_go_last() -> None:
    here = world(observed(ONE), observed(GONE), observed(desired("c")))
    run(here, preview([TWO, B, desired("c", temperature=0.1)], here, terms()))
    assert here.writes == [
        ("create", name(B)),
        ("create", name(TWO)),
        ("update", name(desired("c"))),
        ("update", name(GONE)),  # its mark says that it goes
        ("delete", name(ONE)),
        ("delete", name(GONE)),
    ]


def test_the_old_model_serves_until_the_new_one_is_ready() -> None:
    here = world(observed(ONE), looks=3)
    here.before["delete"] = lambda: _is_ready(here, name(TWO))
    run(here, preview([TWO], here, terms()))
    assert list(here.models) == [name(TWO)]
    assert here.calls.count(("poll", "")) == 3


def test_a_new_model_that_fails_leaves_the_old_one_alone() -> None:
    here = world(observed(ONE), observed(GONE), failing={name(TWO)})
    report, _ = run(here, preview([TWO], here, terms()))
    assert name(ONE) in here.models
    assert name(GONE) in here.models, "undeclared models go only when every training is READY"
    assert results(report) == {"REPLACE a": "FAILED", "DELETE gone": "NOT_BEGUN"}
    assert "--retry-failed TunedModel/a" in " ".join(outcome.detail for outcome in report.outcomes)
    assert report.exit_code == 1


def test_nor_do_undeclared_models_go_when_an_awaited_training_fails() -> None:
    """The second run of the same change decides as the first one did."""
    here = world(observed(TWO, State.TRAINING), observed(ONE), observed(GONE), failing={name(TWO)})
    run(here, preview([TWO], here, terms()))
    assert {name(ONE), name(GONE)} <= set(here.models)


def test_one_failure_does_not_stop_the_others() -> None:
    here = world(observed(ONE), faults={("create", name(B)): QuotaExceeded("no more trainings today")})
    report, _ = run(here, preview([TWO, B], here, terms()))
    assert results(report) == {"CREATE b": "FAILED", "REPLACE a": "DONE", "DELETE a": "DONE"}
    assert "no more trainings today" in report.outcomes[0].detail
    assert (name(ONE) in here.models, report.exit_code) == (False, 5)


def test_a_refusal_is_told_from_a_failure() -> None:
    here = world()
    moved = ONE.dataset
    assert moved is not None
    report, _ = run(here, preview([ONE, B], here, terms()), moved=[moved.digest])
    assert results(report) == {"CREATE a": "REFUSED", "CREATE b": "DONE"}
    assert ("create", name(ONE)) not in here.calls


def test_rows_refused_by_the_plan_are_in_the_report() -> None:
    here = world(observed(ONE, State.FAILED))
    report, _ = run(here, preview([ONE], here, terms()))
    assert (results(report), report.exit_code, here.writes) == ({"CREATE a": "REFUSED"}, 4, [])


def test_nothing_to_do_is_done_at_once() -> None:
    here = world(observed(ONE))
    report, events = run(here, preview([ONE], here, terms()))
    assert (report.outcomes, report.exit_code, len(events)) == ((), 0, 1)


def test_without_waiting_everything_else_is_done() -> None:
    """Law 26."""
    here = world(observed(ONE), observed(B), observed(desired("b", data="old b"), created=BEFORE), observed(GONE))
    report, _ = run(here, preview([TWO, B], here, terms()), NO_WAIT)
    assert here.writes == [("create", name(TWO)), ("delete", name(desired("b", data="old b")))]
    assert results(report) == {"REPLACE a": "TRAINING", "DELETE b": "DONE", "DELETE gone": "NOT_BEGUN"}
    assert report.exit_code == 3


def test_without_waiting_and_without_trainings_it_is_finished() -> None:
    here = world(observed(ONE), observed(GONE))
    report, _ = run(here, preview([ONE], here, terms()), NO_WAIT)
    assert (here.writes, report.exit_code) == ([("delete", name(GONE))], 0)


def test_a_second_run_finishes_what_the_first_did_not_wait_for() -> None:
    here = world(observed(ONE), observed(GONE))
    run(here, preview([TWO], here, terms()), NO_WAIT)
    _, report, after = converge(here, [TWO], terms())
    assert (list(here.models), report.exit_code, after.empty) == ([name(TWO)], 0, True)


def test_a_wait_ends_when_its_time_is_up() -> None:
    here = world(observed(ONE), looks=99)
    report, _ = run(here, preview([TWO], here, terms()), Options(parallelism=1, timeout=30))
    assert (report.timed_out, report.exit_code, here.time) == (True, 3, 30)
    assert results(report) == {"REPLACE a": "TRAINING"}


def test_an_interrupt_stops_before_the_next_act() -> None:
    here = world()
    wants = [desired(f"m{n}", data=str(n)) for n in range(5)]
    made = preview(wants, here, terms())
    report, _ = run(here, made, interrupts=[0])
    assert (report.interrupted, here.writes, report.exit_code) == (True, [], 3)
    assert set(results(report).values()) == {"NOT_BEGUN"}


def test_an_interrupt_while_waiting_leaves_the_trainings_alone() -> None:
    here = world(observed(ONE), observed(GONE), looks=99)
    report, _ = run(here, preview([TWO], here, terms()), interrupts=[20])
    assert (report.interrupted, report.exit_code) == (True, 3)
    assert here.writes == [("create", name(TWO)), ("update", name(GONE))]


def test_a_model_that_is_already_there_is_adopted_in_its_state() -> None:
    """Law 6: 409. READY is as good as trained, FAILED is a failure, TRAINING is waited for."""
    for state, expected in ((State.READY, "DONE"), (State.FAILED, "FAILED"), (State.TRAINING, "DONE")):
        here = world()
        made = preview([ONE], here, terms())
        here.put(observed(ONE, state))
        report, _ = run(here, made)
        assert results(report) == {"CREATE a": expected}
        assert len(here.models) == 1


def test_an_adopted_ready_model_supersedes_at_once() -> None:
    here = world(observed(ONE))
    made = preview([TWO], here, terms())
    here.put(observed(TWO))
    report, _ = run(here, made, NO_WAIT)
    assert (list(here.models), report.exit_code) == ([name(TWO)], 0)


def test_a_lost_answer_is_found_by_the_next_run() -> None:
    here = world(lost={("create", name(ONE)): Unreachable("no answer")})
    report, _ = run(here, preview([ONE], here, terms()))
    assert report.exit_code == 1
    assert told(preview([ONE], here, terms())) == ["WAIT a TRAINING"]
    _, report, after = converge(here, [ONE], terms())
    assert (report.exit_code, after.empty, len(here.models)) == (0, True, 1)


def test_a_model_that_vanishes_while_awaited_is_an_error_not_a_new_training() -> None:
    """Law 35."""
    here = world(looks=3)
    made = preview([ONE], here, terms())
    here.before["poll"] = here.models.clear
    report, _ = run(here, made)
    assert results(report) == {"CREATE a": "FAILED"}
    assert "vanished" in report.outcomes[0].detail
    assert "--retry-failed" not in report.outcomes[0].detail
    assert here.writes == [("create", name(ONE))]


def test_pending_changes_are_written_when_the_training_is_over() -> None:
    """Law 1."""
    here = world(observed(ONE, State.TRAINING), looks=2)
    run(here, preview([desired(temperature=0.1, protect=True)], here, terms()))
    assert here.calls[-1] == ("update", name(ONE))
    assert here.patches == [{WARMTH: 0.1}]
    assert here.models[name(ONE)].ownership == ownership(desired(protect=True))


def test_a_change_of_the_mark_alone_writes_no_field() -> None:
    here = world(observed(desired(description="by hand")))
    run(here, preview([desired(protect=True)], here, terms()))
    assert here.patches == [{}]
    assert here.models[name(ONE)].fields["description"] == "by hand"


def test_an_update_never_loses_the_mark() -> None:
    """Bug 2 of the first version: a plain PATCH erased it."""
    here = world(observed(ONE))
    run(here, preview([desired(description="new text", temperature=0.3)], here, terms()))
    assert here.models[name(ONE)].mark is Mark.VALID
    assert here.models[name(ONE)].ownership == ownership(ONE)


@pytest.mark.only("gemini")
def test_an_empty_set_is_written() -> None:
    here = world(observed(desired(projects=("1",))))
    run(here, preview([desired(projects=())], here, terms()))
    assert here.patches == [{"readerProjectNumbers": ()}]


@pytest.mark.parametrize("state", [State.READY, State.TRAINING])
def test_a_text_that_somebody_wrote_meanwhile_is_not_overwritten(state: State) -> None:
    """Law 30: also when the write had to wait for a training."""
    here = world(observed(ONE, state), observed(TWO))
    made = preview([desired(description="ours")], here, terms())
    here.change(name(ONE), carrier="a human wrote this")
    report, _ = run(here, made)
    assert "STALE" in " ".join(o.detail for o in report.outcomes)
    assert here.models[name(ONE)].fields["description"] == ""


def test_letting_go_strips_the_mark() -> None:
    here = world(marked(observed(GONE), keep=True))
    run(here, preview([], here, terms()))
    assert here.models[name(GONE)].mark is Mark.NONE
    assert here.patches == [{}]


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (lambda here: here.change(name(ONE), ownership=ownership(B)), "the mark of"),
        (lambda here: here.change(name(ONE), mark=Mark.NONE, ownership=None), "the mark of"),
        (lambda here: here.change(name(ONE), mark=Mark.VOID), "the mark of"),
        (lambda here: here.change(name(ONE), ownership=replace(ownership(ONE), protect=True)), "the mark of"),
        (lambda here: here.change(name(ONE), state=State.UNKNOWN), "is unknown now"),
        (lambda here: here.change(name(TWO), state=State.FAILED), "is not READY any more"),
        (lambda here: here.models.pop(name(TWO)), "is not READY any more"),
        (lambda here: here.put(observed(desired(data="stranger"))), "appeared at TunedModel/a"),
    ],
)
def test_a_delete_looks_once_more(meanwhile: Callable[[World], object], why: str) -> None:
    """Law 12: the model and its successor, at the last moment."""
    here = world(observed(ONE), observed(TWO))
    made = preview([TWO], here, terms())
    meanwhile(here)
    report, _ = run(here, made)
    assert (results(report), here.writes) == ({"DELETE a": "REFUSED"}, [])
    assert why in report.outcomes[0].detail
    assert report.exit_code == 4


LOOK = [("get", name(ONE)), ("get", name(TWO))]


@pytest.mark.parametrize(("grants", "before"), [(True, [*LOOK, ("grants", name(ONE))]), (False, [("list", "")])])
def test_the_look_is_the_last_thing_before_the_delete(
    grants: bool,  # noqa: FBT001 - a column of the table
    before: list[tuple[str, str]],
) -> None:
    """Handing grants over takes time, so what was looked at before is looked at again; where there are none, once."""
    here = world(observed(ONE, created=BEFORE), observed(TWO), known=replace(CAPABILITIES, grants=grants))
    run(here, preview([TWO], here, terms()))
    last = [*before, *LOOK, ("delete", name(ONE))]
    assert here.calls[-len(last) :] == last


def test_what_is_already_gone_is_done() -> None:
    here = world(observed(ONE), observed(TWO))
    made = preview([TWO], here, terms())
    del here.models[name(ONE)]
    report, _ = run(here, made)
    assert (results(report), here.writes, report.outcomes[0].detail) == ({"DELETE a": "DONE"}, [], "already gone")


def test_what_may_not_be_read_any_more_is_not_gone() -> None:
    here = world(observed(ONE), observed(TWO))
    made = preview([TWO], here, terms())
    here.withholds = {name(ONE)}
    report, _ = run(here, made)
    assert (results(report), here.writes) == ({"DELETE a": "REFUSED"}, [])
    assert "could not be read, so it stays" in report.outcomes[0].detail


@pytest.mark.parametrize(
    "stranger", [observed(B), marked(observed(desired(data="x")), owner="rival"), unmarked(observed(desired(data="x")))]
)
def test_other_peoples_models_do_not_stop_a_delete(stranger: Observed) -> None:
    here = world(observed(ONE), observed(TWO))
    made = preview([TWO], here, terms())
    here.put(stranger)
    report, _ = run(here, made)
    assert report.exit_code == 0
    assert name(ONE) not in here.models


def test_a_look_that_fails_stops_the_deletes_and_nothing_else() -> None:
    here = world(observed(ONE), observed(TWO), observed(B))
    made = preview([TWO, desired("b", data="b", temperature=0.1)], here, terms())
    here.faults["list", ""] = Unreachable("no answer")
    report, _ = run(here, made)
    assert results(report) == {"UPDATE b": "DONE", "DELETE a": "FAILED"}
    assert name(ONE) in here.models


def test_grants_are_copied_before_the_delete() -> None:
    """Law 11."""
    here = world(observed(ONE), permissions={name(ONE): [READER]}, known=GRANTING)
    run(here, preview([TWO], here, terms()))
    assert here.writes == [("create", name(TWO)), ("grant", name(TWO)), ("delete", name(ONE))]
    assert here.permissions[name(TWO)] == [READER]


def test_where_there_are_none_nothing_is_asked_for() -> None:
    here = world(observed(ONE))
    run(here, preview([TWO], here, terms()))
    assert ("grant", name(TWO)) not in here.calls


def test_grants_that_cannot_be_copied_keep_the_old_model() -> None:
    """Law 11."""
    here = world(observed(ONE), permissions={name(ONE): [READER]}, known=GRANTING)
    here.faults["grant", name(TWO)] = PermissionDenied("not the owner")
    report, _ = run(here, preview([TWO], here, terms()))
    assert results(report) == {"REPLACE a": "DONE", "DELETE a": "REFUSED"}
    assert "GRANTS_LOST" in report.outcomes[-1].detail
    assert (name(ONE) in here.models, report.exit_code) == (True, 5)


def test_another_run_that_deletes_while_grants_are_read_is_no_refusal() -> None:
    """Law 7."""
    here = world(observed(ONE))
    here.before["grants"] = here.models.clear
    here.faults["grants", name(ONE)] = NotFound("no such model")
    report, _ = run(here, preview([TWO], here, terms()))
    assert results(report) == {"REPLACE a": "DONE", "DELETE a": "DONE"}
    assert report.outcomes[-1].detail == "already gone"
    assert ("delete", name(ONE)) not in here.calls


def test_a_failed_model_has_nothing_to_hand_over() -> None:
    here = world(observed(TWO), observed(ONE, State.FAILED), permissions={name(ONE): [READER]})
    run(here, preview([TWO], here, terms()))
    assert here.writes == [("delete", name(ONE))]


def test_undeclared_models_hand_nothing_over() -> None:
    here = world(observed(GONE), observed(ONE), permissions={name(GONE): [READER]})
    run(here, preview([ONE], here, terms()))
    assert here.writes == [("delete", name(GONE))]


def test_what_is_superseded_and_trains_is_let_run_and_then_deleted() -> None:
    """Law 1."""
    here = world(observed(ONE, State.TRAINING), looks=2)
    report, _ = run(here, preview([TWO], here, terms()))
    assert here.writes == [("create", name(TWO)), ("delete", name(ONE))]
    assert (list(here.models), report.exit_code) == ([name(TWO)], 0)


def test_cancelling_is_asked_for_and_relied_on_by_nothing() -> None:
    for fault in ({}, {("cancel", name(TWO)): Unreachable("no answer")}):
        here = world(observed(ONE), observed(TWO, State.TRAINING), faults=dict(fault))
        report, _ = run(here, preview([ONE], here, terms(cancel="a")))
        assert here.writes == [("cancel", name(TWO)), ("delete", name(TWO))]
        assert (list(here.models), report.exit_code) == ([name(ONE)], 0)


def test_a_replacement_cancels_what_it_supersedes() -> None:
    here = world(observed(ONE, State.TRAINING), looks=2)
    run(here, preview([TWO], here, terms(cancel="a")))
    assert here.writes == [("create", name(TWO)), ("cancel", name(ONE)), ("delete", name(ONE))]


def test_only_what_was_named_is_cancelled() -> None:
    here = world(observed(ONE), observed(TWO, State.TRAINING))
    run(here, preview([ONE], here, terms(cancel="b")))
    assert ("cancel", name(TWO)) not in here.calls


def test_lost_credentials_end_the_run() -> None:
    wants = [desired(f"m{n}", data=str(n)) for n in range(4)]
    here = world(faults={("create", name(wants[1])): Unauthenticated("the token has expired")})
    report, _ = run(here, preview(wants, here, terms()))
    assert here.writes == [("create", name(wants[0])), ("create", name(wants[1]))]
    assert (report.fatal, report.exit_code) == ("the token has expired", 1)
    assert list(results(report).values()) == ["TRAINING", "FAILED", "NOT_BEGUN", "NOT_BEGUN"]


@pytest.mark.parametrize(
    "error",
    [Unauthenticated("expired"), PermissionDenied("not yours"), Refused("MARK_REFUSED", "the service cut the mark")],
)
def test_a_look_that_is_refused_ends_the_wait(error: Exception) -> None:
    """Law 30: a mark that was cut stops the run loudly; lost credentials do too."""
    here = world(observed(ONE), observed(GONE), faults={("poll", ""): error})
    report, _ = run(here, preview([TWO], here, terms()))
    assert report.fatal
    assert report.exit_code == 1
    assert here.writes == [("create", name(TWO)), ("update", name(GONE))]


def test_a_service_that_does_not_answer_is_waited_out() -> None:
    here = world()
    made = preview([ONE], here, terms())
    here.faults["poll", ""] = Unreachable("no answer")
    report, events = run(here, made)
    assert "gave up after 20 failed looks" in report.fatal
    assert sum(isinstance(event, Waited) and event.trouble == "no answer" for event in events) == 20


def test_a_delete_that_fails_is_tried_by_the_next_run() -> None:
    """Bug 3 of the first version: a half-done replacement hid a paid model."""
    here = world(observed(ONE), faults={("delete", name(ONE)): QuotaExceeded("later")})
    report, _ = run(here, preview([TWO], here, terms()))
    assert results(report) == {"REPLACE a": "DONE", "DELETE a": "FAILED"}
    here.faults.clear()
    assert told(preview([TWO], here, terms())) == ["NOOP a", "DELETE a SUPERSEDED"]
    assert converge(here, [TWO], terms())[2].empty


def test_an_undeclared_delete_that_fails_stops_no_other() -> None:
    here = world(observed(GONE), observed(B), observed(ONE), faults={("delete", name(B)): NotFound("strange")})
    report, _ = run(here, preview([ONE], here, terms()))
    assert results(report) == {"DELETE b": "FAILED", "DELETE gone": "DONE"}


def test_every_act_is_announced_once_and_ended() -> None:
    here = world(observed(ONE), observed(GONE))
    _, events = run(here, preview([TWO, B], here, terms()))
    began = [(e.action.name, e.target) for e in events if isinstance(e, Began)]
    assert began == [
        ("CREATE", name(B)),
        ("REPLACE", name(TWO)),
        ("DELETE", name(ONE)),
        ("DELETE", name(GONE)),
    ]
    first = next(n for n, event in enumerate(events) if not isinstance(event, Began))
    assert first == 1, "an act is announced before it is done"
    ended = [(e.target, e.result) for e in events if isinstance(e, Ended) and e.result is Result.DONE]
    assert ended == [
        (name(B), Result.DONE),
        (name(TWO), Result.DONE),
        (name(ONE), Result.DONE),
        (name(GONE), Result.DONE),
    ]


@pytest.mark.only("gemini")
def test_progress_is_told_against_the_steps_that_were_planned() -> None:
    """Law 35: also for a training that an earlier run began."""
    want = desired(epochs=5, batch=4)
    training = replace(observed(want, State.TRAINING), progress=Progress(5))
    here = world(training, looks=3)
    _, events = run(here, preview([want], here, terms()))
    (first, *_) = [e for e in events if isinstance(e, Progressed)]
    assert (first.progress.step, first.progress.total) == (5, 19)


@pytest.mark.parametrize("parallelism", [0, 1, 3, 50])
def test_several_at_a_time_are_told_in_the_order_of_the_plan(parallelism: int) -> None:
    here = world(*[observed(desired(f"m{n}", data=f"old {n}")) for n in range(6)])
    made = preview([desired(f"m{n}", data=str(n)) for n in range(6)], here, terms())
    report, events = run(here, made, Options(parallelism=parallelism))
    assert report.exit_code == 0
    done = [e.address.name for e in events if isinstance(e, Ended) and e.detail == "ready"]
    assert done == [f"m{n}" for n in range(6)]
    assert len(here.models) == 6


def test_only_what_the_plan_shows_is_done() -> None:
    """Whatever the world turned into meanwhile, no write is outside of the plan's acts, but to mark what goes."""
    here = world(observed(ONE), observed(GONE), observed(B, State.TRAINING))
    made = preview([TWO, desired("b", data="b", temperature=0.1)], here, terms())
    here.put(observed(desired("late", data="l")), observed(desired("gone", data="g2")))
    run(here, made)
    allowed = {(act.verb, act.name) for act in made.acts}
    allowed |= {("update", act.name) for act in made.acts if act.verb == "delete"}
    assert set(here.writes) <= allowed
    assert name(GONE) in here.models, "a stranger appeared at its address"


def test_a_plan_that_was_made_by_hand_is_carried_out_as_it_is() -> None:
    here = world(observed(ONE))
    report, _ = run(here, planned(TWO, observed(ONE)))
    assert report.exit_code == 0


def _is_ready(here: World, model: str) -> None:
    assert here.models[model].state is State.READY

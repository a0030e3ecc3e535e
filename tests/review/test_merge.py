"""After the merge: exactly what was reviewed is done, once; or it is refused, with what has changed since."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.review.pipeline import Pipeline, writes
from tests.review.repository import CLAIMS, MOOD

pytestmark = pytest.mark.process


@pytest.fixture
def reviewed(pipeline: Pipeline) -> Path:
    """The plan of a pull request of one row, as its pipeline has saved it."""
    saved = pipeline.folder / "plan.json"
    pipeline.check_out("one-row")
    assert pipeline.plan("--out", str(saved)).code == 0
    return saved


def merged(pipeline: Pipeline, saved: Path, *branches: str) -> tuple[Ran, list[str]]:
    """Merge, and apply the plan: what was said, and what was written."""
    pipeline.merge(*branches)
    before = len(pipeline.emulator.requests)
    ran = pipeline.run("apply", "--plan", str(saved))
    return ran, writes(pipeline.emulator.requests[before:])


def test_what_was_reviewed_is_done_and_nothing_else(pipeline: Pipeline, reviewed: Path) -> None:
    (row,) = (row for row in pipeline.plan("-o", "json").json["changes"] if row["action"] == "replace")
    (old,) = (act["name"] for act in pipeline.plan("-o", "json").json["acts"] if act["verb"] == "delete")
    ran, written = merged(pipeline, reviewed, "one-row")
    assert ran.code == 0, ran
    ids = [name.removeprefix("tunedModels/") for name in (row["target"], old)]
    assert written == [f"POST {ids[0]}", f"DELETE {ids[1]}"]
    assert row["address"] == f"TunedModel/{MOOD.name}"
    after = pipeline.run("plan", "--detailed-exitcode")
    assert (after.code, after.last) == (0, "No changes.")


def test_a_second_run_of_the_same_plan_does_nothing(pipeline: Pipeline, reviewed: Path) -> None:
    merged(pipeline, reviewed, "one-row")
    ran, written = merged(pipeline, reviewed)
    assert (ran.code, written) == (0, [])


def test_a_renamed_dataset_that_was_merged_before_is_in_no_ones_way(pipeline: Pipeline, reviewed: Path) -> None:
    ran, written = merged(pipeline, reviewed, "renamed", "one-row")
    assert (ran.code, len(written)) == (0, 2)


@pytest.mark.parametrize("other", ["deleted", "epochs"])
def test_what_others_have_merged_meanwhile_was_not_reviewed(pipeline: Pipeline, reviewed: Path, other: str) -> None:
    ran, written = merged(pipeline, reviewed, other, "one-row")
    assert (ran.code, ran.out, written) == (4, "", [])
    deletes = [line for line in ran.err.splitlines() if line.startswith("    + delete tunedModels/")]
    assert len(deletes) == {"deleted": 1, "epochs": 11}[other]
    assert f"\n  TunedModel/{CLAIMS.name}\n" in ran.err
    assert ran.err.endswith("not reviewed; plan again and review the difference\n")


def test_what_is_not_merged_is_not_applied(pipeline: Pipeline, reviewed: Path) -> None:
    ran, written = merged(pipeline, reviewed)
    assert (ran.code, ran.out, written) == (4, "", [])
    assert "creations that no manifest asks for any more: tunedModels/review-mood-" in ran.err


def test_a_digest_is_as_good_as_the_plan(pipeline: Pipeline, reviewed: Path) -> None:
    pipeline.merge("one-row")
    digest = json.loads(reviewed.read_text())["digest"]
    before = len(pipeline.emulator.requests)
    assert pipeline.run("apply", "--plan-digest", digest).code == 0
    assert len(writes(pipeline.emulator.requests[before:])) == 2

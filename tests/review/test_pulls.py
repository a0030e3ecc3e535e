"""What a reviewer has to learn about each pull request, from each of the forms."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from tests.render import runner
from tests.review.conftest import Reviews
from tests.review.models import SUPPORT
from tests.review.pipeline import Pipeline
from tests.review.repository import CLAIMS, MOOD, PULLS

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/plan.json").read_text())

pytestmark = pytest.mark.process


def test_main_is_trained_and_nothing_is_found_in_it(pipeline: Pipeline) -> None:
    assert pipeline.run("validate", "--strict").out == "Valid: 15 models.\n"
    ran = pipeline.plan("--detailed-exitcode")
    assert (ran.code, ran.last) == (0, "No changes.")


@pytest.mark.parametrize("branch", PULLS)
def test_all_forms_are_about_one_plan(branch: str, reviews: Reviews) -> None:
    made = reviews(branch)
    outputs = runner.outputs(made.step["outputs"])
    if branch == "invalid":
        assert (made.markdown.out, made.document.out, outputs) == ("", "", {"exit-code": "1"})
        return
    document = made.document.json
    jsonschema.validate(document, SCHEMA)
    assert document["digest"] == outputs["digest"]
    assert document["digest"] in made.markdown.out
    heading = made.markdown.out.partition("\n")[0].removeprefix("### ")
    assert heading.removeprefix("Refused by a guard. ") == outputs["summary"]
    assert f"\n{outputs['summary']}\n" in f"\n{made.log.out}"
    numbers = [str(document["summary"][kind]) for kind in ("create", "update", "replace", "delete")]
    assert [outputs[name] for name in ("creates", "updates", "replaces", "deletes")] == numbers


def test_one_row_the_reviewer_sees_one_change_and_what_it_is_compared_with(
    reviews: Reviews, pipeline: Pipeline
) -> None:
    made = reviews("one-row")
    main = pipeline.git("rev-parse", "main")
    (row,) = (row for row in made.document.json["changes"] if row["action"] != "noop")
    assert row["address"] == f"TunedModel/{MOOD.name}"
    assert row["data"]["found"] == {"commit": main, "name": "main", "path": MOOD.data}
    assert row["data"]["difference"]["changed"] == 1
    said = "data: 1 changed of 35 examples, the first is line 14; the old ones are in main at"
    assert f"{said} {main[:7]}\n    ({MOOD.data})" in made.markdown.out
    assert "We like the shop, thanks." not in made.markdown.out + made.document.out + made.log.out
    assert 'changed, line 14: "We like the shop, thanks."\n  was: good\n  now: neutral\n' in made.samples.out


def test_one_row_is_found_in_history_without_a_base(pipeline: Pipeline) -> None:
    first = pipeline.git("rev-list", "--max-parents=0", "main")
    pipeline.check_out("one-row")
    out = pipeline.run("plan").out
    assert f"1 changed of 35 examples, the first is line 14; the old ones are in {first[:7]}" in out


def test_a_renamed_dataset_trains_nothing(reviews: Reviews) -> None:
    made = reviews("renamed")
    outputs = runner.outputs(made.step["outputs"])
    assert made.markdown.out.startswith("### No changes.\n")
    assert {row["action"] for row in made.document.json["changes"]} == {"noop"}
    assert (outputs["changes"], outputs["steps"], outputs["exit-code"]) == ("0", "0", "0")
    assert runner.commands(made.log.out) == []


def test_twelve_times_more_epochs_are_summed_up_and_refused(reviews: Reviews) -> None:
    made = reviews("epochs")
    outputs = runner.outputs(made.step["outputs"])
    replaced = [row for row in made.document.json["changes"] if row["action"] == "replace"]
    assert sorted(row["address"] for row in replaced) == sorted(f"TunedModel/{model.name}" for model in SUPPORT)
    tokens = sum(6 * row["dataset"]["estimatedTokens"] for row in replaced)
    steps = sum(-(-6 * len(model.pairs) // 4) for model in SUPPORT)
    assert outputs["steps"] == str(steps)
    assert Decimal(outputs["cost"]) == Decimal(tokens * 800) / 1_000_000
    characters = sum(row["dataset"]["inputCharacters"] + row["dataset"]["outputCharacters"] for row in replaced)
    said = f"12 trainings, {steps} steps, {characters:,} characters of data, an estimated {tokens:,} training tokens"
    assert said in made.markdown.out
    assert f", about {float(outputs['cost']):.2f} EUR. Prices as of 2026-11-01." in made.markdown.out
    assert made.markdown.out.count("+ hyperparameters.epochCount: 6\n! forces a new training") == 12
    told = "80.00% of the models (12/15) would be deleted or replaced, over 30%"
    assert told in made.markdown.out
    assert runner.commands(made.log.out)[0].message.startswith(told)
    assert (made.markdown.code, outputs["exit-code"]) == (4, "4")


def test_twelve_times_more_epochs_may_be_meant(pipeline: Pipeline) -> None:
    pipeline.check_out("epochs")
    meant = ("--max-share", "80")
    assert pipeline.plan(*meant).code == 0
    ran = pipeline.plan(*meant, "--max-cost", "21")
    assert ran.code == 4
    assert "cost: 21.0768 is over the limit of 21 EUR" in ran.err
    assert pipeline.plan(*meant, "--max-replaces", "11").code == 4


def test_a_budget_is_not_raised_by_who_needs_it(reviews: Reviews, pipeline: Pipeline) -> None:
    made = reviews("greedy")
    assert (made.markdown.code, runner.outputs(made.step["outputs"])["exit-code"]) == (4, "4")
    assert "cost: 78 is over the limit of 50 EUR" in made.markdown.out
    assert "the workspace differs from main in spec.limits.maxCost: 50 -> 5000" in made.markdown.out
    pipeline.check_out("greedy")
    assert pipeline.plan("--max-cost", "5000").code == 4


def test_a_deleted_manifest_is_named_with_the_model_that_goes(reviews: Reviews) -> None:
    made = reviews("deleted")
    (row,) = (row for row in made.document.json["changes"] if row["action"] != "noop")
    assert (row["address"], row["action"]) == (f"TunedModel/{CLAIMS.name}", "delete")
    assert f"#### Delete (1)\n\n**`- TunedModel/{CLAIMS.name}`** delete" in made.markdown.out
    assert f"\n- id: {row['target']} (READY)\n" in made.markdown.out
    (told,) = runner.commands(made.log.out)
    assert (told.name, told.properties) == ("warning", {"title": f"TunedModel/{CLAIMS.name}"})

"""status, outputs and generate: what is there, what serves, what it says."""

import pytest

from tests.cli.conftest import Bench, Command


def test_status_of_a_training(bench: Bench, run: Command) -> None:
    bench.declare("one", "two", epochs=8)
    run("apply", "--yes", "--no-wait", "--target", "one")
    bench.emulator.advance(1.3)
    models = {model["address"]: model for model in run("status", "-o", "json").json["models"]}
    assert models["TunedModel/two"]["state"] == "ABSENT"
    training = models["TunedModel/one"]
    assert training["state"] == "TRAINING"
    assert training["progress"]["total"] == 40
    assert 0 < training["progress"]["percent"] < 100
    assert not training["serves"]
    table = run("status").out
    assert "%" in table
    assert len(table.splitlines()) == 3


def test_the_old_model_serves_until_the_new_one_is_ready(applied: Bench, run: Command) -> None:
    before = run("outputs", "-o", "json").json["models"]["one"]
    applied.declare("one", epochs=9)
    run("apply", "--yes", "--no-wait")
    ran = run("outputs", "-o", "json")
    assert ran.json["models"]["one"] == {**before, "stale": True}
    assert "TunedModel/one: stale" in ran.err
    assert run("generate", "one", "3", "-q").err == ""
    assert "stale" in run("status").out


@pytest.mark.usefixtures("applied")
def test_outputs(run: Command) -> None:
    lines = run("outputs").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["one", "two"]
    assert run("outputs", "-o", "dotenv", "--target", "one").out == f"RECONCILER_MODEL_ONE={lines[0].split()[1]}\n"


def test_what_does_not_serve_has_no_output(bench: Bench, run: Command) -> None:
    bench.declare("one")
    ran = run("outputs")
    assert (ran.code, ran.out) == (0, "")
    assert "TunedModel/one: no model is ready yet" in ran.err
    asked = run("generate", "one", "1")
    assert asked.code == 1
    assert "no model of TunedModel/one is ready" in asked.err


@pytest.mark.usefixtures("applied")
def test_generate(run: Command) -> None:
    assert run("generate", "one", "7").out == "8\n"
    assert run("generate", "TunedModel/one", stdin="11").out == "12\n"


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize(
    ("arguments", "said"), [(("oen", "1"), "did you mean TunedModel/one?"), (("one",), "there is no prompt")]
)
def test_generate_needs_a_model_and_a_prompt(run: Command, arguments: tuple[str, ...], said: str) -> None:
    ran = run("generate", *arguments, types="")
    assert ran.code == 64
    assert said in ran.err


def test_every_refusal_is_told(applied: Bench, run: Command) -> None:
    """With a model or without one, in place or by a replacement that is not made."""
    applied.declare("one", epochs=9, extra="  lifecycle: {protect: true}\n")
    applied.declare("three")
    manifest = applied.folder / "three.yaml"
    manifest.write_text(manifest.read_text().replace("  dataset: {path: numbers.jsonl}\n", ""))
    models = {model["address"]: model for model in run("status", "-o", "json").json["models"]}
    assert "--unprotect TunedModel/one" in models["TunedModel/one"]["notes"][0]
    assert models["TunedModel/two"]["notes"] == []
    assert models["TunedModel/three"]["state"] == "ABSENT"
    assert "add spec.dataset" in models["TunedModel/three"]["notes"][0]
    assert run("status").out.count("\n  note: ") == 2

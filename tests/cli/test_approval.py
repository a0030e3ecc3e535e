"""What has to be allowed before it happens: guards on both sides of each threshold, reviewed plans, and typed names.

Every refusal is asked for its arithmetic, and for the flag that lifts it; the flag then does.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.plan.format import PlanDocument
from tests.cli.conftest import Bench, Command, Ran, Typed

PROTECTED = "  lifecycle: {protect: true}\n"
NAMES = [f"m{n:02}" for n in range(12)]


def limits(bench: Bench, **values: object) -> None:
    """Write the workspace with more lines of spec."""
    path = bench.folder / "workspace.yaml"
    head = path.read_text().partition("  limits:")[0]
    path.write_text(head + f"  limits: {json.dumps(values)}\n")


def spec(bench: Bench, line: str) -> None:
    """Add a line to the spec of the workspace."""
    path = bench.folder / "workspace.yaml"
    path.write_text(path.read_text() + f"  {line}\n")


def serving(run: Command) -> set[str]:
    """The names of which a model is ready, declared or not."""
    models = run("status", "-o", "json").json["models"]
    return {model["address"].removeprefix("TunedModel/") for model in models if model["state"] == "READY"}


def refused(ran: Ran, *said: str) -> None:
    """Hold that a run was refused by a guard, with all of this in its one message."""
    assert ran.code == 4
    assert ran.err.count("\n") == 1
    for each in said:
        assert each in ran.err


@pytest.fixture
def fleet(bench: Bench, run: Command) -> Callable[[int], list[str]]:
    """Train a number of models; give their names."""

    def train(number: int) -> list[str]:
        bench.declare(*NAMES[:number])
        assert run("apply", "--yes", "--quiet").code == 0
        return NAMES[:number]

    return train


# Shares, all, none.


@pytest.mark.parametrize(
    ("owned", "removed", "replaced", "share"),
    [
        (10, 3, 0, ""),
        (10, 4, 0, "40.00% of the models (4/10)"),
        (10, 0, 3, ""),
        (10, 0, 4, "40.00% of the models (4/10)"),
        (10, 2, 1, ""),
        (10, 2, 2, "40.00% of the models (4/10)"),
        (9, 8, 0, ""),
        (9, 0, 9, ""),
        (11, 3, 0, ""),
        (11, 4, 0, "36.36% of the models (4/11)"),
    ],
)
def test_thirty_percent_of_ten_or_more(
    bench: Bench, run: Command, fleet: Callable[[int], list[str]], owned: int, removed: int, replaced: int, share: str
) -> None:
    names = fleet(owned)
    for name in names[:removed]:
        bench.remove(name)
    bench.declare(*names[removed : removed + replaced], epochs=3)
    ran = run("plan")
    if not share:
        assert ran.code == 0
        return
    refused(ran, f"{share} would be deleted or replaced, over 30%", "`--max-share PERCENT`")
    refused(run("apply", "--yes"), share)
    assert serving(run) == set(names)
    exact = 40 if owned == 10 else 37
    refused(run("plan", "--max-share", str(exact - 1)), f"over {exact - 1}%")
    assert run("apply", "--yes", "--quiet", "--max-share", str(exact)).code == 0
    assert serving(run) == set(names[removed:])


def test_what_replacements_leave_behind_counts_nowhere(
    bench: Bench, run: Command, fleet: Callable[[int], list[str]]
) -> None:
    """Law 16: a run that was let through and cut short can be finished without being let through again."""
    names = fleet(10)
    bench.declare(*names, epochs=3)
    assert run("apply", "--yes", "--max-share", "100", "--no-wait").code == 3
    bench.emulator.advance(600)
    ran = run("plan", "--max-deletes", "0")
    assert ran.code == 0
    assert ran.last == "Plan: 0 to create, 0 to update, 0 to replace, 10 to delete."


@pytest.mark.parametrize(("owned", "removed", "safe"), [(2, 1, True), (2, 2, False), (3, 3, False), (1, 1, True)])
def test_all_of_two_or_more(
    bench: Bench, run: Command, fleet: Callable[[int], list[str]], owned: int, removed: int, *, safe: bool
) -> None:
    for name in fleet(owned)[:removed]:
        bench.remove(name)
    bench.declare("other", epochs=7)  # with the inputs of the others it may be a renamed one
    ran = run("plan")
    assert (ran.code == 0) is safe
    if not safe:
        refused(ran, f"all {owned} models of the workspace would be deleted", "`--allow-delete-all`")
        refused(run("plan", "--allow-empty"), "--allow-delete-all")
        assert run("plan", "--allow-delete-all").code == 0


@pytest.mark.parametrize("owned", [1, 3])
def test_no_manifest_at_all(bench: Bench, run: Command, fleet: Callable[[int], list[str]], owned: int) -> None:
    for name in fleet(owned):
        bench.remove(name)
    refused(run("plan"), f"no manifest declares a model, so all {owned} would be deleted", "`--allow-empty`")
    refused(run("apply", "--yes"))
    assert run("plan", "--detailed-exitcode", "--allow-empty", "--allow-delete-all").code == 2


def test_an_empty_workspace_without_models_is_fine(bench: Bench, run: Command) -> None:
    assert bench.folder.is_dir()
    assert run("plan").out == "No changes.\n"


# Limits.


def _creates(bench: Bench, _run: Command) -> None:
    bench.declare("one", "two", "three")


def _replaces(bench: Bench, run: Command) -> None:
    bench.declare("one", "two", "three")
    run("apply", "--yes", "--quiet")
    bench.declare("one", "two", "three", epochs=3)


def _deletes(bench: Bench, run: Command) -> None:
    bench.declare("one", "two", "three", "four")
    run("apply", "--yes", "--quiet")
    for name in ("one", "two", "three"):
        bench.remove(name)


LIMITED = {
    "creates": (_creates, 3),
    "replaces": (_replaces, 3),
    "deletes": (_deletes, 3),
    "steps": (_creates, 30),  # three times ceil(20 x 2 / 4)
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_on_both_sides(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From a flag, the environment, the workspace, or several: the strictest counts, wherever it comes from."""
    arrange, number = LIMITED[name]
    arrange(bench, run)
    flag, field = f"--max-{name}", f"max{name.capitalize()}"
    message = f"{name}: {number} is over the limit of {number - 1}"
    assert run("plan", flag, str(number)).code == 0
    refused(run("plan", flag, str(number - 1)), message, f"`{flag}`", f"limits.{field}")
    refused(run("apply", "--yes", flag, str(number - 1)), message)
    with monkeypatch.context() as patched:
        patched.setenv(f"RECONCILER_MAX_{name.upper()}", str(number - 1))
        refused(run("plan"), message)
        assert run("plan", flag, str(number)).code == 0  # a flag is nearer than the environment
    limits(bench, **{field: number})
    assert run("plan").code == 0
    refused(run("plan", flag, str(number - 1)), message)
    limits(bench, **{field: number - 1})
    for arguments in ((), (flag, str(number)), (flag, str(number + 99))):
        refused(run("plan", *arguments), message)
    refused(run("plan", flag, "0"), f"{name}: {number} is over the limit of 0")


def test_no_flag_loosens_what_the_workspace_says(bench: Bench, run: Command) -> None:
    """Law 29, for the policy too."""
    bench.declare("one", "two")
    run("apply", "--yes", "--quiet")
    spec(bench, "policy: upsert-only")
    bench.remove("one")
    ran = run("apply", "--yes", "--policy", "sync")
    assert ran.code == 0
    assert "1 ignored" in ran.out
    assert '"TunedModel/one"' in run("status", "-o", "json").out


def test_every_objection_at_once(bench: Bench, run: Command) -> None:
    bench.declare("one", "two")
    refused(run("plan", "--max-creates", "1", "--max-steps", "19"), "creates: 2 is", "steps: 20 is", "--max-steps")


def test_a_refused_plan_is_shown_and_not_saved(bench: Bench, run: Command) -> None:
    bench.declare("one", "two")
    ran = run("plan", "-o", "json", "--max-creates", "1", "--out", "plan.json")
    refused(ran, "creates: 2")
    assert ran.json["summary"]["create"] == 2
    assert not (bench.root / "plan.json").exists()


def test_guards_hold_for_saved_plans_too(bench: Bench, run: Command) -> None:
    """What the workspace allows is asked when the plan is applied, not when it was made."""
    bench.declare("one", "two")
    assert run("plan", "--out", "plan.json").code == 0
    refused(run("apply", "plan.json", "--max-creates", "1"), "creates: 2 is over the limit of 1")
    limits(bench, maxCreates=1)
    refused(run("apply", "plan.json"), "creates: 2 is over the limit of 1")
    digest = json.loads((bench.root / "plan.json").read_text())["digest"]
    refused(run("apply", "--plan-digest", digest), "creates: 2 is over the limit of 1")


# protect, irreplaceable, keepSuperseded.


def test_protect_stops_a_replacement_before_it_trains(bench: Bench, run: Command, methods: list[str]) -> None:
    bench.declare("one", extra=PROTECTED)
    run("apply", "--yes", "--quiet")
    bench.declare("one", epochs=3, extra=PROTECTED)
    methods.clear()
    ran = run("apply", "--yes")
    assert ran.code == 4
    assert "`--unprotect TunedModel/one`" in ran.out
    assert set(methods) == {"GET"}
    assert run("apply", "--yes", "--unprotect", "one").code == 0
    assert run("plan").out == "No changes.\n"


@pytest.mark.parametrize("way", ["wish", "commit"])
def test_protect_outlives_its_manifest(bench: Bench, run: Command, way: str) -> None:
    """Two ways out, and no other flag is one of them."""
    bench.declare("kept", extra=PROTECTED)
    bench.declare("other")
    run("apply", "--yes", "--quiet")
    bench.remove("kept")
    for flags in ((), ("--allow-delete-all", "--allow-empty", "--max-share", "100"), ("--unprotect", "other")):
        ran = run("apply", "--yes", *flags)
        assert ran.code == 4
        assert "--unprotect" in ran.out
    if way == "wish":
        assert run("apply", "--yes", "--unprotect", "kept").code == 0
    else:
        bench.declare("kept")
        assert run("apply", "--yes").code == 0
        bench.remove("kept")
        assert run("apply", "--yes").code == 0
    assert serving(run) == {"other"}


def test_protect_as_declared_counts_before_its_mark_says_so(bench: Bench, run: Command) -> None:
    """Law 15: the manifest's word is the newer one, both ways."""
    bench.declare("one")
    run("apply", "--yes", "--quiet")
    bench.declare("one", epochs=3, extra=PROTECTED)
    assert run("apply", "--yes").code == 4
    bench.declare("one", extra=PROTECTED)
    assert run("apply", "--yes").code == 0
    bench.declare("one", epochs=3)
    assert run("apply", "--yes").code == 0


def test_an_unprotected_plan_is_another_plan(bench: Bench, run: Command) -> None:
    """Law 28: a wish is part of what is reviewed, and cannot be slipped in afterwards."""
    bench.declare("kept", extra=PROTECTED)
    bench.declare("other")
    run("apply", "--yes", "--quiet")
    bench.remove("kept")
    before = run("plan", "-o", "json").json["digest"]
    wished = run("plan", "-o", "json", "--unprotect", "kept", "--out", "plan.json").json
    assert wished["digest"] != before
    assert wished["wishes"]["unprotect"] == ["TunedModel/kept"]
    ran = run("apply", "--plan-digest", before, "--unprotect", "kept")
    assert ran.code == 4
    assert f"the plan is now {wished['digest']}, and {before} was reviewed" in ran.err
    assert "  - TunedModel/kept  delete" in ran.out  # what it would be is shown
    assert run("apply", "plan.json", "--unprotect", "kept").code == 64
    assert run("apply", "plan.json").code == 0
    assert serving(run) == {"other"}


def test_what_could_never_be_trained_again(bench: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.declare("one", "two")
    run("apply", "--yes", "--quiet")
    bench.remove("one")
    monkeypatch.setattr("reconciler.providers.gemini.provider.GeminiProvider.tunable", lambda _self: frozenset({"x"}))
    for flags in ((), ("--allow-delete-all",), ("--unprotect", "one"), ("--delete-irreplaceable", "two")):
        ran = run("apply", "--yes", *flags)
        assert ran.code == 4
        assert "it could never be trained again" in ran.out
        assert "`--delete-irreplaceable TunedModel/one`" in ran.out
    assert run("destroy", "--workspace", "bench").code == 4
    assert run("apply", "--yes", "--delete-irreplaceable", "one").code == 0
    assert "TunedModel/one" not in run("status").out


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_superseded_models_that_are_kept(bench: Bench, run: Command, kept: int) -> None:
    """The newest so many of those that were replaced stay; they neither count in a guard nor serve."""
    spec(bench, f"keepSuperseded: {kept}")
    for epochs in (2, 3, 4, 5):
        bench.declare("one", epochs=epochs)
        assert run("apply", "--yes", "--quiet", "--max-deletes", "0").code == 0
        bench.emulator.advance(10)
    models = run("status", "-o", "json").json["models"]
    assert len(models) == kept + 1
    assert [model["serves"] for model in models].count(True) == 1
    assert run("plan", "--detailed-exitcode").code == 0


# Reviewed plans.


def edited(path: Path, change: Callable[[dict[str, Any]], object], *, signed: bool = False) -> None:
    """Change a saved plan; `signed`, its digest is made to fit."""
    content = json.loads(path.read_text())
    change(content)
    if signed:
        content["digest"] = PlanDocument.model_validate_json(json.dumps(content)).recomputed
    path.write_text(json.dumps(content))


@pytest.fixture
def saved(applied: Bench, run: Command) -> Path:
    """A plan with one update, one replacement and one deletion, saved."""
    applied.declare("three")
    assert run("apply", "--yes", "--quiet").code == 0
    applied.declare("one", extra="  temperature: 0.25\n")
    applied.declare("two", epochs=3)
    applied.remove("three")
    assert run("plan", "--out", "plan.json").code == 0
    return applied.root / "plan.json"


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan["acts"].pop(),
        lambda plan: plan["acts"].append({**plan["acts"][0], "name": "tunedModels/x"}),
        lambda plan: plan["acts"][0].update(verb="delete"),
        lambda plan: plan["acts"][0].update(address="TunedModel/x"),
        lambda plan: plan["acts"][-1].update(inputs="0" * 64),
        lambda plan: plan["acts"][0].update(fields=["temperature=9"]),
        lambda plan: plan["wishes"]["unprotect"].append("TunedModel/one"),
        lambda plan: plan["wishes"]["replace"].append("TunedModel/one"),
        lambda plan: plan["context"].update(owner="x"),
        lambda plan: plan["context"].update(host="x"),
        lambda plan: plan["context"].update(policy="create-only"),
        lambda plan: plan.update(digest="0" * 64),
    ],
    ids=range(12),
)
def test_an_edited_plan_is_refused(
    saved: Path, run: Command, methods: list[str], change: Callable[[dict[str, Any]], object]
) -> None:
    """And nothing is asked of the service on its behalf."""
    edited(saved, change)
    ran = run("apply", "plan.json", "--yes")
    assert ran.code == 4
    assert "the plan was edited: its content gives the digest" in ran.err
    assert methods == []


def test_an_edited_plan_with_a_digest_that_fits_is_not_the_one_reviewed(
    applied: Bench, run: Command, methods: list[str]
) -> None:
    """A digest is no signature; the one that was approved is, with --plan-digest."""
    applied.declare("one", epochs=3)
    approved = run("plan", "-o", "json", "--out", "plan.json").json["digest"]
    path = applied.root / "plan.json"
    edited(path, lambda plan: plan["wishes"]["replace"].append("TunedModel/two"), signed=True)
    methods.clear()
    assert "2 writes that were not reviewed" in run("apply", "plan.json").err
    assert run("apply", "plan.json", "--plan-digest", approved).code == 4
    assert set(methods) == {"GET"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: bench", "name: other", "workspace was 'bench' and is 'other'"),
        ("owner: bench-1", "owner: other-1", "owner was 'bench-1' and is 'other-1'"),
        ("endpoint: emulator", "endpoint: emulator\n  project: p-1234", "project was '' and is 'p-1234'"),
        ("endpoint: emulator", "endpoint: emulator\n  policy: upsert-only", "policy was 'sync' and is 'upsert-only'"),
        ("endpoint: emulator", "endpoint: emulator\n  serviceVersion: v1beta3", "service_version was 'v1beta' and is"),
        ("endpoint: emulator", "endpoint: emulator\n  keepSuperseded: 1", ""),
    ],
)
def test_a_plan_for_another_place(
    saved: Path, run: Command, applied: Bench, methods: list[str], old: str, new: str, said: str
) -> None:
    workspace = applied.folder / "workspace.yaml"
    workspace.write_text(workspace.read_text().replace(old, new))
    digest = json.loads(saved.read_text())["digest"]
    ran = run("apply", "plan.json", "--no-wait")
    if not said:
        assert ran.code != 4  # it only deletes less
        return
    assert ran.code == 4
    assert "the plan was made for another place" in ran.err
    assert said in ran.err
    assert run("apply", "--plan-digest", digest).code == 4
    assert set(methods) <= {"GET"}


@pytest.mark.loopback
def test_a_plan_for_another_endpoint(saved: Path, run: Command, applied: Bench) -> None:
    from reconciler.emulator.http import serve

    assert saved.exists()
    served = serve(applied.emulator)
    try:
        ran = run("apply", "plan.json", "--endpoint", served.url)
    finally:
        served.close()
    assert ran.code == 4
    assert f"host was 'emulator' and is '{served.url.removeprefix('http://')}'" in ran.err


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda bench: bench.declare("four", epochs=7), "  TunedModel/four\n    + create tunedModels/four-"),
        (
            lambda bench: bench.declare("one", extra="  temperature: 0.5\n"),
            "    - temperature=1.0->0.25\n    + temperature=1.0->0.5\n",
        ),
        (lambda bench: bench.declare("two", epochs=4), "    + create tunedModels/two-"),
        (
            lambda bench: bench.declare("one", extra="  temperature: 0.25\n  displayName: Other\n"),
            "    + displayName='Other'\n",
        ),
    ],
)
def test_a_stale_plan_says_what_differs(
    saved: Path, run: Command, applied: Bench, methods: list[str], move: Callable[[Bench], None], said: str
) -> None:
    assert saved.exists()
    move(applied)
    ran = run("apply", "plan.json")
    assert ran.code == 4
    assert said in ran.err
    assert "plan again and review the difference" in ran.err
    assert ran.out == ""
    version, stale = map(json.loads, run("apply", "plan.json", "-o", "json").out.splitlines())
    assert version["type"] == "version"
    assert stale["type"] == "stale"
    assert any(each["now"] for each in stale["deviations"])
    assert set(methods) == {"GET"}


def test_a_world_that_moved_towards_the_plan_is_not_stale(saved: Path, run: Command, applied: Bench) -> None:
    """Law 27: somebody else has done a part of it."""
    assert saved.exists()
    assert run("apply", "--yes", "--quiet", "--target", "one").code == 0
    applied.emulator.advance(1)
    assert run("apply", "plan.json").code == 0
    assert run("apply", "plan.json").out == "No changes.\n"


@pytest.mark.parametrize(
    ("version", "code", "said"),
    [
        ("2.0", 1, "the plan has format 2.0, and this version reads up to 1.x"),
        ("10.3", 1, "apply it with the version that made it"),
        ("0.9", 1, "the old format 0.9, which is not read any more"),
        ("1.99", 0, ""),
        ("1", 1, "it has no formatVersion"),
        (None, 1, "it has no formatVersion"),
    ],
)
def test_a_plan_of_another_format(saved: Path, run: Command, version: str | None, code: int, said: str) -> None:
    edited(saved, lambda plan: plan.update(formatVersion=version))
    ran = run("apply", "--plan", "plan.json")
    assert ran.code == code
    assert said in ran.err


@pytest.mark.parametrize("digest", ["", "0", "x" * 64, "UPPER", "short"])
def test_a_digest_that_is_not_the_plan_s(bench: Bench, run: Command, digest: str) -> None:
    bench.declare("one")
    right = run("plan", "-o", "json").json["digest"]
    wrong = {"UPPER": right.upper(), "short": right[:12]}.get(digest, digest)
    ran = run("apply", "--plan-digest", wrong)
    assert ran.code == 4
    assert f"the plan is now {right}" in ran.err
    assert serving(run) == set()


# Questions.

NOT_YES = [
    "y\n", "Y\n", "YES\n", "Yes\n", "ye\n", "yess\n", "yes.\n", "'yes'\n", "yes yes\n", "no\n", "\n", "  \n", "", "n",
    "1\n", "true\n", "\uff59\uff45\uff53\n", "yes\x00\n", "\x1b[Ayes\n", "\nyes\n", "bench\n", "yes" * 5000 + "\n",
]  # fmt: skip


@pytest.mark.parametrize("typed", NOT_YES, ids=range(len(NOT_YES)))
def test_nothing_but_yes_is_yes(applied: Bench, run: Command, methods: list[str], typed: str) -> None:
    """An empty answer is the end of the input, too. The blanks around an answer are none of it."""
    applied.declare("one", epochs=3)
    methods.clear()
    ran = run("apply", types=typed)
    assert ran.code == 1
    assert ran.err.endswith("Nothing was done.\n")
    assert set(methods) == {"GET"}


@pytest.mark.parametrize("typed", ["yes\n", "yes", " yes \n", "yes\r\n"])
def test_yes_is_yes(bench: Bench, run: Command, typed: str) -> None:
    bench.declare("one")
    assert run("apply", types=typed).code == 0


@pytest.mark.parametrize("command", [("apply",), ("destroy",), ("import", "one", "x"), ("forget", "two")])
@pytest.mark.parametrize("ending", [KeyboardInterrupt, EOFError])
def test_a_question_that_is_not_answered(
    applied: Bench,
    run: Command,
    monkeypatch: pytest.MonkeyPatch,
    methods: list[str],
    command: tuple[str, ...],
    ending: type[BaseException],
) -> None:
    """Ctrl-C at the prompt is a no, and so is a terminal that goes away."""
    applied.declare("one", epochs=3)
    applied.remove("two")
    if command[0] == "import":
        applied.declare("new")
        command = ("import", "new", json.loads(run("outputs", "-o", "json").out)["models"]["one"]["id"])
        command += ("--take-over",)
    methods.clear()

    def end(_self: object, _size: int = -1) -> str:
        raise ending

    monkeypatch.setattr(Typed, "readline", end)
    ran = run(*command, types="")
    assert ran.code == 130
    assert set(methods) <= {"GET"}


@pytest.mark.parametrize("command", [("apply",), ("forget", "two"), ("destroy",)])
def test_nobody_to_ask(applied: Bench, run: Command, methods: list[str], command: tuple[str, ...]) -> None:
    """Each names the flag that answers beforehand; an answer in a pipe is none."""
    applied.declare("one", epochs=3)
    applied.remove("two")
    methods.clear()
    ran = run(*command, stdin="yes\nbench\n")
    assert ran.code == 64
    assert ("give --workspace bench" if command == ("destroy",) else "give --yes") in ran.err
    assert set(methods) == {"GET"}


def test_nobody_is_asked_about_nothing(applied: Bench, run: Command) -> None:
    assert applied.folder.is_dir()
    assert run("apply").out == "No changes.\n"


# destroy.

NOT_BENCH = [
    "bench1",
    "Bench",
    "BENCH",
    "ben ch",
    "bench bench",
    "benc",
    "yes",
    "y",
    "'bench'",
    "bench-1",
    "\uff42ench",
    "\n",
]


@pytest.mark.parametrize("typed", [f"{each}\n" for each in NOT_BENCH] + ["", "\nbench\n"])
def test_a_workspace_goes_only_by_its_name(applied: Bench, run: Command, methods: list[str], typed: str) -> None:
    assert applied.folder.is_dir()
    methods.clear()
    ran = run("destroy", types=typed)
    assert ran.code == 1
    assert "Type the workspace's name (bench) to go on: Nothing was done.\n" in ran.err
    assert set(methods) == {"GET"}


@pytest.mark.parametrize("given", [*NOT_BENCH, " bench", "bench ", "", "*", "bench\u200b"])
def test_a_wrong_name_is_no_name(applied: Bench, run: Command, methods: list[str], given: str) -> None:
    """Given beforehand it has to be exact, and is not looked at twice: nothing is asked of the service."""
    assert applied.folder.is_dir()
    methods.clear()
    for ran in (run("destroy", "--workspace", given), run("destroy", f"--workspace={given}", types="bench\n")):
        assert ran.code == 64
        assert "the workspace is 'bench'" in ran.err
        assert "`--workspace bench` if that is meant" in ran.err
    assert methods == []


@pytest.mark.parametrize("typed", ["bench\n", "bench", " bench \n"])
def test_the_right_name_typed(applied: Bench, run: Command, typed: str) -> None:
    """Blanks around it are the terminal's."""
    assert applied.folder.is_dir()
    assert run("destroy", types=typed).code == 0
    assert serving(run) == set()


def test_yes_is_no_name(applied: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lets `apply` through in a pipeline does not let `destroy` through."""
    assert applied.folder.is_dir()
    assert run("destroy", "--yes").code == 64
    monkeypatch.setenv("RECONCILER_YES", "1")
    assert run("destroy").code == 64
    assert serving(run) == {"one", "two"}


def test_wishes_that_mean_nothing_to_destroy_are_not_taken(applied: Bench, run: Command) -> None:
    assert applied.folder.is_dir()
    for flag in ("--replace", "--retry-failed", "--cancel-superseded", "--new-attempt"):
        ran = run("destroy", "--workspace", "bench", flag, "one")
        assert ran.code == 64
        assert f"No such option: {flag}" in ran.err or f"No such option '{flag}'" in ran.err
    helped = run("destroy", "--help").out
    assert "--unprotect" in helped
    assert "--replace" not in helped


def test_limits_hold_for_destroy(applied: Bench, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares and all-of-them are what it is about; numbers are still a limit."""
    refused(run("destroy", "--workspace", "bench", "--max-deletes", "1"), "deletes: 2 is over the limit of 1")
    limits(applied, maxDeletes=1)
    refused(run("destroy", "--workspace", "bench", "--max-deletes", "9"), "limits.maxDeletes")
    limits(applied)
    monkeypatch.setattr(sys, "argv", ["reconciler"])
    assert run("destroy", "--workspace", "bench", "--max-deletes", "2").code == 0

"""Environments: which one is chosen, what it makes of the manifests, and where its mistakes are told."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import InvalidManifests, UsageError
from reconciler.resource.rules import Capabilities
from reconciler.source.cache import Cache
from reconciler.source.load import Loaded, load, load_each
from reconciler.source.resolve import Resolved, resolve

HEADER = "apiVersion: reconciler.dev/v1alpha1\n"
Write = Callable[..., Path]


@pytest.fixture
def environment(write: Write) -> Write:
    """Write an environment: `environment("prod", "  omit: [a]")`; the spec sets an owner, then come these lines."""

    def environment(name: str, *spec: str, file: str = "") -> Path:
        lines = (f"{HEADER}kind: Environment", f"metadata: {{name: {name}}}", "spec:")
        workspace = () if any(line.startswith("  workspace") for line in spec) else (f"  workspace: {{owner: {name}}}",)
        return write(file or f"environments/{name}.yaml", "\n".join((*lines, *workspace, *spec)) + "\n")

    return environment


def patch(target: str, spec: str) -> str:
    """The lines of one patch, in flow style."""
    return f"    - {{target: {target}, patch: {spec}}}"


def fields(loaded: Loaded) -> dict[str, dict[str, Any]]:
    return {sourced.manifest.name: dict(sourced.manifest.fields) for sourced in loaded.manifests}


def lines(loaded: Loaded) -> list[str]:
    return [str(finding) for finding in loaded.diagnostics]


def resolved(capabilities: Capabilities, name: str, path: str = ".") -> Resolved:
    return resolve(load(path, environment=name), capabilities)


def rejected(capabilities: Capabilities, name: str) -> list[str]:
    with pytest.raises(InvalidManifests) as caught:
        resolved(capabilities, name)
    return [str(finding) for finding in caught.value.diagnostics]


def test_patches_are_laid_over_what_the_manifests_say(model: Write, environment: Write) -> None:
    model("a.yaml", "  topK: 1", "  hyperparameters: {epochCount: 2, batchSize: 4}", name="a")
    model("b.yaml", "  topK: 1", name="b")
    environment(
        "prod",
        "  patches:",
        patch('{name: "*"}', "{spec: {topK: 5}}"),
        patch(
            "{name: a}", "{spec: {hyperparameters: {epochCount: 8, batchSize: null}}, metadata: {labels: {tier: x}}}"
        ),
        "  omit: []",
    )
    environment("staging")
    prod, staging = load(".", environment="prod"), load(".", environment="staging")
    assert fields(prod)["a"] == {"baseModel": "models/x", "topK": 5, "hyperparameters.epochCount": 8}
    assert fields(prod)["b"] == {"baseModel": "models/x", "topK": 5}
    assert prod.manifests[0].manifest.labels == {"tier": "x"}
    assert fields(staging)["a"]["topK"] == 1
    assert prod.workspace
    assert staging.workspace
    assert (prod.workspace.owner, staging.workspace.owner) == ("prod", "staging")
    assert prod.workspace.name == staging.workspace.name == "acme"
    assert (prod.environment, str(prod.declared)) == ("prod", "environments/prod.yaml:1:1")
    assert prod.complete
    assert lines(prod) == lines(staging) == []


def test_a_model_may_be_left_out(model: Write, environment: Write) -> None:
    model("a.yaml", name="a")
    model("b.yaml", name="trial-1")
    model("c.yaml", name="trial-2")
    environment("prod", '  omit: ["trial-?"]')
    environment("dev", "  omit: [trial-2]")
    assert list(fields(load(".", environment="prod"))) == ["a"]
    assert list(fields(load(".", environment="dev"))) == ["a", "trial-1"]


def test_the_later_patch_wins_and_lists_are_replaced_whole(model: Write, environment: Write) -> None:
    model("a.yaml", '  readerProjectNumbers: ["1", "2"]', name="a")
    environment(
        "prod",
        "  patches:",
        patch("{name: a}", '{spec: {topK: 2, readerProjectNumbers: ["3"]}}'),
        patch("{name: a}", "{spec: {topK: 3}}"),
    )
    assert fields(load(".", environment="prod"))["a"] == {
        "baseModel": "models/x",
        "topK": 3,
        "readerProjectNumbers": ("3",),
    }


def test_targets_go_by_what_the_files_of_the_models_say(write: Write, model: Write, environment: Write) -> None:
    """What an earlier patch did to the labels does not count: a reader looks into one file."""
    write(
        "a.yaml",
        f"{HEADER}kind: TunedModel\nmetadata: {{name: a, labels: {{team: x, tier: y}}}}\nspec: {{baseModel: m}}",
    )
    write("c.yaml", f"{HEADER}kind: TunedModel\nmetadata: {{name: c, labels: {{tier: y}}}}\nspec: {{baseModel: m}}")
    model("b.yaml", name="b")
    environment(
        "prod",
        "  patches:",
        patch("{name: b}", "{metadata: {labels: {team: x}}}"),
        patch("{labels: {team: x}}", "{spec: {topK: 2}}"),
        patch('{name: "?", labels: {team: x, tier: y}}', "{spec: {topP: 1}}"),
    )
    found = fields(load(".", environment="prod"))
    assert found == {
        "a": {"baseModel": "m", "topK": 2, "topP": 1.0},
        "b": {"baseModel": "models/x"},
        "c": {"baseModel": "m"},
    }


def test_only_the_result_has_to_be_valid(write: Write, environment: Write) -> None:
    write("a.yaml", f"{HEADER}kind: TunedModel\nmetadata: {{name: a}}\nspec: {{topK: 1}}\n")
    environment("prod", "  patches:", patch("{name: a}", "{spec: {baseModel: m}}"))
    environment("dev")
    assert lines(load(".", environment="prod")) == []
    assert fields(load(".", environment="prod")) == {"a": {"topK": 1, "baseModel": "m"}}
    assert [line[:45] for line in lines(load(".", environment="dev"))] == [
        "a.yaml:4:7: spec needs one of baseModel, tune"
    ]


def test_what_a_patch_cannot_mend_stays_an_error(write: Write, environment: Write, tmp_path: Path) -> None:
    """Whatever the cache says of the result: a key given twice means one thing to a reader, and another to us."""
    environment("prod", "  patches:", patch("{name: a}", "{spec: {topP: 1}}"))
    content = f"{HEADER}kind: TunedModel\nmetadata: {{name: a}}\nspec: {{baseModel: m, topK: 1}}\n"
    found = []
    for text in (content, content.replace("topK: 1", "topK: 1, topK: 2"), content.replace("baseModel: m, ", "")):
        for _ in range(2):
            write("a.yaml", text)
            cache = Cache(tmp_path / ".cache.sqlite3")
            found.append([line.partition(";")[0] for line in lines(load(".", cache=cache, environment="prod"))])
            cache.save()
    twice = ["a.yaml:4:31: the key `topK` is given twice, first on line 4"]
    lacking = ["a.yaml:4:7: spec needs one of baseModel, tunedModelSource and preTunedModel"]
    assert found == [[], [], twice, twice, lacking, lacking]
    environment("prod", "  patches:", patch("{name: a}", "{spec: {baseModel: x}}"))
    for _ in range(2):
        cache = Cache(tmp_path / ".cache.sqlite3")
        assert lines(load(".", cache=cache, environment="prod")) == []
        cache.save()


def test_a_mistake_is_told_where_it_stands(model: Write, environment: Write, capabilities: Capabilities) -> None:
    """What a patch has written is in the file of the environment, all else in that of the manifest."""
    model("a.yaml", "  topK: 0", "  hyperparameters:", "    epochCount: 2", name="a")
    environment(
        "prod",
        "  patches:",
        patch("{name: a}", "{spec: {topP: 7, hyperparamters: {}, hyperparameters: {batchSize: x}}}"),
    )
    at = "environments/prod.yaml:7"
    assert [line.partition(";")[0] for line in lines(load(".", environment="prod"))] == [
        "a.yaml:7:9: spec.topK can't be `0`",
        f"{at}:48: spec.topP can't be `7`",
        f"{at}:51: `hyperparamters` is not a field of spec",
        f"{at}:100: spec.hyperparameters.batchSize must be a whole number",
    ]
    environment("prod", "  patches:", patch("{name: a}", "{spec: {topK: 1, baseModel: gemini}}"))
    assert [line.partition(";")[0] for line in rejected(capabilities, "prod")] == [
        f"{at}:62: gemini v1beta does not take `gemini` as baseModel"
    ]


def test_what_a_null_takes_away_is_told_at_the_null(model: Write, environment: Write) -> None:
    """The manifest is right; a sentence about it would send the reader to the wrong file."""
    model("a.yaml", "  dataset: {path: d.jsonl}", name="a")
    environment("prod", "  patches:", patch("{name: a}", "{spec: {baseModel: null, dataset: {path: null}}}"))
    assert lines(load(".", environment="prod")) == [
        (
            "environments/prod.yaml:7:53: spec needs one of baseModel, tunedModelSource and preTunedModel; "
            "here baseModel is null; write a value there, or add another of them"
        ),
        (
            "environments/prod.yaml:7:75: spec.dataset needs one of path and examples; "
            "here path is null; write a value there, or add another of them"
        ),
    ]
    environment(
        "prod",
        "  patches:",
        patch("{name: a}", "{spec: {baseModel: null, tunedModelSource: {tunedModel: tunedModels/x}}}"),
        patch("{name: a}", "{spec: {dataset: {path: null, examples: [{textInput: a, output: b}]}}}"),
    )
    assert lines(load(".", environment="prod")) == []


def test_one_mistake_for_many_models_is_told_once(model: Write, environment: Write) -> None:
    for number in range(30):
        model(f"m{number}.yaml", name=f"m{number}")
    environment("prod", "  patches:", patch('{name: "*"}', "{spec: {topP: 7}}"))
    assert lines(load(".", environment="prod")) == [
        "environments/prod.yaml:7:50: spec.topP can't be `7`; the most is 1"
    ]


def test_places_of_lists_removed_values_and_new_mappings(model: Write, environment: Write) -> None:
    model("a.yaml", "  dataset:", "    path: d.jsonl", "  lifecycle: {ignoreChanges: [topK]}", name="a")
    environment(
        "prod",
        "  patches:",
        "    - target: {name: a}",
        "      patch:",
        "        spec:",
        "          dataset:",
        "            path: null",
        "            examples:",
        "              - {textInput: a, output: b}",
        "          hyperparameters:",
        "            epochCount: 1",
        "          lifecycle: {ignoreChanges: [topP, topK]}",
    )
    locate = load(".", environment="prod").manifests[0].locate
    told = {
        ("spec", "baseModel"): "a.yaml:6:14",
        ("spec", "dataset"): "a.yaml:7:3",
        ("spec", "dataset", "path"): "environments/prod.yaml:11:19",
        ("spec", "dataset", "examples", 0, "output"): "environments/prod.yaml:13:40",
        ("spec", "dataset", "examples", 1): "environments/prod.yaml:12:13",
        ("spec", "dataset", "format"): "a.yaml:7:3",
        ("spec", "hyperparameters"): "environments/prod.yaml:14:11",
        ("spec", "hyperparameters", "batchSize"): "environments/prod.yaml:14:11",
        ("spec", "lifecycle", "ignoreChanges", 1): "environments/prod.yaml:16:45",
        ("metadata", "name"): "a.yaml:4:9",
        (): "a.yaml:1:1",
    }
    assert {path: str(locate(*path)) for path in told} == told


def test_nothing_is_found_in_what_a_patch_has_replaced(model: Write, environment: Write) -> None:
    """A list as a whole, with all that is in it; and a null that became a mapping."""
    model(
        "a.yaml",
        "  dataset:",
        "    examples:",
        "      - {textInput: a, output: b}",
        "  hyperparameters: null",
        name="a",
    )
    environment(
        "prod",
        "  patches:",
        "    - target: {name: a}",
        "      patch:",
        "        spec:",
        "          dataset:",
        "            examples:",
        "              - {textInput: a}",
        "          hyperparameters:",
        "            epochCount: 0",
    )
    assert lines(load(".", environment="prod")) == [
        "environments/prod.yaml:12:17: spec.dataset.examples[0].output is missing; add output: ...",
        "environments/prod.yaml:14:25: spec.hyperparameters.epochCount can't be `0`; the least is 1",
    ]
    environment(
        "prod",
        "  patches:",
        "    - target: {name: a}",
        "      patch: {spec: {dataset: {examples: [{textInput: a, output: b}]}, hyperparameters: {epochCount: 1}}}",
    )
    locate = load(".", environment="prod").manifests[0].locate
    assert str(locate("spec", "dataset", "examples", 0)) == "environments/prod.yaml:8:43"
    assert str(locate("spec", "hyperparameters")) == "environments/prod.yaml:8:89"
    assert str(locate("spec", "dataset")) == "a.yaml:7:3"


def test_paths_start_from_the_file_they_are_written_in(
    model: Write, environment: Write, write: Write, capabilities: Capabilities
) -> None:
    model("team/a.yaml", "  dataset: {path: d.jsonl, inputField: q}", name="a")
    model("team/b.yaml", "  dataset: {path: d.jsonl, inputField: q}", name="b")
    write("team/d.jsonl", '{"q": "1", "output": "2"}\n')
    write("environments/data/p.jsonl", '{"q": "1", "output": "2"}\n{"q": "3", "output": "4"}\n')
    environment("prod", "  patches:", patch("{name: a}", "{spec: {dataset: {path: data/p.jsonl}}}"))
    environment("dev", "  patches:", patch("{name: a}", "{spec: {dataset: {format: jsonl}}}"))
    counts = [each.dataset and each.dataset.count for each in resolved(capabilities, "prod").desired]
    assert counts == [2, 1]
    assert [each.dataset and each.dataset.count for each in resolved(capabilities, "dev").desired] == [1, 1]


@pytest.mark.parametrize("path", ["../../../secret.jsonl", "/etc/passwd", "gone.jsonl"])
def test_a_path_in_a_patch_may_no_more_than_any_other(
    path: str, model: Write, environment: Write, capabilities: Capabilities
) -> None:
    model("a.yaml", name="a")
    environment("prod", "  patches:", patch("{name: a}", f"{{spec: {{dataset: {{path: {path}, format: jsonl}}}}}}"))
    (finding,) = rejected(capabilities, "prod")
    assert finding.startswith("environments/prod.yaml:7:")
    assert ("does not exist" if path == "gone.jsonl" else "absolute" if path[0] == "/" else "leaves") in finding
    assert "environments/gone.jsonl" in finding or path != "gone.jsonl"


def test_json_data_that_only_an_environment_names_is_data(
    model: Write, environment: Write, write: Write, capabilities: Capabilities
) -> None:
    model("a.yaml", name="a")
    write("environments/data.json", '[{"text_input": "1", "output": "2"}]')
    environment("prod", "  patches:", patch("{name: a}", "{spec: {dataset: {path: data.json}}}"))
    environment("dev")
    assert lines(load(".", environment="dev")) == []
    (desired,) = resolved(capabilities, "prod").desired
    assert desired.dataset
    assert desired.dataset.count == 1


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (["  omit: [b]"], "6:10: no model that this environment could change has the name `b`"),
        (
            ["  omit: [support-tikets]"],
            "6:10: no model that this environment could change has the name `support-t",
        ),
        (
            ["  patches:", patch("{labels: {team: x}}", "{spec: {topK: 1}}")],
            "7:16: no model that this environment could change has the label `team=x`",
        ),
        (
            ["  patches:", patch('{name: "b*", labels: {a: b}}', "{}")],
            "7:16: no model that this environment could change has the name `b*` and the label `a=b`",
        ),
        (
            ["  omit: [a]", "  patches:", patch("{name: a}", "{spec: {topK: 2}}")],
            "8:16: is for `a`, which spec.omit leaves out; remove the patch, or the name in spec.omit",
        ),
        (
            ["  patches:", patch("{name: a}", "{spec: {topP: null}}")],
            "7:48: removes `spec.topP`, which is not there; check the spelling, or remove the line",
        ),
        (
            ["  patches:", patch("{name: a}", "{spec: {hyperparameters: {epochCount: null}}}")],
            "7:72: removes `spec.hyperparameters.epochCount`, which is not there",
        ),
        (
            ["  workspace: {owner: prod, limits: {maxSteps: null}}"],
            "5:47: removes `spec.limits.maxSteps`, which is not there",
        ),
        (["  patches:", patch("{}", "{}")], "7:16: spec.patches[0].target: needs name or labels"),
        (
            ["  patches:", patch("{name: a}", "{metadata: {name: b}}")],
            "7:46: an environment can't change the name of a model; remove it",
        ),
        (["  patches:", patch("{name: a}", "{kind: b}")], "7:35: an environment can't change the kind of a model"),
        (["  patches:", patch("{name: a}", "{spec: null}")], "7:41: spec.patches[0].patch.spec must be a mapping"),
        (['  omit: ["../x"]'], "6:10: spec.omit[0]: `../x` is not a name, nor a pattern of names"),
        (["  workspace: {owner: prod, ownr: x}"], "5:28: `ownr` is not a field of spec; did you mean owner?"),
        (["  workspace: &a {owner: prod}"], "5:14: `&a` is an anchor; write the values out where they are used"),
    ],
)
def test_mistakes(spec: list[str], told: str, model: Write, environment: Write) -> None:
    model("a.yaml", "  topK: 1", name="a")
    model("support.yaml", name="support-tickets")
    environment("prod", *spec)
    found = lines(load(".", environment="prod"))
    assert [line[: len(told) + 23] for line in found] == [f"environments/prod.yaml:{told}"]


def test_a_name_that_is_near_is_offered(model: Write, environment: Write) -> None:
    model("a.yaml", name="support-tickets")
    environment("prod", "  omit: [support-tikets]")
    (found,) = lines(load(".", environment="prod"))
    assert found.endswith("; did you mean support-tickets?")


def test_what_is_missing_from_a_part_of_the_workspace_is_no_mistake(model: Write, environment: Write) -> None:
    model("team/a.yaml", name="a")
    model("b.yaml", name="b")
    environment("prod", "  omit: [b]", "  patches:", patch("{name: b}", "{spec: {topK: 1}}"))
    for path in ("team", "team/a.yaml"):
        loaded = load(path, environment="prod")
        assert (list(fields(loaded)), lines(loaded), loaded.complete) == (["a"], [], False)
    for path in ("environments", "environments/prod.yaml"):
        loaded = load(path, environment="prod")
        assert (list(fields(loaded)), lines(loaded), loaded.complete) == ([], [], False)


@pytest.mark.parametrize("path", [".", "team", "team/a.yaml", "workspace.yaml"])
def test_where_there_are_environments_one_has_to_be_chosen(path: str, model: Write, environment: Write) -> None:
    """A pipeline that forgets to must not plan for a workspace that nobody meant."""
    model("team/a.yaml", name="a")
    environment("prod")
    environment("dev", file="deep/er/dev.yaml")
    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(caught.value) == (
        "these manifests are for dev and prod, and none of these environments is chosen; choose one: -e dev or -e prod"
    )
    loaded = load(path, environment="dev")
    assert loaded.workspace
    assert loaded.workspace.owner == "dev"


def test_standard_input_finds_the_environments_of_the_folder(environment: Write) -> None:
    environment("prod", "  patches:", patch("{name: a}", "{spec: {topK: 4}}"))
    text = f"{HEADER}kind: TunedModel\nmetadata: {{name: a}}\nspec: {{baseModel: m}}\n"
    with pytest.raises(UsageError, match="none of these environments is chosen"):
        load("-", io.StringIO(text))
    assert fields(load("-", io.StringIO(text), environment="prod"))["a"]["topK"] == 4


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("prd", "there is no environment `prd`; did you mean prod?"),
        ("x", "there is no environment `x`; there are prod and staging"),
        ("", "there is no environment ``; there are prod and staging"),
    ],
)
def test_an_environment_that_is_not_there(name: str, told: str, environment: Write) -> None:
    environment("prod")
    environment("staging")
    with pytest.raises(UsageError) as caught:
        load(".", environment=name)
    assert str(caught.value) == told


def test_without_environments_none_can_be_chosen(model: Write) -> None:
    model("a.yaml")
    assert lines(load(".")) == []
    for name in ("prod", ""):
        with pytest.raises(UsageError, match="these manifests have no environments: leave out -e"):
            load(".", environment=name)


@pytest.mark.parametrize("path", [".", "team/a.yaml"])
@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}kind: Environment\nmetadata: {{name: prod}}\nspec: {{omits: []}}\n",
        f"{HEADER}kind: Environment\n  x: [\n",
    ],
)
def test_an_environment_that_cannot_be_read_is_an_error_whichever_is_chosen(
    content: str, path: str, model: Write, write: Write, environment: Write
) -> None:
    model("team/a.yaml", name="a")
    write("environments/prod.yaml", content)
    for name in (None, "prod"):
        assert [finding.origin.file for finding in load(path, environment=name).diagnostics] == [
            "environments/prod.yaml"
        ]
    environment("dev")
    assert [finding.origin.file for finding in load(path, environment="dev").diagnostics] == ["environments/prod.yaml"]


def test_two_environments_with_one_name(environment: Write) -> None:
    environment("prod")
    environment("prod", file="other.yaml")
    assert lines(load(".", environment="prod"))[:1] == [
        "other.yaml:3:18: the name `prod` is taken: Environment at environments/prod.yaml:1:1; rename one of them"
    ]


@pytest.mark.parametrize(
    ("prod", "staging", "shared"),
    [
        ("{}", "{}", True),
        ("{owner: x, location: global}", "{owner: x}", True),
        ("{owner: x}", "{owner: y, formerOwners: [x]}", True),
        ("{owner: x}", "{owner: y}", False),
        ("{owner: x, endpoint: emulator}", "{owner: x}", True),
        ("{owner: x, provider: vertex}", "{owner: x, provider: gemini}", True),
        ("{owner: x, project: project-1}", "{owner: x, project: project-2}", True),
        ("{owner: x, policy: upsert-only}", "{owner: x}", True),
        ("{owner: y, formerOwners: [x]}", "{owner: x}", True),
    ],
)
def test_two_environments_must_not_own_the_same_models(
    prod: str,
    staging: str,
    shared: bool,  # noqa: FBT001  (a column of the table)
    environment: Write,
) -> None:
    """Each would delete what only the other one declares, in whatever place: `--endpoint` may make it one."""
    environment("prod", f"  workspace: {prod}")
    environment("staging", f"  workspace: {staging}")
    environment("apart", "  workspace: {owner: apart}")
    for name in ("prod", "staging", "apart"):
        found = [line for line in lines(load(".", environment=name)) if "owns the same models as" in line]
        assert [line.split(":")[0] for line in found] == (["environments/staging.yaml"] if shared else [])


@pytest.mark.parametrize(
    ("prod", "staging", "told"),
    [
        (
            "{owner: x, formerOwners: [a]}",
            "{owner: x, formerOwners: [a]}",
            (
                "the owner `x` belongs to both, and each deletes what only the other one declares; "
                "set owner in spec.workspace of one of them"
            ),
        ),
        (
            "{owner: x, formerOwners: [b, a]}",
            "{owner: y, formerOwners: [a, b]}",
            (
                "the owner `a` belongs to both, and each deletes what only the other one declares; "
                "let only one of them have it, be it as owner or in formerOwners"
            ),
        ),
    ],
)
def test_what_is_shared_is_named_with_a_way_out(prod: str, staging: str, told: str, environment: Write) -> None:
    environment("prod", f"  workspace: {prod}")
    environment("staging", f"  workspace: {staging}")
    (found,) = lines(load(".", environment="prod"))
    assert found == (
        "environments/staging.yaml:5:14: owns the same models as the environment `prod` "
        f"(environments/prod.yaml:1:1): what has {told}"
    )


def test_an_environment_knows_the_owners_of_the_others(environment: Write) -> None:
    environment("prod")
    environment("staging", "  workspace: {owner: b, formerOwners: [a]}")
    environment("dev", "  workspace: {owner: c}")
    assert load(".", environment="prod").neighbours == {"b": "staging", "a": "staging", "c": "dev"}
    assert load(".", environment="dev").neighbours == {"b": "staging", "a": "staging", "prod": "prod"}


def test_what_an_environment_makes_of_the_workspace_is_checked_in_every_other_one(environment: Write) -> None:
    environment("prod", "  workspace: {owner: PROD}")
    environment("dev")
    (found,) = lines(load(".", environment="dev"))
    assert found.startswith("environments/prod.yaml:5:22: spec.owner: `PROD` is not an owner")


def test_each_gives_all_of_them_by_name(model: Write, environment: Write) -> None:
    model("a.yaml", name="a")
    environment("z", "  omit: [a]")
    environment("b")
    assert [(each.environment, list(fields(each))) for each in load_each(".")] == [("b", ["a"]), ("z", [])]
    Path("environments/z.yaml").unlink()
    Path("environments/b.yaml").unlink()
    assert [(each.environment, list(fields(each))) for each in load_each(".")] == [("", ["a"])]


def test_the_cache_changes_nothing(model: Write, environment: Write, tmp_path: Path) -> None:
    """Not even after the patch has changed, and the manifest has not."""
    model("a.yaml", name="a")
    loadings = []
    for epochs in (2, 3, 3, 0):
        environment(
            "prod", "  patches:", patch("{name: a}", f"{{spec: {{hyperparameters: {{epochCount: {epochs}}}}}}}")
        )
        cache = Cache(tmp_path / ".cache.sqlite3")
        loaded = load(".", cache=cache, environment="prod")
        cache.save()
        fresh = load(".", environment="prod")
        assert (fields(loaded), lines(loaded)) == (fields(fresh), lines(fresh))
        loadings.append([fields(loaded).get("a", {}).get("hyperparameters.epochCount"), len(lines(loaded))])
    assert loadings == [[2, 0], [3, 0], [3, 0], [None, 1]]


def test_what_was_judged_is_not_judged_again(
    model: Write, environment: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        model(f"{name}.yaml", name=name)
    environment("prod", "  patches:", patch('{name: "*"}', "{spec: {topK: 5}}"))
    cache = Cache(tmp_path / ".cache.sqlite3")
    load(".", cache=cache, environment="prod")
    cache.save()
    monkeypatch.setattr("reconciler.source.validation.faults", None)
    again = load(".", cache=Cache(tmp_path / ".cache.sqlite3"), environment="prod")
    assert [each["topK"] for each in fields(again).values()] == [5, 5, 5]


def test_examples_in_a_patch_do_not_get_into_the_cache(model: Write, environment: Write, tmp_path: Path) -> None:
    model("a.yaml", name="a")
    examples = "{spec: {dataset: {examples: [{textInput: confidential, output: b}]}}}"
    environment("prod", "  patches:", patch("{name: a}", examples))
    cache = Cache(tmp_path / ".cache.sqlite3")
    load(".", cache=cache, environment="prod")
    cache.save()
    assert b"confidential" not in (tmp_path / ".cache.sqlite3").read_bytes()


@pytest.mark.parametrize("path", [".", "a.yaml"])
def test_a_link_out_of_the_workspace_is_refused(path: str, model: Write, tmp_path_factory: Any) -> None:
    model("a.yaml", name="a")
    outside = tmp_path_factory.mktemp("outside") / "prod.yaml"
    outside.write_text(f"{HEADER}kind: Environment\nmetadata: {{name: prod}}\n")
    Path("prod.yaml").symlink_to(outside)
    for name in (None, "prod"):
        (found,) = lines(load(path, environment=name))
        assert found.startswith("prod.yaml: is a link that leaves the workspace's folder")


def test_a_link_inside_the_workspace_is_an_environment_once(model: Write, environment: Write) -> None:
    model("a.yaml", name="a")
    environment("prod", file="shared/prod.yaml")
    Path("environments").mkdir()
    Path("environments/link").symlink_to("../shared")
    for path in (".", "a.yaml"):
        assert lines(load(path, environment="prod")) == []


def test_too_much_is_refused(model: Write, environment: Write) -> None:
    """Deep patches are as any deep document; many patches are more than anybody reviews."""
    model("a.yaml", name="a")
    environment("prod", "  patches:", patch("{name: a}", "{spec: " + "{a: " * 40 + "1" + "}" * 40 + "}"))
    (deep,) = lines(load(".", environment="prod"))
    assert "is nested deeper than 32 levels" in deep
    environment("prod", "  omit: [" + ", ".join(["a"] * 1001) + "]")
    (many,) = lines(load(".", environment="prod"))
    assert "1000 items" in many


def test_a_glob_is_matched_in_no_time(model: Write, environment: Write) -> None:
    model("a.yaml", name="a" * 63)
    environment("prod", f'  omit: ["{"*a" * 31}b"]')
    (found,) = lines(load(".", environment="prod"))
    assert "no model that this environment could change" in found

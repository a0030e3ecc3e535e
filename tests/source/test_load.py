"""Load: which files count, which workspace they belong to, and when the whole of it was read."""

import gc
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageError
from reconciler.source.load import Loaded, load

HEADER = "apiVersion: reconciler.dev/v1alpha1\n"
WORKSPACE = HEADER + "kind: Workspace\nmetadata: {name: acme}\n"
MODEL = HEADER + "kind: TunedModel\nmetadata: {name: NAME}\nspec: {baseModel: models/x}\n"


def names(loaded: Loaded) -> list[str]:
    return [sourced.manifest.name for sourced in loaded.manifests]


def lines(loaded: Loaded) -> list[str]:
    return [str(finding) for finding in loaded.diagnostics]


def test_a_workspace_is_read_with_all_below_it(folder: Path, model: Callable[..., Path]) -> None:
    model("b.yaml", name="b")
    model("team/a.yml", name="a")
    loaded = load(".")
    assert names(loaded) == ["b", "a"]
    assert [str(sourced.origin) for sourced in loaded.manifests] == ["b.yaml:1:1", "team/a.yml:1:1"]
    assert [sourced.base for sourced in loaded.manifests] == [folder, folder / "team"]
    assert loaded.workspace
    assert loaded.workspace.owner == "acme"
    assert (loaded.folder, loaded.complete, lines(loaded)) == (folder, True, [])


def test_several_documents_may_share_a_file(write: Callable[..., Path]) -> None:
    write("all.yaml", MODEL.replace("NAME", "a") + "---\n" + MODEL.replace("NAME", "b"))
    loaded = load(".")
    assert [str(sourced.origin) for sourced in loaded.manifests] == ["all.yaml:1:1", "all.yaml:6:1"]
    assert str(loaded.manifests[1].locate("spec", "baseModel")) == "all.yaml:9:19"
    assert str(loaded.manifests[1].locate("spec", "dataset", "path")) == "all.yaml:9:7"


def test_a_file_system_that_gives_a_little_at_a_time(
    model: Callable[..., Path], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was cut between two documents would be valid, and declare fewer models."""
    model("b.yaml", name="b")
    write("all.yaml", MODEL.replace("NAME", "a") + "---\n" + MODEL.replace("NAME", "c"))
    read = os.read
    monkeypatch.setattr("os.read", lambda descriptor, size: read(descriptor, min(size, len(MODEL))))
    loaded = load(".")
    assert names(loaded) == ["a", "c", "b"]
    assert (loaded.complete, lines(loaded)) == (True, [])


def test_a_file_that_is_cut_while_it_is_read(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is valid, and declares fewer models."""
    write("all.yaml", MODEL.replace("NAME", "a") + "---\n" + MODEL.replace("NAME", "c"))
    read = os.read

    def cut(descriptor: int, size: int) -> bytes:
        return read(descriptor, size)[: len(MODEL)] if os.lseek(descriptor, 0, os.SEEK_CUR) == 0 else b""

    monkeypatch.setattr("os.read", cut)
    loaded = load(".")
    assert names(loaded) == []
    assert lines(loaded) == ["all.yaml: cannot be read: became shorter while it was read"]
    assert [finding.severity for finding in loaded.diagnostics] == ["error"]


@pytest.mark.parametrize("path", ["team", "team/a.yml", "./team/"])
def test_a_part_of_a_workspace_is_never_complete(path: str, folder: Path, model: Callable[..., Path]) -> None:
    model("b.yaml", name="b")
    model("team/a.yml", name="a")
    loaded = load(path)
    assert names(loaded) == ["a"]
    assert loaded.workspace
    assert (loaded.folder, loaded.complete, lines(loaded)) == (folder, False, [])


def test_one_file_with_everything_is_not_complete_either(write: Callable[..., Path], folder: Path) -> None:
    (folder / "workspace.yaml").unlink()
    write("all.yaml", WORKSPACE + "---\n" + MODEL.replace("NAME", "a"))
    loaded = load("all.yaml")
    assert loaded.workspace
    assert (names(loaded), loaded.complete, lines(loaded)) == (["a"], False, [])
    assert load(".").complete


def test_standard_input_belongs_to_the_workspace_around_the_current_folder(folder: Path) -> None:
    loaded = load("-", io.StringIO(MODEL.replace("NAME", "a")))
    assert loaded.workspace
    assert (names(loaded), loaded.complete, loaded.folder, lines(loaded)) == (["a"], False, folder, [])
    assert [(str(one.origin), one.base) for one in loaded.manifests] == [("<stdin>:1:1", folder)]


def test_an_empty_standard_input_is_a_finding(folder: Path) -> None:
    assert lines(load("-", io.StringIO(""))) == ["<stdin>: is empty; delete the file, or write a manifest"]
    assert folder.is_dir()


def test_a_workspace_without_models_is_no_error_here(folder: Path) -> None:
    loaded = load(str(folder))
    assert (names(loaded), loaded.complete, lines(loaded)) == ([], True, [])


def test_the_name_of_a_file_is_the_one_the_user_knows(
    folder: Path, model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model("team/a.yaml", "  topK: x")
    origins = [str(load(path).diagnostics[0].origin) for path in ("team", "./team//", ".", str(folder / "team"))]
    assert origins == ["team/a.yaml:7:9"] * 3 + [f"{folder}/team/a.yaml:7:9"]
    monkeypatch.chdir(folder / "team")
    assert str(load("..").diagnostics[0].origin) == "../team/a.yaml:7:9"


def test_without_a_workspace_the_user_is_told_to_make_one(folder: Path) -> None:
    (folder / "workspace.yaml").unlink()
    line = "no Workspace here, nor in a folder around it; make one with `reconciler init`"
    assert lines(load(".")) == [f".: {line}"]
    (folder / "empty").mkdir()
    loaded = load("empty")
    assert (lines(loaded), loaded.complete, loaded.workspace) == ([f"empty: {line}"], False, None)


def test_the_search_for_the_workspace_ends_at_the_git_root(folder: Path, model: Callable[..., Path]) -> None:
    model("repository/team/a.yaml")
    assert load("repository/team").workspace
    (folder / "repository/.git").write_text("gitdir: elsewhere\n")
    assert load("repository/team").workspace is None
    assert load("repository/team/a.yaml").workspace is None


def test_two_workspaces_are_both_named(write: Callable[..., Path]) -> None:
    write("envs/dev/workspace.yaml", WORKSPACE)
    loaded = load(".")
    assert lines(loaded) == [
        (
            "workspace.yaml:1:1: a second Workspace; the first is at envs/dev/workspace.yaml:1:1; "
            "keep one, or give a path that has only one in it and around it"
        )
    ]
    assert (loaded.workspace, loaded.complete) == (None, False)


@pytest.mark.parametrize("above", ["", "deep/er/"])
def test_a_workspace_inside_of_another_would_delete_its_models(
    above: str, folder: Path, model: Callable[..., Path], write: Callable[..., Path]
) -> None:
    model("a.yaml")
    write(f"{above}sub/workspace.yaml", WORKSPACE)
    loaded = load(f"{above}sub")
    assert lines(loaded) == [
        (
            f"workspace.yaml:1:1: a second Workspace; the first is at {above}sub/workspace.yaml:1:1; "
            "keep one, or give a path that has only one in it and around it"
        )
    ]
    assert (loaded.workspace, loaded.folder) == (None, folder / above / "sub")


def test_a_workspace_inside_of_one_that_cannot_be_read(write: Callable[..., Path]) -> None:
    write("workspace.yaml", WORKSPACE + "  x: [\n")
    write("sub/workspace.yaml", WORKSPACE)
    assert [line.partition(": ")[0] for line in lines(load("sub"))] == ["workspace.yaml:4:3"]


def test_a_repository_inside_of_a_workspace_is_its_own(folder: Path, write: Callable[..., Path]) -> None:
    write("repository/workspace.yaml", WORKSPACE)
    write("repository/.git", "gitdir: elsewhere\n")
    write("repository/manifests/workspace.yaml", WORKSPACE)
    (folder / "repository/workspace.yaml").unlink()
    assert load("repository/manifests").complete
    assert lines(load("repository/manifests")) == []


def test_a_workspace_below_the_path_is_a_mistake(folder: Path, write: Callable[..., Path]) -> None:
    (folder / "workspace.yaml").unlink()
    write("manifests/workspace.yaml", WORKSPACE)
    loaded = load(".")
    assert lines(loaded) == [
        (
            "manifests/workspace.yaml:1:1: this workspace is not in . itself but in a folder below it; "
            "give manifests as the path, or move the workspace up"
        )
    ]
    assert not loaded.complete


def test_a_broken_workspace_is_not_a_missing_one(write: Callable[..., Path]) -> None:
    write("workspace.yaml", WORKSPACE + "  x: [\n")
    write("sub/x.txt", "")
    expected = (
        "workspace.yaml:4:3: is not valid YAML: did not find expected key; "
        "check the indentation, and quotes inside of quotes"
    )
    assert lines(load(".")) == [expected]
    assert lines(load("sub")) == [expected]


@pytest.mark.parametrize(("spec", "provider"), [("{ provider: vertex, apiKey: x }", "vertex"), ("{ provider: 7 }", "")])
def test_a_faulty_workspace_still_says_whose_rules_hold(spec: str, provider: str, write: Callable[..., Path]) -> None:
    """Or its models would be held against those of another service, and errors told that are none."""
    head = "apiVersion: reconciler.dev/v1alpha1\nkind: Workspace\nmetadata: { name: faulty }\n"
    write("workspace.yaml", f"{head}spec: {spec}\n")
    loaded = load(".")
    assert (loaded.workspace, loaded.provider) == (None, provider)


def test_a_faulty_workspace_above_is_reported(write: Callable[..., Path], model: Callable[..., Path]) -> None:
    write("workspace.yaml", WORKSPACE.replace("name: acme", "name: 5"))
    model("team/a.yaml")
    write("other.yaml", "unrelated: true\n")
    assert lines(load("team")) == ['workspace.yaml:3:18: metadata.name must be text; `5` is a number; quote it: `"5"`']


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.json", "deep/er/a.yaml", "a.YAML", "a.Yml", "a.JSON"])
def test_every_file_is_ours_or_an_error(name: str, write: Callable[..., Path]) -> None:
    write(name, '{"services": {}}')
    assert lines(load(".")) == [
        (
            f"{name}:1:1: is not a manifest: it has neither apiVersion nor kind; "
            "move it out of the manifests' folder, or begin it with apiVersion and kind"
        )
    ]


@pytest.mark.parametrize("name", ["a.txt", "kustomization.yaml", ".hidden.yaml", ".github/a.yaml", "README.md"])
def test_what_does_not_count(name: str, write: Callable[..., Path]) -> None:
    write(name, "not: ours\n")
    assert lines(load(".")) == []


def test_endings_count_in_capitals_too(folder: Path, model: Callable[..., Path], write: Callable[..., Path]) -> None:
    model("a.YAML", name="a")
    model("b.Yml", name="b")
    write(
        "c.JSON",
        '{"apiVersion": "reconciler.dev/v1alpha1", "kind": "TunedModel", "metadata": {"name": "c"}, '
        '"spec": {"baseModel": "models/x", "displayName": "\\ud83d\\ude00", "dataset": {"path": "d.JSON"}}}',
    )
    write("d.JSON", EXAMPLES)
    (folder / "workspace.yaml").rename(folder / "Workspace.YAML")
    (folder / "team").mkdir()
    loaded = load(".")
    assert (names(loaded), lines(loaded), loaded.complete) == (["a", "b", "c"], [], True)
    assert load("team").workspace == loaded.workspace
    assert loaded.workspace


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> 1a2b3c4 (a, b)", "||||||| base"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.yaml", MODEL + "MARKER\n", 5),
        ("a.json", "{\nMARKER\n}", 2),
        ("a.yaml", "MARKER", 1),
        ("a.yaml", MODEL.replace("models/x", '"\nMARKER\n"'), 5),  # YAML takes this one for text
    ],
)
def test_a_conflict_of_git_is_named_at_its_line(
    marker: str, ending: str, name: str, content: str, line: int, write: Callable[..., Path]
) -> None:
    write(name, content.replace("MARKER", marker).replace("\n", ending))
    told = "is a conflict marker of git; resolve the conflict, and remove the markers"
    assert lines(load(".")) == [f"{name}:{line}: {told}"]


def test_signs_in_a_row_are_no_conflict(write: Callable[..., Path]) -> None:
    ruler = "# ========\n#=======\n" + MODEL + "  \n# <<<<<<< HEAD\n"
    write("a.yaml", ruler.replace("NAME", "a").replace("baseModel", 'description: "<<<<<<< a", baseModel'))
    assert lines(load(".")) == []


EXAMPLES = '[{"text_input": "a", "output": "b"}]'


@pytest.mark.parametrize("content", [EXAMPLES, EXAMPLES[1:-1] + "\n"])
def test_training_data_in_json_is_no_manifest_when_a_manifest_names_it(
    content: str, model: Callable[..., Path], write: Callable[..., Path]
) -> None:
    write("team/data.json", content)
    assert len(lines(load("."))) == 1
    model("team/m.yaml", "  dataset: {path: ./data.json}")
    assert lines(load(".")) == []


def test_json_manifests_name_training_data_too(write: Callable[..., Path]) -> None:
    manifest = '{"apiVersion":"reconciler.dev/v1alpha1","kind":"TunedModel","metadata":{"name":"a"},"spec":'
    write("a-data.json", EXAMPLES[1:-1])
    write("b-data.json", EXAMPLES)
    write("m.json", manifest + '{"baseModel":"models/x","dataset":{"path":"a-data.json"}}}')
    write("n.json", manifest + '{"baseModel":"models/x","dataset":{"path":"b-data.json"}}}')
    assert lines(load(".")) == []


@pytest.mark.parametrize("padding", [0, 70_000])
def test_a_manifest_cannot_be_hidden_by_naming_it_as_data(
    padding: int, model: Callable[..., Path], write: Callable[..., Path]
) -> None:
    model("m.yaml", "  dataset: {path: victim.json}", name="m")
    manifest = (
        '{"apiVersion":"reconciler.dev/v1alpha1","kind":"TunedModel","metadata":{"name":"a"},"spec":{"baseModel":"m"}}'
    )
    write("victim.json", "{" + " " * padding + manifest[1:])
    assert names(load(".")) == ["m", "a"]


def test_an_array_that_nobody_names_is_not_parsed_but_reported(write: Callable[..., Path]) -> None:
    write("data.json", b"\xef\xbb\xbf [" + b"{}," * 3_000_000)
    assert lines(load(".")) == [
        (
            "data.json: is neither a manifest nor named as a dataset by one; "
            "name it in spec.dataset.path, or move it out of the manifests' folder"
        )
    ]


def test_a_file_behind_two_links_counts_once(folder: Path, model: Callable[..., Path]) -> None:
    model("real/a.yaml")
    (folder / "one").symlink_to("real")
    (folder / "two.yaml").symlink_to("real/a.yaml")
    (folder / "real/around").symlink_to("..")
    loaded = load(".")
    assert [str(one.origin) for one in loaded.manifests] == ["real/a.yaml:1:1"]
    assert lines(loaded) == []


def test_links_into_a_hidden_folder_count_by_their_own_name(folder: Path, model: Callable[..., Path]) -> None:
    model("..data/a.yaml", name="a")
    model("..data/more/b.yaml", name="b")
    (folder / "a.yaml").symlink_to("..data/a.yaml")
    (folder / "more").symlink_to("..data/more")
    loaded = load(".")
    assert [str(one.origin) for one in loaded.manifests] == ["a.yaml:1:1", "more/b.yaml:1:1"]
    assert loaded.manifests[1].base == folder / "more"


def test_a_link_out_of_the_workspace_is_refused(
    folder: Path, model: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.yaml").write_text("password: hunter2\n")
    (folder / "a.yaml").symlink_to(outside / "secret.yaml")
    (folder / "b").symlink_to(outside)
    (folder / "c.yaml").symlink_to("nowhere")
    model("d.yaml")
    assert lines(load(".")) == [
        "a.yaml: is a link that leaves the workspace's folder; put what it points at in its place",
        "b: is a link that leaves the workspace's folder; put what it points at in its place",
        "c.yaml: is a link to nothing, or not to a regular file; remove it",
    ]


def test_a_link_to_another_part_of_the_workspace_is_followed(folder: Path, model: Callable[..., Path]) -> None:
    model("shared/a.yaml", name="a")
    model("shared/deep/b.yaml", name="b")
    (folder / "team").mkdir()
    (folder / "team/a.yaml").symlink_to("../shared/a.yaml")
    (folder / "team/deep").symlink_to("../shared/deep")
    loaded = load("team")
    assert ([str(one.origin) for one in loaded.manifests], lines(loaded)) == (
        ["team/a.yaml:1:1", "team/deep/b.yaml:1:1"],
        [],
    )


def test_a_pipe_below_the_folder_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "a.yaml")
    assert lines(load(".")) == ["a.yaml: is not a regular file; remove it"]


def test_a_sparse_checkout_is_never_complete(folder: Path, write: Callable[..., Path]) -> None:
    write(".git/config", "[core]\n\tbare = false\n\tsparseCheckout = true\n")
    loaded = load(".")
    assert not loaded.complete
    assert lines(loaded) == [
        (
            ".: warning: is part of a sparse git checkout, so manifests may be missing; "
            "nothing is deleted for being undeclared; check out the whole folder for that"
        )
    ]
    write(".git/config", "[core]\n\tsparseCheckout = false\n")
    assert load(str(folder)).complete


def test_a_sparse_linked_work_tree_is_recognised(folder: Path, write: Callable[..., Path]) -> None:
    (folder / ".git").rmdir()
    write(".git", "gitdir: .main/worktrees/x\n")
    write(".main/worktrees/x/commondir", "../..\n")
    write(".main/config", "[core]\n")
    assert load(".").complete
    write(".main/worktrees/x/config.worktree", "[core]\nsparseCheckout = true\n")
    assert not load(".").complete


def test_a_path_that_does_not_exist_is_wrong_usage(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(str(folder / "manifest"))
    assert str(caught.value) == (
        f"'{folder}/manifest' does not exist; give the folder of your manifests, or make one with `reconciler init`"
    )
    with pytest.raises(UsageError, match="cannot be read"):
        load("a\0b")


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool, folder: Path) -> None:  # noqa: FBT001 - parametrized
    (gc.enable if enabled else gc.disable)()
    try:
        load(str(folder))
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


fragments = st.sampled_from(
    [
        "a: ",
        "- ",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "&a ",
        "*a",
        "!t ",
        "? ",
        ": ",
        "---\n",
        "|\n",
        "\t",
        "\0",
        "<<: ",
        "5",
    ]
)


@given(st.one_of(st.binary(max_size=40), st.lists(fragments, max_size=14).map(lambda parts: "".join(parts).encode())))
def test_no_content_makes_loading_fail(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as made:
        for name in ("w.yaml", "m.yaml", "m.json"):
            (Path(made) / name).write_bytes({"w.yaml": WORKSPACE.encode()}.get(name, content))
        found = load(made).diagnostics
        assert {"m.yaml", "m.json"} <= {Path(finding.origin.file).name for finding in found}

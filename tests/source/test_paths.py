"""Which files a manifest may name as data: what git keeps for itself, credentials among it, is not sent away."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.source.resolve import Resolved

GOOD = '{"text_input": "a", "output": "b"}\n{"text_input": "c", "output": "d"}\n'
ADVICE = "belongs to git, and is no data; put the file beside the manifests"


@pytest.mark.parametrize(
    "path",
    [".git/config", ".git/a/b.jsonl", "sub/.git", "sub/.GIT/x.jsonl", "./sub/../.git/config", "new/.git/x.jsonl"],
)
def test_what_belongs_to_git_is_no_data(
    write: Callable[..., Path], model: Callable[..., Path], rejected: Callable[..., list[str]], path: str
) -> None:
    """Whether it is there or not."""
    for name in (".git/config", ".git/a/b.jsonl", "sub/x"):
        write(name, GOOD)
    if path == "sub/.git":  # of a work tree beside the others, or a submodule
        write(path, GOOD)
    model("m.yaml", f"  dataset: {{path: {path}, format: jsonl}}")
    (found,) = rejected()
    assert found == f"m.yaml:7:19: `{path}` {ADVICE}"


@pytest.mark.parametrize("target", [".git/config", ".git"])
def test_no_link_leads_there(
    folder: Path,
    write: Callable[..., Path],
    model: Callable[..., Path],
    rejected: Callable[..., list[str]],
    target: str,
) -> None:
    write(".git/config", GOOD)
    (folder / "link").symlink_to(target)
    path = "link" if target == ".git/config" else "link/config"
    model("m.yaml", f"  dataset: {{path: {path}, format: jsonl}}")
    assert rejected() == [f"m.yaml:7:19: `{path}` {ADVICE}"]


@pytest.mark.parametrize("name", ["x.git/d.jsonl", ".github/d.jsonl", ".gitdata.jsonl", "git/d.jsonl"])
def test_what_only_sounds_like_it_is_data(
    write: Callable[..., Path], model: Callable[..., Path], resolved: Callable[..., Resolved], name: str
) -> None:
    write(name, GOOD)
    model("m.yaml", f"  dataset: {{path: {name}}}")
    assert resolved().desired[0].dataset


def test_the_command_line_may_allow_a_folder_in_it(
    folder: Path,
    write: Callable[..., Path],
    model: Callable[..., Path],
    resolved: Callable[..., Resolved],
    rejected: Callable[..., list[str]],
) -> None:
    """Where git-annex keeps large files, to which it links."""
    stored = write(".git/annex/objects/x", GOOD)
    (folder / "d.jsonl").symlink_to(stored)
    model("m.yaml", "  dataset: {path: d.jsonl}")
    assert resolved(folder / ".git/annex/objects").desired[0].dataset
    assert rejected(folder / "elsewhere") == [f"m.yaml:7:19: `d.jsonl` {ADVICE}"]

"""Asking git: what is in a commit, what a file was before, and that nothing of a repository's own is run for it."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.source import git as module
from reconciler.source.git import Unavailable
from reconciler.source.repository import Repository, repository
from tests.source.git import PROGRAM, Git

pytestmark = pytest.mark.process

NAMES = ("a\nb.jsonl", "-rf.jsonl", "--output=x", ":(glob)*", "*.jsonl", 'qu"ote\t', "ünïcode", "$(touch x)", "a\\n")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path / "repository")


def opened(git: Git) -> Repository:
    return repository(str(git.top))


def blob(repo: Repository, name: str) -> bytes:
    with repo.open(name) as stream:
        return stream.read()


def test_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"^this is not a git checkout$"):
        repository(str(tmp_path))


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"^git is not installed$"):
        repository(str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_checkout_of_somebody_else_is_not_trusted(git: Git) -> None:
    os.chown(git.top, 4711, 4711)
    os.chown(git.top / ".git", 4711, 4711)
    with pytest.raises(Unavailable, match=r"safe\.directory"):
        opened(git)


def test_a_bare_repository_inside_of_a_checkout_is_none(git: Git, tmp_path: Path) -> None:
    """A commit can hold all the files of a repository, its configuration too."""
    git.commit(a="1")
    git("clone", "--quiet", "--bare", str(git.top), str(git.top / "buried"))
    for name, value in (("core.bare", "false"), ("core.worktree", str(tmp_path))):
        git("config", "--file", str(git.top / "buried/config"), name, value)
    with pytest.raises(Unavailable):
        repository(str(git.top / "buried"))


def test_the_environment_does_not_lead_elsewhere(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Git(tmp_path / "other")
    other.commit(x="1")
    here = git.commit(a="1")
    monkeypatch.setenv("GIT_DIR", str(other.top / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.top / ".git/objects"))
    assert opened(git).commit("HEAD") == here


def test_a_top_with_a_line_end_in_its_name(tmp_path: Path) -> None:
    git = Git(tmp_path / "two\nlines\n")
    git.commit(a="1")
    assert opened(git).top == str(git.top)


def test_paths_are_below_the_top(git: Git, tmp_path: Path) -> None:
    repo = opened(git)
    assert repo.inside(str(git.top / "a/b")) == "a/b"
    assert repo.inside(str(git.top)) == ""
    for outside in (tmp_path, tmp_path / "repository-2" / "a"):
        with pytest.raises(Unavailable, match="outside"):
            repo.inside(str(outside))


def test_commits_by_every_kind_of_name(git: Git) -> None:
    first = git.commit(a="1")
    git("tag", "--annotate", "--message=x", "v1")
    git("update-ref", "refs/heads/-rf", "HEAD")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo = opened(git)
    for name in ("HEAD", "v1", "-rf", "origin/main", first, first[:10]):
        assert repo.commit(name) == first


@pytest.mark.parametrize(
    "name", ["", "nowhere", "--all", "-n1", "HEAD:a", "HEAD..HEAD", "^HEAD", "a\0b", "HEAD\n", "--git-dir"]
)
def test_what_is_no_commit(git: Git, name: str) -> None:
    git.commit(a="1")
    with pytest.raises(Unavailable):
        opened(git).commit(name)


def test_history_follows_renames(git: Git) -> None:
    first = git.commit(old="1\n2\n3\n4\n5\n6\n")
    git("mv", "old", "new")
    renamed = git.commit()
    git.commit(other="no")
    last = git.commit(new="1\n2\n3\n4\n5\n6\n7\n")
    versions = [*opened(git).history("new")]
    assert [(version.commit, version.path) for version in versions] == [(last, "new"), (renamed, "new"), (first, "old")]
    assert blob(opened(git), versions[0].blob).endswith(b"7\n")


def test_history_is_the_same_whatever_people_like(git: Git) -> None:
    """Settings that change what git prints, as people have them for themselves."""
    git.commit(old="1\n2\n3\n4\n5\n6\n")
    git("mv", "old", "new")
    git.commit()
    expected = [*opened(git).history("new")]
    liked = {"log.showRoot": "false", "color.ui": "always", "diff.renames": "false", "format.pretty": "oneline"}
    liked |= {"log.diffMerges": "combined", "core.abbrev": "7", "core.quotePath": "true", "log.decorate": "full"}
    for name, value in liked.items():
        git("config", name, value)
    assert [*opened(git).history("new")] == expected
    assert len(expected) == 2


def test_history_has_what_a_merge_made(git: Git) -> None:
    """A file that both sides have changed is in no other commit as it is in the merge."""
    git.commit(a="".join(f"{number}\n" for number in range(20)))
    git("checkout", "--quiet", "-b", "side")
    git.commit(a="first\n" + "".join(f"{number}\n" for number in range(20)))
    git("checkout", "--quiet", "main")
    git.commit(a="".join(f"{number}\n" for number in range(20)) + "last\n")
    git("merge", "--quiet", "--no-edit", "side")
    versions = [*opened(git).history("a")]
    assert len(versions) == 4
    both = blob(opened(git), versions[0].blob)
    assert both.startswith(b"first\n")
    assert both.endswith(b"last\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name(git: Git, name: str) -> None:
    content = f"content of {name}"
    (git.top / name).write_text(content)
    git.commit(**{"b.jsonl": "other"})
    repo = opened(git)
    (version,) = repo.history(name)
    assert version.path == name
    assert blob(repo, version.blob) == content.encode()
    assert repo.files(version.commit, name) == {name: version.blob}


def test_bytes_that_are_no_text_in_names(git: Git) -> None:
    name = os.fsdecode(b"caf\xe9\xff")
    (git.top / name).write_text("1")
    commit = git.commit()
    assert [*opened(git).files(commit, "")] == [name]


def test_only_regular_files_count(git: Git, tmp_path: Path) -> None:
    inner = Git(tmp_path / "inner")
    inner.commit(x="1")
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.top), "module")
    (git.top / "link").symlink_to("/etc/passwd")
    commit = git.commit(**{"folder/a": "1"})
    repo = opened(git)
    assert [*repo.files(commit, "")] == [".gitmodules", "folder/a"]
    assert [*repo.files(commit, "folder")] == ["folder/a"]
    assert [*repo.history("link")] == []
    assert [*repo.history("module")] == []


def test_no_commit_yet(git: Git) -> None:
    assert [*opened(git).history("a")] == []
    with pytest.raises(Unavailable):
        opened(git).commit("HEAD")


def test_a_shallow_clone_says_so(git: Git, tmp_path: Path) -> None:
    for number in range(3):
        git.commit(a=f"{number}")
    git("clone", "--quiet", "--depth=1", f"file://{git.top}", str(tmp_path / "shallow"))
    repo = repository(str(tmp_path / "shallow"))
    assert repo.shallow
    assert len([*repo.history("a")]) == 1
    assert not opened(git).shallow


def test_contents_in_any_number(git: Git) -> None:
    texts = {f"f{number}": "x" * number + "\n" for number in range(50)}
    commit = git.commit(**texts)
    repo = opened(git)
    files = repo.files(commit, "")
    found = dict(repo.contents([*files.values(), "0" * 40]))
    assert {name: found[files[name]].decode() for name in files} == texts
    assert repo.sizes([*files.values(), "0" * 40]) == {files[name]: len(text) for name, text in texts.items()}
    assert dict(repo.contents([])) == {}


def test_what_a_partial_clone_left_out_is_not_fetched(git: Git, tmp_path: Path) -> None:
    git("config", "uploadpack.allowFilter", "true")
    git.commit(a="old " * 100)
    git.commit(a="new " * 100)
    git("clone", "--quiet", "--filter=blob:none", f"file://{git.top}", str(tmp_path / "partial"))
    old = git("rev-parse", "HEAD~1:a")
    repo = repository(str(tmp_path / "partial"))
    git_partial = tmp_path / "partial/.git"
    before = sorted(git_partial.rglob("*.pack"))
    try:
        assert old not in repo.sizes([old])
    except Unavailable as error:
        assert "git refuses" in error.message  # noqa: PT017  (older versions of git stop at the refused fetch)
    with pytest.raises(Unavailable):
        repo.open(old)
    assert sorted(git_partial.rglob("*.pack")) == before


def trap(git: Git, tmp_path: Path) -> Path:
    """Let the configuration of a repository name a command wherever it may; give the file that this one writes."""
    ran, command = tmp_path / "ran", tmp_path / "trap"
    command.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{ran}'\nexit 1\n")
    command.chmod(0o755)
    programs = ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "pager.log", "gpg.program")
    drivers = ("diff.external", "diff.trap.command", "diff.trap.textconv")
    filters = ("filter.trap.smudge", "filter.trap.clean", "filter.trap.process")
    settings = {
        **dict.fromkeys((*programs, *drivers, *filters), str(command)),
        **dict.fromkeys(("alias.log", "alias.cat-file", "core.alternateRefsCommand"), f"!{command}"),
        "core.hooksPath": str(tmp_path),
        "filter.trap.required": "true",
        "log.showSignature": "true",
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{command} %S",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }
    for name, value in settings.items():
        git("config", name, value)
    return ran


def sign(git: Git, tmp_path: Path) -> str:
    """Put what looks like a signature on the last commit; give its new hash."""
    signature = "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n"
    (tmp_path / "signed").write_text(git("cat-file", "commit", "HEAD").replace("\n\n", signature, 1) + "\n")
    commit = git("hash-object", "-t", "commit", "-w", str(tmp_path / "signed"))
    git("update-ref", "refs/heads/main", commit)
    return commit


@pytest.mark.parametrize("old", [False, True])
def test_no_command_of_the_repository_is_run(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, old: bool
) -> None:
    if old:  # git did not know that variable
        monkeypatch.delitem(module._ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    git.write(".gitattributes", "* diff=trap filter=trap merge=trap\n")
    git.commit(a="1\n2\n3\n4\n")
    git("mv", "a", "b")
    git.commit(b="1\n2\n3\n4\n5\n")
    commit = sign(git, tmp_path)
    ran = trap(git, tmp_path)
    repo = opened(git)
    assert repo.commit("HEAD") == commit
    assert {*repo.files(commit, "")} == {".gitattributes", "b"}
    versions = [*repo.history("b")]
    assert [version.path for version in versions] == ["b", "a"]
    assert [blob(repo, version.blob) for version in versions] == [b"1\n2\n3\n4\n5\n", b"1\n2\n3\n4\n"]
    assert repo.sizes([versions[0].blob]) == {versions[0].blob: 10}
    with suppress(Unavailable):  # which is how some versions of git take it that they may not fetch
        repo.sizes(["1" * 40])
    with pytest.raises(Unavailable):
        repo.open("1" * 40)
    assert not ran.exists()
    for careless in (("log", "-1"), ("status",), ("cat-file", "--filters", "HEAD:b"), ("fetch", "origin")):
        ran.unlink(missing_ok=True)
        subprocess.run([PROGRAM, *careless], cwd=git.top, capture_output=True, check=False)
        assert ran.exists(), "the trap would not have noticed"


def test_git_that_takes_too_long(git: Git) -> None:
    git.commit(a="1")
    repo = opened(git)
    repo.begun -= 3600
    with pytest.raises(Unavailable, match="took more than"):
        repo.commit("HEAD")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("origin/main", "'origin/main' is a tag and a remote branch, which differ"),
        ("origin/main^", "'origin/main^' is a tag and a remote branch, which differ"),
        ("both", "'both' is a tag and a branch, which differ"),
        ("upstream", "'upstream' is a tag and a remote, which differ"),
        ("remotes/origin/main", "'remotes/origin/main' is a ref and a branch, which differ"),
    ],
)
def test_a_name_of_several_commits_is_refused(git: Git, name: str, said: str) -> None:
    """Git takes the tag, and says so to nobody who reads its standard output."""
    git.commit(a="0")
    first = git.commit(a="1")
    second = git.commit(a="2")
    for ref in ("remotes/origin/main", "remotes/upstream/HEAD", "heads/both"):
        git("update-ref", f"refs/{ref}", first)
    for ref in ("tags/origin/main", "tags/both", "tags/upstream", "heads/remotes/origin/main"):
        git("update-ref", f"refs/{ref}", second)
    with pytest.raises(Unavailable) as caught:
        opened(git).commit(name)
    assert caught.value.message == said
    full = caught.value.advice.removeprefix("write ").split(" or ")
    assert len({opened(git).commit(each) for each in full}) == 2


def test_a_full_name_a_hash_and_refs_that_agree_are_taken(git: Git) -> None:
    first = git.commit(a="1")
    second = git.commit(a="2")
    for ref, to in (("remotes/origin/main", first), ("tags/origin/main", second), (f"tags/{first}", second)):
        git("update-ref", f"refs/{ref}", to)
    for ref in ("tags/same", "heads/same", "remotes/same/HEAD"):
        git("update-ref", f"refs/{ref}", first)
    git("update-ref", "refs/tags/HEAD", first)
    repo = opened(git)
    assert repo.commit("refs/remotes/origin/main") == first
    assert repo.commit("refs/tags/origin/main") == second
    assert repo.commit(first) == first
    assert repo.commit("same") == first
    assert repo.commit("HEAD") == second
    assert {version.commit for version in repo.history("a")} == {first, second}


@pytest.mark.parametrize("kind", ["tags", "heads", "remotes"])
def test_a_full_name_is_no_short_one(git: Git, kind: str) -> None:
    """Where there is no such branch, git takes a tag that is called by all of its name."""
    first = git.commit(a="1")
    git("update-ref", f"refs/{kind}/refs/remotes/origin/main", git.commit(a="2"))
    for name in ("refs/remotes/origin/main", "refs/remotes/origin/main^"):
        with pytest.raises(Unavailable, match=r"git knows no commit 'refs/remotes/origin/main.*'; fetch it first"):
            opened(git).commit(name)
    git("update-ref", "refs/remotes/origin/main", first)
    assert opened(git).commit("refs/remotes/origin/main") == first


def test_no_file_that_the_configuration_names_is_read(git: Git, tmp_path: Path) -> None:
    """Each is a pipe that nobody writes to: who opens it waits for ever."""
    git.commit(a="1\n2\n3\n4\n")
    git("mv", "a", "b")
    git.commit(b="1\n2\n3\n4\n5\n")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for name in ("diff.orderFile", "core.attributesFile", "core.excludesFile", "mailmap.file"):
        git("config", name, str(pipe))
    repo = opened(git)
    repo.begun -= module.PATIENCE - 5
    assert [version.path for version in repo.history("b")] == ["b", "a"]
    assert [*repo.files(repo.commit("HEAD"), "")] == ["b"]

"""Finding the data that a model was trained on in git: renamed, in another format, in a base branch, or not at all."""

import json
import os
from pathlib import Path

import pytest

from reconciler.errors import Origin
from reconciler.resource.datachange import Revision
from reconciler.resource.dataset import Dataset, Example, Locator, digest
from reconciler.resource.identity import short_digest
from reconciler.source import declared, search
from reconciler.source.census import Census, census, present
from reconciler.source.formats import FORMATS
from reconciler.source.git import Unavailable
from reconciler.source.revisions import History
from reconciler.source.search import Wanted
from tests.source.git import Git, csv, jsonl, pairs

pytestmark = pytest.mark.process

OLD = pairs()
NEW = [("question 0", "another answer"), *OLD[1:]]


def manifest(data: str = "{path: data/x.jsonl}", name: str = "one") -> str:
    return (
        "apiVersion: reconciler.dev/v1alpha1\nkind: TunedModel\n"
        f"metadata: {{name: {name}}}\nspec:\n  baseModel: models/x\n  dataset: {data}\n"
    )


def inline(rows: list[tuple[str, str]]) -> str:
    return json.dumps({"examples": [{"textInput": left, "output": right} for left, right in rows]})


def digested(rows: list[tuple[str, str]]) -> str:
    return digest(Example(*row) for row in rows)


def dataset(path: Path, **how: str) -> Dataset:
    """The data of today."""
    form = FORMATS.get(path.suffix, "jsonl")
    locator = Locator(os.path.realpath(path), form, how.get("left", "text_input"), how.get("right", "output"))
    made = census(present(locator))
    return Dataset(made.digest if isinstance(made, Census) else "", 0, 0, 0, 0, locator, origin=Origin(""))


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository with a manifest and the data that a model was trained on."""
    git = Git(tmp_path / "repository")
    git.commit(**{"m/one.yaml": manifest(), "m/data/x.jsonl": jsonl(OLD)})
    return git


def find(
    git: Git,
    path: str = "m/data/x.jsonl",
    old: list[tuple[str, str]] = OLD,
    base: str = "",
    *,
    recorded: str | None = None,
    file: str = "m/one.yaml",
    **how: str,
) -> Revision:
    """Where the old version is found; its examples are the right ones."""
    history = History(str(git.top / "m"), base)
    wanted = short_digest(digested(old)) if recorded is None else recorded
    found = history.find(Wanted(wanted, ("one",), str(git.top / file), dataset(git.top / path, **how)))
    assert found.census.digest == digested(old)
    examples = dict(found.content.pick(range(len(old))))
    assert digest(examples.values()) == digested(old)
    return found.found


def missed(git: Git, path: str = "m/data/x.jsonl", base: str = "", old: list[tuple[str, str]] = OLD) -> str:
    """Why the old version is not found."""
    with pytest.raises(Unavailable) as caught:
        find(git, path, old, base)
    return str(caught.value)


def test_the_version_before_this_one(git: Git) -> None:
    first = git("rev-parse", "HEAD")
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git) == Revision(first, "m/data/x.jsonl")
    git.commit()
    assert find(git) == Revision(first, "m/data/x.jsonl")


def test_a_version_many_commits_ago(git: Git) -> None:
    first = git("rev-parse", "HEAD")
    for number in range(5):
        git.commit(**{"m/data/x.jsonl": jsonl([*NEW, (f"more {number}", "x")])})
    assert find(git) == Revision(first, "m/data/x.jsonl")


def test_a_repository_of_longer_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = Git(tmp_path / "long", "--object-format=sha256")
    first = git.commit(**{"m/one.yaml": manifest(), "m/data/x.jsonl": jsonl(OLD)})
    git.commit(**{"m/data/x.jsonl": jsonl(NEW)})
    monkeypatch.setattr(search, "MOST_VERSIONS", 1)  # that of today is none of them
    assert len(first) == 64
    assert find(git) == Revision(first, "m/data/x.jsonl")


def test_renamed_and_changed(git: Git) -> None:
    first = git("rev-parse", "HEAD")
    git("mv", "m/data/x.jsonl", "m/data/y.jsonl")
    moved = git.commit()
    git.commit(**{"m/data/y.jsonl": jsonl(NEW)})
    assert find(git, "m/data/y.jsonl") == Revision(moved, "m/data/y.jsonl")
    git.commit(**{"m/data/y.jsonl": jsonl(OLD[1:])})
    git("mv", "m/data/y.jsonl", "m/z.jsonl")
    git.write("m/z.jsonl", jsonl(OLD[2:]))
    git.commit()
    assert find(git, "m/z.jsonl") == Revision(moved, "m/data/y.jsonl")
    assert find(git, "m/z.jsonl", OLD[1:]).path == "m/data/y.jsonl"
    assert first != moved


def test_in_another_format(git: Git) -> None:
    """The file of today is another one by name and form, and git sees no rename; the manifest knows."""
    first = git("rev-parse", "HEAD")
    git("rm", "--quiet", "m/data/x.jsonl")
    git.commit(**{"m/one.yaml": manifest("{path: data/t.csv}"), "m/data/t.csv": csv(NEW)})
    assert find(git, "m/data/t.csv") == Revision(first, "m/data/x.jsonl")


def test_with_other_names_of_fields(git: Git) -> None:
    rows = [*OLD, ("one", "more")]
    old = csv(rows).replace("text_input", "question").replace("output", "reply")
    given = "{path: data/t.csv, inputField: question, outputField: reply}"
    first = git.commit(**{"m/one.yaml": manifest(given), "m/data/t.csv": old})
    git.commit(**{"m/one.yaml": manifest("{path: data/n.jsonl}"), "m/data/n.jsonl": jsonl(NEW)})
    git("rm", "--quiet", "m/data/x.jsonl", "m/data/t.csv")
    git.commit()
    assert find(git, "m/data/n.jsonl", rows) == Revision(first, "m/data/t.csv")


COLUMNS = "question,text_input,reply,output\r\n"


def columns(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> str:
    """Write two datasets into one table, side by side."""
    rows = (f"{left},{right},{reply},{output}\r\n" for (left, reply), (right, output) in zip(old, new, strict=True))
    return COLUMNS + "".join(rows)


@pytest.mark.parametrize("rows", [NEW, OLD[::-1]])
@pytest.mark.parametrize("base", ["", "HEAD~1", "HEAD"])
def test_rows_and_the_way_of_reading_change_together(git: Git, base: str, rows: list[tuple[str, str]]) -> None:
    """The file keeps its path, and nothing of it can be read as the one of today is."""
    old = csv(OLD).replace("text_input", "question").replace("output", "reply")
    given = "{path: t.csv, inputField: question, outputField: reply}"
    first = git.commit(**{"m/one.yaml": manifest(given), "m/t.csv": old})
    git.commit(**{"m/one.yaml": manifest("{path: t.csv}"), "m/t.csv": csv(NEW[:9])})
    git("rm", "--quiet", "m/data/x.jsonl")
    git.write("m/t.csv", csv(rows[:7]))
    name = base if base == "HEAD~1" else ""
    assert find(git, "m/t.csv", base=base) == Revision(first, "m/t.csv", name)


def test_only_the_way_of_reading_changes(git: Git) -> None:
    """The file is what it was: today's bytes, and other data."""
    given = "{path: t.csv, inputField: question, outputField: reply}"
    first = git.commit(**{"m/one.yaml": manifest(given), "m/t.csv": columns(OLD, NEW)})
    git("rm", "--quiet", "m/data/x.jsonl")
    assert find(git, "m/t.csv", base="HEAD") == Revision(first, "m/t.csv", "HEAD")
    git.commit(**{"m/one.yaml": manifest("{path: t.csv}")})
    assert find(git, "m/t.csv") == Revision(first, "m/t.csv")
    assert find(git, "m/t.csv", base="HEAD~1", recorded="") == Revision(first, "m/t.csv", "HEAD~1")
    of_another_file = "git has 1 other version of it here, and none is that"
    assert missed(git, "m/t.csv", old=OLD[:3]) == of_another_file


def test_only_the_header_changes(git: Git) -> None:
    text = "".join(f"{left},{right}\r\n" for left, right in [("text_input", "output"), *OLD])
    first = git.commit(**{"m/one.yaml": manifest("{path: t.csv, header: false}"), "m/t.csv": text})
    git("rm", "--quiet", "m/data/x.jsonl")
    git.commit(**{"m/one.yaml": manifest("{path: t.csv}")})
    assert find(git, "m/t.csv", [("text_input", "output"), *OLD]) == Revision(first, "m/t.csv")


def test_of_a_patched_manifest_the_file_of_today_is_the_same_data(git: Git) -> None:
    """Nobody knows how the base has read it, and no digest tells, so it was read as it is now."""
    git.commit(**{"m/t.csv": columns(NEW, OLD)})
    today = dataset(git.top / "m/t.csv", left="question", right="reply")
    with pytest.raises(Unavailable):
        History(str(git.top / "m"), "HEAD").find(Wanted("", ("one",), str(git.top / "m/one.yaml"), today, patched=True))


def test_manifests_of_the_past_that_are_too_large_are_not_read(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    git.commit(**{"m/one.yaml": manifest(inline(OLD[:5]))})
    git.commit(**{"m/one.yaml": manifest()})
    read = find(git, old=OLD[:5])
    size = len(manifest(inline(OLD[:5])))
    monkeypatch.setattr(declared, "LARGEST_FILE", size - 1)
    assert missed(git, old=OLD[:5]) == "git has no other version of it"
    monkeypatch.setattr(declared, "LARGEST_FILE", size)
    assert find(git, old=OLD[:5]) == read
    monkeypatch.setattr(declared, "LARGEST_TREE", size)  # the two others, which are newer or older, are small
    assert missed(git, old=OLD[:5]) == "git has no other version of it"


def test_a_version_in_many_forms_is_one_version(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        git.commit(**{"m/one.yaml": manifest(f"{{path: t.csv, inputField: c{number}}}")})
    git.commit(**{"m/t.csv": COLUMNS + "x" * 1000, "m/one.yaml": manifest("{path: t.csv}")})
    git.write("m/t.csv", csv(NEW))
    monkeypatch.setattr(search, "MOST_VERSIONS", 2)
    monkeypatch.setattr(search, "MOST_BYTES", 3000)
    assert missed(git, "m/t.csv", old=OLD[:3]) == "git has 2 other versions of it here, and none is that"


def test_a_base_is_told_without_what_makes_its_name_full(git: Git) -> None:
    first = git("rev-parse", "HEAD")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("tag", "origin/main", git.commit(**{"m/data/x.jsonl": jsonl(NEW)}))
    assert find(git, base="refs/remotes/origin/main") == Revision(first, "m/data/x.jsonl", "origin/main")
    with pytest.raises(Unavailable, match="--base origin/main: 'origin/main' is a tag and a remote branch, which diff"):
        History(str(git.top / "m"), "origin/main").based()


def test_in_the_manifest_itself(git: Git) -> None:
    first = git.commit(**{"m/one.yaml": manifest(inline(OLD[:5]))})
    git.commit(**{"m/one.yaml": manifest()})
    assert find(git, old=OLD[:5]) == Revision(first, "m/one.yaml")


def turns(rows: list[tuple[str, str]]) -> str:
    """Write pairs as conversations of two turns."""
    sides = ([("user", left), ("model", right)] for left, right in rows)
    contents = ([{"role": role, "parts": [{"text": text}]} for role, text in side] for side in sides)
    return "".join(json.dumps({"contents": each}) + "\n" for each in contents)


def test_conversations(git: Git) -> None:
    first = git.commit(**{"m/data/x.jsonl": turns([("q", "a"), *OLD])})
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, old=[("q", "a"), *OLD]) == Revision(first, "m/data/x.jsonl")
    assert find(git, old=[("q", "a"), *OLD], base="HEAD", recorded="") == Revision(first, "m/data/x.jsonl", "HEAD")


def test_of_two_manifests_of_the_base_the_one_at_the_same_path_counts(git: Git) -> None:
    other = manifest("{path: data/y.jsonl}")
    base = git.commit(**{"m/a.yaml": other, "m/z.yaml": other, "m/data/y.jsonl": jsonl(OLD[3:])})
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, base="HEAD", recorded="") == Revision(base, "m/data/x.jsonl", "HEAD")


def test_another_order_and_other_line_ends_are_the_same_data(git: Git) -> None:
    git.commit(**{"m/data/x.jsonl": jsonl(reversed(OLD)).replace("\n", "\r\n")})
    newest = git("rev-parse", "HEAD")
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git) == Revision(newest, "m/data/x.jsonl")


def test_what_a_merge_made(git: Git) -> None:
    git("checkout", "--quiet", "-b", "side")
    git.commit(**{"m/data/x.jsonl": jsonl([("first", "1"), *OLD])})
    git("checkout", "--quiet", "main")
    git.commit(**{"m/data/x.jsonl": jsonl([*OLD, ("last", "1")])})
    git("merge", "--quiet", "--no-edit", "side")
    merge = git("rev-parse", "HEAD")
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, old=[("first", "1"), *OLD, ("last", "1")]).commit == merge


def test_the_base_is_looked_at_first(git: Git) -> None:
    first = git("rev-parse", "HEAD")
    git("checkout", "--quiet", "-b", "topic")
    git.commit(**{"m/data/x.jsonl": jsonl(NEW)})
    assert find(git, base="main") == Revision(first, "m/data/x.jsonl", "main")


def test_the_base_has_it_at_another_path_and_in_another_manifest(git: Git) -> None:
    git.commit(
        **{"m/deep/all.yaml": manifest("{path: ../t.csv}") + "---\n" + manifest(name="two"), "m/t.csv": csv(OLD)}
    )
    git("rm", "--quiet", "m/one.yaml", "m/data/x.jsonl")
    base = git.commit()
    git("checkout", "--quiet", "--orphan", "topic")  # its history has nothing of that
    git("rm", "--quiet", "-r", "--force", ".")
    git.commit(**{"m/one.yaml": manifest("{path: data/n.jsonl}"), "m/data/n.jsonl": jsonl(NEW)})
    assert find(git, "m/data/n.jsonl", base="main") == Revision(base, "m/t.csv", "main")


def test_a_base_that_moved_on_is_not_what_was_trained_on(git: Git) -> None:
    """Somebody has merged meanwhile, and nobody has applied: the digest decides."""
    first = git("rev-parse", "HEAD")
    git.commit(**{"m/data/x.jsonl": jsonl(OLD[5:])})
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, base="main") == Revision(first, "m/data/x.jsonl")


def test_without_a_digest_it_is_what_the_base_has(git: Git) -> None:
    first = git("rev-parse", "HEAD")
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, base="HEAD", recorded="") == Revision(first, "m/data/x.jsonl", "HEAD")
    with pytest.raises(Unavailable):
        find(git, recorded="")


@pytest.mark.parametrize("name", ["-x", "--all", "origin/main", "feature/ü"])
def test_bases_with_odd_names(git: Git, name: str) -> None:
    first = git("rev-parse", "HEAD")
    git("update-ref", f"refs/heads/{name}", "HEAD")
    git.commit(**{"m/data/x.jsonl": jsonl(NEW)})
    assert find(git, base=name) == Revision(first, "m/data/x.jsonl", name)


def test_a_base_that_is_none(git: Git, tmp_path: Path) -> None:
    history = History(str(git.top / "m"), "origin/main")
    with pytest.raises(Unavailable, match="--base origin/main: git knows no commit 'origin/main'; fetch it first"):
        history.based()
    (tmp_path / "plain").mkdir()
    with pytest.raises(Unavailable, match="--base main: this is not a git checkout"):
        History(str(tmp_path / "plain"), "main").based()


@pytest.mark.parametrize("name", ["new\nline.jsonl", "-rf.jsonl", ":(top)*.jsonl", "sp ace'\".jsonl"])
def test_hostile_names(git: Git, name: str) -> None:
    git.write(f"m/data/{name}", jsonl([*OLD, ("x", "y")]))
    first = git.commit()
    git.write(f"m/data/{name}", jsonl(NEW))
    assert find(git, f"m/data/{name}", [*OLD, ("x", "y")]) == Revision(first, f"m/data/{name}")


def test_data_in_a_submodule(git: Git, tmp_path: Path) -> None:
    inner = Git(tmp_path / "inner")
    inner.commit(**{"s.jsonl": jsonl(OLD)})
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.top), "m/module")
    git.commit(**{"m/one.yaml": manifest("{path: module/s.jsonl}")})
    git.write("m/module/s.jsonl", jsonl(NEW))
    assert find(git, "m/module/s.jsonl", base="HEAD") == Revision(inner("rev-parse", "HEAD"), "s.jsonl")


def test_a_linked_work_tree(git: Git, tmp_path: Path) -> None:
    first = git("rev-parse", "HEAD")
    git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    linked = Git.__new__(Git)
    linked.top = tmp_path / "linked"
    linked.write("m/data/x.jsonl", jsonl(NEW))
    assert find(linked) == Revision(first, "m/data/x.jsonl")


def test_why_not_a_checkout(git: Git) -> None:
    git.write("m/data/x.jsonl", jsonl(NEW))
    (git.top / ".git").rename(git.top / "git")
    assert missed(git) == "this is not a git checkout"


def test_why_not_in_a_shallow_clone(git: Git, tmp_path: Path) -> None:
    git.commit(**{"m/data/x.jsonl": jsonl(NEW)})
    git("clone", "--quiet", "--depth=1", f"file://{git.top}", str(tmp_path / "shallow"))
    shallow = Git(tmp_path / "shallow")
    assert missed(shallow) == (
        "git has no other version of it; the clone is shallow: `git fetch --unshallow` gets the rest"
    )


def test_why_not_in_history(git: Git) -> None:
    git.commit(**{"m/data/x.jsonl": jsonl(NEW)})
    git.commit(**{"m/data/x.jsonl": jsonl(OLD[3:])})
    assert missed(git, old=OLD[7:]) == "git has 2 other versions of it here, and none is that"


def test_why_not_of_a_file_that_git_does_not_have(git: Git) -> None:
    git.write("m/data/new.jsonl", jsonl(NEW))
    git("rm", "--quiet", "--cached", "m/one.yaml")
    git.commit(**{".gitignore": "*\n"})
    assert "and none is that" in missed(git, "m/data/new.jsonl", old=OLD[9:])
    (git.top / "m/one.yaml").write_text(manifest("{path: data/new.jsonl}"))
    fresh = Git(git.top.parent / "fresh")
    fresh.write("m/data/new.jsonl", jsonl(NEW))
    assert missed(fresh, "m/data/new.jsonl") == "git has no other version of it"


def test_why_not_with_pointers_of_lfs(git: Git) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    git.commit(**{"m/data/l.jsonl": pointer})
    git.write("m/data/l.jsonl", jsonl(NEW))
    said = missed(git, "m/data/l.jsonl", old=OLD[9:])
    assert said.endswith("; 1 Git LFS pointer instead of the data")
    git.commit(**{"m/data/l.jsonl": pointer.replace("12345", "54321")})
    git.write("m/data/l.jsonl", jsonl(NEW))
    assert missed(git, "m/data/l.jsonl", old=OLD[9:]).endswith("; 2 Git LFS pointers instead of the data")


def test_why_not_from_a_bucket(git: Git) -> None:
    with pytest.raises(Unavailable, match="data in Cloud Storage are not in git"):
        find(git, recorded="g1:0123456789")


def test_why_not_after_too_many(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        git.commit(**{"m/data/x.jsonl": jsonl([*NEW, (f"more {number}", "x")])})
    git.write("m/data/x.jsonl", jsonl(NEW))
    monkeypatch.setattr(search, "MOST_VERSIONS", 3)
    assert missed(git).endswith("no more than 3 versions, or 1 GB of them, are read")
    monkeypatch.setattr(search, "MOST_VERSIONS", 5)
    assert find(git).path == "m/data/x.jsonl"
    monkeypatch.setattr(search, "MOST_BYTES", 2000)
    assert "are read" in missed(git)


def test_what_is_that_of_today_is_not_read_again(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    git.commit(**{"m/data/x.jsonl": jsonl(NEW)})
    monkeypatch.setattr(search, "MOST_VERSIONS", 1)
    assert find(git).path == "m/data/x.jsonl"


def test_a_file_that_is_no_data_is_passed_over(git: Git) -> None:
    first = git("rev-parse", "HEAD")
    for text in (
        "<<<<<<< HEAD\n",
        "\0\1\2",
        '{"text_input": 1}\n',
        "[" * 100_000,
        '"\ud83d"'.encode(errors="replace").decode(),
    ):
        git.commit(**{"m/data/x.jsonl": text})
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git) == Revision(first, "m/data/x.jsonl")


def test_a_manifest_of_the_base_that_is_none_is_passed_over(git: Git) -> None:
    git.commit(
        **{
            "m/one.yaml": "name: one\n: : :",
            "m/bad.json": '{"name": "one"',
            "m/other.yaml": manifest(),
            "m/utf.yaml": "x",
        }
    )
    base = git("rev-parse", "HEAD")
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, base="HEAD") == Revision(base, "m/data/x.jsonl", "HEAD")


@pytest.mark.parametrize("path", ["../../../etc/passwd", "/etc/passwd", "gs://bucket/x.jsonl", "../../x.jsonl", "data"])
def test_a_manifest_of_the_base_leads_nowhere_else(git: Git, path: str) -> None:
    first = git("rev-parse", "HEAD")
    git.commit(**{"m/one.yaml": manifest(f"{{path: {json.dumps(path)}}}")})
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, base="HEAD") == Revision(first, "m/data/x.jsonl")


def test_of_a_patched_manifest_the_base_has_the_file_of_today(git: Git) -> None:
    """What the manifest of the base names is not what an environment made of it."""
    base = git.commit(**{"m/data/staging.jsonl": jsonl(OLD[:5])})
    git.write("m/data/staging.jsonl", jsonl(NEW[:5]))
    today = dataset(git.top / "m/data/staging.jsonl")
    history = History(str(git.top / "m"), "HEAD")
    wanted = Wanted("", ("one",), str(git.top / "m/one.yaml"), today, patched=True)
    found = history.find(wanted)
    assert (found.found, found.census.digest) == (Revision(base, "m/data/staging.jsonl", "HEAD"), digested(OLD[:5]))


def test_a_manifest_from_elsewhere(git: Git) -> None:
    """Such as standard input."""
    first = git("rev-parse", "HEAD")
    git.write("m/data/x.jsonl", jsonl(NEW))
    assert find(git, base="HEAD", file="../<stdin>") == Revision(first, "m/data/x.jsonl", "HEAD")

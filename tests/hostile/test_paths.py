"""Paths made to lead elsewhere: nothing outside of the workspace is read, and nothing is waited for."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from reconciler.source import tree
from tests.hostile.conftest import MODEL, ROWS, SECONDS, Target

pytestmark = [pytest.mark.process, pytest.mark.loopback]

CANARY = "sesame-7291"
OUT = "put the file beside the manifests, or allow its folder with --dataset-root"
START = "paths start from the manifest's folder"
AT = "manifests/model.yaml:7:11"


def link(to: str) -> Callable[[Path], None]:
    """A link in the place of a file."""
    return lambda place: place.symlink_to(to)


def cycle(place: Path) -> None:
    """Two links that point at each other."""
    other = place.with_name(f"other-{place.name}")
    place.symlink_to(other)
    other.symlink_to(place)


def listen(place: Path) -> None:
    """A socket, whose path may not be long."""
    here = Path.cwd()
    os.chdir(place.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(place.name)
    finally:
        os.chdir(here)


def nothing(_place: Path) -> None:
    """No file at all."""


class Attack(NamedTuple):
    """What `dataset.path` says, what is put there, and what is to be said of it."""

    path: str
    make: Callable[[Path], None]
    told: str


INSIDE = "rows2.jsonl"
DATASETS = {
    "absolute": Attack("/etc/passwd", nothing, f"`/etc/passwd` is an absolute path; {OUT}"),
    "absolute, with an ending": Attack(
        "/proc/self/environ.csv", nothing, f"`/proc/self/environ.csv` is an absolute path; {OUT}"
    ),
    "up": Attack("../outside.jsonl", nothing, f"`../outside.jsonl` leaves the workspace's folder; {OUT}"),
    "up and down": Attack(
        "sub/../../manifests/../outside.jsonl",
        nothing,
        f"`sub/../../manifests/../outside.jsonl` leaves the workspace's folder; {OUT}",
    ),
    "up far": Attack(
        f"{'../' * 40}etc/shadow.csv", nothing, f"`{('../' * 40)[:59]}…` leaves the workspace's folder; {OUT}"
    ),
    "a link out": Attack(INSIDE, link("../outside.jsonl"), f"`{INSIDE}` leaves the workspace's folder; {OUT}"),
    "a link to the environment": Attack(
        INSIDE, link("/proc/self/environ"), f"`{INSIDE}` leaves the workspace's folder; {OUT}"
    ),
    "a link to zeros": Attack(INSIDE, link("/dev/zero"), f"`{INSIDE}` leaves the workspace's folder; {OUT}"),
    "a link to the terminal": Attack(INSIDE, link("/dev/tty"), f"`{INSIDE}` leaves the workspace's folder; {OUT}"),
    "a link to standard input": Attack(INSIDE, link("/dev/stdin"), f"`{INSIDE}` leaves the workspace's folder; {OUT}"),
    "a link to a descriptor": Attack(
        INSIDE, link("/proc/self/fd/0"), f"`{INSIDE}` leaves the workspace's folder; {OUT}"
    ),
    "a folder that is a link out": Attack(
        ".data/outside.jsonl",
        lambda place: place.parent.symlink_to(".."),
        f"`.data/outside.jsonl` leaves the workspace's folder; {OUT}",
    ),
    "a link that is broken": Attack(INSIDE, link("nowhere"), f"`manifests/{INSIDE}` does not exist; {START}"),
    "links in a circle": Attack(
        INSIDE, cycle, f"`manifests/{INSIDE}` is a link that leads nowhere; put the file in its place"
    ),
    "a pipe": Attack(INSIDE, os.mkfifo, f"`manifests/{INSIDE}` cannot be read: not a regular file"),
    "a socket": Attack(INSIDE, listen, f"`manifests/{INSIDE}` cannot be read: not a regular file"),
    "a folder": Attack(INSIDE, Path.mkdir, f"`manifests/{INSIDE}` is a folder; name a file in it"),
    "a file as a folder": Attack(
        "rows.jsonl/x.csv", nothing, f"`manifests/rows.jsonl/x.csv` does not exist, nor does its folder; {START}"
    ),
    "home": Attack("~/rows.jsonl", nothing, f"`manifests/~/rows.jsonl` does not exist, nor does its folder; {START}"),
    "a file by URL": Attack(
        "file:///etc/passwd",
        nothing,
        "`file:///etc/passwd` is an address, not a file; put the file beside the manifests",
    ),
    "a bucket": Attack(
        "gs://bucket/rows.jsonl",
        nothing,
        "`gs://bucket/rows.jsonl` is in Cloud Storage, from where gemini v1beta takes no data; "
        "put the file beside the manifests",
    ),
    "NUL": Attack(r'"rows\0.jsonl"', nothing, r"`rows\x00.jsonl` is not a path; write the path of a file"),
    "a line end": Attack(r'"a\nb.jsonl"', nothing, r"`manifests/a\nb.jsonl` does not exist; did you mean rows.jsonl?"),
    "an escape": Attack(
        r'"\e[2J.jsonl"', nothing, r"`manifests/\x1b[2J.jsonl` does not exist; did you mean rows.jsonl?"
    ),
    "a homoglyph": Attack(
        "r\u043ews.jsonl", nothing, r"`manifests/r\u043ews.jsonl` does not exist; did you mean rows.jsonl?"
    ),
    "a name without end": Attack(f"{'x' * 5000}.jsonl", nothing, f"`manifests/{'x' * 49}…` does not exist; {START}"),
    "a path without end": Attack(
        f"{'x/' * 5000}x.jsonl",
        nothing,
        f"`manifests/{('x/' * 30)[:49]}…` does not exist, nor does its folder; {START}",
    ),
}


@pytest.mark.parametrize("name", DATASETS)
def test_data_is_read_from_inside_only(name: str, target: Target) -> None:
    attack = DATASETS[name]
    (target.root / "outside.jsonl").write_text(f'{{"text_input": "{CANARY}", "output": 1}}\n')
    attack.make(target.folder / attack.path)
    target.declare(attack.path)
    said = target.refused(CANARY=CANARY)
    assert said.splitlines() == [f"{AT}: {attack.told}", "Error: 1 error in the manifests"]
    assert CANARY not in said


def test_a_folder_on_the_way_that_is_exchanged_after_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the opening a folder becomes a link: what the kernel opened tells."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "rows.jsonl").write_text(ROWS)
    path = str(inside / "rows.jsonl")
    really = os.open

    def exchanging(name: str, flags: int) -> int:
        inside.rename(tmp_path / "aside")
        inside.symlink_to(outside)
        return really(name, flags)

    with tree.open_regular(path) as stream:
        assert stream.read() == ROWS.encode()
    monkeypatch.setattr(os, "open", exchanging)
    with pytest.raises(OSError, match="was exchanged while it was opened"):
        tree.open_regular(path)


NO_FILE = "is a link to nothing, or not to a regular file; remove it"
LEAVES = "is a link that leaves the workspace's folder; put what it points at in its place"
MANIFESTS = {
    "a pipe": Attack("evil.yaml", os.mkfifo, "is not a regular file; remove it"),
    "a socket": Attack("evil.yaml", listen, "is not a regular file; remove it"),
    "a link to zeros": Attack("evil.yaml", link("/dev/zero"), NO_FILE),
    "a link to standard input": Attack("evil.yaml", link("/dev/stdin"), NO_FILE),
    "a broken link": Attack("evil.yaml", link("nowhere"), NO_FILE),
    "links in a circle": Attack("evil.json", cycle, NO_FILE),
    "a link out": Attack("evil.yaml", link("../outside.yaml"), LEAVES),
    "a link to the environment": Attack("evil.yaml", link("/proc/self/environ"), LEAVES),
    "a folder out": Attack("evil", link("../.."), LEAVES),
    "a folder of processes": Attack("evil", link("/proc"), LEAVES),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests_are_read_from_inside_only(name: str, target: Target) -> None:
    attack = MANIFESTS[name]
    (target.root / "outside.yaml").write_text(f"{MODEL}  {CANARY}: 1\n")  # its error would repeat the key
    attack.make(target.folder / attack.path)
    said = target.refused(CANARY=CANARY)
    assert f"manifests/{attack.path}: {attack.told}" in said.splitlines()
    assert CANARY not in said


def test_folders_that_contain_themselves_are_searched_once(target: Target) -> None:
    (target.folder / "a" / "b").mkdir(parents=True)
    for name in ("a/loop", "a/b/loop", "loop"):
        (target.folder / name).symlink_to(target.folder)
    (target.folder / "a" / "b" / "up").symlink_to(target.folder / "a")
    target.write("a/evil.yaml", MODEL + "  foo: 1\n")
    said = target.refused().splitlines()
    assert len(said) == 2
    assert said[0].startswith("manifests/a/evil.yaml:6:3: `foo` is not a field of spec")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.yaml", r"a\nb.yaml"),
        (b"\x1b[2J.yaml", r"\x1b[2J.yaml"),
        (b"\xff\xfe.yaml", r"\udcff\udcfe.yaml"),
        ("\u202elmay.yaml".encode(), r"\u202elmay.yaml"),
        (b"::error::.yaml", "::error::.yaml"),
        (b"x" * 250 + b".yaml", "x" * 250 + ".yaml"),
    ],
)
@pytest.mark.parametrize("output", ["text", "json"])
def test_names_of_files_stay_on_their_line(name: bytes, shown: str, output: str, target: Target) -> None:
    path = os.path.join(os.fsencode(target.folder), name)  # noqa: PTH118  (bytes: some are no text)
    with open(path, "w") as stream:  # noqa: PTH123  (as above)
        stream.write(MODEL + "  foo: 1\n")
    said = target.refused("validate", "-o", output)
    if output == "text":
        assert said.splitlines()[0].startswith(f"manifests/{shown}:6:3: `foo` is not a field of spec")
        assert said.splitlines()[1] == "Not valid: 1 error."
    else:
        assert said.isascii()


def test_names_that_differ_in_case_only_are_two(target: Target) -> None:
    for name in ("evil.yaml", "Evil.yaml", "EVIL.yaml"):
        target.write(name, MODEL)
    said = target.refused().splitlines()
    assert said[:2] == [
        f"manifests/{name}:3:18: the name `model` is taken: TunedModel at manifests/EVIL.yaml:1:1; rename one of them"
        for name in ("Evil.yaml", "evil.yaml")
    ]


@pytest.mark.parametrize("depth", [1200, 2200])
def test_a_tree_deeper_than_recursion_and_than_paths(depth: int, target: Target) -> None:
    here = os.open(target.folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("evil.yaml", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    try:
        ended = target.run("apply", "--yes")
    finally:
        subprocess.run(["rm", "-rf", str(target.folder)], check=True)  # noqa: S607
    assert ended.code == 1
    [told, error] = ended.stderr.splitlines()
    assert told.startswith("manifests/d/d/d/")
    assert told.endswith(
        "/evil.yaml: is empty; delete the file, or write a manifest"
        if depth == 1200
        else "/d: cannot be read: File name too long"
    )
    assert error == "Error: 1 error in the manifests"
    assert target.service.exchanges == []


@pytest.mark.parametrize("files", [3_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_a_folder_of_very_many_files(files: int, target: Target) -> None:
    """Also, no near name is looked for among them: that takes minutes, and each model would look."""
    for n in range(files):
        target.write(f"rows-{n}.jsonl", "")
    for n in range(100):
        target.declare(f"row-{n}.jsonl", name=f"model-{n}")
    said = target.refused().splitlines()
    assert len(said) == 101
    assert said[0] == f"manifests/model-0.yaml:7:11: `manifests/row-0.jsonl` does not exist; {START}"


@pytest.mark.parametrize(
    ("path", "code", "told"),
    [
        ("/dev/zero", 1, "/dev/zero: is larger than 4 MB; split it"),
        ("/dev/null", 1, "/dev/null: is empty"),
        ("/dev/urandom", 1, "/dev/urandom: is larger than 4 MB; split it"),
        ("/proc/self/environ", 1, "environ: is empty"),
        ("/proc/self/mem", 1, "mem: is empty"),
        ("nowhere", 64, "'nowhere' does not exist"),
        ("x" * 5000, 64, "cannot be read"),
        ("manifests/rows.jsonl", 1, "manifests/rows.jsonl:1:1: is not a manifest"),
        ("manifests/loop.yaml", 64, "'manifests/loop.yaml' cannot be read"),
    ],
)
def test_the_path_itself(path: str, code: int, told: str, target: Target) -> None:
    (target.folder / "loop.yaml").symlink_to("loop.yaml")
    said = target.refused("apply", "--yes", path, code=code, CANARY=CANARY)
    assert told in said
    assert CANARY not in said
    assert told in target.refused("apply", "--yes", code=code, RECONCILER_MANIFESTS=path)


def limited() -> None:
    """Be limited as every attempt is."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))


@pytest.mark.parametrize("endless", ["/dev/zero", "/dev/urandom"])
def test_standard_input_without_end(endless: str, target: Target) -> None:
    with Path(endless).open("rb") as stream:
        ran = subprocess.run(
            [sys.executable, "-m", "reconciler", "apply", "--yes", "-"],
            stdin=stream,
            cwd=target.root,
            env=target.environment,
            preexec_fn=limited,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 1, ran
    assert ran.stderr.startswith("<stdin>: is larger than 4 MB; split it")
    assert target.service.exchanges == []


def test_standard_input_that_is_no_text(target: Target) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate", "-"],
        input=MODEL.encode() + b"#" * 100_000 + b"\xff\n",
        cwd=target.folder,
        env=target.environment,
        capture_output=True,
        check=False,
    )
    place = len(MODEL) + 100_000
    assert ran.returncode == 1
    assert ran.stdout.decode().startswith(f"<stdin>: is not UTF-8 at byte {place}; save it as UTF-8\n"), ran


@pytest.mark.parametrize("name", [".git", ".git/config", ".git/commondir"])
@pytest.mark.parametrize("make", [os.mkfifo, link("/dev/zero"), lambda place: place.write_bytes(b"gitdir: \0\n" * 99)])
def test_a_git_that_is_none(name: str, make: Callable[[Path], None], target: Target) -> None:
    place = target.root / name
    place.parent.mkdir(exist_ok=True)
    make(place)
    target.write("evil.yaml", "[")
    target.refused("validate")


@pytest.mark.parametrize("name", [".reconciler", ".reconciler/.gitignore", ".reconciler/emulator.sqlite3"])
def test_the_emulator_writes_through_no_link(name: str, target: Target) -> None:
    (target.root / "outside").mkdir()
    place = target.folder / name
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(target.root / "outside" if name == ".reconciler" else target.root / "outside" / "made")
    target.declare("rows.jsonl")
    said = target.refused("plan", code=64, RECONCILER_ENDPOINT="emulator")
    assert said.endswith(f"{name} is a link; remove it; the emulator keeps its state beside the workspace\n")

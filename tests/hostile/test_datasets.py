"""Training data made to hurt: each is refused at its row, in bounded memory, before anything is sent."""

import gzip
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from reconciler.emulator.wire import Request, Response
from tests.golden.wire import Watched
from tests.hostile.conftest import ROWS, Target

pytestmark = [pytest.mark.process, pytest.mark.loopback]

MB = 1024 * 1024
ROW = '{"text_input": "a", "output": "b"}\n'
WIDE = f'{{"text_input": "a", "output": "b", "other": "{"x" * 100}"}},'
HEADER = "text_input,output\n"
STREAMED = 128
"""MiB for what is read row by row, or not at all."""


class Attack(NamedTuple):
    """A file, and the errors that are to be said of it, without its name; warnings are not looked at."""

    name: str
    content: Callable[[], str | bytes]
    lines: tuple[str, ...]


def row(text: str, *told: str) -> Attack:
    """A row of JSONL after a good one."""
    return Attack("evil.jsonl", lambda: f"{ROW}{text}\n", told)


def table(text: str, *told: str) -> Attack:
    """A table after its header."""
    return Attack("evil.csv", lambda: HEADER + text, told)


def blob(name: str, content: Callable[[], bytes], told: str) -> Attack:
    """A file that is no text."""
    return Attack(name, content, (told,))


def zipped() -> bytes:
    """A zip archive with the good rows in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("rows.csv", HEADER)
    return made.getvalue()


BOTH = 'write {"text_input": ..., "output": ...}'
NAMING = "name the right one with inputField: NAME and outputField: NAME"
ATTACKS = {
    "a line without end": Attack(
        "evil.jsonl", lambda: f"{ROW}{'x' * 9 * MB}", (":2: is longer than 8 MB; write one JSON object a line",)
    ),
    "an object without end": Attack(
        "evil.jsonl",
        lambda: f'{ROW}{{"text_input": "{"x" * 9 * MB}"}}\n',
        (":2: is longer than 8 MB; write one JSON object a line",),
    ),
    "a cell without end": table(
        f"a,b\na,{'x' * 200_000}\n",
        ":3: has a cell of more than 131,072 characters; look for a quote that is not closed",
    ),
    "a record without end": Attack(
        "evil.csv",
        lambda: f"{HEADER}a,b\n{'x,' * 5 * MB}\n",
        (":3: is longer than 8 MB; put each example on a line of its own",),
    ),
    "a quote that swallows the file": Attack(
        "evil.csv",
        lambda: f'{HEADER}"a,b\n' + "c,d\n" * 100_000,
        (":2: has a cell of more than 131,072 characters; look for a quote that is not closed",),
    ),
    "a quote that is never closed": table(
        'a,b\n"c,d\n', ":3: has a quote that is never closed; close it; a quote inside of quotes is written twice"
    ),
    "text after a quote": table(
        '"a"x,b\n',
        ":2: is quoted wrongly: ',' expected after '\"'; "
        "put the whole cell into quotes; a quote inside is written twice",
    ),
    "a row of ten thousand cells": table(
        "a" + ",b" * 9_999 + "\n",
        ":2: has 10,000 cells where the first row has 2; quote cells that contain a comma, a quote or a line end",
    ),
    "a row of ten thousand keys": row(
        json.dumps({f"k{n}": n for n in range(10_000)}),
        f":2: has no `text_input` and no `output`; it has {', '.join(f'`k{n}`' for n in range(10))}; {NAMING}",
    ),
    "deep in a row": row('{"a": ' + "[" * 100_000, ":2: is nested too deeply"),
    "deep in an array": Attack("evil.json", lambda: '[{"a": ' + "[" * 100_000, (":1:2: is nested too deeply",)),
    "deep objects": row('{"a": ' * 100_000, ":2: is nested too deeply"),
    "a number of a million digits": row(
        f'{{"text_input": {"9" * 1_000_000}, "output": "b"}}',
        f':2: text_input is a number; examples are text; write `"{"9" * 58}…`',
    ),
    "beyond floats": row(
        '{"text_input": 1e999, "output": "b"}', ':2: text_input is a number; examples are text; write `"1e999"`'
    ),
    "NaN": row('{"text_input": NaN, "output": "b"}', ':2: text_input is a number; examples are text; write `"NaN"`'),
    "a key twice": row(
        '{"text_input": "a", "output": "b", "output": "c"}', ":2: has the key `output` twice; remove one of them"
    ),
    "half a character": row(
        r'{"text_input": "\ud800", "output": "b"}',
        r":2: has half of a surrogate pair, which is no character; remove the lone \ud800 to \udfff",
    ),
    "half a character in an array": Attack(
        "evil.json",
        lambda: '[{"text_input": "a", "output": "\\udfff"}]',
        (r":1:2: has half of a surrogate pair, which is no character; remove the lone \ud800 to \udfff",),
    ),
    "Latin-1 in a row": blob(
        "evil.jsonl",
        lambda: f"{ROW}{ROW}".encode() + '{"text_input": "caf\u00e9"}\n'.encode("latin-1"),
        ":3: is not UTF-8 at byte 89 of the file; save it as UTF-8",
    ),
    "Latin-1 in a table": blob(
        "evil.csv",
        lambda: (HEADER + "a,b\n" * 100_000).encode() + "caf\u00e9,b\n".encode("latin-1"),
        ":100002: is not UTF-8 at byte 400,021 of the file; save it as UTF-8",
    ),
    "half a character at the end": blob(
        "evil.csv",
        lambda: f"{HEADER}a,b\nc,".encode() + b"\xf0\x9f\x98",
        ":3: is not UTF-8 at byte 24 of the file; save it as UTF-8",
    ),
    "NUL in a row": row('{"text_input": "\0"}', ":2: is not JSON at column 17: invalid control character at"),
    "UTF-16": blob("evil.csv", lambda: HEADER.encode("utf-16"), ": is UTF-16 or UTF-32; save it as UTF-8"),
    "UTF-16, the other way": blob(
        "evil.jsonl", lambda: b"\xfe\xff" + ROW.encode("utf-16-be"), ": is UTF-16; save it as UTF-8"
    ),
    "gzip": blob("evil.csv", lambda: gzip.compress(HEADER.encode()), ": is compressed with gzip; unpack it"),
    "a bomb of gzip": blob("evil.jsonl", lambda: gzip.compress(bytes(50 * MB)), ": is compressed with gzip; unpack it"),
    "zip": blob(
        "evil.csv",
        zipped,
        ": is a zip archive, such as an Excel workbook; unpack it, or save the sheet as CSV UTF-8",
    ),
    "Parquet": blob("evil.csv", lambda: b"PAR1\x15\x04PAR1", ": is a Parquet file; write it as JSONL or CSV"),
    "Git LFS": Attack(
        "evil.jsonl",
        lambda: "version https://git-lfs.github.com/spec/v1\n",
        (": is a Git LFS pointer, not the data itself; run `git lfs pull`",),
    ),
    "nothing": Attack("evil.jsonl", lambda: "", (": has no examples; write at least one",)),
    "nothing, in an array": Attack("evil.json", lambda: "[]", (": has no examples; write at least one",)),
    "a byte order mark alone": blob("evil.csv", lambda: b"\xef\xbb\xbf", ": has no examples; write at least one"),
    "blank lines": Attack("evil.jsonl", lambda: "\n" * 500_000, (": has no examples; write at least one",)),
    "an array of arrays": Attack(
        "evil.json",
        lambda: "[" + "[]," * 100_000 + "[]]",
        (f":1:2: is an array, not a JSON object (likewise examples 2, 3, 4, 5, 6 and 99,995 more); {BOTH}",),
    ),
    "an item of many": Attack(
        "evil.json",
        lambda: '[{"a": [' + "[]," * (5 * MB),
        (":1:2: is not valid JSON at line 1, column 15728649: expecting value",),
    ),
    "a large array": Attack("evil.json", lambda: " " * (16 * MB + 1), (": is larger than 16 MB; write it as JSONL",)),
    "a hundred thousand wrong rows": Attack(
        "evil.jsonl",
        lambda: "1\n" * 100_000,
        (f":1: is a number, not a JSON object (likewise lines 2, 3, 4, 5, 6 and 99,994 more); {BOTH}",),
    ),
    "a hundred thousand rows that are wrong in ways of their own": Attack(
        "evil.jsonl",
        lambda: "".join(f'{{"text_input": {n}, "output": ""}}\n' for n in range(100_000)),
        (
            *(f':{n + 1}: text_input is a number; examples are text; write `"{n}"`' for n in range(20)),
            ":21: 99,980 more errors from here on; fix those that are shown first",
        ),
    ),
    "an array on one line": Attack(
        "evil.json",
        lambda: "[" + WIDE * 100_000 + "1]",
        (f":1:{len(WIDE) * 100_000 + 2}: is a number, not a JSON object; {BOTH}",),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_data_is_refused_at_its_row(name: str, target: Target) -> None:
    attack = ATTACKS[name]
    target.declare(attack.name)
    target.write(attack.name, attack.content())
    said = [line for line in target.refused().splitlines() if ": warning: " not in line]
    errors = len(attack.lines)
    assert said == [
        *(f"manifests/{attack.name}{line}" for line in attack.lines),
        f"Error: {errors} error{'s' if errors > 1 else ''} in the manifests",
    ]


@pytest.mark.parametrize(
    "rows", [200_000, pytest.param(1_000_000, marks=pytest.mark.soak), pytest.param(2_000_000, marks=pytest.mark.soak)]
)
@pytest.mark.parametrize("name", ["evil.jsonl", "evil.csv"])
def test_a_million_good_rows_are_one_error(name: str, rows: int, target: Target) -> None:
    target.memory = STREAMED
    target.declare(name)
    with target.write(name, "" if name.endswith("jsonl") else HEADER).open("a") as stream:
        for n in range(rows):
            stream.write(f'{{"text_input": "{n:07}", "output": "y"}}\n' if name.endswith("jsonl") else f"{n:07},y\n")
    errors = [line for line in target.refused().splitlines() if ": warning: " not in line]
    told = f"{rows:,} examples need {rows * 37:,} bytes of request"
    assert errors == [
        f"manifests/{name}: {told}; the service takes 4,000,000: leave out or shorten some",
        "Error: 1 error in the manifests",
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("evil.jsonl", ":1: is longer than 8 MB; write one JSON object a line"),
        ("evil.csv", ":1: is longer than 8 MB; put each example on a line of its own"),
        ("evil.tsv", ":1: is longer than 8 MB; put each example on a line of its own"),
        ("evil.json", ": is larger than 16 MB; write it as JSONL"),
    ],
)
def test_two_hundred_megabytes_on_one_line_are_not_held(name: str, told: str, target: Target) -> None:
    target.memory = STREAMED
    target.declare(name)
    with target.write(name, "").open("wb") as stream:
        stream.write(b"x")
        stream.truncate(200 * MB)
    said = target.refused()
    assert f"manifests/{name}{told}\n" in said, said


def test_a_terabyte_is_not_read(target: Target) -> None:
    target.declare("evil.jsonl")
    with target.write("evil.jsonl", ROWS).open("r+b") as stream:
        stream.truncate(1024**4)
    said = target.refused()
    assert "manifests/evil.jsonl: is larger than 1 GB; leave out what is not for training\n" in said


def test_every_dataset_is_told_of_at_once(target: Target) -> None:
    for name in ("one", "two", "three"):
        target.declare(f"{name}.jsonl", name=name)
        target.write(f"{name}.jsonl", "[\n")
    said = target.refused()
    assert said.count(": is the beginning of a JSON array, not a JSON object; set format: json") == 3
    assert said.endswith("Error: 3 errors in the manifests\n")


def test_a_file_that_grows_while_it_is_read_ends_where_it_ended(target: Target) -> None:
    target.declare("evil.jsonl")
    path = target.write("evil.jsonl", ROW * 10_000)
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as stream:
            while not stop.wait(0.002):  # three times as fast as it is read
                stream.write(ROW.encode() * 4096)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        ended = target.run("validate")
    finally:
        stop.set()
        writer.join()
    assert ended.code in (0, 1), ended.said
    assert path.stat().st_size > 10_000 * len(ROW)


@pytest.fixture
def after_the_list(target: Target, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """What happens to the files between the plan, which lists, and the create."""
    acts: list[Callable[[], object]] = []
    handle = Watched.handle

    def handling(service: Watched, request: Request) -> Response:
        response = handle(service, request)
        while acts:
            acts.pop()()
        return response

    monkeypatch.setattr(Watched, "handle", handling)
    yield acts
    assert acts == []
    assert [exchange for exchange in target.service.exchanges if exchange.writes] == []


def edit(path: Path) -> None:
    path.write_text(ROWS.replace('"7"', '"seven"'))


def add(path: Path) -> None:
    with path.open("a") as stream:
        stream.write(ROW)


def shorten(path: Path) -> None:
    path.write_text("".join(ROWS.splitlines(keepends=True)[:-1]))


def cut(path: Path) -> None:
    path.write_text(ROWS[:-10])


def replace_by_link(path: Path) -> None:
    path.rename(path.with_suffix(".old"))
    path.symlink_to(path.with_suffix(".old"))


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


MOVED = "rows.jsonl: the examples are not those that were planned; plan again and review"


@pytest.mark.parametrize(
    ("act", "code", "told"),
    [
        (edit, 4, MOVED),
        (add, 4, MOVED),
        (shorten, 4, MOVED),
        (cut, 1, "JSON at column 22: unterminated string starting at; plan again"),
        (Path.unlink, 1, "rows.jsonl: No such file or directory; plan again"),
        (replace_by_link, 1, "rows.jsonl: not a regular file; plan again"),
        (replace_by_folder, 1, "rows.jsonl: not a regular file; plan again"),
    ],
)
def test_what_was_planned_is_what_is_sent(
    act: Callable[[Path], object],
    code: int,
    told: str,
    target: Target,
    after_the_list: list[Callable[[], object]],
) -> None:
    target.declare("rows.jsonl")
    after_the_list.append(lambda: act(target.folder / "rows.jsonl"))
    ended = target.run("apply", "--yes")
    assert (ended.code, told in ended.said) == (code, True), ended.said

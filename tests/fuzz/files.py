"""Files that people give us: manifests, workspaces, datasets, saved plans, and the cache that we wrote ourselves."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.cli import saved
from reconciler.errors import Diagnostic, InvalidManifests, Origin, ReconcilerError
from reconciler.plan.document import parse
from reconciler.plan.planner import plan
from reconciler.providers.gemini import codec
from reconciler.providers.gemini.rules import capabilities
from reconciler.render.json_output import plan_json
from reconciler.render.style import Style
from reconciler.render.text import plan_text
from reconciler.resource.dataset import Dataset
from reconciler.resource.desired import Desired
from reconciler.resource.manifest import DatasetSource, Manifest
from reconciler.resource.observed import Observed
from reconciler.source import export
from reconciler.source.cache import Cache
from reconciler.source.datasets import Library
from reconciler.source.examples import FileExamples
from reconciler.source.load import load
from reconciler.source.resolve import Resolved, resolve
from reconciler.source.sourced import Sourced
from tests.build import desired, marked, observed, planned, terms
from tests.fuzz.target import Target

MANIFESTS = Path(__file__).parents[2] / "manifests" / "gemini"
SERVICE = capabilities("v1beta")

FULL = b"""\
apiVersion: reconciler.dev/v1alpha1
kind: TunedModel
metadata:
  name: numbers
  annotations: {reconciler.dev/renamed-from: digits}
spec:
  displayName: "Numbers \\u00e9"
  description: >-
    counts: up
  baseModel: models/gemini-1.5-flash-001-tuning
  temperature: 0.3
  topP: .9
  topK: 0x28
  readerProjectNumbers: ["12", '34']
  hyperparameters: {epochCount: 5, batchSize: 4, learningRateMultiplier: 1e0}
  dataset:
    examples:
      - {textInput: one, output: two}
      - textInput: three
        output: |
          four
  lifecycle: {protect: true, ignoreChanges: [temperature], keepSuperseded: 2, onRemoval: keep}
"""
WORDS = (
    *(b"apiVersion: reconciler.dev/v1alpha1\n", b"kind: Workspace\n", b"kind: TunedModel\n", b"spec:\n", b"---\n"),
    *(b"&a ", b"*a", b"!!binary ", b"!!python/object ", b"<<: ", b"? ", b"|\n ", b">-\n", b"%YAML 9.9\n", b"...\n"),
    *(b"9" * 400, b"0x_", b"1e999", b"-.inf", b".nan", b"2001-01-01", b"~", b"0o7", b"1:30", b"[" * 40, b"\t"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\x00", b"\x85", b"\xe2\x80\xa8"),
    *(b"../../etc/passwd", b"/proc/self/mem", b"reconciler:1:a:b:", b"path: x.csv\n", b"dataset:\n", b"{}", b"[]"),
)
ROWS = (
    *(
        b'{"text_input": "',
        b'", "output": "',
        b'"}\n',
        b"text_input,output\n",
        b'""',
        b'"',
        b"\t",
        b",",
        b"\r\n",
        b"\r",
    ),
    *(b"version https://git-lfs.github.com/spec/v1\n", b"\xef\xbb\xbf", b"\x00", b"\\ud800", b"\\u0000", b"[", b"]"),
    *(b"\xff\xfe", b"9" * 5000, b"NaN", b"{" * 2000, b"[" * 2000, b"null", b"\xe2\x80\xa8", b"\x85", b"\x1a", b"e9"),
)


@cache
def _folder() -> TemporaryDirectory[str]:
    """A repository of our own, with one workspace in it; it goes when this process ends."""
    folder = TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True)
    root = Path(folder.name)
    (root / ".git").mkdir()
    (root / "workspace.yaml").write_bytes((MANIFESTS / "workspace.yaml").read_bytes())
    (root / "data").mkdir()
    for path in (MANIFESTS / "data").iterdir():
        (root / "data" / path.name).write_bytes(path.read_bytes())
    return folder


def manifest(data: bytes, name: str = "model.yaml") -> tuple[Diagnostic, ...]:
    """A manifest is taken or refused, with places that lie in the file; what is taken can be planned and sent.

    Gives what was found wrong.
    """
    path = Path(_folder().name, name)
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(data)
    wrong: tuple[Diagnostic, ...] = ()
    try:
        _can_be_planned(resolve(load(str(path.parent)), SERVICE).desired)
    except InvalidManifests as error:
        wrong = error.diagnostics
    finally:
        path.unlink() if before is None else path.write_bytes(before)
    lines = len(data.decode(errors="replace").splitlines()) + 1
    assert all(each.origin.line <= lines for each in wrong if each.origin.file.endswith(name))
    return wrong


def workspace(data: bytes) -> tuple[Diagnostic, ...]:
    """A workspace likewise."""
    return manifest(data, "workspace.yaml")


def exported(models: Iterable[Observed]) -> None:
    """The manifests that export writes are read back, each with the name it was given; only a base is not made up."""
    for name, model in export.names(models, ()).items():
        text = export.manifest(name, model)
        if "\n  baseModel: " not in text and "\n  tunedModelSource:" not in text:
            continue
        path = Path(_folder().name, "exported.yaml")
        path.write_text(text, encoding="utf-8")
        try:
            loaded = load(str(path))
        finally:
            path.unlink()
        assert not [wrong for wrong in loaded.diagnostics if wrong.severity == "error"], loaded.diagnostics
        assert [each.manifest.name for each in loaded.manifests] == [name]


def _can_be_planned(wants: tuple[Desired, ...]) -> None:
    """Whatever passes validation has a plan, a text, a document, and a body in UTF-8."""
    made = plan(wants, (), terms())
    plan_text(made, Style(), 80).encode()
    parse(plan_json(made))
    for want in wants:
        json.dumps(codec.encode(want.fields, None), allow_nan=False, ensure_ascii=False).encode()


def rows(data: bytes, ending: str) -> None:
    """A dataset is refused, or gives the very examples that were digested, when planned and when sent."""
    path = Path(_folder().name, "data", f".fuzzed{ending}")  # hidden: as JSON it would be taken for a manifest
    path.write_bytes(data)
    spec = DatasetSource(path=f"data/{path.name}")
    made = Manifest(name="a", fields={}, dataset=spec)
    found = Sourced(made, Origin("model.yaml"), Path(_folder().name), lambda *_: Origin("model.yaml", 1))
    read = Library(SERVICE.limits, (_folder().name,)).read(found, spec)
    assert read.dataset or any(wrong.severity == "error" for wrong in read.diagnostics)
    for wrong in read.diagnostics:
        str(wrong).encode()
    if read.dataset:
        _can_be_sent(read.dataset)


def _can_be_sent(data: Dataset) -> None:
    """The body of a create holds every example, in order, and no request is larger than it was judged to be."""
    examples = list(FileExamples().open(data))
    sent = json.loads(codec.training_body({}, "", data, examples))["tuningTask"]["trainingData"]["examples"]["examples"]
    assert [(example.input, example.output) for example in examples] == [(s["textInput"], s["output"]) for s in sent]
    assert len(examples) == data.count


def saved_plan(data: bytes) -> None:
    """A saved plan is refused by one of our errors, or is read and written without loss."""
    path = Path(_folder().name, "plan.json")
    path.write_bytes(data)
    try:
        saved.is_plan(str(path))
        read = saved.read(str(path))
    except ReconcilerError as error:
        str(error).encode()
        return
    finally:
        path.unlink()
    again = parse(read.model_dump_json(by_alias=True))
    assert again == read
    assert (again.writes, again.wished, again.place) == (read.writes, read.wished, read.place)


def cache_file(data: bytes) -> None:
    """A cache with anything in its file, or in its entries, changes nothing; what is put can be got."""
    path = Path(_folder().name) / ".cache.sqlite"
    if data.startswith(b"SQLite"):
        path.write_bytes(data)
    else:
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, key TEXT UNIQUE, value)")
            for key in _keys():
                file.execute("INSERT INTO entries (key, value) VALUES (?, ?)", (key, data.decode(errors="replace")))
    try:
        read = Cache(path)
        assert resolve(load(str(MANIFESTS), cache=read), SERVICE, cache=read) == _remembered()[2]
        written = Cache(path)
        written.put("k", ["v"])
        written.save()
        assert Cache(path).get("k") in (["v"], None)
    finally:
        path.unlink(missing_ok=True)


@cache
def _keys() -> tuple[str, ...]:
    """The keys under which our own manifests are remembered."""
    return tuple(key for key, _ in _remembered()[0])


@cache
def _remembered() -> tuple[tuple[tuple[str, str], ...], bytes, Resolved]:
    """What the cache holds of our own manifests: its entries, and the file; and what they are resolved to."""
    path = Path(_folder().name) / ".seed.sqlite"
    kept = Cache(path)
    read = resolve(load(str(MANIFESTS), cache=kept), SERVICE, cache=kept)
    with closing(sqlite3.connect(path)) as file:
        entries = tuple(file.execute("SELECT key, value FROM entries ORDER BY id").fetchall())
    return entries, path.read_bytes(), read


def _plans() -> tuple[bytes, ...]:
    """Plans of several rows, as they are saved."""
    want = desired("a", temperature=0.5, epochs=3)
    later = desired("a", data="two", temperature=0.1 + 0.2)
    made = (planned([want, desired("b", data=None)]), planned(later, observed(want)), planned([], observed(want)))
    protected = planned(later, marked(observed(want), protect=True), unprotect="a")
    return tuple(plan_json(each).encode() for each in (*made, protected))


def _data() -> dict[str, bytes]:
    """Datasets by their format."""
    pairs = [{"text_input": str(n), "output": f"é {n}"} for n in range(3)]
    return {
        ".jsonl": "\n".join(json.dumps(pair, ensure_ascii=False) for pair in pairs).encode(),
        ".json": json.dumps(pairs, indent=1).encode(),
        ".csv": b'\xef\xbb\xbftext_input,output,x\r\n"one\r\ntwo","a ""b""",\r\n3,4,5\r\n',
        ".tsv": b'output\ttext_input\nup\tdown\n\n"left"\tright\n',
    }


def _seeds(ending: str) -> tuple[bytes, ...]:
    """Datasets of a format: one with all that the format allows, and the beginnings of our own."""
    return (_data()[ending], *(path.read_bytes()[:400] for path in (MANIFESTS / "data").glob(f"*{ending}")))


def _manifests() -> tuple[bytes, ...]:
    """Every manifest of the project but the workspace, and one with all that can be said."""
    return (FULL, *(path.read_bytes() for path in sorted(MANIFESTS.glob("*.yaml")) if path.stem != "workspace"))


def _workspaces() -> tuple[bytes, ...]:
    written = (MANIFESTS / "workspace.yaml").read_bytes()
    return written, written + b"  policy: upsert-only\n  project: project-1\n  serviceVersion: v1beta3\n"


def _caches() -> tuple[bytes, ...]:
    """The file, and what is in it."""
    entries, file, _ = _remembered()
    return (file, *(value.encode() for _, value in entries[:4]))


JSON = (
    *(b"NaN", b"1e999", b"-0.0", b'"\\ud800"', b"9" * 5000, b"null", b"[[", b'"1.1"', b'"2.0"', b"{}", b"\x00", b"1.0"),
    b"[" * 2000,
)

TARGETS = {
    "manifest": Target(manifest, _manifests, WORDS),
    "workspace": Target(workspace, _workspaces, WORDS),
    **{f"dataset {each}": Target(partial(rows, ending=each), partial(_seeds, each), ROWS) for each in sorted(_data())},
    "saved plan": Target(saved_plan, _plans, JSON),
    "cache": Target(cache_file, _caches, (*JSON, b"SQLite format 3")),
}

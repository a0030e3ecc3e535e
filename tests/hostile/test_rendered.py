"""What manifests, files, arguments and the service say is shown, and never obeyed: by terminals, logs, or readers.

Each place that a text can come from is given texts that forge, hide, overwrite and command; each command that shows
it is run, in each of its formats, in a pipe and on a terminal. An oracle of its own, which knows Unicode's tables, and
of `render.neutral` only the characters that show nothing, reads what came out.
"""

import csv
import io
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import click
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.cli.main import cli, main
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response
from reconciler.plan.document import parse
from reconciler.plan.format import PlanDocument
from reconciler.render.neutral import neutral
from tests.hostile.liar import MODEL, WORKSPACE, Lie, Ran, World, listed, said
from tests.hostile.nested import changed, places
from tests.render.review import read
from tests.render.runner import commands

STAMP = "31337"
"""In every text that forges a line; the program itself never writes it."""

FORGED = {
    "no changes": "No changes.",
    "plan": f"Plan: 0 to create, 0 to update, 0 to replace, {STAMP} to delete.",
    "result": f"Result: {STAMP} done.",
    "error": f"Error: {STAMP}",
    "ours": f"  + TunedModel/{STAMP}  create",
    "log": f"reconciler.http: GET /v1beta/{STAMP}: 200",
}
TEXTS = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;pwned\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "answerback": "\x1b[c\x05",
    "device": "\x1bP$q\x1b\\",
    "c1": "\x9b31m\x9d0;x\x9c\x90q\x9c",
    "cut escape": "\x1b[",
    "bell and back": "\x07ab\x08\x08cd\x7f",
    "overwrite": "refused\rapproved",
    "tab and feeds": "a\tb\vc\fd",
    "bidi": "\u202etxet\u202c \u2066isolate\u2069 \u200f\u061c",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\ufeff",
    "fillers": "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0",
    "tags": "ok\U000e0001\U000e0068\U000e0069\U000e007f",
    "variation": "a\ufe0fb\U000e0100",
    "pile": "Z" + "\u0335\u0489\u0300" * 40,
    "separators": "one\u2028two\u2029three\x85four",
    "private": "\ue000\U0010fffd\ufffe",
    "nul": "a\0b",
    "surrogate": "\ud83d \udc00",
    "command": f"::error file=x::{STAMP}",
    "command after blanks": f"words \u3000 ::set-output name=a::{STAMP}",
    "commands of old": f"x ##[add-path]/{STAMP} ##vso[task.complete]{STAMP} ###[error]{STAMP}",
    "percent": f"%0A::error::{STAMP}%0D%0A::debug::{STAMP}",
    "stop": f"\n::stop-commands::{STAMP}",
    "markdown": "[a](javascript:x) ![b](https://evil.example/p.png) |c| `d` **e** <!-- f --> @everyone #123",
    "fences": "```\n````\n~~~\n</details>\n\n# Heading\n<details open><summary>",
    "html": "<script>alert(1)</script><img src=x onerror=y>&lt;",
    "template": "${{ secrets.TOKEN }} {0} {text} %s $(id) `id`",
}
FORGERIES = "".join(f"\n{line}\r{line}" for line in FORGED.values())
WORDS = f"{' '.join(TEXTS.values())} {'very ' * 50}{'l' * 300}ong"
WORST = f"::error::{STAMP} ##[error]{STAMP} \x1b[2J\u202e\U000e0041\u3164{TEXTS['pile'][:10]} ::notice::{STAMP}"
LONG = f"{WORST}{FORGERIES}\n{WORDS} ::notice::{STAMP}{FORGERIES}"
"""Every text above, the worst where long texts are not yet cut; broken into lines, some would begin with a command."""
SHORT = f"\nNo changes.\r\n::error::{STAMP}\x1b[2J\u202e"
"""For places that take few characters."""
assert len(SHORT) <= 40
WRITTEN = LONG.translate({0xD83D: None, 0xDC00: None})
"""As YAML can have it."""
TYPED = LONG.translate({0: None, 0xD83D: None, 0xDC00: "\udc80"})
"""As arguments, names and variables can be: without NUL, and a byte that is no UTF-8 as Python takes it in."""

OUR_OWN = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|[0-9]*[AK])|\r(?=\x1b\[(?:2K|[0-9]*A))")
"""What our own drawing consists of: colours, hiding and showing the cursor, going up, clearing a line."""
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
COMMAND = re.compile(r"^\s*::|##[A-Za-z]*\[", re.MULTILINE)
PILE, PILED = 5, "marks piled up"


def defects(text: str, *, terminal: bool = False) -> list[str]:
    """Everything in an output that somebody could be fooled by."""
    if terminal:
        text = OUR_OWN.sub("", text)
    found = [f"{c!r} in {line!r}" for line in text.split("\n") for c in set(line) if _acts(c)]
    found += [f"command in {text[m.start() : m.start() + 60]!r}" for m in COMMAND.finditer(text)]
    found += [f"forged {line!r}" for line in text.split("\n") if line in FORGED.values() and line != "No changes."]
    found += [f"line {line!r}" for line in text.split("\n") if line.startswith(STAMP)]
    marks = "".join("m" if unicodedata.category(c) in ("Mn", "Me") else "." for c in text)
    return found + ([PILED] if "m" * PILE in marks else [])


def _acts(character: str) -> bool:
    """Whether a character moves, reorders, hides, or shows nothing."""
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or INVISIBLE.match(character) is not None


def texts_in(content: object) -> Iterator[str]:
    """Every string of a JSON document."""
    match content:
        case str():
            yield content
        case dict():
            for key, value in content.items():
                yield from (key, *texts_in(value))
        case list():
            for value in content:
                yield from texts_in(value)
        case _:
            pass  # numbers, true, false and null


# How the output of each format is read. A format without a reader here fails a test below.


def _text(out: str, *, terminal: bool) -> list[str]:
    return defects(out, terminal=terminal)


def _json(out: str, *, terminal: bool) -> list[str]:  # noqa: ARG001  (as every reader)
    for line in out.splitlines() if out.startswith('{"type"') else [out] * bool(out):
        json.loads(line)
    return [each for each in defects(out) if each != PILED]  # nothing is drawn from JSON


def _dotenv(out: str, *, terminal: bool) -> list[str]:  # noqa: ARG001  (as every reader)
    return [line for line in out.splitlines() if not re.fullmatch(r"RECONCILER_MODEL_[A-Z0-9_]+=[\w./-]+", line)]


OURS = re.compile(r"::(?:error|warning|notice)[ :]")
PROPERTIES = frozenset({"file", "line", "col", "title"})


def _github(out: str, *, terminal: bool) -> list[str]:  # noqa: ARG001  (as every reader)
    """Commands of ours, one a line, and text; what a runner reads in the commands is shown to people too."""
    lines = out.splitlines()
    told = commands("\n".join(filter(OURS.match, lines)))
    shown = [text for each in told for text in (each.message, each.properties.get("title", ""))]
    wrong = [f"{each.name} at {key}" for each in told for key in each.properties if key not in PROPERTIES]
    forged = [f"forged {each.message!r}" for each in told if each.message.startswith(STAMP)]
    rest = "\n".join(line for line in lines if not OURS.match(line))
    return wrong + forged + defects(rest) + [each for text in shown for each in defects(text.replace("\n", " "))]


def _markdown(out: str, *, terminal: bool) -> list[str]:  # noqa: ARG001  (as every reader)
    """Text, in which nothing but headings and folding is Markdown."""
    return defects(out) + [f"forged {each!r}" for each in read(out).headings if STAMP in each]


READERS: Mapping[str, Callable[..., list[str]]] = {
    "text": _text,
    "json": _json,
    "dotenv": _dotenv,
    "sarif": _json,
    "github": _github,
    "markdown": _markdown,
}


def formats() -> dict[str, tuple[str, ...]]:
    """The forms in which each command gives its result, read off the commands themselves."""
    found: dict[str, tuple[str, ...]] = {}
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        kinds = [
            tuple(p.type.choices) for p in command.params if p.name == "output" and isinstance(p.type, click.Choice)
        ]
        found[name] = kinds[0] if kinds else ("text",)
    return found


FORMATS = formats()


@pytest.mark.parametrize("command", FORMATS)
def test_every_format_has_a_reader(command: str) -> None:
    assert set(FORMATS[command]) <= READERS.keys()


def looked_at(world: World, *arguments: str) -> list[Ran]:
    """Run a command in every format, in a pipe, and as text on a terminal too; nothing that came out may be amiss."""
    found = []
    for form in FORMATS[arguments[0]]:
        chosen = ("-o", form) if len(FORMATS[arguments[0]]) > 1 else ()
        for terminal in (False, True) if form == "text" else (False,):
            ran = world.run(*arguments, *chosen, terminal=terminal)
            out = ran.out.replace("\t", " ") if arguments[0] == "outputs" else ran.out  # its columns
            amiss = READERS[form](out, terminal=terminal)
            amiss += defects(ran.err, terminal=terminal)
            assert not amiss, (arguments, form, amiss[:5])
            assert "this is a bug" not in ran.err, (arguments, ran.err)
            found.append(ran)
    return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("COLUMNS", "70")
    return World(tmp_path, monkeypatch)


# Manifests and files.

Place: TypeAlias = Callable[[World, str], None]


def in_model(*path: str) -> Place:
    return lambda world, text: world.write("one.yaml", changed(MODEL, path, text))


def in_workspace(*path: str) -> Place:
    return lambda world, text: world.write("workspace.yaml", changed(WORKSPACE, path, text))


def as_key(*path: str) -> Place:
    return lambda world, text: world.write("one.yaml", changed(MODEL, (*path, text), "x"))


def _file(world: World, text: str) -> None:
    """A file and a folder of that name, one valid and one not."""
    name = text.replace("/", "-").replace("\0", "-")[:60]
    world.write(f"{name}/{name}.yaml", changed(MODEL, ("metadata", "name"), "two"))
    world.write(f"{name}/bad.yaml", changed(MODEL, ("spec", "baseModell"), "x"))


def _dataset(world: World, text: str) -> None:
    """Rows that are valid, and rows that are not."""
    rows = [*({"text_input": f"{text} {n}", "output": text} for n in range(20)), {"text_input": text, text: 1}]
    (world.folder / "numbers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def _heading(world: World, text: str) -> None:
    """A table whose columns have these names."""
    table = io.StringIO()
    csv.writer(table).writerows([[text, f"{text}2"], *([str(n), "x"] for n in range(20))])
    (world.folder / "table.csv").write_bytes(table.getvalue().encode(errors="replace"))
    world.write("one.yaml", changed(MODEL, ("spec", "dataset", "path"), "table.csv"))


def _broken(world: World, text: str) -> None:
    (world.folder / "one.yaml").write_bytes(f'"{text}: [}}\n{text}\n'.encode(errors="replace"))


def odd_dataset(world: World, text: str) -> None:
    """A file of that name, with so few examples that a warning names it."""
    name = text.replace("/", "-").replace("\0", "-")[:60] + ".jsonl"
    (world.folder / name).write_text('{"text_input": "a", "output": "b"}\n')
    world.write("one.yaml", changed(MODEL, ("spec", "dataset", "path"), name))


MANIFESTS: Mapping[str, Place] = {
    "odd dataset": odd_dataset,
    **{".".join(path): in_model(*path) for path in (
        ("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "labels", "team"),
        ("metadata", "annotations", "note"), ("metadata", "annotations", "reconciler.dev/renamed-from"),
        ("spec", "displayName"), ("spec", "description"), ("spec", "baseModel"), ("spec", "temperature"),
        ("spec", "tunedModelSource", "tunedModel"), ("spec", "dataset", "path"), ("spec", "dataset", "inputField"),
        ("spec", "dataset", "format"), ("spec", "hyperparameters", "epochCount"), ("spec", "lifecycle", "onRemoval"),
    )},
    **{f"key in {'.'.join(path)}": as_key(*path) for path in (
        ("spec",), ("metadata", "labels"), ("metadata", "annotations"), ("spec", "dataset"),
    )},
    **{f"workspace {'.'.join(path)}": in_workspace(*path) for path in (
        ("metadata", "name"), ("spec", "owner"), ("spec", "project"), ("spec", "endpoint"), ("spec", "policy"),
        ("spec", "formerOwners"), ("spec", "limits", "maxDeletes"),
    )},
    "readerProjectNumbers": lambda world, text: world.write(
        "one.yaml", changed(MODEL, ("spec", "readerProjectNumbers"), [text])
    ),
    "file": _file,
    "dataset": _dataset,
    "heading": _heading,
    "broken": _broken,
}  # fmt: skip


@pytest.mark.parametrize("text", [SHORT, WRITTEN], ids=["short", "long"])
@pytest.mark.parametrize("place", MANIFESTS)
def test_what_a_manifest_says(world: World, place: str, text: str) -> None:
    MANIFESTS[place](world, text)
    for command in (("validate",), ("plan", "-v"), ("apply", "--yes", "--no-wait"), ("status",)):
        looked_at(world, *command)


@pytest.mark.parametrize("field", ["displayName", "description"])
def test_json_alters_nothing(world: World, field: str) -> None:
    """A text that a program reads is the text that was written; only the way it is written is harmless."""
    text = "".join(char for char in SHORT if char.isprintable()) + "\u202e\u2066 ##[error] ::error:: \x7f\x9b"
    world.write("one.yaml", changed(MODEL, ("spec", field), text[:40]))
    world.run("apply", "--yes")
    world.write("one.yaml", changed(MODEL, ("spec", field), "other"))
    looked_at(world, "plan")
    assert text[:40] in texts_in(json.loads(world.run("plan", "-o", "json").out))


# The service.


def in_model_said(key: str, value: Callable[[str], object] = str) -> Callable[[str], Lie]:
    """Every tuned model has this text in a field; `value` makes something else of it."""

    def make(text: str) -> Lie:
        def lie(request: Request, response: Response) -> Response:
            if not listed(request) or response.status != 200:
                return response
            content = json.loads(response.body)
            for model in content.get("tunedModels", [content]):
                model[key] = value(text)
            return said(response, content)

        return lie

    return make


def refusing(status: int, error: Callable[[str], dict[str, Any]], **headers: str) -> Callable[[str], Lie]:
    """Every request is refused in these words."""

    def make(text: str) -> Lie:
        sent = {name: value.format(text=text) for name, value in headers.items()}
        return lambda _request, response: said(
            response, {"error": {"code": status, **error(text)}}, status=status, headers={**response.headers, **sent}
        )

    return make


def plainly(text: str) -> dict[str, Any]:
    """An error of one sentence."""
    return {"message": text, "status": "INVALID_ARGUMENT"}


def at_length(text: str) -> dict[str, Any]:
    """An error with the text wherever an error can have one."""
    details = [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": text, "metadata": {"consumer": text}},
        {"@type": text, "violations": [{"quotaMetric": text, "subject": text}]},
        {"fieldViolations": [{"field": text, "description": text}]},
    ]
    return {"message": text, "status": text, "details": details}


def known(reason: str) -> Callable[[str], dict[str, Any]]:
    """An error whose reason has advice of its own, which names the consumer."""
    return lambda text: {
        "message": text,
        "details": [{"reason": reason, "metadata": {"consumer": f"projects/{text}"}}],
    }


def raw(status: int, **headers: str) -> Callable[[str], Lie]:
    """Every answer is this text, which is no JSON."""

    def make(text: str) -> Lie:
        sent = {name: value.format(text=text) for name, value in headers.items()}
        body = text.encode(errors="surrogatepass")
        return lambda _request, _response: Response(status, {"Content-Type": "text/html", **sent}, body)

    return make


def bases(text: str) -> Lie:
    """Base models have this name."""

    def lie(request: Request, response: Response) -> Response:
        if not request.target.startswith("/v1beta/models"):
            return response
        return said(response, {"models": [{"name": text, "supportedGenerationMethods": [text, "createTunedModel"]}]})

    return lie


SERVICE: Mapping[str, Callable[[str], Lie]] = {
    **{key: in_model_said(key) for key in (
        "displayName", "description", "baseModel", "state", "createTime", "updateTime", "name", "temperature"
    )},
    "source": in_model_said("tunedModelSource", lambda text: {"tunedModel": text, "baseModel": text}),
    "completed": in_model_said("tuningTask", lambda text: {"completeTime": text, "hyperparameters": {text: text}}),
    "readers": in_model_said("readerProjectNumbers", lambda text: [text]),
    "bases": bases,
    "400": refusing(400, at_length),
    "401": refusing(401, plainly),
    "403": refusing(403, at_length),
    "disabled": refusing(403, known("SERVICE_DISABLED")),
    "404": refusing(404, plainly),
    "409": refusing(409, plainly),
    "429": refusing(429, at_length, **{"Retry-After": "{text}"}),
    "500": refusing(500, at_length, **{"Retry-After": "{text}"}),
    "teapot": refusing(418, at_length),
    "html": raw(200),
    "html error": raw(502),
    "redirect": raw(302, Location="https://{text}.evil.example/{text}"),
    "no url": raw(300, Location="http://[{text}"),
}  # fmt: skip


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("place", SERVICE)
def test_what_the_service_says(world: World, place: str, text: str) -> None:
    world.write("two.yaml", changed(MODEL, ("metadata", "name"), "two"))
    world.run("apply", "--yes")
    (world.folder / "two.yaml").unlink()
    world.write("one.yaml", changed(MODEL, ("spec", "displayName"), "other"))
    world.emulator.lie = SERVICE[place](text)
    for command in (("plan", "-vv"), ("status",), ("outputs",), ("export", "--all"), ("wait",)):
        looked_at(world, *command)
    looked_at(world, "apply", "--yes", "-v")
    looked_at(world, "forget", "two", "--yes")


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_why_a_training_failed(world: World, text: str) -> None:
    """In the service's words, at once and later, on a terminal drawn over itself."""
    world.emulator.settings = Settings(fail_after={"one": 3})

    def lie(request: Request, response: Response) -> Response:
        if "/operations" not in request.target or response.status != 200:
            return response
        body = re.sub(rb'"message": ?"[^"]*"', lambda _: b'"message": ' + json.dumps(text).encode(), response.body)
        assert body != response.body
        return Response(response.status, response.headers, body)

    world.emulator.lie = lie
    runs = looked_at(world, "apply", "--yes", "--retry-failed", "one", "--max-attempts", "9")
    assert any(STAMP in ran.out + ran.err for ran in runs)
    looked_at(world, "status")
    looked_at(world, "plan")


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_trouble_while_a_training_is_awaited(world: World, text: str, *, terminal: bool) -> None:
    """From a minute after it was begun, for an hour, the service fails every look; the display names the trouble."""
    world.emulator.settings = Settings(steps_per_second=0.001)
    begun: list[float] = []

    def lie(request: Request, response: Response) -> Response:
        if request.method == "POST":
            begun.append(world.time)
        if request.method != "GET" or not begun or not 60 < world.time - begun[0] < 3600:
            return response
        return refusing(500, plainly)(text)(request, response)

    world.emulator.lie = lie
    ran = world.run("apply", "--yes", terminal=terminal)
    assert not defects(ran.out + ran.err, terminal=terminal)
    assert terminal or "no answer from the service" in ran.err


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_who_may_use_a_model(world: World, text: str) -> None:
    """Grants are carried over in a replacement, and their addresses are shown."""
    world.run("apply", "--yes")
    grants = [{"granteeType": text, "emailAddress": text, "role": "READER"}, {"granteeType": "USER", "role": text}]

    def lie(request: Request, response: Response) -> Response:
        return said(response, {"permissions": grants}, status=200) if "/permissions" in request.target else response

    world.emulator.lie = lie
    world.write("one.yaml", changed(MODEL, ("spec", "hyperparameters", "epochCount"), 3))
    looked_at(world, "plan")
    looked_at(world, "apply", "--yes", "-vv")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_a_tuned_model_answers(world: World, text: str) -> None:
    """On a terminal it is made visible; in a pipe it is the result, to the byte."""
    world.run("apply", "--yes")

    def lie(request: Request, response: Response) -> Response:
        if ":generateContent" not in request.target:
            return response
        return said(response, {"candidates": [{"content": {"parts": [{"text": text}]}}]})

    world.emulator.lie = lie
    shown = world.run("generate", "one", "1", terminal=True)
    assert shown.code == 0
    assert not defects(shown.out)
    assert world.run("generate", "one", "1").out == text + "\n"


def test_exported_manifests_say_what_the_service_says(world: World) -> None:
    """What is escaped on the way is read back by YAML as it was."""
    text = "".join(each for name, each in TEXTS.items() if name not in ("surrogate", "nul"))
    body = {"displayName": "x", "description": text, "baseModel": MODEL["spec"]["baseModel"]}
    examples = [{"textInput": str(n), "output": "x"} for n in range(20)]
    body["tuningTask"] = {"trainingData": {"examples": {"examples": examples}}}
    request = Request("POST", "/v1beta/tunedModels?tunedModelId=theirs", {}, json.dumps(body).encode())
    assert world.emulator.handle(request).status == 200
    world.sleep(600)
    (piped, _) = looked_at(world, "export", "--all")
    assert yaml.safe_load(piped.out)["spec"]["description"] == text


def test_what_is_logged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever our loggers are given: names and errors of the service are among it."""
    # The reports of pytest would carry it too, and cannot be sent from one process to another then.
    monkeypatch.setattr(logging.getLogger("reconciler"), "propagate", False)

    def lie(_request: Request, response: Response) -> Response:
        for name in ("reconciler.http", "reconciler.gemini"):
            logging.getLogger(name).warning("%s: %s", LONG, SHORT)
        return response

    world.emulator.lie = lie
    for ran in looked_at(world, "apply", "--yes", "-v"):
        assert STAMP in ran.err


# Arguments and environment.

ARGUMENTS = (
    ("plan", "--target", "{}"),
    ("plan", "--exclude", "{}"),
    ("plan", "-l", "{}"),
    ("plan", "-l", "{}={}"),
    ("plan", "--replace", "{}"),
    ("plan", "{}"),
    ("plan", "--{}"),
    ("plan", "manifests", "{}"),
    ("plan", "--endpoint", "{}"),
    ("plan", "--policy", "{}"),
    ("plan", "--max-deletes", "{}"),
    ("plan", "--out", "no/{}"),
    ("plan", "--dataset-root", "{}"),
    ("apply", "--plan", "{}"),
    ("apply", "--plan-digest", "{}"),
    ("apply", "--timeout", "{}"),
    ("destroy", "--workspace", "{}"),
    ("import", "{}", "{}"),
    ("import", "one", "{}"),
    ("forget", "{}"),
    ("export", "{}"),
    ("generate", "{}", "1"),
    ("schema", "{}"),
    ("schema", "--out", "no/{}"),
    ("init", "{}"),
    ("completion", "{}"),
    ("emulator", "--fault", "{}"),
    ("emulator", "--state", "manifests/one.yaml/{}"),  # no folder can be made there, so nothing is served
    ("emulator", "--host", "{}"),
    ("{}",),
)


@pytest.mark.parametrize("text", [SHORT, TYPED], ids=["short", "long"])
@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_what_is_typed(world: World, arguments: tuple[str, ...], text: str) -> None:
    for terminal in (False, True):
        ran = world.run(*(each.format(text, text) for each in arguments), terminal=terminal)
        assert not defects(ran.out, terminal=terminal)
        assert not defects(ran.err, terminal=terminal)
        assert "this is a bug" not in ran.err, ran.err


@pytest.mark.parametrize(
    "variable",
    ["ENDPOINT", "TARGET", "MAX_DELETES", "POLICY", "MANIFESTS", "OUTPUT", "TIMEOUT", "VERBOSE", "UNPROTECT", "COLOR"],
)
def test_what_the_environment_says(world: World, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (SHORT, TYPED):
        monkeypatch.setenv(f"RECONCILER_{variable}", text)
        for command in ("plan", "apply", "outputs"):
            ran = world.run(command)
            assert not defects(ran.out + ran.err), (command, text)
            assert "this is a bug" not in ran.err


# Saved plans.


def test_what_a_saved_plan_says(world: World) -> None:
    """Each string of a plan in its turn, with a digest that is right: it is refused or harmless."""
    world.run("plan", "--out", "plan.json")
    text = Path("plan.json").read_text()
    for path in (path for path, found in places(json.loads(text)) if isinstance(found, str)):
        content = changed(json.loads(text), path, LONG)
        with suppress(ValueError):  # else it is refused for what it says
            content["digest"] = PlanDocument.model_validate_json(json.dumps(content)).recomputed
        Path("plan.json").write_text(json.dumps(content))
        ran = world.run("apply", "plan.json", "--no-wait")
        assert not defects(ran.out + ran.err), path
        assert "this is a bug" not in ran.err, (path, ran.err)
    Path("plan.json").write_text(text)
    assert parse(text).writes


# A stream that cannot say everything.


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_is_valid_in_every_encoding(world: World, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "Größe 漢字 \U0001f600"
    world.write("one.yaml", changed(MODEL, ("spec", "displayName"), "x"))
    world.run("apply", "--yes")
    world.write("one.yaml", changed(MODEL, ("spec", "displayName"), name))
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", out)
    assert main(["plan", "-o", "json"]) == 0
    out.flush()
    assert name in texts_in(json.loads(out.buffer.getvalue().decode(encoding)))


# The function that everything passes through.


@given(st.text(st.characters() | st.sampled_from("".join(TEXTS.values()))))
def test_neutral_leaves_no_defect(text: str) -> None:
    clean = neutral(text)
    assert not defects(clean)
    assert "\n" not in clean
    assert neutral(clean) == clean


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*TEXTS.values(), *FORGED.values(), "\n", " ", "a"]), min_size=1).map("".join))
def test_any_description(world: World, text: str) -> None:
    world.write("one.yaml", changed(MODEL, ("spec", "description"), text))
    for terminal in (False, True):
        ran = world.run("plan", terminal=terminal)
        assert not defects(ran.out + ran.err, terminal=terminal)


@pytest.mark.soak
@pytest.mark.parametrize("place", [*MANIFESTS, *SERVICE])
def test_every_text_in_every_place(world: World, place: str) -> None:
    """One at a time, with the text alone, between words, and on a line of its own."""
    if place in SERVICE:
        world.run("apply", "--yes")
    for text in (*TEXTS.values(), *FORGED.values()):
        for written in (text, f"words {text} words", f"\n{text}\n"):
            if place in SERVICE:
                world.emulator.lie = SERVICE[place](written)
            else:
                MANIFESTS[place](world, written.translate({0xD83D: None, 0xDC00: None}))
            looked_at(world, "plan", "-v")
            looked_at(world, "status")

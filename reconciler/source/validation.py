"""From a document to a manifest, or to sentences that say what is wrong with it and where.

pydantic finds most faults; what it says about them is meant for programmers, so each kind of its errors is put into
words here, at the line of the key or value it is about.
"""

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.manifest import API_VERSION, TunedModelManifest
from reconciler.resource.workspace import WorkspaceManifest
from reconciler.source import documents
from reconciler.source.documents import Document, Place
from reconciler.source.wording import counted, nearest, quoted, shown, suggestion

Manifest: TypeAlias = TunedModelManifest | WorkspaceManifest
KINDS: dict[str, type[Manifest]] = {"TunedModel": TunedModelManifest, "Workspace": WorkspaceManifest}
_VALIDATE: dict[str, Callable[[object], Manifest]] = {
    kind: model.__pydantic_validator__.validate_python for kind, model in KINDS.items()
}

EXACTLY_ONE = ((("spec",), ("baseModel", "tunedModelSource")), (("spec", "dataset"), ("path", "examples")))
AT_MOST_ONE = ((("spec", "hyperparameters"), ("learningRate", "learningRateMultiplier")),)

FORMS: Mapping[str, tuple[str, str]] = {
    "metadata.name": (
        "is not a name",
        "use at most 63 lower-case letters, digits and hyphens, a letter first and no hyphen at the end",
    ),
    "spec.owner": (
        "is not an owner",
        "use at most 24 lower-case letters, digits and hyphens, a letter first and no hyphen at the end",
    ),
    "spec.formerOwners": ("is not an owner", "write the owner as the workspace used to have it"),
    "spec.endpoint": (
        "is not an endpoint that credentials may go to",
        "write emulator, http://127.0.0.1:PORT, https://generativelanguage.googleapis.com, or remove the line",
    ),
    "spec.project": ("is not a project id", "write the id, as in the address bar of the Google Cloud console"),
    "spec.tunedModelSource.tunedModel": ("is not a tuned model", "write tunedModels/ID"),
    "spec.readerProjectNumbers": ("is not a project number", "write its digits in quotes; the id will not do"),
}
"""What a pattern asks for, in words, by the field that has it."""


class Locate(Protocol):
    """Finds the place of a part of a manifest: `locate("spec", "dataset", "path")`."""

    def __call__(self, *path: str | int) -> Origin:
        """Give file, line and column; of what is not there, the nearest part around it."""
        ...


def locator(file: str, text: str, position: int) -> Locate:
    """Make a Locate for one document; it holds on to the text alone, and reads it again when asked."""

    def locate(*path: str | int) -> Origin:
        return documents.locate(file, text, position, path).origin

    return locate


def validate(document: Document, file: str, text: str) -> Manifest | tuple[Diagnostic, ...]:
    """Give the manifest that a document is, or everything that is wrong with it."""
    value, problems = document.value, document.problems
    if problems and value is None:
        return problems
    model = value.get("kind") if type(value) is dict else None
    if type(model) is not str or model not in _VALIDATE or value.get("apiVersion") != API_VERSION:
        return (*problems, *_unknown(document, file, text))
    try:
        manifest = _VALIDATE[model](value)
    except ValidationError as error:
        finder = functools.partial(documents.locate, file, text, document.position)
        return (*problems, *_Findings(KINDS[model], value, finder).of(error))
    return problems or manifest


def _unknown(document: Document, file: str, text: str) -> Iterator[Diagnostic]:
    """Say why a document is none of ours: an unknown kind is never passed over."""
    value = document.value
    if type(value) is not dict:
        what = {list: "a list", str: "text", type(None): "null"}.get(type(value), "a single value")
        yield Diagnostic(document.origin, f"is not a manifest but {what}", _elsewhere())
        return
    if "apiVersion" not in value and "kind" not in value:
        yield Diagnostic(document.origin, "is not a manifest: it has neither apiVersion nor kind", _elsewhere())
        return
    for key, choices in (("apiVersion", (API_VERSION,)), ("kind", ("TunedModel", "Workspace"))):
        place = documents.locate(file, text, document.position, (key,))
        if key not in value:
            yield Diagnostic(place.origin, f"{key} is missing", f"add {key}: {' or '.join(choices)}")
        elif value[key] not in choices:
            what = shown(place.written) if place.written else kind_of(value[key])
            message = f"{what} is not {'an apiVersion' if key == 'apiVersion' else 'a kind'} of ours"
            yield Diagnostic(place.origin, message, _meant(place.written, choices))


def _elsewhere() -> str:
    return "move it out of the manifests' folder, or begin it with apiVersion and kind"


def _meant(word: str, choices: tuple[str, ...]) -> str:
    near = nearest(word, choices)
    return f"did you mean {near}?" if near else f"write {' or '.join(choices)}, or move the file elsewhere"


class _Findings:
    """Puts the errors of one document into words."""

    def __init__(self, model: type[BaseModel], value: Any, find: Callable[..., Place]) -> None:
        self.model = model
        self.value = value
        self.find = find

    def of(self, error: ValidationError) -> tuple[Diagnostic, ...]:
        """Give a finding for each error, and those that pydantic had no chance to see."""
        details = [e for e in error.errors(include_url=False) if e["type"] != "value_error"]
        misspelt = {self._meant(e["loc"]) for e in details if e["type"] == "extra_forbidden"}
        wanted = [e for e in details if e["type"] != "missing" or e["loc"] not in misspelt]
        return (*map(self._finding, wanted), *self._exclusive())

    def _meant(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Give the path of the field that a stray key was probably meant to be."""
        *parent, last = path
        if last == "namespace":
            return path
        known = _fields_at(self.model, tuple(parent))
        return (*parent, to_camel(str(last)) if to_camel(str(last)) in known else nearest(str(last), known))

    def _finding(self, error: ErrorDetails) -> Diagnostic:
        """Word one error of pydantic's."""
        path = tuple(step for step in error["loc"] if step != "[key]")
        about_key = error["type"] == "extra_forbidden"
        place = self.find(path, key=about_key)
        if about_key:
            message, advice = self._stray(path)
        elif error["type"] == "missing":
            message, advice = f"{dotted(path)} is missing", _add(path)
        else:
            message, advice = _mistake(path, error, place.written)
        return Diagnostic(place.origin, message, advice)

    def _stray(self, path: tuple[str | int, ...]) -> tuple[str, str]:
        """Word a key that does not belong where it is."""
        *parent, last = path
        key, known = str(last), _fields_at(self.model, tuple(parent))
        where = dotted(tuple(parent)) or "a manifest"
        message = f"{shown(key)} is not a field of {where}"
        if key == "namespace":
            return "namespaces are not supported", "use one workspace for each environment"
        if to_camel(key) in known:
            return message, f"did you mean {to_camel(key)}?"
        if homes := _homes(self.model).get(to_camel(key)):
            return message, f"it belongs {' or '.join(homes)}"
        return message, suggestion(key, known, "the fields are")

    def _exclusive(self) -> Iterator[Diagnostic]:
        """Check the fields that exclude or replace each other; a misspelt key may be the one that is missing."""
        for path, names in (*EXACTLY_ONE, *AT_MOST_ONE) if self.model is TunedModelManifest else ():
            part = functools.reduce(lambda part, step: part.get(step) if type(part) is dict else None, path, self.value)
            if type(part) is not dict:
                continue
            given = [name for name in names if part.get(name) is not None]
            if len(given) > 1:
                origin = self.find((*path, given[1]), key=True).origin
                yield Diagnostic(origin, f"{' and '.join(names)} exclude each other", "remove one of them")
            strange = part.keys() - set(_fields_at(self.model, path))
            if not given and (path, names) in EXACTLY_ONE and not strange:
                message = f"{dotted(path)} needs one of {' and '.join(names)}"
                yield Diagnostic(self.find(path).origin, message, _add((*path, names[0])))


def dotted(path: tuple[str | int, ...]) -> str:
    """Write a path as people do: `spec.dataset.examples[3].output`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _add(path: tuple[str | int, ...]) -> str:
    """Advise to add a field, with an example where its form is not obvious."""
    examples = {"baseModel": "baseModel: models/gemini-1.5-flash-001-tuning", "path": "path: data/examples.jsonl"}
    return f"add {examples.get(str(path[-1]), f'{path[-1]}: ...')}"


def _mistake(path: tuple[str | int, ...], error: ErrorDetails, written: str) -> tuple[str, str]:
    """Word a value that the field does not take."""
    field, value, kind = dotted(path), error["input"], error["type"]
    if kind.endswith("_type"):
        return _wrong_type(field, value, kind, written)
    return _wrong_value(field, value, error, written) or (f"{field}: {error['msg'][:1].lower()}{error['msg'][1:]}", "")


def _wrong_type(field: str, value: object, kind: str, written: str) -> tuple[str, str]:
    """Word a value of another type than the field's."""
    match kind:
        case "string_type":
            return _wants_text(field, value, written)
        case "bool_type":
            return _wants_bool(field, value)
        case "int_type" | "float_type":
            return _wants_number(field, value, "a whole number" if kind == "int_type" else "a number")
        case "tuple_type" | "list_type":
            return f"{field} must be a list, not {kind_of(value)}", "write each item after a hyphen"
        case _:
            return f"{field} must be a mapping, not {kind_of(value)}", ""


def _wrong_value(field: str, value: Any, error: ErrorDetails, written: str) -> tuple[str, str] | None:
    """Word a value of the right type that the field does not take; None for kinds of errors not known here."""
    context = error.get("ctx", {})
    match error["type"]:
        case "literal_error":
            choices = tuple(re.findall(r"'([^']*)'", str(context.get("expected", ""))))
            return f"{field} can't be {_brief(value)}", suggestion(str(value), choices, "it can be")
        case "string_pattern_mismatch":
            wrong, advice = FORMS.get(re.sub(r"\[\d+\]$", "", field), ("has the wrong form", ""))
            return f"{field}: {_brief(value)} {wrong}", advice
        case "string_too_short":
            return f"{field} is empty", "write something, or remove the line"
        case "string_too_long":
            most = counted(int(context.get("max_length", 0)), "character")
            return f"{field} has {counted(len(value), 'character')}", f"shorten it to {most}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal" | "finite_number":
            return f"{field} can't be {shown(written)}", _bound(error["type"], value, context)
        case _:
            return None


def _wants_text(field: str, value: object, written: str) -> tuple[str, str]:
    """Word a value that YAML does not read as text."""
    if value is None:
        return f"{field} is empty", f"quote it: {quoted(written)}" if written else "write text, or remove the line"
    if isinstance(value, bool | int | float):
        return f"{field} must be text; {shown(written)} is {kind_of(value)}", f"quote it: {quoted(written)}"
    return f"{field} must be text, not {kind_of(value)}", "quote it" if isinstance(value, dict) else ""


def _wants_bool(field: str, value: object) -> tuple[str, str]:
    """Word a value that is not true or false; YAML 1.1 had more words for these."""
    word = str(value).casefold()
    if isinstance(value, str) and word in ("yes", "on", "y", "true", "no", "off", "n", "false"):
        right = "true" if word in ("yes", "on", "y", "true") else "false"
        return f"{field} must be true or false; {shown(value)} is text", f"write {right}, without quotes"
    return f"{field} must be true or false, not {_brief(value)}", ""


def _wants_number(field: str, value: object, wanted: str) -> tuple[str, str]:
    """Word a value that is not the number it should be."""
    if isinstance(value, str):
        plain = re.fullmatch(r"([-+]?)0*(\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)", value)
        advice = f"write {plain[1]}{plain[2].replace('_', '')}, without quotes" if plain else ""
        return f"{field} must be {wanted}; {shown(value)} is text", advice
    return f"{field} must be {wanted}, not {_brief(value)}", ""


def _bound(kind: str, value: float, context: Mapping[str, Any]) -> str:
    """Say the limit that a number broke."""
    words = {
        "greater_than": ("gt", "write a number above"),
        "greater_than_equal": ("ge", "the least is"),
        "less_than": ("lt", "write a number below"),
        "less_than_equal": ("le", "the most is"),
    }
    if kind not in words or not math.isfinite(value):
        return "write a finite number"
    name, text = words[kind]
    limit = context[name]
    return f"{text} {limit:,}" if isinstance(limit, int) else f"{text} {limit:g}"


def kind_of(value: object) -> str:
    """Name what a value is, in words."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _brief(value: object) -> str:
    """Show a value if it is short by nature, else name its kind."""
    match value:
        case bool():
            return shown(str(value).lower())
        case str() | int() | float():
            return shown(str(value))
        case _:
            return kind_of(value)


def _fields_at(model: type[BaseModel], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Give the keys that the part of a manifest at a path may have."""
    part: type[BaseModel] | None = model
    for step in path:
        part = next((inner for name, inner in _parts(part) if name == step), part) if part else None
    return tuple(_name(key, info) for key, info in part.model_fields.items()) if part else ()


def _name(key: str, info: Any) -> str:
    """The name of a field in a manifest."""
    return str(info.alias or key)


def _parts(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the fields of a model that are models themselves, or lists of them."""
    for key, info in model.model_fields.items():
        for inner in _models_in(info.annotation):
            yield _name(key, info), inner


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


@functools.cache
def _homes(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """For every field of a kind, by name: the parts of a manifest that have it."""
    homes: dict[str, tuple[str, ...]] = {}

    def visit(part: type[BaseModel], path: str) -> None:
        for key, info in part.model_fields.items():
            homes[_name(key, info)] = (
                *homes.get(_name(key, info), ()),
                f"under {path}" if path else "at the top level",
            )
        for name, inner in _parts(part):
            visit(inner, f"{path}.{name}" if path else name)

    visit(model, "")
    return homes

"""Everything that is wrong with a document.

pydantic finds most faults; what it says about them is meant for programmers, so `mistakes` and `sentences` put each
kind of its errors into words, at the line of the key or value it is about.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from pydantic import ValidationError

from reconciler.errors import Diagnostic
from reconciler.resource.manifest import API_VERSION
from reconciler.resource.schema.environment import EnvironmentDocument
from reconciler.resource.schema.tunedmodel import TunedModelDocument
from reconciler.resource.schema.workspace import WorkspaceDocument
from reconciler.source.document import Document, Finder
from reconciler.source.mistakes import Mistakes
from reconciler.source.sentences import kind_of
from reconciler.source.wording import nearest, spelt

Model: TypeAlias = TunedModelDocument | WorkspaceDocument | EnvironmentDocument
KINDS: dict[str, type[Model]] = {
    "TunedModel": TunedModelDocument,
    "Workspace": WorkspaceDocument,
    "Environment": EnvironmentDocument,
}
_VALIDATE: dict[str, Callable[[object], Model]] = {
    kind: model.__pydantic_validator__.validate_python for kind, model in KINDS.items()
}


def faults(document: Document, find: Finder) -> tuple[Diagnostic, ...]:
    """Say everything that is wrong with a document; nothing if it is a valid manifest. `find` finds its parts."""
    value, problems = document.value, document.problems
    if problems and value is None:
        return problems
    model = value.get("kind") if type(value) is dict else None
    if type(model) is not str or model not in _VALIDATE or value.get("apiVersion") != API_VERSION:
        return (*problems, *_unknown(document, find))
    try:
        _VALIDATE[model](value)
    except ValidationError as error:
        return (*problems, *Mistakes(KINDS[model], value, find).of(error))
    return problems


def _unknown(document: Document, find: Finder) -> Iterator[Diagnostic]:
    """Say why a document is none of ours: an unknown kind is never passed over."""
    value = document.value
    if type(value) is not dict:
        what = {list: "a list", str: "text", type(None): "null"}.get(type(value), "a single value")
        yield Diagnostic(document.origin, f"is not a manifest but {what}", _elsewhere())
        return
    if "apiVersion" not in value and "kind" not in value:
        yield Diagnostic(document.origin, "is not a manifest: it has neither apiVersion nor kind", _elsewhere())
        return
    for key, choices in (("apiVersion", (API_VERSION,)), ("kind", tuple(KINDS))):
        place = find((key,))
        if key not in value:
            yield Diagnostic(place.origin, f"{key} is missing", f"add {key}: {_either(choices)}")
        elif value[key] not in choices:
            what = spelt(place.written) if place.written else kind_of(value[key])
            message = f"{what} is not {'an apiVersion' if key == 'apiVersion' else 'a kind'} of ours"
            yield Diagnostic(place.origin, message, _meant(place.written, choices))


def _elsewhere() -> str:
    return "move it out of the manifests' folder, or begin it with apiVersion and kind"


def _meant(word: str, choices: tuple[str, ...]) -> str:
    near = nearest(word, choices)
    return f"did you mean {near}?" if near else f"write {_either(choices)}, or move the file elsewhere"


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))

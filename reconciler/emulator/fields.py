"""The `fields` parameter: a partial response, as Google's front end gives it to every method.

Grammar: `a,b` both; `a/b` or `a.b` only b within a; `a(b,c)` several within a; `*` all of a level.
A name that the response does not have is refused.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from reconciler.emulator.schema import Field, camel, fields_of
from reconciler.emulator.status import bad_field

_TOKEN = re.compile(r"[A-Za-z0-9_@-]+|[*(),/.]")


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a value is wanted: everything, or the parts by name."""

    everything: bool = False
    parts: dict[str, "Selection"] = field(default_factory=dict)

    def of(self, *names: str) -> "Selection":
        """Give the selection within a nested field; nothing is wanted of what was not named."""
        here = self
        for name in names:
            here = ALL if here.everything else here.parts.get(name, here.parts.get("*", NOTHING))
        return here

    def cut(self, value: Any) -> Any:
        """Give the wanted part of a JSON value; a field of which nothing is left is left out."""
        if self.everything:
            return value
        if isinstance(value, list):
            return [self.cut(item) for item in value]
        if not isinstance(value, dict):
            return None
        within = {name: (self.of(name), item) for name, item in value.items() if self.of(name)}
        parts = {name: selection.cut(item) for name, (selection, item) in within.items()}
        return {name: part for name, part in parts.items() if within[name][0].everything or part}

    def __bool__(self) -> bool:
        """Tell whether anything is wanted."""
        return self.everything or bool(self.parts)


ALL = Selection(everything=True)
NOTHING = Selection()


def parse(text: str | None, message: str, version: str) -> Selection:
    """Read a `fields` parameter against the response's message; None or empty selects everything.

    Raises ApiError 400 for bad grammar and for names the response does not have.
    """
    selection = read(text)
    unknown = None if selection.everything else _unknown(selection, message, version)
    if unknown is not None:
        raise _refused(unknown)
    return selection


def read(text: str | None) -> Selection:
    """Read a `fields` parameter as `parse` does, without a message to hold it against."""
    if not text:
        return ALL
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise _refused(text)
    selection = _list(tokens, text)
    if tokens:
        raise _refused(text)
    return selection


def _list(tokens: list[str], text: str) -> Selection:
    chosen = _path(tokens, text)
    while tokens and tokens[0] == ",":
        tokens.pop(0)
        chosen = _union(chosen, _path(tokens, text))
    return chosen


def _path(tokens: list[str], text: str) -> Selection:
    if not tokens or tokens[0] in "(),/.":
        raise _refused(text)
    name = camel(tokens.pop(0))
    inner = ALL
    if tokens and tokens[0] in "/.":
        tokens.pop(0)
        inner = _path(tokens, text)
    elif tokens and tokens[0] == "(":
        tokens.pop(0)
        inner = _list(tokens, text)
        if not tokens or tokens.pop(0) != ")":
            raise _refused(text)
    if name == "*" and inner.everything:
        return ALL
    return Selection(parts={name: inner})


def _union(one: Selection, other: Selection) -> Selection:
    if one.everything or other.everything:
        return ALL
    names = {*one.parts, *other.parts}
    return Selection(
        parts={name: _union(one.parts.get(name, NOTHING), other.parts.get(name, NOTHING)) for name in names}
    )


def _unknown(selection: Selection, message: str, version: str) -> str | None:
    """Give a name in a selection that the message does not have, None when it has all."""
    known = fields_of(message, version)
    for name, inner in selection.parts.items():
        within = known.values() if name == "*" else [known[name]] if name in known else []
        if not any(_has(field, inner, version) for field in within):
            return name
    return None


def _has(field: Field, inner: Selection, version: str) -> bool:
    """Tell whether a field has all that is wanted of it; what is within plain JSON is not known."""
    if inner.everything or field.mapped or field.kind == "json":
        return True
    return field.is_message and _unknown(inner, field.kind, version) is None


def _refused(path: str) -> Exception:
    return bad_field("fields", f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.")

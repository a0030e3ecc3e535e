"""The `filter` of a list: comparisons, all of which must hold.

`labels.KEY=VALUE`, `labels.KEY:*` and `labels:KEY`, `display_name="TEXT"`, joined by AND or by nothing. Names are
accepted in snake_case and camelCase; `!=` is the opposite of `=`. OR, NOT and brackets are not served.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from reconciler.emulator.schema import camel
from reconciler.emulator.status import bad_field
from reconciler.emulator.vertex.resources import Collection
from reconciler.emulator.wire import JsonObject

Test: TypeAlias = Callable[[JsonObject], bool]
_Read: TypeAlias = Callable[[JsonObject], object]

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(
    rf"(?P<field>[A-Za-z_]+)(?:\.(?P<key>[\w-]+|{_QUOTED}))?\s*(?P<operator>!=|=|:)\s*"
    rf'(?P<value>{_QUOTED}|\*|[^\s"()]+)(?=\s|$)'
)
_AND = re.compile(r"\s+(?:AND\s+)?")


def _id(shown: JsonObject) -> object:
    return shown["name"].rpartition("/")[2]


def _base(shown: JsonObject) -> object:
    source = shown.get("baseModelSource", {}).get("modelGardenSource", {}).get("publicModelName", "")
    return source.rpartition("/")[2]


def _plain(name: str) -> _Read:
    return lambda shown: shown.get(name, "")


_FIELDS: Mapping[Collection, Mapping[str, _Read]] = {
    "tuningJobs": {name: _plain(name) for name in ("state", "tunedModelDisplayName", "baseModel", "name")},
    "models": {"model": _id, "displayName": _plain("displayName"), "baseModelName": _base},
    "endpoints": {"endpoint": _id, "displayName": _plain("displayName")},
}


def parse(text: str, kind: Collection) -> list[Test]:
    """Read a filter into tests of a resource as it is shown; raise ApiError 400 where it is none."""
    tests: list[Test] = []
    rest = text.strip()
    while rest:
        term = _TERM.match(rest)
        if term is None:
            raise _refused(text, f"near '{rest[:40]}'")
        tests.append(_test(term, kind, text))
        rest = rest[term.end() :]
        if rest:
            joint = _AND.match(rest)
            rest = rest[joint.end() :] if joint else rest
            if not rest:
                raise _refused(text, "at its end")
    return tests


def _test(term: re.Match[str], kind: Collection, text: str) -> Test:
    name, key, operator, value = camel(term["field"]), term["key"], term["operator"], _unquoted(term["value"])
    if name == "labels":
        return _label_test(_unquoted(key) if key else None, operator, value, text)
    read = _FIELDS[kind].get(name)
    if read is None or key or operator == ":":
        raise _refused(text, f"at '{term[0]}'")
    return lambda shown: (read(shown) == value) == (operator == "=")


def _label_test(key: str | None, operator: str, value: str, text: str) -> Test:
    if key is None:
        if operator != ":":
            raise _refused(text, "at 'labels'")
        return lambda shown: value in shown.get("labels", {})
    if operator == ":" and value == "*":
        return lambda shown: key in shown.get("labels", {})
    return lambda shown: (shown.get("labels", {}).get(key) == value) == (operator != "!=")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _refused(text: str, where: str) -> Exception:
    return bad_field("filter", f"Invalid filter {text!r}: not understood {where}.")

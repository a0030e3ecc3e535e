"""Rows out of JSONL and JSON: the text of two keys of an object; other keys do not count, other types are errors.

What each line holds is one JSON value; what is made of it, `lines` leaves to a function.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeVar

from reconciler.resource.dataset import Example, Locator
from reconciler.source import conflict
from reconciler.source.rows import (
    CONTENTS,
    LONGEST_LINE,
    MARK,
    MESSAGES,
    UNMERGED,
    Flaw,
    Row,
    listed,
    missing_fields,
    not_utf8,
)
from reconciler.source.wording import quoted, shown

T = TypeVar("T")

LARGEST_JSON = 16 * 1024 * 1024
"""Bytes of one `json` file, the only format that has to be held in memory: up to thirty times as large there."""


class _Number(str):
    """A JSON number as it is written: never computed with, only quoted back."""

    __slots__ = ()


class _Twice(ValueError):
    """A key is given twice in one object."""


def pairs(stream: BinaryIO, locator: Locator) -> Iterator[Row]:
    """One JSON object a line, and in it the two fields."""
    return lines(stream, _picker(locator))


def keys(stream: BinaryIO) -> frozenset[str]:
    """The keys of the first line's object; none where there is no such thing."""
    _, _, found = next(lines(stream, lambda item: frozenset(item if type(item) is dict else ())), (0, 0, Flaw("")))
    return frozenset() if isinstance(found, Flaw) else found


def lines(stream: BinaryIO, pick: Callable[[Any], T | Flaw]) -> Iterator[tuple[int, int, T | Flaw]]:
    """What `pick` makes of the JSON value of each line; blank lines are passed over."""
    offset, number = 0, 0
    while data := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(data) > LONGEST_LINE:
            yield number, 0, Flaw(f"is longer than {LONGEST_LINE // 1024**2} MB", "write one JSON object a line")
            return
        start = len(MARK) if number == 1 and data.startswith(MARK) else 0
        try:
            text = data[start:].decode()
        except UnicodeDecodeError as error:
            yield number, 0, not_utf8(offset + start + error.start)
            return
        offset += len(data)
        if text.isspace() or not text:
            continue
        yield number, 0, _object(text, pick)


def _decoded(text: str) -> Any:
    """Decode a line of JSON; most have no blanks around the value, and need not be searched for some."""
    if text[0] == "{":
        value, end = _DECODER.raw_decode(text)
        if text[end:] in ("\n", "\r\n", ""):
            return value
    return _DECODER.decode(text)


def _object(text: str, pick: Callable[[Any], T | Flaw]) -> T | Flaw:
    """Read one JSON object."""
    try:
        return pick(_decoded(text))
    except json.JSONDecodeError as error:
        if conflict.is_marker(text):
            return UNMERGED
        if text.strip() == "[":
            return Flaw("is the beginning of a JSON array, not a JSON object", "set format: json")
        return Flaw(f"is not JSON at column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}", "")
    except _Twice as error:
        return Flaw(str(error), "remove one of them")
    except RecursionError:
        return Flaw("is nested too deeply", "")


def array(stream: BinaryIO, locator: Locator) -> Iterator[Row]:
    """Read one array of objects, item by item, so that each has its line."""
    data = stream.read(LARGEST_JSON + 1)
    if len(data) > LARGEST_JSON:
        yield 0, 0, Flaw(f"is larger than {LARGEST_JSON // 1024**2} MB", "write it as JSONL")
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield 0, 0, not_utf8(error.start + (len(MARK) if data.startswith(MARK) else 0))
        return
    del data
    if line := conflict.marked_line(text):
        yield line, 0, UNMERGED
        return
    yield from _items(text, locator) if text.strip() else ()


def _items(text: str, locator: Locator) -> Iterator[Row]:
    """Yield the items of an array with their lines."""
    decode, pick = _DECODER.raw_decode, _picker(locator)
    at, line, counted_to, line_end = _skip(text, 0), 1, 0, -1
    if text[at] != "[":
        yield 1, 0, Flaw("is not a JSON array of objects", "set format: jsonl if each line is an object of its own")
        return
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        at += 1
    else:
        while True:
            line_end = max(line_end, text.rfind("\n", counted_to, at))
            line, counted_to = line + text.count("\n", counted_to, at), at
            column = at - line_end
            try:
                item, at = decode(text, at)
            except (json.JSONDecodeError, _Twice, RecursionError) as error:
                yield line, column, _broken(error, text)
                return
            yield line, column, pick(item)
            at = _skip(text, at)
            separator, at = text[at : at + 1], _skip(text, at + 1)
            if separator != ",":
                break
        if separator != "]":
            yield line, 0, Flaw("is not valid JSON: the array does not go on or end after this item", "")
            return
    if at < len(text) and text[at:].strip():
        yield line, 0, Flaw("is not valid JSON: there is something after the array", "")


def _broken(error: Exception, text: str) -> Flaw:
    """Say why the array cannot be read further."""
    if isinstance(error, json.JSONDecodeError):
        line = text.count("\n", 0, error.pos) + 1
        return Flaw(f"is not valid JSON at line {line}, column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}")
    return Flaw(str(error), "remove one of them") if isinstance(error, _Twice) else Flaw("is nested too deeply")


def _skip(text: str, at: int) -> int:
    """Pass over JSON's white space."""
    while text[at : at + 1] in (" ", "\t", "\r", "\n"):
        at += 1
    return at


def _unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dict of items without a repeated key."""
    made = dict(items)
    if len(made) != len(items):
        twice = next(key for key, count in Counter(key for key, _ in items).items() if count > 1)
        raise _Twice(f"has the key {shown(twice)} twice")
    return made


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
"""Keeps numbers as they are written, and refuses an object with one key twice."""


def _picker(locator: Locator) -> Callable[[Any], Example | Flaw]:
    """Make the function that takes the two fields out of a JSON value."""
    left, right = locator.input_field, locator.output_field

    def pick(item: Any) -> Example | Flaw:
        if type(item) is not dict:
            return Flaw(f"is {kind(item)}, not a JSON object", f"write {{{quote(left)}: ..., {quote(right)}: ...}}")
        first, second = item.get(left), item.get(right)
        if type(first) is str and type(second) is str:
            return Example(first, second)
        return _wrong_fields(item, left, right)

    def quote(name: str) -> str:
        return f'"{name}"'

    return pick


def _wrong_fields(item: dict[str, Any], left: str, right: str) -> Flaw:
    """Say which of the two fields is missing or no text."""
    if item.keys() & {CONTENTS, MESSAGES} and not item.keys() & {left, right}:
        advice = "write it as a pair, or put conversations into a JSONL file of their own (format: contents)"
        return Flaw("is a conversation, and the file is read as pairs", advice)
    missing = [name for name in (left, right) if name not in item]
    if missing:
        return missing_fields(missing, listed(tuple(item)), left)
    name = left if type(item[left]) is not str else right
    value = item[name]
    match value:
        case _Number():
            return Flaw(f"{name} is a number; examples are text", f"write {quoted(value)}")
        case bool():
            return Flaw(f"{name} is {str(value).lower()}; examples are text", f"write {quoted(str(value).lower())}")
        case _:
            return Flaw(f"{name} is {kind(value)}; examples are text", "write it as a string")


def kind(value: object) -> str:
    """Name a JSON value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _Number():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"

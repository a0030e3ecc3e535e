"""A page of a collection: filter, order, size, token, and which fields are read.

Order is that of creation unless asked for. Pages are not a snapshot: what is made between two pages is on the
later one.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from reconciler.emulator import fields, paging
from reconciler.emulator.call import Call
from reconciler.emulator.schema import camel
from reconciler.emulator.status import bad_field
from reconciler.emulator.vertex import filters, resources
from reconciler.emulator.vertex.names import parent_of
from reconciler.emulator.vertex.resources import Collection, Row
from reconciler.emulator.wire import JsonObject

Show: TypeAlias = Callable[[Row], JsonObject]

_DEFAULT_SIZE = 100
_ORDERS = ("displayName", "createTime", "updateTime")


def page(call: Call, kind: Collection, message: str, show: Show) -> JsonObject:
    """Give a list response: resources as `show` gives them, of the type `message`.

    Raises ApiError 400 for a filter, an order, a mask, a size or a token that is none.
    """
    text = call.query.get("filter", "")
    tests = filters.parse(text, kind)
    order = _order(call.query.get("orderBy", ""))
    reading = fields.parse(call.query.get("readMask"), message, call.version)
    parent = parent_of(call)
    bound = (kind, parent, text, call.query.get("orderBy", ""))
    after, lists = paging.read_token(call.query, *bound) or (0, resources.count_list(call, kind))
    size = paging.page_size(call.query, _DEFAULT_SIZE, call.settings.vertex_page_max)
    rows = resources.listed(call.store, kind, parent, 0 if order else after, lists, stale=call.stale)
    found = _found(rows, show, tests)
    if order:
        found = _ordered(found, order, after)
    shown: list[JsonObject] = []
    position = after
    for place, one in found:
        if len(shown) == size:
            return {kind: shown, "nextPageToken": paging.write_token((position, lists), *bound)}
        shown.append(reading.cut(one))
        position = place
    return {kind: shown} if shown else {}


def _found(rows: Iterator[Row], show: Show, tests: list[filters.Test]) -> Iterator[tuple[int, JsonObject]]:
    """Give the resources that pass the tests, each with its place."""
    for row in rows:
        shown = show(row)
        if all(test(shown) for test in tests):
            yield row.seq, shown


def _ordered(
    found: Iterator[tuple[int, JsonObject]], order: list[tuple[str, bool]], after: int
) -> Iterator[tuple[int, JsonObject]]:
    """Give all in the order asked for, beyond a place; the place is then the number in this order."""
    every = [shown for _, shown in found]
    for name, descending in reversed(order):
        every.sort(key=partial(_text, name), reverse=descending)
    return iter(list(enumerate(every, start=1))[after:])


def _text(name: str, shown: JsonObject) -> str:
    return str(shown.get(name, ""))


def _order(text: str) -> list[tuple[str, bool]]:
    """Read `orderBy` into pairs of a field and whether it descends; raise ApiError 400 where it is none."""
    order = []
    for part in filter(None, text.split(",")):
        name, _, direction = part.strip().partition(" ")
        if camel(name) not in _ORDERS or direction not in ("", "asc", "desc"):
            raise bad_field("order_by", f"Invalid order_by: {part.strip()}")
        order.append((camel(name), direction == "desc"))
    return order

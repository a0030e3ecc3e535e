"""`tunedModels` get, list, patch and delete."""

import json

from reconciler.emulator import paging, rendering, status
from reconciler.emulator.access import EVERYONE, live_model
from reconciler.emulator.call import Call
from reconciler.emulator.catalog import base_named
from reconciler.emulator.checks import checked_fields
from reconciler.emulator.fields import Selection
from reconciler.emulator.filters import parse as parse_filter
from reconciler.emulator.jsontext import timestamp
from reconciler.emulator.masks import written_fields
from reconciler.emulator.store import Row
from reconciler.emulator.wire import JsonObject


def get(call: Call) -> JsonObject:
    """Answer `get`."""
    return _shown(call, live_model(call), call.selection)


def list_models(call: Call) -> JsonObject:
    """Answer `list`: what the caller owns or was given, oldest first; not what everyone may read.

    The order is stable, but pages are not a snapshot: what is made between two pages is on the later one.
    """
    text = call.query.get("filter", "")
    wanted = parse_filter(text)
    bound = ("tunedModels", text, call.caller.account)
    size = paging.page_size(call.query)
    after, lists = paging.read_token(call.query, *bound) or (0, _count_list(call))
    unseen = int(call.store.number("writes")) if call.stale else 0
    emails = {*call.caller.emails, EVERYONE} if wanted.everyone else call.caller.emails
    page: list[Row] = []
    for row in call.store.models(after, lists, sorted(emails), unseen):
        if not wanted.accepts(call.store, row, call.caller):
            continue
        seen = _before(row, lists) if row.written == unseen else row
        if seen is None:
            continue
        if len(page) == size:
            return _page(call, page) | {"nextPageToken": paging.write_token((page[-1].seq, lists), *bound)}
        page.append(seen)
    return _page(call, page)


def patch(call: Call) -> JsonObject:
    """Answer `patch` with the changed model: the fields of the mask, or without one those that are set.

    Raises ApiError 400 for a mask that names what cannot change, or for values out of range.
    """
    with call.store.writing():
        row = live_model(call, need="WRITER")
        fixed: JsonObject = json.loads(row.fixed)
        names = written_fields(call, fixed)
        values = checked_fields({name: call.body[name] for name in names if name in call.body}, call.settings)
        changed = {name: item for name, item in fixed.items() if name not in names} | values
        if row.total is None:
            changed["updateTime"] = timestamp(call.now)
        call.store.change(
            row.id,
            fixed=json.dumps(_with_defaults(changed), ensure_ascii=False),
            previous=row.fixed,
            updated=call.now,
        )
        renewed = call.store.model(row.id)
    assert renewed is not None  # noqa: S101 - it was just written
    return _shown(call, renewed, call.selection)


def delete(call: Call) -> JsonObject:
    """Answer `delete`: at once, for the owner only; its operation and permissions go too."""
    with call.store.writing():
        row = live_model(call, need="OWNER")
        creating = rendering.state_of(row, call.now, call.settings) == "CREATING"
        if creating and call.settings.delete_creating == "refuse":
            raise status.precondition(f"{row.name} is still being created and cannot be deleted.")
        remove(call, row)
    return {}


def remove(call: Call, row: Row) -> None:
    """Take a model away within a transaction; lists that lag still show it."""
    call.store.change(row.id, gone_from=int(call.store.number("lists")) + call.settings.list_lag)


def _count_list(call: Call) -> int:
    """Number this list; lists are counted only where the settings let them lag."""
    if not call.settings.list_lag:
        return int(call.store.number("lists")) + 1
    with call.store.writing():
        return int(call.store.add("lists"))


def _page(call: Call, rows: list[Row]) -> JsonObject:
    wanted = call.selection.of("tunedModels")
    models = [_shown(call, row, wanted) for row in rows] if wanted else []
    return {"tunedModels": models} if models else {}


def _shown(call: Call, row: Row, wanted: Selection) -> JsonObject:
    return rendering.tuned_model(call.store, call.settings, row, call.now, call.version, wanted)


def _before(row: Row, lists: int) -> Row | None:
    """Give a model as a list that misses its last write shows it."""
    if row.gone_from is not None and row.gone_from < lists:
        return row._replace(gone_from=None)
    return row._replace(fixed=row.previous) if row.previous else None


def _with_defaults(fixed: JsonObject) -> JsonObject:
    """Let the base model's values stand again for sampling parameters that were cleared."""
    source = fixed.get("tunedModelSource", {})
    base = base_named(fixed.get("baseModel") or source.get("baseModel", ""))
    return {**base.sampling, **fixed}

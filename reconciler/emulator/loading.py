"""Recorded models taken in as they are: a `tunedModels` list becomes part of the state."""

import json
import re
import sqlite3

from reconciler.emulator.decoding import decode
from reconciler.emulator.permissions import grant_owner
from reconciler.emulator.schema import ENUMS
from reconciler.emulator.settings import Settings
from reconciler.emulator.status import ApiError, bad_field
from reconciler.emulator.store import Row, Store
from reconciler.emulator.wire import JsonObject


def load(store: Store, settings: Settings, listed: JsonObject, owner: str) -> int:
    """Keep the models of a list, all or none, and give their number.

    Raises ApiError 400 where it is no such list or a model is none, 409 for an id that is taken.
    """
    models = listed.get("tunedModels", [])
    if not isinstance(models, list) or not all(isinstance(model, dict) and _is_named(model) for model in models):
        raise bad_field("tunedModels", "Expected a tunedModels list whose models have names.")
    for model in models:
        _refuse_unless_model(model)
    with store.writing():
        for model in models:
            row, snapshots = _row(store, model, owner)
            try:
                store.insert(row, None, snapshots)
            except sqlite3.IntegrityError:
                raise ApiError(409, f"Resource {row.name} already exists.") from None
            grant_owner(store, settings, row.id, owner)
    return len(models)


def _is_named(model: JsonObject) -> bool:
    """Tell whether a model has a name that a URL can have: ours are shorter, other people's need not be."""
    name = model.get("name")
    return isinstance(name, str) and re.fullmatch(r"tunedModels/[A-Za-z0-9._-]{1,100}", name) is not None


def _refuse_unless_model(model: JsonObject) -> None:
    """Raise ApiError 400 for wrong fields; a state may be one that is not invented yet."""
    state = model.get("state", "")
    known = state in ENUMS["State"] if isinstance(state, str) else True
    decode("TunedModel", model if known else {**model, "state": None}, "v1beta", "tuned_models")


def _row(store: Store, model: JsonObject, owner: str) -> tuple[Row, str | None]:
    fixed = {**model, "tuningTask": dict(model.get("tuningTask", {}))}
    snapshots = fixed["tuningTask"].pop("snapshots", None)
    row = Row(
        seq=0,
        id=model["name"].removeprefix("tunedModels/"),
        owner=owner,
        version="v1beta",
        operation=None,
        fixed=json.dumps(fixed, ensure_ascii=False),
        previous=None,
        created=None,
        updated=None,
        started=None,
        step_nanos=None,
        total=None,
        batch=None,
        examples=None,
        fail_step=None,
        cancelled=None,
        # A loaded model was always there: no list lags behind it.
        visible_from=-1,
        gone_from=None,
        written=int(store.add("writes")),
    )
    return row, None if snapshots is None else json.dumps(snapshots)

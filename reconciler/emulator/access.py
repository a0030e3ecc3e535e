"""Who calls, and what they may do with a model.

Roles are concentric: a READER uses, a WRITER also edits and shares, the OWNER also deletes. Ids are global:
a model of somebody else answers 403, whether or not it exists is then not said.
"""

from collections.abc import Mapping

from reconciler.emulator import status
from reconciler.emulator.call import Call, Caller
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Row, Store

RANKS = {"READER": 1, "WRITER": 2, "OWNER": 3}
EVERYONE = ""
"""The address under which a grant to everyone is kept."""


def identify(headers: Mapping[str, str], query: Mapping[str, str], settings: Settings) -> Caller:
    """Give the caller from a bearer token or an API key; header names are lower case.

    Raises ApiError 401 or 400 only when the settings require a known credential.
    """
    bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
    token = bearer or query.get("access_token", "")
    key = headers.get("x-goog-api-key") or query.get("key", "")
    account = settings.accounts.get(token or key)
    if account is None and settings.require_auth:
        raise status.bad_api_key() if key and not token else status.unauthenticated()
    account = account or settings.account
    groups = {group for group, members in settings.groups.items() if account in members}
    return Caller(account, frozenset({account, *groups}))


def identify_bearer(headers: Mapping[str, str], query: Mapping[str, str], settings: Settings) -> Caller:
    """Give the caller as `identify` does, from a bearer token only: an API key counts for nothing."""
    without_key = {name: value for name, value in headers.items() if name != "x-goog-api-key"}
    return identify(without_key, {name: value for name, value in query.items() if name != "key"}, settings)


def rank_of(store: Store, row: Row, caller: Caller) -> int:
    """Give the caller's rank at a model: 0 none, 1 reader, 2 writer, 3 owner."""
    if row.owner in caller.emails:
        return RANKS["OWNER"]
    grants = store.sql.execute("SELECT email, role FROM permissions WHERE model = ?", (row.id,))
    return max((RANKS[role] for email, role in grants if email in {*caller.emails, EVERYONE}), default=0)


def live_model(call: Call, need: str = "READER") -> Row:
    """Give the model named in the path if it exists and the caller has the role needed.

    Raises ApiError 404, or 403 where the caller has no such role (or the settings hide what is missing).
    """
    model_id = call.path["model"]
    row = call.store.model(model_id)
    if row is not None and call.stale:
        row = unwritten(row)
    if row is None or (row.gone_from is not None and not call.stale):
        if call.settings.missing == 403:  # noqa: PLR2004 - an HTTP status
            raise status.no_access(f"tunedModels/{model_id}")
        raise status.not_found()
    if rank_of(call.store, row, call.caller) < RANKS[need]:
        raise status.no_access(row.name)
    return row


def unwritten(row: Row) -> Row | None:
    """Give the model as it was before its last write: None before it was created."""
    if row.gone_from is not None:
        return row._replace(gone_from=None)
    return row._replace(fixed=row.previous, previous=None) if row.previous else None

"""`permissions` of a tuned model, and the transfer of its ownership.

A writer may share. The owner's permission exists from the start and goes only to another owner.
"""

import sqlite3

from reconciler.emulator import paging, status
from reconciler.emulator.access import EVERYONE, live_model
from reconciler.emulator.call import Call
from reconciler.emulator.codes import code
from reconciler.emulator.masks import split_mask
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Row, Store
from reconciler.emulator.wire import JsonObject

_COLUMNS = "seq, model, id, grantee, email, role"
Grant = tuple[int, str, str, str, str, str]


def grant_owner(store: Store, settings: Settings, model_id: str, account: str) -> None:
    """Give an account the owner's permission on a new model, within its transaction."""
    store.sql.execute("DELETE FROM permissions WHERE model = ?", (model_id,))
    _insert(store, settings, (model_id, "USER", account, "OWNER"))


def create(call: Call) -> JsonObject:
    """Answer `permissions.create`; one permission for each grantee, a second one is a 409."""
    body = call.body
    email = body.get("emailAddress", EVERYONE)
    grantee = body.get("granteeType", "GRANTEE_TYPE_UNSPECIFIED")
    if grantee == "GRANTEE_TYPE_UNSPECIFIED" and email and call.version != "v1beta3":
        grantee = "USER"
    _check_grant(grantee, email, body.get("role"))
    with call.store.writing():
        row = live_model(call, need="WRITER")
        try:
            made = _insert(call.store, call.settings, (row.id, grantee, email, body["role"]))
        except sqlite3.IntegrityError:
            raise status.ApiError(409, "A permission for this grantee already exists.") from None
    return _shown(made)


def list_permissions(call: Call) -> JsonObject:
    """Answer `permissions.list`, oldest first."""
    row = live_model(call)
    size = paging.page_size(call.query)
    after, _ = paging.read_token(call.query, row.id) or (0, 0)
    query = f"SELECT {_COLUMNS} FROM permissions WHERE model = ? AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - constants
    grants: list[Grant] = call.store.sql.execute(query, (row.id, after, size + 1)).fetchall()
    page: JsonObject = {"permissions": [_shown(grant) for grant in grants[:size]]} if grants else {}
    if len(grants) > size:
        page["nextPageToken"] = paging.write_token((grants[size - 1][0], 0), row.id)
    return page


def get(call: Call) -> JsonObject:
    """Answer `permissions.get`."""
    return _shown(_grant(call, live_model(call)))


def patch(call: Call) -> JsonObject:
    """Answer `permissions.patch`: the role only, and a mask must say so."""
    paths = split_mask(call.query.get("updateMask", ""))
    if paths not in (["role"], ["*"]):
        raise status.bad_field("update_mask", 'update_mask must be "role".')
    with call.store.writing():
        row = live_model(call, need="WRITER")
        grant = _grant(call, row)
        _refuse_owner(grant)
        role = call.body.get("role")
        _check_grant(grant[3], grant[4], role)
        call.store.sql.execute("UPDATE permissions SET role = ? WHERE seq = ?", (role, grant[0]))
        return _shown(_grant(call, row))


def delete(call: Call) -> JsonObject:
    """Answer `permissions.delete`."""
    with call.store.writing():
        grant = _grant(call, live_model(call, need="WRITER"))
        _refuse_owner(grant)
        call.store.sql.execute("DELETE FROM permissions WHERE seq = ?", (grant[0],))
    return {}


def transfer_ownership(call: Call) -> JsonObject:
    """Answer `transferOwnership`: the old owner becomes a writer."""
    email = call.body.get("emailAddress")
    if not email:
        raise status.bad_field("email_address", "email_address is required.")
    with call.store.writing():
        row = live_model(call)
        if row.owner != call.caller.account:
            raise status.ApiError(403, "You need to be the owner of the resource to transfer ownership")
        if email != row.owner:
            _hand_over(call, row, email)
    return {}


def _hand_over(call: Call, row: Row, email: str) -> None:
    sql = call.store.sql
    sql.execute("UPDATE permissions SET role = 'WRITER' WHERE model = ? AND role = 'OWNER'", (row.id,))
    sql.execute("DELETE FROM permissions WHERE model = ? AND grantee = 'USER' AND email = ?", (row.id, email))
    _insert(call.store, call.settings, (row.id, "USER", email, "OWNER"))
    call.store.change(row.id, owner=email)


def _check_grant(grantee: str, email: str, role: str | None) -> None:
    faults = []
    if grantee == "GRANTEE_TYPE_UNSPECIFIED":
        faults.append(("permission.grantee_type", "grantee_type is required."))
    if grantee == "EVERYONE" and email:
        faults.append(("permission.email_address", "email_address must not be set for EVERYONE."))
    if grantee in ("USER", "GROUP") and not email:
        faults.append(("permission.email_address", f"email_address is required for {grantee}."))
    if role == "OWNER":
        faults.append(("permission.role", "Ownership is given by transferOwnership only."))
    if role not in ("OWNER", "WRITER", "READER"):
        faults.append(("permission.role", "role is required."))
    if faults:
        raise status.bad_fields(faults)


def _refuse_owner(grant: Grant) -> None:
    if grant[5] == "OWNER":
        raise status.bad_field("name", "The owner's permission cannot be changed or deleted.")


def _insert(store: Store, settings: Settings, grant: tuple[str, str, str, str]) -> Grant:
    """Keep a grant of (model, grantee type, e-mail, role)."""
    model_id, grantee, email, role = grant
    permission_id = code(f"permission {settings.seed} {int(store.add('granted'))}")
    made = (model_id, permission_id, grantee, email, role)
    query = "INSERT INTO permissions (model, id, grantee, email, role) VALUES (?, ?, ?, ?, ?)"
    store.sql.execute(query, made)
    return (0, *made)


def _grant(call: Call, row: Row) -> Grant:
    query = f"SELECT {_COLUMNS} FROM permissions WHERE model = ? AND id = ?"  # noqa: S608 - constants
    found: Grant | None = call.store.sql.execute(query, (row.id, call.path["permission"])).fetchone()
    if found is None:
        raise status.not_found()
    return found


def _shown(grant: Grant) -> JsonObject:
    _, model, permission_id, grantee, email, role = grant
    shown = {"name": f"tunedModels/{model}/permissions/{permission_id}", "granteeType": grantee}
    if email:
        shown["emailAddress"] = email
    return shown | {"role": role}

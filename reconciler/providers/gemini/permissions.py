"""Who may use a model: permissions on the wire, and what a role is good for. Pure."""

from collections.abc import Iterable

from reconciler.providers.protojson import Json, objects, string
from reconciler.resource.observed import Grant

RANK = {"READER": 1, "WRITER": 2, "OWNER": 3}
"""Roles, each with all that the lower ones may do."""


def decode(page: Json) -> list[Grant]:
    """Read one page of permissions; the owner's comes with the model and is nobody's to give."""
    grants = [
        Grant(string(each, "granteeType"), string(each, "emailAddress"), string(each, "role"))
        for each in objects(page, "permissions")
    ]
    return [grant for grant in grants if grant.role != "OWNER"]


def encode(grant: Grant) -> dict[str, str]:
    """Write a Permission for create; everyone has no e-mail address."""
    address = {"emailAddress": grant.email} if grant.email else {}
    return {"granteeType": grant.grantee, **address, "role": grant.role}


def covered(wanted: Grant, present: Iterable[Grant]) -> bool:
    """Whether the grantee already has the role, or a higher one."""
    return any(
        (grant.grantee, grant.email) == (wanted.grantee, wanted.email)
        and RANK.get(grant.role, 0) >= RANK.get(wanted.role, 0)
        for grant in present
    )

"""Grants as the service writes them."""

from reconciler.providers.gemini import permissions
from reconciler.resource.observed import Grant


def test_grants() -> None:
    page = {
        "permissions": [
            {"name": "tunedModels/a/permissions/1", "granteeType": "USER", "emailAddress": "me@x.y", "role": "OWNER"},
            {"name": "tunedModels/a/permissions/2", "granteeType": "GROUP", "emailAddress": "g@x.y", "role": "WRITER"},
            {"name": "tunedModels/a/permissions/3", "granteeType": "EVERYONE", "role": "READER"},
            "x",
        ]
    }
    grants = permissions.decode(page)
    assert grants == [Grant("GROUP", "g@x.y", "WRITER"), Grant("EVERYONE", "", "READER")]
    assert [permissions.encode(grant) for grant in grants] == [
        {"granteeType": "GROUP", "emailAddress": "g@x.y", "role": "WRITER"},
        {"granteeType": "EVERYONE", "role": "READER"},
    ]

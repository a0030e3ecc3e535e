"""Who may do what: credentials, roles, sharing, ownership; ids are one namespace for all accounts."""

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator.wire import Request

MODEL = "/v1beta/tunedModels/numbers-1"
ACCOUNTS = {"A": "ann@example.com", "B": "bob@example.com", "C": "cy@example.com"}


@pytest.fixture
def service(make_service: Callable[..., Any]) -> Any:
    """Give a service with three accounts, at which Ann has made a model."""
    made = make_service(accounts=ACCOUNTS, groups={"team@googlegroups.com": ("bob@example.com",)})
    made.token = "A"
    made.create()
    made.wait()
    return made


def grant(service: Any, role: str, **grantee: str) -> Any:
    service.token = "A"
    return service.ask("POST", f"{MODEL}/permissions", {"role": role, **grantee})


def test_the_model_of_somebody_else(service: Any) -> None:
    service.token = "B"
    assert service.ask("GET", "/v1beta/tunedModels") == {}
    for method, target in (("GET", ""), ("DELETE", ""), ("PATCH", ""), ("GET", "/permissions"), ("GET", "/operations")):
        code, message = service.refused(method, f"{MODEL}{target}")
        assert (code, message) == (403, "You do not have permission to access tuned model tunedModels/numbers-1")
    example = {"textInput": "1", "output": "2"}
    mine = {
        "baseModel": "models/gemini-1.0-pro-001",
        "tuningTask": {"trainingData": {"examples": {"examples": [example]}}},
    }
    assert service.refused("POST", "/v1beta/tunedModels?tunedModelId=numbers-1", mine)[0] == 409


@pytest.mark.parametrize(
    ("role", "may"),
    [("READER", {"GET", "generate"}), ("WRITER", {"GET", "generate", "PATCH", "share"})],
)
def test_roles_are_concentric(service: Any, role: str, may: set[str]) -> None:
    grant(service, role, granteeType="USER", emailAddress="bob@example.com")
    service.token = "B"
    prompt = {"contents": [{"parts": [{"text": "1"}]}]}
    share = {"granteeType": "EVERYONE", "role": "READER"}
    acts = {
        "GET": ("GET", MODEL, None),
        "generate": ("POST", f"{MODEL}:generateContent", prompt),
        "PATCH": ("PATCH", MODEL, {"displayName": "bob's"}),
        "share": ("POST", f"{MODEL}/permissions", share),
        "DELETE": ("DELETE", MODEL, None),
    }
    assert {name for name, act in acts.items() if service.send(*act).status == 200} == may
    assert len(service.ask("GET", "/v1beta/tunedModels")["tunedModels"]) == 1


def test_a_group_is_its_members(service: Any) -> None:
    grant(service, "READER", granteeType="GROUP", emailAddress="team@googlegroups.com")
    found = {}
    for token in "BC":
        service.token = token
        found[token] = (service.send("GET", MODEL).status, len(service.ask("GET", "/v1beta/tunedModels")))
    assert found == {"B": (200, 1), "C": (403, 0)}


def test_what_everyone_may_read_is_not_listed_unless_asked_for(service: Any) -> None:
    grant(service, "READER", granteeType="EVERYONE")
    service.token = "C"
    assert service.send("GET", MODEL).status == 200
    assert service.ask("GET", "/v1beta/tunedModels") == {}
    assert len(service.ask("GET", "/v1beta/tunedModels?filter=readers:everyone")["tunedModels"]) == 1


@pytest.mark.parametrize(("text", "found"), [("owner:me", 0), ("writers:me", 1), ("readers:me", 1)])
def test_filters_by_role(service: Any, text: str, found: int) -> None:
    grant(service, "WRITER", granteeType="USER", emailAddress="bob@example.com")
    service.token = "B"
    assert len(service.ask("GET", f"/v1beta/tunedModels?filter={text}").get("tunedModels", [])) == found


def test_the_life_of_a_permission(service: Any) -> None:
    made = grant(service, "READER", granteeType="USER", emailAddress="bob@example.com")
    assert made["name"].startswith("tunedModels/numbers-1/permissions/")
    listed = service.ask("GET", f"{MODEL}/permissions?pageSize=1")
    owner = {"granteeType": "USER", "emailAddress": "ann@example.com", "role": "OWNER"}
    assert owner.items() <= listed["permissions"][0].items()
    rest = service.ask("GET", f"{MODEL}/permissions?pageToken={listed['nextPageToken']}")
    assert rest == {"permissions": [made]}
    changed = service.ask("PATCH", f"/v1beta/{made['name']}?updateMask=role", {"role": 2})
    assert changed == made | {"role": "WRITER"}
    assert service.refused("PATCH", f"/v1beta/{made['name']}", {"role": "READER"})[0] == 400
    assert service.refused("PATCH", f"/v1beta/{made['name']}?updateMask=emailAddress", {})[0] == 400
    assert service.ask("GET", f"/v1beta3/{made['name']}?$alt=json;enum-encoding=int") == made | {
        "granteeType": 1,
        "role": 2,
    }
    assert service.ask("DELETE", f"/v1beta/{made['name']}") == {}
    assert service.refused("GET", f"/v1beta/{made['name']}")[0] == 404


@pytest.mark.parametrize(
    ("version", "sent", "code"),
    [
        ("v1beta", {"granteeType": "USER", "emailAddress": "ann@example.com", "role": "READER"}, 409),
        ("v1beta", {"granteeType": "EVERYONE", "emailAddress": "a@b.c", "role": "READER"}, 400),
        ("v1beta", {"granteeType": "GROUP", "role": "READER"}, 400),
        ("v1beta", {"granteeType": "USER", "emailAddress": "a@b.c"}, 400),
        ("v1beta", {"granteeType": "USER", "emailAddress": "a@b.c", "role": "OWNER"}, 400),
        ("v1beta3", {"emailAddress": "a@b.c", "role": "READER"}, 400),
        ("v1beta", {"emailAddress": "a@b.c", "role": "READER"}, 200),
        ("v1beta", {"granteeType": 3, "role": 3}, 200),
    ],
)
def test_what_can_be_granted(service: Any, version: str, sent: Any, code: int) -> None:
    assert service.send("POST", f"/{version}/tunedModels/numbers-1/permissions", sent).status == code


def test_the_owners_permission_stays(service: Any) -> None:
    (owner,) = service.ask("GET", f"{MODEL}/permissions")["permissions"]
    assert service.refused("DELETE", f"/v1beta/{owner['name']}")[0] == 400
    assert service.refused("PATCH", f"/v1beta/{owner['name']}?updateMask=role", {"role": "READER"})[0] == 400


def test_ownership_goes_over_and_leaves_a_writer(service: Any) -> None:
    service.token = "B"
    grant(service, "READER", granteeType="EVERYONE")
    service.token = "B"
    code, message = service.refused("POST", f"{MODEL}:transferOwnership", {"emailAddress": "bob@example.com"})
    assert (code, message) == (403, "You need to be the owner of the resource to transfer ownership")
    service.token = "A"
    assert service.refused("POST", f"{MODEL}:transferOwnership", {})[0] == 400
    assert service.ask("POST", f"{MODEL}:transferOwnership", {"emailAddress": "ann@example.com"}) == {}
    assert service.ask("POST", f"{MODEL}:transferOwnership", {"emailAddress": "bob@example.com"}) == {}
    assert service.refused("DELETE", MODEL)[0] == 403
    assert service.ask("PATCH", MODEL, {"displayName": "still mine to edit"})
    service.token = "B"
    assert service.ask("DELETE", MODEL) == {}


@pytest.mark.parametrize(
    ("headers", "target", "status"),
    [
        ({}, MODEL, 401),
        ({"Authorization": "Bearer nobody"}, MODEL, 401),
        ({"X-Goog-Api-Key": "nobody"}, MODEL, 400),
        ({"authorization": "Bearer A"}, MODEL, 404),
        ({"x-goog-api-key": "A"}, MODEL, 404),
        ({}, f"{MODEL}?key=A", 404),
        ({}, f"{MODEL}?access_token=A", 404),
    ],
)
def test_credentials_where_they_are_required(
    make_service: Callable[..., Any], headers: dict[str, str], target: str, status: int
) -> None:
    emulator = make_service(require_auth=True, accounts=ACCOUNTS).emulator
    assert emulator.handle(Request("GET", target, headers)).status == status

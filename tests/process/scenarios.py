"""What is going on when a process is struck: the everyday apply, and everything else that writes."""

from tests.process.stricken import Scenario, Site, declare, model


def _share(there: Site) -> None:
    """Grant two people the use of every model."""
    for each in there.models():
        for reader in ("ada@example.com", "bob@example.com"):
            grantee = {"granteeType": "USER", "emailAddress": reader, "role": "READER"}
            there.service.ask("POST", f"/v1beta/{each['name']}/permissions", grantee)


def _wipe(there: Site) -> None:
    """Take the mark of every model away."""
    for each in there.models():
        there.service.ask("PATCH", f"/v1beta/{each['name']}?updateMask=description", {"description": "by hand"})


def _strange(there: Site) -> None:
    """Somebody made a model without us."""
    body = {
        "displayName": "made by hand",
        "baseModel": "models/gemini-1.5-flash-001-tuning",
        "tuningTask": {"trainingData": {"examples": {"examples": [{"textInput": "x", "output": "y"}] * 20}}},
    }
    there.service.ask("POST", "/v1beta/tunedModels?tunedModelId=stranger", body)
    there.time.advance(600)


def _replace(there: Site) -> None:
    """Begin to train both models anew, and be gone when they are ready."""
    declare(there.folder, {"one": model(epochs=4), "two": model(epochs=4, batch=5)})
    assert there.run(("apply", "--yes", "--no-wait")).code == 3
    there.time.advance(600)


EVERYDAY = Scenario(
    before={
        "changed-a": model(),
        "changed-b": model(batch=5),
        "replaced-a": model(batch=6),
        "replaced-b": model(batch=7),
        "removed-a": model(batch=8),
        "removed-b": model(batch=9),
    },
    after={
        "changed-a": model(temperature=0.7),
        "changed-b": model(batch=5, temperature=0.7),
        "replaced-a": model(epochs=4, batch=6),
        "replaced-b": model(epochs=4, batch=7),
        "created-a": model(epochs=1),
        "created-b": model(epochs=2),
    },
)
AT_ONCE = Scenario(EVERYDAY.before, EVERYDAY.after, argv=("apply", "--yes"))

SCENARIOS = {
    "everyday": EVERYDAY,
    "at once": AT_ONCE,
    "retried": Scenario(
        before={"one": model().replace("Sentences", "Doomed"), "two": model(batch=5)},
        after={"one": model(), "two": model(batch=5)},
        argv=("apply", "--yes", "--parallelism", "1", "--retry-failed", "one"),
        settings={"fail_after": {"Doomed": 1}},
    ),
    "renamed": Scenario(
        before={"old-a": model(), "old-b": model(batch=5)},
        after={"new-a": model(), "new-b": model(batch=5)},
    ),
    "kept": Scenario(
        before={"one": model(), "two": model(batch=5)},
        after={"one": model(epochs=4), "two": model(epochs=4, batch=5)},
        workspace=("keepSuperseded: 1",),
    ),
    "shared": Scenario(
        before={"one": model(), "two": model(batch=5)},
        after={"one": model(epochs=4), "two": model(epochs=4, batch=5)},
        deed=_share,
    ),
    "reverted": Scenario(
        before={"one": model(), "two": model(batch=5)},
        after={"one": model(), "two": model(batch=5)},
        deed=_replace,
    ),
    "wiped": Scenario(
        before={"one": model(), "two": model(batch=5)},
        after={"one": model(temperature=0.5), "two": model(batch=5)},
        deed=_wipe,
    ),
    "awaited": Scenario(
        before={"one": model(epochs=20), "two": model(epochs=20, batch=5)},
        after={"one": model(epochs=20), "two": model(epochs=20, batch=5)},
        argv=("wait",),
        prepared=(("apply", "--yes", "--no-wait"),),
        settings={"steps_per_second": 0.027},
    ),
    "destroyed": Scenario(
        before={"one": model(), "two": model(batch=5), "three": model(batch=6)},
        after={"one": model(), "two": model(batch=5)},
        argv=("destroy", "--workspace", "acme", "--parallelism", "1"),
    ),
    "forgotten": Scenario(
        before={"one": model(), "two": model(batch=5)},
        after={"two": model(batch=5)},
        argv=("forget", "one", "--yes"),
        codes=(0, 4),
    ),
    "imported": Scenario(
        before={"two": model(batch=5)},
        after={"two": model(batch=5), "one": model()},
        argv=("import", "one", "stranger", "--yes"),
        deed=_strange,
        codes=(0, 4),
    ),
}

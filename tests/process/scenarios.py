"""What is going on when a process is struck: the everyday apply, and everything else that writes."""

from tests import tested
from tests.process.stricken import STRANGER, Scenario, Site, declare, model
from tests.services.dialect import dialect
from tests.services.vertex import line

WARM, FRESH = dialect().lines.warm, dialect().lines.fresh


def _share(there: Site) -> None:
    """Grant two people the use of every model."""
    for each in there.service.states():
        for reader in ("adaexample.com", "bobexample.com"):
            grantee = {"granteeType": "USER", "emailAddress": reader, "role": "READER"}
            there.service.ask("POST", f"/v1beta/tunedModels/{each}/permissions", grantee)


def _wipe(there: Site) -> None:
    """Take the mark of every model away."""
    for each in there.service.states():
        dialect().deeds.wipe(there.service.ask, each)


def _strange(there: Site) -> None:
    """Somebody made a model without us."""
    dialect().deeds.make(there.service.ask, STRANGER)
    there.time.advance(600)


def _replace(there: Site) -> None:
    """Begin to train both models anew, and be gone when they are ready."""
    declare(there.folder, {"one": model(epochs=4), "two": model(epochs=4, rate=2)})
    assert there.run(("apply", "--yes", "--no-wait")).code == 3
    there.time.advance(600)


def _child(parent: str = "parent", epochs: int = 1) -> str:
    """A manifest of a model of Vertex AI that is tuned from that of another."""
    text = model(epochs=epochs)
    return text.replace(f"baseModel: {dialect().lines.base}", f"preTunedModel: {{ address: TunedModel/{parent} }}")


STORED = "gs://a-bucket/people/numbers.jsonl"


def _stored(epochs: int, rate: float = 1.0) -> str:
    """A manifest of a model of Vertex AI whose data lie in Cloud Storage."""
    return model(epochs=epochs, rate=rate).replace("data/sentences.jsonl", STORED)


def _store(there: Site) -> None:
    """Somebody has put data there, and models were trained on them."""
    data = "".join(line(str(number), str(number + 1)) for number in range(100)).encode()
    there.service.ask("POST", "/upload/storage/v1/b/a-bucket/o?uploadType=media&name=people/numbers.jsonl", data)
    assert there.run(("apply", "--yes")).code == 0


EVERYDAY = Scenario(
    before={
        "changed-a": model(),
        "changed-b": model(rate=2),
        "replaced-a": model(rate=3),
        "replaced-b": model(rate=4),
        "removed-a": model(rate=5),
        "removed-b": model(rate=6),
    },
    after={
        "changed-a": model(tone=WARM),
        "changed-b": model(rate=2, tone=WARM),
        "replaced-a": model(epochs=4, rate=3),
        "replaced-b": model(epochs=4, rate=4),
        "created-a": model(epochs=1),
        "created-b": model(epochs=2),
    },
)
AT_ONCE = Scenario(EVERYDAY.before, EVERYDAY.after, argv=("apply", "--yes"))
BRIEF = Scenario(
    before={"changed": model(epochs=1), "replaced": model(epochs=2), "removed": model(epochs=1, rate=2)},
    after={
        "changed": model(epochs=1, tone=WARM),
        "replaced": model(epochs=1, rate=3),
        "created": model(epochs=1, rate=4),
    },
)
BRIEF_AT_ONCE = Scenario(BRIEF.before, BRIEF.after, argv=AT_ONCE.argv)

_EVERY = {
    "everyday": EVERYDAY,
    "brief": BRIEF,
    "brief at once": BRIEF_AT_ONCE,
    "at once": AT_ONCE,
    "retried": Scenario(
        before={"one": model(), "two": model(rate=2)},
        after={"one": model(), "two": model(rate=2)},
        argv=("apply", "--yes", "--parallelism", "1", "--retry-failed", "one"),
        troubles={"fail_after": {"one-": 1}},
    ),
    "renamed": Scenario(
        before={"old-a": model(), "old-b": model(rate=2)},
        after={"new-a": model(), "new-b": model(rate=2)},
    ),
    "kept": Scenario(
        before={"one": model(), "two": model(rate=2)},
        after={"one": model(epochs=4), "two": model(epochs=4, rate=2)},
        workspace=("keepSuperseded: 1",),
    ),
    "shared": Scenario(
        before={"one": model(), "two": model(rate=2)},
        after={"one": model(epochs=4), "two": model(epochs=4, rate=2)},
        deed=_share,
        only="gemini",
    ),
    "reverted": Scenario(
        before={"one": model(), "two": model(rate=2)},
        after={"one": model(), "two": model(rate=2)},
        deed=_replace,
    ),
    "wiped": Scenario(
        before={"one": model(), "two": model(rate=2)},
        after={"one": model(tone=FRESH), "two": model(rate=2)},
        deed=_wipe,
    ),
    "awaited": Scenario(
        before={"one": model(epochs=20), "two": model(epochs=20, rate=2)},
        after={"one": model(epochs=20), "two": model(epochs=20, rate=2)},
        argv=("wait",),
        prepared=(("apply", "--yes", "--no-wait"),),
        settings={"steps_per_second": 0.027},
    ),
    "destroyed": Scenario(
        before={"one": model(), "two": model(rate=2), "three": model(rate=3)},
        after={"one": model(), "two": model(rate=2)},
        argv=("destroy", "--workspace", "acme", "--parallelism", "1"),
    ),
    "forgotten": Scenario(
        before={"one": model(), "two": model(rate=2)},
        after={"two": model(rate=2)},
        argv=("forget", "one", "--yes"),
        codes=(0, 4),
    ),
    "imported": Scenario(
        before={"two": model(rate=2)},
        after={"two": model(rate=2), "one": model()},
        argv=("import", "one", STRANGER, "--yes"),
        deed=_strange,
        codes=(0, 4),
    ),
}
_VERTEX = {
    "descended": Scenario(
        before={"parent": model(epochs=1), "child": _child(epochs=2)},
        after={"parent": model(epochs=1, rate=2), "child": _child(epochs=2), "grandchild": _child("child", epochs=1)},
        only="vertex",
    ),
    "stored": Scenario(
        before={"one": _stored(epochs=1)},
        after={"one": _stored(epochs=2), "two": _stored(epochs=1, rate=2)},
        prepared=(),
        deed=_store,
        only="vertex",
    ),
    "slow": Scenario(
        before={"one": model(epochs=2), "two": model(epochs=1, rate=2)},
        after={"one": model(epochs=1)},
        settings={"operation_seconds": 100.0},
        only="vertex",
    ),
}
_EVERY |= _VERTEX
SCENARIOS = {name: each for name, each in _EVERY.items() if each.only in ("", tested.name())}

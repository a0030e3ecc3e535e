"""What a run asks of a project that is full of other people's jobs: as many requests as there are pages."""

from pathlib import Path
from typing import Any

import pytest

from tests.golden.stage import Stage
from tests.golden.story import MANIFEST, SENTENCES, sentences, trained
from tests.services.vertex import PLACE

FOREIGN = 2500
PAGE = 1000

pytestmark = pytest.mark.only("vertex")


def foreign(number: int) -> dict[str, Any]:
    """A job of somebody else, which made nothing that is still there."""
    return {
        "name": f"{PLACE}/tuningJobs/{number}",
        "tunedModelDisplayName": f"theirs {number}",
        "state": "JOB_STATE_SUCCEEDED",
        "createTime": "2024-04-01T00:00:00Z",
        "baseModel": "gemini-2.5-flash",
        "labels": {"team": "search"},
        "tunedModel": {"model": f"{PLACE}/models/{number}@1", "endpoint": f"{PLACE}/endpoints/{number}"},
    }


def lists(stage: Stage, before: int) -> dict[str, int]:
    """How many requests each list took since then."""
    asked = [each.request.path.rpartition("/")[2] for each in stage.emulator.exchanges[before:]]
    return {name: asked.count(name) for name in ("tuningJobs", "models", "endpoints")} | {"all": len(asked)}


@pytest.mark.parametrize(
    ("filtering", "jobs"),
    [
        ("ok", 1),
        ("refuse", 1 + -(-(FOREIGN + 1) // PAGE)),  # the request that is refused, and every page
    ],
)
def test_requests_are_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filtering: str, jobs: int) -> None:
    stage = Stage(tmp_path, monkeypatch, label_filter=filtering)
    trained(stage)
    stage.emulator.load_vertex(foreign(number) for number in range(1, FOREIGN + 1))
    before = len(stage.emulator.exchanges)
    assert stage.run("plan") == "No changes.\n"
    assert lists(stage, before) == {"tuningJobs": jobs, "models": 1, "endpoints": 1, "all": jobs + 2}
    stage.emulator.close()


def test_ours_are_pages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three models of ours, with three endpoints each, on pages of two."""
    stage = Stage(tmp_path, monkeypatch, vertex_page_max=2)
    for name in ("a", "b", "c"):
        trained_as(stage, name)
    before = len(stage.emulator.exchanges)
    assert stage.run("plan") == "No changes.\n"
    assert lists(stage, before) == {"tuningJobs": 2, "models": 2, "endpoints": 5, "all": 9}
    stage.emulator.close()


def trained_as(stage: Stage, name: str) -> None:
    """Declare and train one more model."""
    sentences(stage, show=False)
    Path(MANIFEST).unlink()
    stage.write(f"manifests/{name}.yaml", SENTENCES.replace("name: sentences", f"name: {name}"), show=False)
    stage.quietly("apply --yes")

"""Claims: where they lie, and how old they are by a clock that is not ours."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.providers.vertex.claims import time_of
from tests.providers.vertex.conftest import BUCKET, LOCATION, PROJECT, World


@pytest.mark.parametrize(("project", "location"), [(PROJECT, "europe-west4"), ("other-project", LOCATION)])
def test_one_bucket_serves_several_places(world: World, project: str, location: str) -> None:
    """Law 19: a claim is about the jobs of one project and location; elsewhere nobody has to wait for it."""
    here = world.create()
    world.provider = world.connect(workspace=replace(world.workspace(), project=project, location=location))
    there = world.create()
    assert (here.model, there.model) == (world.name(world.desired()),) * 2
    assert there.name != here.name
    assert there.name.startswith(f"projects/{project}/locations/{location}/tuningJobs/")
    assert world.slept == []
    claims = world.raw("GET", f"/storage/v1/b/{BUCKET}/o?prefix=reconciler/claims/")["items"]
    assert {claim["metadata"]["job"] for claim in claims} == {here.name, there.name}


@pytest.mark.parametrize(
    "text", ["", "soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"]
)
def test_a_time_that_cannot_be_reckoned_with_is_none(text: str) -> None:
    """There is nothing before the first year, and no grace ends after the last."""
    assert time_of(text) is None


def test_times_are_read_with_their_offset() -> None:
    assert time_of("2025-01-01T01:00:00+01:00") == time_of("2025-01-01T00:00:00Z") == datetime(2025, 1, 1, tzinfo=UTC)

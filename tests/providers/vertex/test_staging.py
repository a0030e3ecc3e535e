"""Training data in the staging bucket: sent once, and only if they are those that were planned."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from reconciler.emulator.faults import Cut, Fault
from reconciler.errors import Refused
from reconciler.plan.training import ownership
from reconciler.providers.vertex import staging
from reconciler.resource.dataset import Dataset, Example, Locator, Stored, digest, stored_digest
from reconciler.resource.desired import Desired
from tests.providers.vertex.conftest import BUCKET, EXAMPLES, World, lines

DATA = "reconciler/data/"
TRICKY = (
    Example("1", "2"),
    Example('"quoted"\n\\', "é 漢 \u2028"),
    Example("3", "4", '{"systemInstruction":{"parts":[{"text":"Count."}]}}'),
)


def object_named(world: World, name: str) -> bytes | None:
    from reconciler.emulator.wire import Request

    answer = world.emulator.handle(
        Request("GET", f"/download/storage/v1/b/{BUCKET}/o/{name.replace('/', '%2F')}?alt=media")
    )
    world.emulator.forget_requests()
    return answer.body if answer.status == 200 else None


def named(dataset: Dataset | None) -> str:
    assert dataset is not None
    return f"{DATA}{dataset.digest.replace(':', '-')}.jsonl"


def remote(world: World, stored: dict[str, Any], uri: str = "gs://their-bucket/x.jsonl") -> Desired:
    """A model whose data lie in Cloud Storage, as they were looked at."""
    found = world.provider.stat(uri)
    assert found is not None
    locator = Locator(uri, "contents", "", "", generation=stored["generation"])
    return replace(world.desired(), dataset=Dataset(stored_digest(found), 0, 0, 0, found.size, locator))


def refused(world: World, desired: Desired, **changes: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        world.create(desired, **changes)
    return caught.value


def test_examples_become_jsonl(world: World) -> None:
    desired = world.desired(examples=TRICKY)
    world.create(desired, examples=TRICKY)
    first, second, third = lines(object_named(world, named(desired.dataset)))
    assert first == {
        "contents": [
            {"role": "user", "parts": [{"text": "1"}]},
            {"role": "model", "parts": [{"text": "2"}]},
        ]
    }
    assert [part["parts"][0]["text"] for part in second["contents"]] == list(TRICKY[1][:2])
    assert third["systemInstruction"] == {"parts": [{"text": "Count."}]}
    [job] = world.listed("tuningJobs")
    assert job["supervisedTuningSpec"]["trainingDatasetUri"] == f"gs://{BUCKET}/{named(desired.dataset)}"


def test_what_is_there_is_neither_read_nor_sent(world: World) -> None:
    world.create()
    world.anew().observe()

    read: list[Example] = []

    def examples() -> Iterator[Example]:
        read.extend(EXAMPLES)
        yield from EXAMPLES

    world.create(world.desired(**{"hyperparameters.epochCount": 2}), examples=examples())
    assert read == []
    uploads = [request for request in world.emulator.requests if request.query.get("name", "").startswith(DATA)]
    assert len(uploads) == 1


@pytest.mark.parametrize("moved", [EXAMPLES[:1], (*EXAMPLES, EXAMPLES[0]), (Example("1", "3"), *EXAMPLES[1:]), ()])
def test_data_that_moved_are_not_sent(world: World, moved: tuple[Example, ...]) -> None:
    error = refused(world, world.desired(), examples=moved)
    assert (error.reason, error.message.startswith("numbers.jsonl: ")) == ("DATA_MOVED", True)
    assert [line.split()[0] for line in world.sent()] == ["GET"]


def test_examples_beyond_the_planned_number_are_not_even_read(world: World) -> None:
    endless = (Example(str(number), "") for number in iter(int, 1))
    assert refused(world, world.desired(), examples=endless).reason == "DATA_MOVED"


def test_an_upload_whose_answer_is_lost(world: World) -> None:
    world.fault(Fault("POST", "^/upload/", Cut("after")))
    assert world.create().name
    assert object_named(world, named(world.desired().dataset))


def test_large_data_are_sent_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "PIECE", 100)
    world.create()
    assert [each.method for each in world.emulator.requests][:3] == ["GET", "POST", "PUT"]
    assert len(lines(object_named(world, named(world.desired().dataset)))) == len(EXAMPLES)


def test_validation_data_go_along(world: World) -> None:
    few = EXAMPLES[:3]
    locator = Locator("/data/few.jsonl", "jsonl", "text_input", "output")
    desired = replace(world.desired(), validation=Dataset(digest(few), 3, 1, 1, 1, locator))
    world.create(desired, validation=few)
    [job] = world.listed("tuningJobs")
    assert job["supervisedTuningSpec"]["validationDatasetUri"] == f"gs://{BUCKET}/{named(desired.validation)}"
    assert len(lines(object_named(world, named(desired.validation)))) == 3
    assert refused(world, replace(desired, validation=replace(desired.validation, digest=f"1:{'0' * 64}"))).reason == (  # type: ignore[type-var]  # it has one
        "DATA_MOVED"
    )


LINE = b'{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}]}\n'


def test_data_in_cloud_storage_are_copied_and_never_read(world: World) -> None:
    desired = remote(world, world.emulator.put_object("their-bucket", "x.jsonl", LINE))
    world.create(desired, ownership=ownership(desired, "acme"))
    assert object_named(world, named(desired.dataset)) == LINE
    assert named(desired.dataset).startswith(f"{DATA}g1-")
    assert not [request for request in world.emulator.requests if "alt" in request.query]
    world.emulator.put_object("their-bucket", "x.jsonl", b"other")
    world.anew()
    assert world.create(desired, ownership=ownership(desired, "acme")).name
    assert object_named(world, named(desired.dataset)) == LINE


def test_the_same_bytes_uploaded_anew_are_the_same_data(world: World) -> None:
    before = remote(world, world.emulator.put_object("their-bucket", "x.jsonl", LINE))
    world.time += 1
    after = remote(world, world.emulator.put_object("their-bucket", "y.jsonl", LINE), "gs://their-bucket/y.jsonl")
    assert before.dataset != after.dataset
    assert named(before.dataset) == named(after.dataset)


def test_data_in_cloud_storage_that_moved(world: World) -> None:
    desired = remote(world, world.emulator.put_object("their-bucket", "x.jsonl", LINE))
    world.emulator.put_object("their-bucket", "x.jsonl", b"other")
    error = refused(world, desired)
    assert (error.reason, error.message.startswith("gs://their-bucket/x.jsonl: ")) == ("DATA_MOVED", True)
    assert world.listed("tuningJobs") == []


def test_data_in_cloud_storage_that_went(world: World) -> None:
    resource = world.emulator.put_object("their-bucket", "x.jsonl", LINE)
    desired = remote(world, resource)
    world.raw("DELETE", "/storage/v1/b/their-bucket/o/x.jsonl")
    assert refused(world, desired).reason == "DATA_MOVED"


def test_a_copy_that_is_not_what_it_is_called_is_removed(world: World) -> None:
    desired = remote(world, world.emulator.put_object("their-bucket", "x.jsonl", LINE))
    world.emulator.put_object(BUCKET, named(desired.dataset), b"somebody wrote here")
    assert refused(world, desired).reason == "DATA_MOVED"
    assert object_named(world, named(desired.dataset)) is None
    assert world.create(desired).name


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_copy_whose_answer_is_lost(world: World, when: Any) -> None:
    desired = remote(world, world.emulator.put_object("their-bucket", "x.jsonl", LINE))
    world.fault(Fault("POST", "/rewriteTo/", Cut(when)))
    assert world.create(desired).name
    assert object_named(world, named(desired.dataset)) == LINE


def test_data_that_nobody_looked_at_are_not_trained_on(world: World) -> None:
    locator = Locator("gs://their-bucket/x.jsonl", "contents", "", "")
    desired = replace(world.desired(), dataset=Dataset("", 0, 0, 0, 0, locator))
    assert refused(world, desired).reason == "DATA_MOVED"
    assert world.sent() == []


def test_what_identifies_stored_data() -> None:
    assert stored_digest(Stored(1, "00000001", "7")) == stored_digest(Stored(1, "00000001", "8"))

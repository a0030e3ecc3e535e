"""Bugs that the Vertex provider could have, and those of the core that only show where there are parents."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from reconciler import apply
from reconciler.providers.http import Http
from reconciler.providers.retry import Repeat
from reconciler.providers.vertex import changes, deletion, fold, provider
from reconciler.providers.vertex.codec import Job, decode_job
from reconciler.providers.vertex.creation import Creation
from reconciler.providers.vertex.labels import ID
from reconciler.providers.vertex.service import ANY, Service
from reconciler.resource.observed import Observed, State
from tests.properties import bugs

Patch = pytest.MonkeyPatch


def claims_that_anybody_gets(patch: Patch) -> None:
    """Claims are written without a condition, so whoever comes second gets it too."""
    real = Http.exchange

    def bold(http: Http, method: str, path: str, query: Any = None, *rest: Any, **more: Any) -> Any:
        told = {key: value for key, value in (query or {}).items() if key != "ifGenerationMatch"}
        return real(http, method, path, told, *rest, **more)

    patch.setattr(Http, "exchange", bold)


def nobody_looks_for_a_job(patch: Patch) -> None:
    """Whoever gets the claim begins the training, and does not look for one that is there already."""
    patch.setattr(Creation, "_listed", lambda *_: None)


def trainings_begun_again_after_a_lost_answer(patch: Patch) -> None:
    """The request that begins a training is repeated like any other."""
    real = Http.send

    def stubborn(
        http: Http, method: str, path: str, query: Any = None, body: Any = None, *rest: Any, **more: Any
    ) -> Any:
        if path.endswith("/tuningJobs") and method == "POST":
            rest = (Repeat.SAFE, *rest[1:])
        return real(http, method, path, query, body, *rest, **more)

    patch.setattr(Http, "send", stubborn)


def twins_are_like_any_other(patch: Patch) -> None:
    """All jobs of one id go by that id."""

    def all_alike(group: Iterable[Observed]) -> Iterator[Observed]:
        ordered = sorted(group, key=fold.age)
        yield from [each for each in ordered if each.state is not State.FAILED] or ordered[-1:]

    patch.setattr(fold, "choose", all_alike)


def labels_are_replaced(patch: Patch) -> None:
    """Only our labels are sent, and the rest is gone: `updateMask=labels` replaces them all."""
    patch.setattr(changes, "theirs", lambda _: {})


def guests_are_shown_the_door(patch: Patch) -> None:
    """Everything on our Endpoint is undeployed, whosever it is."""

    def all_of_them(endpoint: Any, _: Any) -> Iterator[str]:
        yield from (each.id for each in (endpoint.deployed if endpoint else ()))

    patch.setattr(deletion, "_ours", all_of_them)


def records_are_models(patch: Patch) -> None:
    """A job that failed is something that can be deleted."""
    real = fold.join

    def solid(*given: Any) -> Observed | None:
        found = real(*given)
        return replace(found, erasable=True) if found else None

    patch.setattr(fold, "join", solid)


def filters_are_believed(patch: Patch) -> None:
    """What a list gives is what was asked for."""

    def trusting(service: Service, identity: str = "") -> list[Job]:
        return [
            decode_job(job) for job in service._listed("tuningJobs", f"labels.{ID}={identity}" if identity else ANY)
        ]

    patch.setattr(Service, "jobs", trusting)


def every_version_is_ours(patch: Patch) -> None:
    """The whole Model goes, whoever made another version of it."""
    patch.setattr(Service, "versions", lambda *_: [])


def earlier_checkpoints_are_forgotten(patch: Patch) -> None:
    """Only the Endpoint of the last checkpoint is known."""
    patch.setattr(Job, "endpoints", property(lambda job: (job.endpoint,) if job.endpoint else ()))


def claims_last_for_ever(patch: Patch) -> None:
    """What a killed run has announced nobody takes over."""
    patch.setattr(Creation, "_free", lambda *_: False)


def parents_go_before_their_children(patch: Patch) -> None:
    """What a child may still start from is deleted like anything else."""
    patch.setattr(apply, "needed", lambda _: frozenset())


def children_start_from_a_base(patch: Patch) -> None:
    """A parent is asked for, and not used."""
    patch.setattr(provider, "_source", lambda *_: "")


def endpoints_go_with_the_claim(patch: Patch) -> None:
    """What serves is taken down as soon as its training is begun anew."""
    real = provider.VertexProvider.create

    def eager(self: Any, name: str, desired: Any, ownership: Any, *rest: Any) -> Any:
        made = real(self, name, desired, ownership, *rest)
        for old in self.observe():
            if old.state is State.READY and old.ownership and old.ownership.name == ownership.name:
                self.delete(old)
        return made

    patch.setattr(provider.VertexProvider, "create", eager)


SHOWN: dict[Callable[[Patch], None], str] = {
    claims_that_anybody_gets: "killed when its training was begun",
    nobody_looks_for_a_job: "killed, and begun anew",
    trainings_begun_again_after_a_lost_answer: "the answer is lost",
    twins_are_like_any_other: "begun once more by hand",
    labels_are_replaced: "changed in place",
    guests_are_shown_the_door: "replaced beside a guest with all the traffic",
    records_are_models: "failed, and not wanted any more",
    filters_are_believed: "at a service that takes no filter",
    every_version_is_ours: "replaced beside a version of somebody else",
    earlier_checkpoints_are_forgotten: "replaced",
    claims_last_for_ever: "killed before its training was begun",
    parents_go_before_their_children: "the parent is replaced",
    children_start_from_a_base: "the parent is replaced",
    endpoints_go_with_the_claim: "replaced",
    bugs.selections_delete_the_rest: "a part of the workspace is applied",
}
"""How the names of those of `stories.STORIES` begin in one of which, at least, each bug shows."""

RARE = (
    nobody_looks_for_a_job,
    guests_are_shown_the_door,
    every_version_is_ours,
    parents_go_before_their_children,
    bugs.selections_delete_the_rest,
)
"""Bugs that random histories at Vertex AI may not come upon within `test_mutations.ENOUGH`."""

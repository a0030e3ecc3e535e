"""Planning against a remote that can only be read.

One list is enough when nothing is to be done. Only what a first plan wants to do makes more questions necessary: a
model is created only if a GET of its id does not find it (lists leave out what is shared with everyone, and lag), old
models are asked for their grants, and the service for the base models it still tunes. Data in Cloud Storage is looked
at, and never read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.errors import Diagnostic, InvalidManifests, NotFound, PermissionDenied
from reconciler.plan.change import TRAININGS, deletes
from reconciler.plan.plan import Plan
from reconciler.plan.planner import plan
from reconciler.plan.terms import Facts, Terms
from reconciler.providers.port import Reader
from reconciler.resource.dataset import Dataset, Stored, stored_digest
from reconciler.resource.desired import Desired
from reconciler.resource.lineage import rooted
from reconciler.resource.observed import Grant, Observed, Snapshot, State
from reconciler.resource.reason import Reason

ROUNDS = 4
"""How often a plan is made anew because a GET found what the list had left out."""


def preview(desired: Iterable[Desired], reader: Reader, terms: Terms) -> Plan:
    """Read what exists and plan; raise InvalidManifests for data that is not there, or larger than a training takes."""
    desired = located(desired, reader)
    if wrong := [finding for each in desired for finding in _misplaced(each, reader.capabilities.limits.request_bytes)]:
        raise InvalidManifests(tuple(sorted(wrong)))
    snapshot, made = _confirmed(desired, reader, terms)
    facts = _ask(made, reader)
    return made if facts == Facts() else plan(desired, snapshot, replace(terms, facts=facts))


def located(desired: Iterable[Desired], reader: Reader) -> tuple[Desired, ...]:
    """The same, with the digests of data in Cloud Storage, of which only the service can tell what they are.

    Data that is not there keeps no digest: nothing can be said of it.
    """
    wants = tuple(desired)
    remote = {d.locator.path for each in wants for d in (each.dataset, each.validation) if d and d.locator.remote}
    if not remote:
        return wants
    found = {path: reader.stat(path) for path in sorted(remote)}
    looked = (
        replace(each, dataset=_seen(each.dataset, found), validation=_seen(each.validation, found)) for each in wants
    )
    return rooted(looked)


def _misplaced(desired: Desired, most: int) -> Iterator[Diagnostic]:
    """What is wrong with the data of a manifest that lies in Cloud Storage."""
    for dataset in (desired.dataset, desired.validation):
        if dataset is None or not dataset.locator.remote:
            continue
        path, size = dataset.locator.path, dataset.request_bytes
        if not dataset.digest:
            advice = "upload it, or let this identity read it (storage.objects.get)"
            yield Diagnostic(dataset.origin, f"{path} is not there, or hidden from this identity", advice)
        elif not 0 < size <= most:
            yield Diagnostic(dataset.origin, f"{path} has {size:,} bytes", f"a training takes 1 to {most:,}")


def _seen(dataset: Dataset | None, found: Mapping[str, Stored | None]) -> Dataset | None:
    """The dataset, with the digest and the generation of what lies there."""
    stored = found.get(dataset.locator.path) if dataset else None
    if dataset is None or stored is None:
        return dataset
    locator = replace(dataset.locator, generation=stored.generation)
    return replace(dataset, digest=stored_digest(stored), request_bytes=stored.size, locator=locator)


def _confirmed(desired: tuple[Desired, ...], reader: Reader, terms: Terms) -> tuple[Snapshot, Plan]:
    """Plan; look for every model to be created under its id; plan again if one was there after all."""
    snapshot = reader.observe()
    made = plan(desired, snapshot, terms)
    absent: set[str] = set()
    for _ in range(ROUNDS):
        creates = [r.target for r in made.changes if r.action in TRAININGS]
        unseen = [name for name in creates if name and name not in absent]
        if not unseen:
            break
        found = reader.read(unseen)
        absent.update(unseen)
        if found:
            snapshot = (*snapshot, *found)
            made = plan(desired, snapshot, terms)
    return snapshot, made


def _ask(made: Plan, reader: Reader) -> Facts:
    """Ask what this plan needs to know, and nothing more."""
    rows = made.changes
    failed = [r.observed for r in rows if r.refused and Reason.FAILED in r.reasons and r.observed]
    failures = {observed.name: reader.explain(observed) for observed in failed}
    if not any(r.action in TRAININGS or deletes(r) or r.supersedes for r in rows):
        return Facts(failures=failures)
    grants = {old.name: found for old in _superseded(made) if (found := _granted(reader, old))}
    tunable = reader.tunable() if reader.capabilities.lists_bases else None
    return Facts(asked=True, tunable=tunable, grants=grants, failures=failures)


def _granted(reader: Reader, old: Observed) -> tuple[Grant, ...]:
    """Who may use a model; nobody that can be told, if it is gone or not ours to ask. Deleting it looks again."""
    try:
        return reader.grants(old)
    except (NotFound, PermissionDenied):
        return ()


def _superseded(made: Plan) -> Iterator[Observed]:
    """The models that served so far and that this plan replaces: somebody may have been granted their use."""
    for row in made.changes:
        yield from (old for old in row.supersedes if old.state is State.READY)
        if row.successor and row.observed and row.observed.state is State.READY:
            yield row.observed

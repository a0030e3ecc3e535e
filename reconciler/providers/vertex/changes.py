"""Changing a Model: its name, description and labels, in one PATCH.

Labels are only written as a whole, so what is there is read first, and laid under what is to be written; a description
is read first too, since it may be somebody's only note. The etag keeps others from writing in between. The mark must
still be as it was observed.
A service that keeps the labels of a job on the version of the Model shows those before the Model's own: then the
version is patched too.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from reconciler.errors import Refused, RemoteError
from reconciler.providers.vertex import bodies
from reconciler.providers.vertex.labels import ID, JOB, encode, ours, theirs
from reconciler.providers.vertex.reference import Reference, parse
from reconciler.providers.vertex.registry import identity_of, remodelled
from reconciler.providers.vertex.service import Service
from reconciler.providers.vertex.serving import Model, decode_model
from reconciler.resource.observed import Observed, Operation, Ownership, State
from reconciler.resource.reason import Reason
from reconciler.resource.rules import Value

_MOVED = frozenset((HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED))
"""How the service says that an etag is not the present one."""


def change(service: Service, observed: Observed, values: Mapping[str, Value], ownership: Ownership | None) -> Operation:
    """Write values and mark; nothing is sent if nothing differs."""
    reference = parse(observed.resources.get("model", ""), "models")
    if observed.state is State.TRAINING or reference is None:
        raise Refused(
            Reason.TRAINING if observed.state is State.TRAINING else Reason.NOT_SERVING,
            f"{observed.name} has no Model yet, or none any more, that could be changed",
            "apply again when it is READY",
        )
    identity = _identity(observed, reference)
    mark = _mark(observed, ownership, identity)
    body, wanted = bodies.patch(values), bodies.labels(values)
    labelled = bool(wanted) or mark != _carried(observed)
    if not labelled and "description" not in body:
        return _patched(service, observed, reference, identity, body) if body else _unchanged(observed)
    current = _unmoved(service, observed, reference, wanted)
    if "description" in body:
        _untouched(observed, current, body["description"])
    body["etag"] = current.etag
    if not labelled:
        return _patched(service, observed, reference, identity, body)
    labels = {**theirs(current.labels), **wanted, **mark}
    body["labels"] = labels
    operation = _patched(service, observed, reference, identity, body)
    if operation.observed is None or not _shows(operation.observed, mark, wanted):
        version = {"labels": labels}
        operation = _patched(service, observed, reference, identity, version, at=reference)
    if operation.observed is None or not _shows(operation.observed, mark, wanted):
        raise Refused(
            Reason.MARK_REFUSED, f"the service did not keep the labels of {observed.name}", "look at it in the console"
        )
    return operation


def _unchanged(observed: Observed) -> Operation:
    return Operation(observed.name, done=True, observed=observed)


def _identity(observed: Observed, reference: Reference) -> str:
    """The id that the mark has to have: our own, or what stands for it on a Model that we did not make."""
    if parse(observed.name, "models"):
        return identity_of(reference)
    return observed.name if not observed.twin else _carried(observed).get(ID, "")


def _mark(observed: Observed, ownership: Ownership | None, identity: str) -> dict[str, str]:
    """The labels of the mark; on a Model that we did not make with the job that made it, if that is known."""
    if ownership is None:
        return {}
    job = parse(observed.resources.get("job", ""), "tuningJobs")
    return {**encode(ownership, identity), **({JOB: job.id} if job and parse(observed.name, "models") else {})}


def _carried(observed: Observed) -> dict[str, str]:
    """The labels of the mark as they were observed."""
    return dict(json.loads(observed.carrier or "{}"))


def _unmoved(service: Service, observed: Observed, reference: Reference, wanted: Mapping[str, str]) -> Model:
    """Read the Model again; Refused (STALE) if somebody changed what is to be written since it was observed."""
    current = service.model(reference)
    if current is None:
        raise Refused(Reason.STALE, f"the Model of {observed.name} is gone", "plan again")
    same = all(current.labels.get(key) == observed.fields.get(f"{bodies.LABELS}{key}") for key in wanted)
    if not same or ours(current.labels) != _carried(observed):
        raise _stale(observed)
    return current


def _untouched(observed: Observed, current: Model, text: str) -> None:
    """Raise Refused (STALE) for a description that somebody changed since it was observed: it may be all there is."""
    if current.fields.get("description") not in (observed.fields.get("description", ""), text):
        raise Refused(
            Reason.STALE, f"the description of {observed.name} was changed meanwhile", "plan again and review"
        )


def _patched(
    service: Service,
    observed: Observed,
    reference: Reference,
    identity: str,
    body: Mapping[str, Any],
    at: Reference | None = None,
) -> Operation:
    """Send a PATCH, to the Model or to a version of it, and read what came of it.

    With an etag it cannot be repeated after a lost answer without being refused: then the Model is looked at.
    """
    path, mask = f"{service.root}/{(at or reference.whole).path}", ",".join(sorted(body.keys() - {"etag"}))
    shown: Model | None
    try:
        shown = decode_model(service.http.send("PATCH", path, {"updateMask": mask}, body))
    except RemoteError as error:
        if error.status not in _MOVED:
            raise
        shown = service.model(reference)
        if shown is None or not _has(shown, body):
            raise _stale(observed) from error
    if shown.reference.version != reference.version:  # another version is the default one, and was shown
        shown = service.model(reference) or shown
    return Operation(observed.name, done=True, observed=remodelled(observed, shown, identity))


def _has(model: Model, body: Mapping[str, Any]) -> bool:
    """Whether a Model is as a PATCH was to make it."""
    plain = all(model.fields.get(key) == value for key, value in body.items() if key not in ("labels", "etag"))
    return plain and ("labels" not in body or dict(model.labels) == body["labels"])


def _shows(observed: Observed, mark: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether the mark and the labels that were written are to be seen, and no other mark."""
    kept = all(observed.fields.get(f"{bodies.LABELS}{key}") == value for key, value in wanted.items())
    return kept and _carried(observed) == dict(mark)


def _stale(observed: Observed) -> Refused:
    return Refused(Reason.STALE, f"the labels of {observed.name} were changed meanwhile", "plan again and review")

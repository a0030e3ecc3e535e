"""`tunedModels.create`: what is asked for is checked as a whole, then kept as a training that the clock runs."""

import json
import re
from dataclasses import dataclass, replace

from reconciler.emulator import rendering, status
from reconciler.emulator.access import live_model
from reconciler.emulator.call import Call
from reconciler.emulator.catalog import base_named
from reconciler.emulator.checks import checked_fields, example_faults, hyperparameter_faults
from reconciler.emulator.codes import code
from reconciler.emulator.permissions import grant_owner
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Row
from reconciler.emulator.training import total_steps
from reconciler.emulator.wire import JsonObject

ID = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
_NANOS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is trained: resolved hyperparameters, what of them is echoed, and the examples."""

    epochs: int
    batch: int
    echoed: JsonObject
    examples: list[JsonObject]


def create(call: Call) -> JsonObject:
    """Answer with an Operation; the model is visible at once, in state CREATING.

    Raises ApiError 400 for what is wrong with the request, 404 for a base that cannot be tuned, 409 for an
    id that is taken, by whomever.
    """
    _check(call)
    source, base = _source(call)
    tuning = _tuning(call)
    fixed = {**source, **base_named(base).sampling, **checked_fields(call.body, call.settings)}
    fixed["tuningTask"] = {"hyperparameters": tuning.echoed}
    with call.store.writing():
        row = _row(call, fixed, tuning)
        _refuse_taken(call, row.id)
        call.store.insert(row, json.dumps(tuning.examples, ensure_ascii=False), None)
        grant_owner(call.store, call.settings, row.id, row.owner)
    return rendering.operation(call.store, call.settings, row, call.now)


def _check(call: Call) -> None:
    model_id, body = call.query.get("tunedModelId"), call.body
    faults: list[tuple[str, str]] = []
    if model_id and not ID.fullmatch(model_id):
        faults.append(("tuned_model_id", f'Invalid tuned_model_id "{model_id}": must match {ID.pattern}.'))
    if not model_id and not body.get("displayName"):
        faults.append(("tuned_model_id", "Either tuned_model_id or display_name must be set."))
    if "tuningTask" not in body:
        faults.append(("tuned_model.tuning_task", "tuning_task is required."))
    else:
        faults += example_faults(body["tuningTask"].get("trainingData"))
        faults += hyperparameter_faults(body["tuningTask"].get("hyperparameters", {}))
    if not body.get("baseModel") and not body.get("tunedModelSource", {}).get("tunedModel"):
        faults.append(("tuned_model.source_model", "One of base_model and tuned_model_source must be set."))
    if faults:
        raise status.bad_fields(faults)


def _source(call: Call) -> tuple[JsonObject, str]:
    """Give what is shown as the source, and the base it comes down to."""
    asked = call.body.get("tunedModelSource", {}).get("tunedModel")
    if asked is None:
        base = call.body["baseModel"]
        if base not in call.settings.tunable_bases:
            text = f"{base} is not found for CREATE TUNED MODEL at API version {call.version}."
            raise status.ApiError(404, text)
        shown = call.settings.base_aliases.get(base, base) if call.settings.echoes("resolve-base") else base
        return {"baseModel": shown}, base
    parent = live_model(replace(call, path={"model": asked.removeprefix("tunedModels/")}))
    kept = json.loads(parent.fixed)
    base = kept.get("baseModel") or kept["tunedModelSource"]["baseModel"]
    if base.startswith(call.settings.sources_refused):
        raise status.bad_field("tuned_model.tuned_model_source", f"{asked} cannot be tuned further.")
    if rendering.state_of(parent, call.now, call.settings) != "ACTIVE":
        raise status.precondition(f"{asked} is not ACTIVE.")
    return {"tunedModelSource": {"tunedModel": asked, "baseModel": base}}, base


def _tuning(call: Call) -> Tuning:
    task, settings = call.body["tuningTask"], call.settings
    examples = task["trainingData"]["examples"]
    pairs = examples.get("examples", []) + examples.get("multiturnExamples", [])
    asked = task.get("hyperparameters", {})
    default = _defaults(call.version, len(pairs), settings)
    values = {
        "epochCount": asked.get("epochCount", default["epochCount"]),
        "batchSize": asked.get("batchSize", default["batchSize"]),
    }
    if settings.echoes("clamp"):
        values["epochCount"] = min(values["epochCount"], settings.epoch_max)
        values["batchSize"] = min(values["batchSize"], len(pairs))
    return Tuning(values["epochCount"], values["batchSize"], values | _rate(asked, default, settings), pairs)


def _rate(asked: JsonObject, default: JsonObject, settings: Settings) -> JsonObject:
    if "learningRateMultiplier" not in asked:
        return {"learningRate": asked.get("learningRate", default["learningRate"])}
    multiplier = asked["learningRateMultiplier"]
    if settings.echoes("omit-multiplier"):
        return {}
    if settings.echoes("multiplier-as-rate"):
        return {"learningRate": float(f"{multiplier * default['learningRate']:.6g}")}
    return {"learningRateMultiplier": multiplier}


def _defaults(version: str, examples: int, settings: Settings) -> JsonObject:
    large = examples >= settings.default_threshold
    if version == "v1beta3":
        return {
            "epochCount": 10,
            "batchSize": 64 if large else 16,
            "learningRate": 0.002 if large else 0.0002,
        }
    return {"epochCount": 5, "batchSize": 16 if large else 4, "learningRate": 0.0002 if large else 0.001}


def _row(call: Call, fixed: JsonObject, tuning: Tuning) -> Row:
    store, settings = call.store, call.settings
    number = int(store.add("made"))
    model_id = call.query.get("tunedModelId") or _auto_id(fixed["displayName"], number, settings)
    total = total_steps(len(tuning.examples), tuning.epochs, tuning.batch)
    named = [step for text, step in settings.fail_after.items() if text in f"{model_id}\n{fixed.get('displayName')}"]
    lists = int(store.number("lists"))
    return Row(
        seq=0,
        id=model_id,
        owner=call.caller.account,
        version=call.version,
        operation=code(f"operation {settings.seed} {number}"),
        fixed=json.dumps(fixed, ensure_ascii=False),
        previous=None,
        created=call.now,
        updated=call.now,
        # The task's own clock shows nanoseconds where the model's shows microseconds.
        started=call.now + int(settings.start_delay * _NANOS) + number % 997 + 1,
        step_nanos=int(_NANOS / settings.steps_per_second),
        total=total,
        batch=tuning.batch,
        examples=len(tuning.examples),
        fail_step=min(named, default=None),
        cancelled=None,
        visible_from=lists + settings.list_lag,
        gone_from=None,
        written=int(store.add("writes")),
    )


def _refuse_taken(call: Call, model_id: str) -> None:
    found = call.store.model(model_id)
    if found and (found.gone_from is None or call.settings.id_reuse == "conflict"):
        raise status.ApiError(409, f"Resource {found.name} already exists.")


def _auto_id(title: str, number: int, settings: Settings) -> str:
    """Make an id as the service does: words joined by hyphens, underscores dropped, a base36 tail."""
    words = re.findall(r"[a-z0-9]+", title.lower().replace("_", ""))
    stem = "-".join(words).lstrip("0123456789-") or "model"
    return f"{stem}-{code(f'model {settings.seed} {number}')}"

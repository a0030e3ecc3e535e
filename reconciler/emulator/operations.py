"""Operations of tuned models: each model has the one that created it, and it goes with the model."""

from reconciler.emulator import models, rendering, status
from reconciler.emulator.access import live_model
from reconciler.emulator.call import Call
from reconciler.emulator.store import Row
from reconciler.emulator.wire import JsonObject


def get(call: Call) -> JsonObject:
    """Answer `operations.get`."""
    return rendering.operation(call.store, call.settings, _row(call), call.now)


def list_operations(call: Call) -> JsonObject:
    """Answer `operations.list` of one model; a loaded model has none."""
    row = live_model(call)
    if row.operation is None:
        return {}
    return {"operations": [rendering.operation(call.store, call.settings, row, call.now)]}


def cancel(call: Call) -> JsonObject:
    """Answer `operations.cancel`: the training stops now; one that is over stays as it is."""
    with call.store.writing():
        row = _row(call, need="WRITER")
        course = rendering.course_of(row, call.settings)
        if course is not None and call.now < course.ends:
            call.store.change(row.id, cancelled=call.now)
            if call.settings.after_cancel == "deleted":
                models.remove(call, row)
    return {}


def not_supported(call: Call) -> JsonObject:
    """Refuse the methods of the service that it does not implement."""
    raise status.ApiError(501, f"Operation is not implemented, or supported, or enabled ({call.version}).")


def _row(call: Call, need: str = "READER") -> Row:
    row = live_model(call, need)
    if row.operation != call.path["operation"]:
        raise status.not_found()
    return row

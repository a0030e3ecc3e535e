"""Hyperparameters as they are resolved, and what of a job's source and hyperparameters is shown.

The forms of `Settings.echo` hold here too. The defaults are the emulator's own; the service chooses by the data.
"""

from dataclasses import dataclass

from reconciler.emulator.settings import Settings
from reconciler.emulator.vertex.checks import adapter_size
from reconciler.emulator.wire import JsonObject

_EPOCHS = 3
_ADAPTER = 4


@dataclass(frozen=True, slots=True)
class Resolved:
    """The number of epochs, and the fields of the job that are shown in another form than they were given."""

    epochs: int
    shown: JsonObject


def resolve(given: JsonObject, settings: Settings) -> Resolved:
    """Resolve what a job asks for, in canonical form."""
    spec = given["supervisedTuningSpec"]
    asked = {name: value for name, value in spec.get("hyperParameters", {}).items() if value}
    epochs = asked.get("epochCount", _EPOCHS)
    if settings.echoes("clamp"):
        epochs = min(epochs, settings.epoch_max)
        asked = {name: min(value, epochs) if name == "epochCount" else value for name, value in asked.items()}
    if settings.echoes("omit-multiplier"):
        asked.pop("learningRateMultiplier", None)
    if settings.vertex_defaults == "echo":
        default = {"epochCount": epochs, "learningRateMultiplier": 1.0, "adapterSize": adapter_size(_ADAPTER)}
        asked = default | asked
    shown: JsonObject = {"supervisedTuningSpec": {**spec, "hyperParameters": asked} if asked else spec}
    if settings.echoes("resolve-base") and "baseModel" in given:
        shown["baseModel"] = settings.base_aliases.get(given["baseModel"], given["baseModel"])
    return Resolved(epochs, shown)

"""Epochs that are far from what is usual for that many examples."""

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.errors import Diagnostic
from reconciler.resource.dataset import Dataset
from reconciler.resource.lint import RULES
from reconciler.source.sourced import Sourced
from reconciler.source.wording import counted

RULE = "epochs-unusual"
EPOCHS = "hyperparameters.epochCount"


class Usual(NamedTuple):
    """The usual range of epochs for data of so many examples at least."""

    examples: int
    least: int
    most: int


USUAL = (Usual(10_000, 1, 10), Usual(1_000, 1, 20), Usual(100, 1, 50), Usual(0, 2, 100))
"""Widest for little data, of which every epoch is soon over.

The services train 5 or 10 epochs where none are given (API reference; v1beta3 had 10), whatever the size. The ranges
are ours, and wide enough that whoever leaves them has a reason or a typing error.
"""


def unusual_epochs(sourced: Sourced, dataset: Dataset | None) -> Iterator[Diagnostic]:
    """Warn of epochs out of the usual range; what is not read has no number of examples."""
    epochs = sourced.manifest.fields.get(EPOCHS)
    if not isinstance(epochs, int) or dataset is None or not dataset.count:
        return
    _, least, most = next(usual for usual in USUAL if dataset.count >= usual.examples)
    if not least <= epochs <= most:
        message = f"{counted(epochs, 'epoch')} of {counted(dataset.count, 'example')}"
        advice = f"{least} to {most} are usual for so many" + (", and all are paid for" if epochs > most else "")
        origin = sourced.locate("spec", *EPOCHS.split("."))
        yield Diagnostic(origin, message, advice, RULES[RULE].severity, RULE)

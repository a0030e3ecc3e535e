"""Tells of each row of a plan whose data changed how they changed. The plan stays as it is otherwise, digest included.

Data that several rows share are read once, and compared once with each version that these were trained on.
"""

import os.path
from dataclasses import dataclass, field, replace

from reconciler.errors import ReconcilerError
from reconciler.plan.change import Action, Change
from reconciler.plan.plan import Plan
from reconciler.resource.datachange import DataChange
from reconciler.resource.dataset import Dataset
from reconciler.resource.desired import Desired
from reconciler.resource.identity import same_hash
from reconciler.resource.observed import Ownership, State
from reconciler.resource.reason import Reason
from reconciler.source.census import Census, census, present
from reconciler.source.collector import collector_resting
from reconciler.source.comparison import Measured, described
from reconciler.source.git import Unavailable
from reconciler.source.revisions import History
from reconciler.source.rows import Flaw
from reconciler.source.search import Wanted

CHANGED = "the file has changed meanwhile, or cannot be read"


def with_data(plan: Plan, history: History, examples: int = 0) -> Plan:
    """The same plan, with what changed in the data of its rows; of `examples` a kind also what is in them."""
    comparing = _Comparing(history, examples, bool(plan.environment))
    with collector_resting():
        rows = tuple(replace(row, data=comparing.row(row)) for row in plan.changes)
    return replace(plan, changes=rows)


@dataclass(slots=True)
class _Comparing:
    """Compares, and remembers what came of it: not what it has read, which may be large, but for the latest."""

    history: History
    examples: int
    patched: bool
    _made: dict[tuple[str, ...], DataChange | None] = field(default_factory=dict, init=False)
    _latest: tuple[str, Census | Flaw] = field(default=("", Flaw("")), init=False)

    def row(self, row: Change) -> DataChange | None:
        """What changed in the data of a row; None if they did not, or there is nothing to compare them with."""
        desired = row.desired
        if desired is None or desired.dataset is None:
            return None
        if any(each.reason is Reason.DATA_CHANGED for each in row.fields):
            mark = row.observed.ownership if row.observed else None
            return self._once(desired, desired.dataset, mark) if mark else None
        if row.observed is None and Action.CREATE in (row.action, row.intended):
            mark = _under_way(row, desired.dataset)
            return self._once(desired, desired.dataset, mark) if mark or self.history.base else None
        return None

    def _once(self, desired: Desired, dataset: Dataset, mark: Ownership | None) -> DataChange | None:
        """Compare, unless another row with the same data was made from the same data."""
        digest, measured = (mark.digest, mark.validation) if mark else ("", "")
        where = dataset.locator.path if digest and dataset.locator.path else str(desired.address)
        key = digest, measured, dataset.digest, where, desired.validation.digest if desired.validation else ""
        if key not in self._made:
            try:
                self._made[key] = self._compared(desired, dataset, digest, measured)
            except (OSError, ReconcilerError):
                self._made[key] = DataChange(None, missing=CHANGED)
        return self._made[key]

    def _compared(self, desired: Desired, dataset: Dataset, digest: str, measured: str) -> DataChange | None:
        """Compare data with those that have a digest; without one, with those of the base revision, if they differ.

        `measured` is the digest of the validation data of whoever learned them, as far as that is known.
        """
        names = tuple(filter(None, (desired.address.name, desired.renamed_from)))
        older, missing = None, ""
        try:
            manifest = os.path.abspath(desired.origin.file)
            older = self.history.find(Wanted(digest, names, manifest, dataset, self.patched))
        except Unavailable as error:
            missing = str(error)
        if not digest and (older is None or same_hash(dataset.digest, older.census.digest)):
            return None
        if dataset.locator.remote:
            return DataChange(None, missing=missing)
        new = self._census(dataset)
        if isinstance(new, Flaw):
            return DataChange(None, missing=new.message)
        return described(
            present(dataset.locator), new, _measured(desired.validation, measured), older, missing, self.examples
        )

    def _census(self, dataset: Dataset) -> Census | Flaw:
        """Count the data of today, which were found to be good: if they are not, they have changed since then."""
        if self._latest[0] != dataset.digest:
            made = census(present(dataset.locator))
            good = isinstance(made, Census) and made.digest == dataset.digest
            self._latest = dataset.digest, made if good else Flaw(CHANGED)
        return self._latest[1]


def _under_way(row: Change, dataset: Dataset) -> Ownership | None:
    """The mark of the latest training under way that is thrown away for a first model, if it learns other data."""
    known = [old for old in row.supersedes if old.state is State.TRAINING and old.ownership and old.ownership.digest]
    mark = max(known, key=lambda old: old.born).ownership if known else None
    return mark if mark and not same_hash(mark.digest, dataset.digest) else None


def _measured(validation: Dataset | None, before: str) -> Measured | None:
    """The validation data of today, if they can be read."""
    if validation is None or validation.locator.remote:
        return None
    made = census(present(validation.locator))
    return Measured(made, same_hash(before, validation.digest)) if isinstance(made, Census) else None

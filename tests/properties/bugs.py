"""Bugs that the planner or apply could have, whatever the service; each is put in by patching."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from reconciler import apply
from reconciler.plan import attempt, decision, diff, moves, planner, training, undeclared
from reconciler.plan.inventory import Inventory, take
from reconciler.plan.terms import Terms
from reconciler.resource.desired import Desired
from reconciler.resource.identity import inputs_hash
from reconciler.resource.observed import Observed, State

Patch = pytest.MonkeyPatch


def blind_to_data(patch: Patch) -> None:
    """The service never gives data back, so nothing differs."""

    def blind(want: Desired) -> str:
        return inputs_hash(replace(want, dataset=None))

    patch.setattr(diff, "_data", lambda *_, **__: iter(()))
    for module in (attempt, training):
        patch.setattr(module, "inputs_hash", blind)


def one_model_an_address(patch: Patch) -> None:
    """The snapshot is a mapping: of several models of an address it shows the last."""

    def collapsed(*arguments: Any) -> Inventory:
        inventory = take(*arguments)
        for group in (*inventory.declared.values(), *inventory.undeclared.values()):
            del group.marked[:-1]
        return inventory

    patch.setattr(planner, "take", collapsed)


def deletes_before_the_new_one_is_ready(patch: Patch) -> None:
    """The old model goes as soon as the new one is begun."""
    real = apply._create

    def hasty(run: Any, row: Any) -> Any:
        end = real(run, row)
        for old in row.supersedes:
            run.provider.delete(old)
        return end

    patch.setattr(apply, "_create", hasty)


def renames_are_not_seen(patch: Patch) -> None:
    """A changed name is a new model and an undeclared one."""
    patch.setattr(planner, "move", lambda _, inventory, __: (inventory, moves.Ambiguity()))


def selections_delete_the_rest(patch: Patch) -> None:
    """What is outside of the selection counts as undeclared."""
    patch.setattr(Terms, "complete", property(lambda _: True))


def failures_are_retried_by_themselves(patch: Patch) -> None:
    """A FAILED model counts as none."""

    def eager(matches: Iterable[Any], *_: Any) -> Any:
        return next((m for m in matches if m.same and m.observed.state is not State.FAILED), None)

    patch.setattr(decision, "wanted", eager)


def ids_prove_nothing(patch: Patch) -> None:
    """A model whose mark was wiped is nobody's, and its address is trained again."""
    patch.setattr("reconciler.plan.inventory._claim", lambda unmarked, *_: list(unmarked))
    patch.setattr(attempt, "_foreign", lambda *_: False)


def marks_do_not_protect(patch: Patch) -> None:
    """What the mark says about the time after the manifest is forgotten."""

    def careless(address: Any, observed: Observed, **_: Any) -> Any:
        assert observed.ownership is not None
        forgetful = replace(observed, ownership=replace(observed.ownership, keep=False))
        return real(address, forgetful, protected=False, former="")

    real = undeclared._row
    patch.setattr(undeclared, "_row", careless)

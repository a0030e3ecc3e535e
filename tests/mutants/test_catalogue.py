"""A catalogue that no longer fits the source would catch nothing and say nothing."""

import ast
from pathlib import Path

import pytest

from tests.mutants.catalogue import MUTANTS, Mutant

SOURCE = Path(__file__).parents[2] / "reconciler"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_still_fits(mutant: Mutant) -> None:
    text = (SOURCE / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1
    changed = ast.parse(text.replace(mutant.old, mutant.new))
    assert ast.dump(changed) != ast.dump(ast.parse(text))


def test_the_page_of_promises_counts_them() -> None:
    page = (SOURCE.parent / "docs" / "guarantees.md").read_text(encoding="utf-8")
    assert f"Mutants: {len(MUTANTS)} caught of {len(MUTANTS)}," in page


def test_each_has_its_own_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)

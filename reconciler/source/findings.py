"""How many findings are told of one file: enough to work on, and not a million of them."""

from collections.abc import Iterable
from itertools import islice

from reconciler.errors import Diagnostic, Origin

MOST_FINDINGS = 20
"""Errors told of one file of manifests, or of one dataset."""


def few(file: str, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Give the first findings of a file; that there are more is one more."""
    told = tuple(islice(findings, MOST_FINDINGS + 1))
    if len(told) <= MOST_FINDINGS:
        return told
    return (*told[:-1], Diagnostic(Origin(file), "has more errors than are shown", "fix those that are shown first"))

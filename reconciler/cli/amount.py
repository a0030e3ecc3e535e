"""Amounts of money as people write them: `12`, `12.50`."""

import re
from decimal import Decimal

import click

_PATTERN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def amount(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Decimal | None:
    """Read the value of an option; the currency is the workspace's, and stands nowhere else."""
    if text is None:
        return None
    if not _PATTERN.fullmatch(text):
        raise click.BadParameter(f"{text!r} is no amount of money; write it as 12 or 12.50, without the currency")
    return Decimal(text)

"""Durations as people write them: `45m`, `1h30m`, `90s`."""

import re

import click

_PATTERN = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")


def seconds(_context: click.Context, _parameter: click.Parameter, text: str | None) -> float | None:
    """Read the value of an option; a bare number is refused, because it could be minutes."""
    if text is None:
        return None
    match = _PATTERN.fullmatch(text)
    if not text or not match:
        raise click.BadParameter(f"{text!r} is not a duration; write it as 90s, 45m or 1h30m")
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return float(3600 * hours + 60 * minutes + rest)

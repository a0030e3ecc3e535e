"""Durations as people write them: `45m`, `1h30m`, `90s`."""

import re

import click

_PATTERN = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")


class Duration(click.ParamType):
    """Seconds, written with units; a bare number is refused, because it could be minutes."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a duration; fail with an example for anything else."""
        if isinstance(value, float):
            return value
        match = _PATTERN.fullmatch(text := str(value))
        if not text or not match:
            self.fail(f"{text!r} is not a duration; write it as 90s, 45m or 1h30m", param, ctx)
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(3600 * hours + 60 * minutes + seconds)

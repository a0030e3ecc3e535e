"""When a request is sent again, and after how long.

Only after a lost or temporary answer, and only if its act may be done twice (`Repeat`): with exponential backoff and
full jitter, or after what the service asks for (Retry-After, google.rpc.RetryInfo).
"""

import email.utils
import re
from collections.abc import Callable
from enum import Enum
from typing import assert_never

from reconciler.providers.outcome import Answered, Lost, Outcome

TRIES, PATIENCE = 6, 120.0
"""At most so many requests, and so many seconds in all."""

BACKOFF, BACKOFF_LIMIT = 1.0, 30.0
"""Seconds: the n-th wait is random, up to BACKOFF * 2**(n - 1), and never more than the limit."""

TEMPORARY = frozenset((408, 429, 500, 502, 503, 504))


class Repeat(Enum):
    """When a request may be sent again."""

    SAFE = "doing it twice is doing it once"
    REFUSED = "only if the service surely did not do it"


def repeatable(outcome: Outcome, repeat: Repeat) -> bool:
    """Whether sending again may help, and cannot hurt."""
    match outcome:
        case Lost(hopeless=True):
            return False
        case Lost(undone=undone):
            return undone or repeat is Repeat.SAFE
        case Answered(status=429):
            return True
        case Answered(status=status):
            return (outcome.cut or status in TEMPORARY) and repeat is Repeat.SAFE
        case _:
            assert_never(outcome)


def pause(outcome: Outcome, attempt: int, now: float, chance: Callable[[], float]) -> float:
    """Seconds before the next try: a random share of the backoff, but not less than the service asks for."""
    backoff = chance() * min(BACKOFF_LIMIT, BACKOFF * 2.0 ** (attempt - 1))
    return max(backoff, _asked(outcome, now)) if isinstance(outcome, Answered) else backoff


def _asked(answer: Answered, now: float) -> float:
    """Seconds the service asks us to wait, by header or in the details of its error; 0 when it does not say."""
    seconds = [0.0]
    if after := answer.headers.get("Retry-After", ""):
        seconds.append(float(after) if after.isdecimal() else _date(after) - now)
    details = answer.error.get("details")
    for detail in details if isinstance(details, list) else []:
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?s", delay):
            seconds.append(float(delay[:-1]))
    return max(seconds)


def _date(text: str) -> float:
    """Read an HTTP date as Unix seconds; 0 if it is none."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0

"""When a request to a forge is sent again, and after how long.

A forge that limits us has not done what was asked, and says when it will: with Retry-After, or with the second at which
an exhausted quota is filled again (GitHub, "Rate limits for the REST API"; GitLab, "Rate limits", the same without X-).
GitHub limits with 403 as well as 429, and asks for at least a minute where it names no time.
"""

import email.utils
from collections.abc import Callable
from http import HTTPStatus

from reconciler.forge.answer import Answer
from reconciler.providers.outcome import Lost

TRIES, PATIENCE = 5, 300.0
"""At most so many requests, and so many seconds of waiting in all."""
BACKOFF, BACKOFF_LIMIT = 1.0, 30.0
"""Seconds: the n-th wait is random, up to BACKOFF * 2**(n - 1), and never more than the limit."""
UNSAID = 60.0
"""Seconds before the first repetition where a limit names no time; doubled with each further one."""
TEMPORARY = frozenset((408, 500, 502, 503, 504))


def limited(answer: Answer) -> bool:
    """Whether the forge finds that we ask too often."""
    if answer.status == HTTPStatus.FORBIDDEN:
        return "Retry-After" in answer.headers or _exhausted(answer) or "rate limit" in answer.text.lower()
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS


def pause(
    outcome: Answer | Lost, attempt: int, now: float, chance: Callable[[], float], *, twice: bool
) -> float | None:
    """Seconds before the next try; None if another one cannot help, or could do the act a second time.

    `twice`: whether doing it twice is doing it once. `now` is the Unix time, `chance` gives numbers from 0 to 1.
    """
    backoff = chance() * min(BACKOFF_LIMIT, BACKOFF * 2.0 ** (attempt - 1))
    if isinstance(outcome, Lost):
        return backoff if not outcome.hopeless and (outcome.undone or twice) else None
    if limited(outcome):
        return backoff + (_asked(outcome, now) or UNSAID * 2.0 ** (attempt - 1))
    if outcome.status in TEMPORARY and twice:
        return max(backoff, _asked(outcome, now))
    return None


def _asked(answer: Answer, now: float) -> float:
    """Seconds that the forge asks us to wait; 0 where it does not say."""
    if after := answer.headers.get("Retry-After", ""):
        return float(after) if _seconds(after) else max(0.0, _date(after) - now)
    reset = answer.headers.get("X-RateLimit-Reset") or answer.headers.get("RateLimit-Reset") or ""
    return max(1.0, float(reset) - now) if _exhausted(answer) and _seconds(reset) else 0.0


def _exhausted(answer: Answer) -> bool:
    """Whether a quota has nothing left."""
    return "0" in (answer.headers.get("X-RateLimit-Remaining"), answer.headers.get("RateLimit-Remaining"))


def _seconds(text: str) -> bool:
    """Whether a header is a whole number of a length that can be meant."""
    return text.isascii() and text.isdecimal() and len(text) <= len("1700000000") + 1


def _date(text: str) -> float:
    """Read an HTTP date as Unix seconds; 0 if it is none."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0

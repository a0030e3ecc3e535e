"""Ending a run early and cleanly: the first SIGINT, SIGTERM or SIGHUP asks it to, the second one does not ask.

Signals belong to the process, and so does what they cut short: `pause` is how everything in this process sleeps, and
while a run is interruptible it ends with it.
"""

import math
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from reconciler.waiting import Clock

STOPPING = "\nStopping: no further request begins; what trains goes on training. Once more to stop at once.\n"
SHOW_CURSOR = "\x1b[?25h"

_pauses: list[Callable[[float], bool]] = []
"""How the runs in progress sleep, the innermost last."""


def pause(seconds: float) -> bool:
    """Sleep between two tries; True, at once or early, when the run in progress shall end instead of trying again."""
    if _pauses:
        return _pauses[-1](seconds)
    time.sleep(seconds)
    return False


@contextmanager
def interruptible(timeout: float | None = None, *, announce: bool = True) -> Iterator[Clock]:
    """Give the time of a run; its `sleep` ends early, and for good, once a signal came.

    No `pause` begins that would last beyond `timeout` seconds from now. The signal goes through a pipe: a handler may
    run anywhere, so it must not take locks. It announces what happens now, unless something is drawn on the terminal
    that a line would tear. An ignored SIGHUP (nohup) stays ignored; a terminal that hung up is written to no more.
    """
    terminals = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]
    reading, writing = os.pipe()
    signalled = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal signalled
        if signalled:
            if sys.stderr.isatty():
                os.write(2, SHOW_CURSOR.encode())
            os._exit(128 + number)
        signalled = True
        os.write(writing, b"!")
        _let_go(terminals)
        if announce:
            with suppress(OSError):
                os.write(2, STOPPING.encode())

    def sleep(seconds: float) -> bool:
        return bool(select.select([reading], [], [], seconds)[0])

    deadline = math.inf if timeout is None else time.monotonic() + timeout
    _pauses.append(lambda seconds: time.monotonic() + seconds > deadline or sleep(seconds))
    hangup = () if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else (signal.SIGHUP,)
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, *hangup)}
    try:
        yield Clock(time.monotonic, sleep)
    finally:
        _pauses.pop()
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _let_go(terminals: list[int]) -> None:
    """Put /dev/null in the place of descriptors that were terminals and are none any more: writing to them fails."""
    for descriptor in terminals:
        if not os.isatty(descriptor):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, descriptor)
            os.close(null)

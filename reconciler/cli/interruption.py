"""Ending a run early and cleanly: the first SIGINT or SIGTERM asks it to, the second one does not ask."""

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from reconciler.waiting import Clock

STOPPING = "\nStopping: no further request begins; what trains goes on training. Once more to stop at once.\n"
SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def interruptible(*, announce: bool = True) -> Iterator[Clock]:
    """Give the time of a run; its `sleep` ends early, and for good, once a signal came.

    The signal goes through a pipe: a handler may run anywhere, so it must not take locks. It announces what happens
    now, unless something is drawn on the terminal that a line would tear.
    """
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
        if announce:
            os.write(2, STOPPING.encode())

    def sleep(seconds: float) -> bool:
        return bool(select.select([reading], [], [], seconds)[0])

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield Clock(time.monotonic, sleep)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)

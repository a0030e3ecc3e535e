"""A turnstile: of several runs in one process, exactly one goes on at any time, and a list of numbers says which.

Each run has a thread. It stops before each of its requests and whenever it sleeps, and goes on when it is called. So
everything that can happen between two runs at the boundaries of requests is one list of numbers: it can be drawn,
repeated and made smaller. Zero is the natural order: whoever was called last goes on until it sleeps, and time passes
only when all sleep. Any other number lets somebody else go first; to call a sleeper makes its time come at once, while
a request of another run is still on its way. No request is on its way for longer than SLOW.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

SLOW = 10.0
"""Seconds of everybody's time that pass at most while one request waits to be called."""
PATIENCE = 20
"""Seconds of real time after which a run that neither stops nor ends is stuck."""


@dataclass
class Runner:
    """One run: its thread, until when it sleeps (0: it is about to send a request), and when it has to be called."""

    number: int
    wake: float = 0
    due: float = 0
    over: bool = False
    error: BaseException | None = None
    thread: threading.Thread = field(default_factory=threading.Thread)
    called: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


@dataclass
class Turnstile:
    """Where all runs stop; `time` is everybody's clock, in seconds."""

    time: float
    runners: list[Runner] = field(default_factory=list)
    stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    switches: int = 0

    def stop(self, number: int) -> None:
        """Wait to be called, before a request."""
        self._park(number, 0)

    def sleep(self, number: int, seconds: float) -> None:
        """Wait to be called, after so many seconds at the earliest."""
        self._park(number, self.time + seconds)

    def drive(self, jobs: Sequence[Callable[[], None]], schedule: Sequence[int]) -> None:
        """Run all jobs to their ends, in the order that the schedule says, and then in the natural one.

        Raises what a job raised, when all have ended.
        """
        turns: Iterator[int] = iter(schedule)
        self.runners = [self._runner(number, job) for number, job in enumerate(jobs)]
        for runner in self.runners:
            self._go(runner)
        last = self.runners[0]
        while alive := [runner for runner in self.runners if not runner.over]:
            order = self._order(alive, last)
            called = order[next(turns, 0) % len(order)]
            self.switches += called is not last
            self.time, called.wake, last = max(self.time, called.wake), 0, called
            self._go(called)
        for runner in self.runners:
            runner.thread.join(PATIENCE)
            if runner.error is not None:
                raise runner.error

    def _order(self, alive: Sequence[Runner], last: Runner) -> list[Runner]:
        """Who could go on: first those who are awake, the last one before the others, then sleepers by their time."""
        latest = min(each.due for each in alive)
        ready = [each for each in alive if each.wake <= latest]
        return sorted(ready, key=lambda each: (each.wake, each is not last, each.number))

    def _runner(self, number: int, job: Callable[[], None]) -> Runner:
        runner = Runner(number)

        def whole() -> None:
            try:
                _await(runner)
                job()
            except BaseException as error:  # noqa: BLE001  (the thread that drives raises it)
                runner.error = error
            runner.over = True
            self.stopped.release()

        runner.thread = threading.Thread(target=whole, daemon=True)
        runner.thread.start()
        return runner

    def _go(self, runner: Runner) -> None:
        """Call one run, and wait until it stops again or ends."""
        runner.called.release()
        assert self.stopped.acquire(timeout=PATIENCE), f"run {runner.number} is stuck"

    def _park(self, number: int, wake: float) -> None:
        runner = self.runners[number]
        runner.wake, runner.due = wake, max(wake, self.time) + SLOW
        self.stopped.release()
        _await(runner)


def _await(runner: Runner) -> None:
    """Stand still until called."""
    assert runner.called.acquire(timeout=PATIENCE), "nobody calls"

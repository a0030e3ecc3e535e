"""Figures: what the tests have counted, summed over all tests and workers, and printed when the run is over.

A test says `tally("crash points", 12)`. The sums end in one line, in the order of their names, for `make soak` and for
whoever writes them down:

    figures: crash points 12; histories 250; trainings duplicated 0

A figure of zero is printed too: that something was looked for and not found is the point of it. A test that failed
counts as well, so that what must be zero is not only zero because its test failed.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

import pytest

PROPERTY = "tally"
"""Under this name the figures of a test travel in its report, also from a worker to the process that prints."""


COUNTED = pytest.StashKey[Counter[str]]()


class Tally(Protocol):
    """Adds `number` to the figure of this name."""

    def __call__(self, name: str, number: int = 1) -> None: ...


class Figures:
    """The sums of one run."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a test counted."""
        if report.when == "teardown":
            for name, figures in report.user_properties:
                if name == PROPERTY and isinstance(figures, dict):
                    self.sums.update(figures)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the line."""
        if self.sums:
            terminalreporter.write_line(self.line())

    def line(self) -> str:
        """Every figure by its name."""
        return "figures: " + "; ".join(f"{name} {number:,}" for name, number in sorted(self.sums.items()))


def pytest_configure(config: pytest.Config) -> None:
    """Begin to sum."""
    config.pluginmanager.register(Figures(), "figures")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let figures out, however the test ends."""
    try:
        yield
    finally:
        counted: Counter[str] | None = item.stash.get(COUNTED, None)
        if counted is not None:
            item.user_properties.append((PROPERTY, dict(counted)))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Count something that this test does."""
    counted = request.node.stash.setdefault(COUNTED, Counter())

    def count(name: str, number: int = 1) -> None:
        counted.update({name: number})

    return count

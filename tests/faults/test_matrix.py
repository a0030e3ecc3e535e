"""Every fault of the remote, at every kind of request of plan, wait and apply; the results stand in docs/faults*.md.

The quick suite plays the faults that differ most from one another, or another one at each kind of request; the soak
plays all of them. `--bless` writes the page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.emulator.server import Emulator
from tests.faults import page
from tests.faults.cell import Outcome, play, requests
from tests.faults.damage import FAULTS, Fault
from tests.faults.meanwhile import STORIES, tell
from tests.faults.scene import SCENES
from tests.faults.server import Server
from tests.faults.service import service
from tests.tally import Tally
from tests.zygote import Time

pytestmark = [pytest.mark.process, pytest.mark.loopback]

COMMANDS = tuple(service().columns)
STRIDE = 7
"""From one column to the next: the number of faults must not be a multiple of it."""
FIGURES = ("runs with faults", "requests hit by faults", "trainings", "trainings duplicated", "models lost")
"""What the figures of a row are called in the sum of all tests."""
AT_ONCE = 3
"""Rows that are played at a time when the whole page is made."""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has any business with."""
    clock, emulator = Time(tmp_path / "elsewhere", 0), Emulator()
    with Server(emulator, clock) as server:
        yield server
    emulator.close()
    clock.close()


@pytest.fixture
def _compared(bless: bool) -> None:  # noqa: FBT001  (a fixture)
    """Compare only with a page that is not being written."""
    if bless:
        pytest.skip("the page is being written")


def played(command: str, fault: Fault, folder: Path, elsewhere: Server) -> tuple[page.Row, list[str]]:
    """Play a row of the table; give it, and what was said."""
    outcomes: list[tuple[Outcome, Outcome]] = []
    for column in service().columns[command]:
        once, always = (
            play(command, column, fault, folder / f"{column.head}-{often}", elsewhere, always=often == "always")
            for often in ("once", "always")
        )
        outcomes.append((once, always))
    return page.row(command, fault, outcomes), [text for pair in outcomes for each in pair for text in each.messages]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        pytest.param(command, name, marks=() if name in service().quick else pytest.mark.soak)
        for command in COMMANDS
        for name in FAULTS
    ],
)
@pytest.mark.usefixtures("_compared")
def test_the_fault_ends_as_the_page_says(
    command: str, name: str, tmp_path: Path, elsewhere: Server, tally: Tally
) -> None:
    row, said = played(command, FAULTS[name], tmp_path, elsewhere)
    tally("cells of faults", 2 * len(row.cells))
    for figure, counted in zip(FIGURES, row.counts, strict=True):
        tally(figure, counted)
    assert row.harmless, row.counts
    rows, messages, _ = page.read(service().page.read_text())
    assert row.line() in [each.line() for each in rows if each.command == command], "`make bless` writes it anew"
    check_said(said, messages, name)


@pytest.mark.skipif(bool(service().quick), reason="whole rows are played")
@pytest.mark.parametrize(
    ("command", "place", "number"),
    [
        pytest.param(command, place, number, id=f"{command}-{column.head}")
        for number, (command, place, column) in enumerate(
            (command, place, column)
            for command, columns in service().columns.items()
            for place, column in enumerate(columns)
        )
    ],
)
@pytest.mark.usefixtures("_compared")
def test_a_fault_at_each_kind_of_request_ends_as_the_page_says(
    command: str, place: int, number: int, tmp_path: Path, elsewhere: Server, tally: Tally
) -> None:
    rows, messages, _ = page.read(service().page.read_text())
    name, always = list(FAULTS)[STRIDE * number % len(FAULTS)], number % 2 == 1
    outcome = play(
        command, service().columns[command][place], FAULTS[name], tmp_path / "world", elsewhere, always=always
    )
    tally("cells of faults")
    for figure, key in zip(FIGURES, page.COUNTS, strict=True):
        tally(figure, outcome.counts[key])
    (row,) = (each for each in rows if (each.command, each.fault) == (command, name))
    assert outcome.text == row.cells[place].split(" / ")[always], f"{name}: `make bless` writes it anew"
    assert outcome.counts["twice"] == outcome.counts["lost"] == 0, outcome.counts
    check_said(outcome.messages, messages, name)


def check_said(said: Iterable[str], messages: Mapping[str, Sequence[str]], fault: str) -> None:
    """Hold that the page has what was said."""
    for around, text in map(page.apart, said):
        assert not around or around in messages[page.ANY], "`make bless` writes it anew"
        assert not text or text in messages[fault], "`make bless` writes it anew"


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.usefixtures("_compared")
def test_the_story_ends_as_the_page_says(name: str, tmp_path: Path, elsewhere: Server) -> None:
    assert tell(STORIES[name], tmp_path / "world", elsewhere) in service().page.read_text().splitlines(), (
        "`make bless` writes it anew"
    )


def test_the_page_is_whole(
    tmp_path: Path,
    elsewhere: Server,
    bless: bool,  # noqa: FBT001  (a fixture)
) -> None:
    if bless:
        _bless(tmp_path, elsewhere)
    text = service().page.read_text()
    rows, messages, stories = page.read(text)
    assert [(each.command, each.fault) for each in rows] == [(command, name) for command in COMMANDS for name in FAULTS]
    assert len(stories) == len(STORIES)
    assert text == page.write(rows, messages, stories), "`make bless` writes it anew"


def _bless(folder: Path, elsewhere: Server) -> None:
    """Play everything and write the page."""

    def one(number: int, command: str, fault: Fault) -> tuple[page.Row, list[str]]:
        return played(command, fault, folder / str(number), elsewhere)

    stories = [tell(story, folder / f"story-{number}", elsewhere) for number, story in enumerate(STORIES.values())]
    for scene in SCENES:
        assert requests(scene)  # the scenes are made before threads copy them
    jobs = [(command, fault) for command in COMMANDS for fault in FAULTS.values()]
    for number in range(len(jobs)):
        (folder / str(number)).mkdir()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda job: one(job[0], *job[1]), enumerate(jobs)))
    messages: dict[str, dict[str, None]] = {name: {} for name in (*FAULTS, page.ANY)}
    for row, said in results:
        assert row.harmless, row
        for around, text in map(page.apart, said):
            messages[page.ANY] |= dict.fromkeys([around] if around else ())
            messages[row.fault] |= dict.fromkeys([text] if text else ())
    told = {name: list(said) for name, said in messages.items()}
    service().page.write_text(page.write([row for row, _ in results], told, stories))

"""How a run ended, as text: what is done, what runs, what is left and why, and how to go on."""

from collections.abc import Iterator, Mapping

from reconciler.plan.event import Ended, Report, Result
from reconciler.render.layout import flow
from reconciler.render.progress import DOING
from reconciler.render.style import Style, Tone

TITLES: Mapping[Result, tuple[str, Tone]] = {
    Result.DONE: ("Done:", Tone.CREATE),
    Result.TRAINING: ("Still training:", Tone.WAIT),
    Result.NOT_BEGUN: ("Not begun:", Tone.UPDATE),
    Result.FAILED: ("Failed:", Tone.REFUSED),
    Result.REFUSED: ("Refused:", Tone.REFUSED),
}
"""What stands above the rows of each result, in this order: the troubles last, where they are seen."""


def report_text(report: Report, style: Style, width: int = 100, command: str = "apply") -> str:
    """Write the end of a run, grouped by result, in the plan's order; the form of the last line is fixed.

    `command` is the one that goes on where this run ended: any other may want the opposite.
    """
    parts = [part for result in TITLES if (part := _group(report, result, style, width))]
    if advice := [line for text in _advice(report, command) for line in flow(text, width, rest="  ")]:
        parts.append("\n".join(advice))
    parts.append(style.paint(Tone.STRONG, last_line(report)))
    return "\n\n".join(parts) + "\n"


def last_line(report: Report) -> str:
    """Count the rows by how they ended: what is done always, the rest where there is any."""
    others = [result for result in TITLES if result is not Result.DONE and report.count(result)]
    return f"Result: {report.count(Result.DONE)} done" + "".join(f", {report.count(r)} {r.value}" for r in others) + "."


def _group(report: Report, result: Result, style: Style, width: int) -> str:
    """All rows with one result below their title; empty without any."""
    title, tone = TITLES[result]
    rows = [outcome for outcome in report.outcomes if outcome.result is result]
    if not rows:
        return ""
    return "\n".join(
        [style.paint(tone, title), *(line for row in rows for line in flow(_row(row), width, "  ", "    "))]
    )


def _row(outcome: Ended) -> str:
    """One row: the address, what was done or should have been, to which model, and why it was not."""
    doing, did = DOING[outcome.action]
    verb = did if outcome.result is Result.DONE else doing
    what = outcome.target if outcome.result is Result.TRAINING else f"{verb} {outcome.target}".rstrip()
    return f"{outcome.address}  {what}" + (f": {outcome.detail}" if outcome.detail else "")


def _advice(report: Report, command: str) -> Iterator[str]:
    """What cut the run short, and what to do next."""
    if report.fatal:
        yield f"The run was given up: {report.fatal}"
    if report.interrupted:
        yield "The run was interrupted. What trains goes on training at the service; nothing is lost."
    if report.timed_out:
        yield "The time for waiting is over. What trains goes on training at the service."
    if report.count(Result.FAILED):
        yield f"Mend the cause of what failed, then run `reconciler {command}` again: it goes on where this run ended."
    elif report.fatal or report.count(Result.NOT_BEGUN):
        yield f"Run `reconciler {command}` again: it goes on where this run ended."
    elif report.count(Result.TRAINING):
        yield f"`reconciler wait` waits for what trains; `reconciler {command}` also does what comes after it."
    if report.count(Result.REFUSED):
        yield "What is refused stays as it is until the reason beside it is gone."

"""The forms of a plan that one run writes into files: `--report markdown=plan.md --report json=plan.json`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

import click

from reconciler.cli import saved
from reconciler.cli.console import PIPED_WIDTH
from reconciler.cli.options import names, option, packed
from reconciler.errors import UsageError
from reconciler.plan.plan import Plan
from reconciler.render.frame import ALONE, Circumstances
from reconciler.render.json_output import plan_json
from reconciler.render.markdown import LEAST, LIMIT, plan_markdown
from reconciler.render.style import PLAIN
from reconciler.render.text import plan_text

ENDINGS = {"markdown": (".md", ".markdown"), "text": (".txt", ".text", ".log")}
"""How the names of files end that a report may replace; of JSON it is only a plan."""


class Report(NamedTuple):
    """A form of the plan, and the file that it goes into."""

    form: str
    file: str


@dataclass(frozen=True, slots=True)
class Reporting:
    """What is written into files; how long Markdown may get, and where a reader of one that was cut finds the rest."""

    report: tuple[Report, ...]
    max_length: int
    details_at: str


class Shown(NamedTuple):
    """What is reported: a plan, the folder that its paths are relative to, and what else a reader has to know."""

    plan: Plan
    root: str
    around: Circumstances = ALONE


Form: TypeAlias = Callable[[Shown, Reporting], str]
FORMS: Mapping[str, Form] = {
    "markdown": lambda shown, how: plan_markdown(shown.plan, how.max_length, shown.around),
    "json": lambda shown, _: plan_json(shown.plan, shown.root),
    "text": lambda shown, _: plan_text(shown.plan, PLAIN, PIPED_WIDTH),
}


def check_free(reports: tuple[Report, ...], out: str | None = None) -> None:
    """Raise UsageError if a report, or the plan that is saved besides, would replace a file that looks like none."""
    if out:
        saved.check_free(out)
    for form, file in reports:
        flag = f"--report {form}="
        if file == out:
            raise UsageError(f"{flag}{file}: the plan is saved there", "name another file")
        if Path(file).is_symlink():
            raise UsageError(f"{flag}{file}: this is a link, which may lead anywhere", "name the file itself")
        if form == "json":
            saved.check_free(file, flag)
        elif Path(file).is_file() and Path(file).stat().st_size and not file.lower().endswith(ENDINGS[form]):
            expected = " or ".join(ENDINGS[form])
            raise UsageError(f"{flag}{file}: there is a file", f"move it away, or name one that ends in {expected}")


def write(shown: Shown, how: Reporting) -> None:
    """Write every report; raise UsageError where that fails."""
    for form, file in how.report:
        saved.put(file, FORMS[form](shown, how), f"--report {form}=")


def _reports(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[Report, ...]:
    """Read `FORMAT=FILE`, each file once."""
    found = [Report(form, file) for form, _, file in (each.partition("=") for each in given)]
    for report, text in zip(found, given, strict=True):
        if report.form not in FORMS or not report.file:
            raise click.BadParameter(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMS)}")
    if len({report.file for report in found}) < len(found):
        raise click.BadParameter("a file is named twice")
    return tuple(found)


reporting = packed(
    "reporting",
    Reporting,
    names(Reporting),
    option(
        "--report",
        multiple=True,
        callback=_reports,
        metavar="FORMAT=FILE",
        help="Also write the plan as markdown, json or text, even if a guard refuses it. Repeatable.",
    ),
    option(
        "--max-length",
        type=click.IntRange(min=LEAST),
        default=LIMIT,
        show_default=True,
        metavar="N",
        help="Characters of Markdown at most, as the host of a comment allows.",
    ),
    option("--details-at", default="", metavar="URL", help="Where readers find all of a plan that had to be cut."),
)

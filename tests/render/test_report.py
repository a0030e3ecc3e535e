"""The end of a run in words."""

import pytest

from reconciler.plan.change import Action
from reconciler.plan.event import Ended, Report, Result
from reconciler.render.report import TITLES, report_text
from reconciler.render.style import ANSI, PLAIN
from reconciler.resource.address import Address


def outcome(name: str, action: Action, result: Result, detail: str = "") -> Ended:
    return Ended(Address(name), action, f"tunedModels/{name}", result, detail)


DONE = outcome("a", Action.CREATE, Result.DONE)
TRAINING = outcome("b", Action.REPLACE, Result.TRAINING, "12 of 38 steps")
NOT_BEGUN = outcome("c", Action.DELETE, Result.NOT_BEGUN, "its successor trains")
FAILED = outcome("d", Action.UPDATE, Result.FAILED, "quota\nexceeded")
REFUSED = outcome("e", Action.NOOP, Result.REFUSED, "lifecycle.protect is set")


def test_every_result_has_a_title() -> None:
    assert set(TITLES) == set(Result)


def test_everything_is_told_by_result_and_the_troubles_last() -> None:
    assert report_text(Report((FAILED, DONE, REFUSED, TRAINING, NOT_BEGUN)), PLAIN) == (
        "Done:\n"
        "  TunedModel/a  created tunedModels/a\n"
        "\n"
        "Still training:\n"
        "  TunedModel/b  tunedModels/b: 12 of 38 steps\n"
        "\n"
        "Not begun:\n"
        "  TunedModel/c  deleting tunedModels/c: its successor trains\n"
        "\n"
        "Failed:\n"
        "  TunedModel/d  updating tunedModels/d: quota\\nexceeded\n"
        "\n"
        "Refused:\n"
        "  TunedModel/e  leaving tunedModels/e: lifecycle.protect is set\n"
        "\n"
        "Mend the cause of what failed, then run `reconciler apply` again: it goes on where this run ended.\n"
        "What is refused stays as it is until the reason beside it is gone.\n"
        "\n"
        "Result: 1 done, 1 training, 1 not begun, 1 failed, 1 refused.\n"
    )


def test_who_goes_on_goes_on_with_what_was_begun() -> None:
    """After a destroy that was cut short `apply` would train again what is gone."""
    told = report_text(Report((DONE, NOT_BEGUN), interrupted=True), PLAIN, command="destroy")
    assert "Run `reconciler destroy` again: it goes on where this run ended." in told
    assert "`reconciler apply`" not in told


@pytest.mark.parametrize(
    ("report", "advice"),
    [
        (Report((DONE,)), []),
        (
            Report((TRAINING,), timed_out=True),
            [
                "The time for waiting is over. What trains goes on training at the service.",
                "`reconciler wait` waits for what trains; `reconciler apply` also does what comes after it.",
            ],
        ),
        (
            Report((TRAINING, NOT_BEGUN), interrupted=True),
            [
                "The run was interrupted. What trains goes on training at the service; nothing is lost.",
                "Run `reconciler apply` again: it goes on where this run ended.",
            ],
        ),
        (
            Report((DONE,), fatal="the token is not valid any more"),
            [
                "The run was given up: the token is not valid any more",
                "Run `reconciler apply` again: it goes on where this run ended.",
            ],
        ),
    ],
)
def test_what_cut_the_run_short_and_how_to_go_on(report: Report, advice: list[str]) -> None:
    told = [part for part in report_text(report, PLAIN).split("\n\n")[:-1] if not part.startswith(titles())]
    assert told == (["\n".join(advice)] if advice else [])


def titles() -> tuple[str, ...]:
    return tuple(title for title, _ in TITLES.values())


def test_a_run_without_anything_to_do() -> None:
    assert report_text(Report(()), PLAIN) == "Result: 0 done.\n"


def test_lines_fit_the_terminal_and_colour_marks_titles_only() -> None:
    text = report_text(Report((REFUSED,)), ANSI, 50)
    assert text.startswith(
        "\x1b[1;31mRefused:\x1b[0m\n  TunedModel/e  leaving tunedModels/e:\n    lifecycle.protect is set\n"
    )

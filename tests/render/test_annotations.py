"""Findings as workflow commands, read back as the runner reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Diagnostic, Origin
from reconciler.render.annotations import Annotation, Level, commands, of, verbatim
from reconciler.render.neutral import neutral
from tests.render import runner

HERE = Origin("manifests/a.yaml", 3, 7)
TEXTS = st.text(st.sampled_from("::,%=\n\r#[a0AD235C \u2028\x1b\ud800")) | st.text()


def as_is(file: str) -> str:
    return file


def test_an_annotation_to_the_letter() -> None:
    told = commands([Annotation(Level.ERROR, "no, 5% off: x", "TunedModel/a: b, c", HERE)], as_is)
    assert told == ("::error file=manifests/a.yaml,line=3,col=7,title=TunedModel/a%3A b%2C c::no, 5%25 off: x\n")


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        (Annotation(Level.NOTICE, "x"), "::notice::x\n"),
        (Annotation(Level.WARNING, "x", "t"), "::warning title=t::x\n"),
        (Annotation(Level.WARNING, "x", origin=Origin("f")), "::warning file=f::x\n"),
        (Annotation(Level.WARNING, "x", origin=Origin("f", 2)), "::warning file=f,line=2::x\n"),
    ],
)
def test_what_is_not_known_is_left_out(annotation: Annotation, told: str) -> None:
    assert commands([annotation], as_is) == told


def test_what_is_about_no_file_is_located_nowhere() -> None:
    assert commands([Annotation(Level.NOTICE, "x")], lambda _: "some/file") == "::notice::x\n"


def test_a_file_outside_of_the_repository_is_named_in_the_message() -> None:
    assert commands([Annotation(Level.ERROR, "x", "t", HERE)], lambda _: "") == (
        "::error title=t::manifests/a.yaml:3:7: x\n"
    )
    assert "file=sub/manifests/a.yaml," in commands([Annotation(Level.ERROR, "x", "t", HERE)], lambda f: f"sub/{f}")


@given(TEXTS, TEXTS, TEXTS)
def test_the_runner_reads_what_was_meant(message: str, title: str, file: str) -> None:
    (read,) = runner.commands(commands([Annotation(Level.ERROR, message, title, Origin(file, 1, 2))], as_is))
    place = {"file": neutral(file), "line": "1", "col": "2"} if file else {}
    named = {"title": neutral(title)} if title else {}
    assert read == ("error", {**place, **named}, neutral(message))


@given(st.lists(TEXTS, max_size=40))
def test_whatever_is_said_it_is_one_line(messages: list[str]) -> None:
    log = commands([Annotation(Level.NOTICE, each) for each in messages], as_is)
    assert len(log.splitlines()) == log.count("\n") == min(len(messages), 10)


def test_of_each_level_ten_are_shown_and_the_last_counts_the_rest() -> None:
    many = [Annotation(level, f"{level.value} {n}") for n in range(1012) for level in reversed(Level)]
    read = runner.commands(commands(many, as_is))
    assert [each.name for each in read] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert [each.message for each in read[:9]] == [f"error {n}" for n in range(9)]
    assert read[9].message == "and 1,003 more: see the log of this step"


@pytest.mark.parametrize("number", [0, 1, 9, 10])
def test_as_many_as_are_shown_need_no_count(number: int) -> None:
    read = runner.commands(commands([Annotation(Level.ERROR, str(n)) for n in range(number)], as_is))
    assert [each.message for each in read] == [str(n) for n in range(number)]


def test_eleven_are_nine_and_two_more() -> None:
    read = runner.commands(commands([Annotation(Level.ERROR, str(n)) for n in range(11)], as_is))
    assert [each.message for each in read[8:]] == ["8", "and 2 more: see the log of this step"]


def test_a_very_long_message_is_cut() -> None:
    (read,) = runner.commands(commands([Annotation(Level.ERROR, "x" * 100_000)], as_is))
    assert read.message == "x" * 4000


def test_a_diagnostic_keeps_all_it_says() -> None:
    assert of(Diagnostic(HERE, "is wrong", "mend it", rule="few-examples")) == (
        Annotation(Level.ERROR, "is wrong; mend it", "few-examples", HERE)
    )
    assert of(Diagnostic(HERE, "is odd", severity="warning")) == Annotation(Level.WARNING, "is odd", "", HERE)


@pytest.mark.parametrize("line", ["::add-mask::x", "  ::error::x", "\u200b::error::x", "a ##[add-mask]x"])
def test_a_text_is_no_command(line: str) -> None:
    text = f"Plan:\n{line}\n::stop-commands::x\n::x::\n"
    assert runner.commands(verbatim(text)) == []
    assert text in verbatim(text)


def test_commands_behind_a_text_are_heard() -> None:
    log = verbatim("::x::\n") + commands([Annotation(Level.ERROR, "said")], str)
    assert [each.message for each in runner.commands(log)] == ["said"]


def test_a_text_without_commands_stays_as_it_is() -> None:
    assert verbatim("a::b\n#[\n") == "a::b\n#[\n"

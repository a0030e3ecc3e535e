"""What is odd about outputs, through the front door."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.source.resolve import Resolved
from tests.source.lint.conftest import Pair, lines

NOTHING = "write them, or remove the examples [near-empty-output]"
BLANKS = "remove them, or the model learns them [leading-trailing-space]"
RARE = "add examples of the rare ones [imbalanced-outputs]"


def labelled(*labels: tuple[str, int]) -> str:
    """Examples with these outputs, so many of each."""
    outputs = [label for label, times in labels for _ in range(times)]
    return lines(*((f"{number} apples", output) for number, output in enumerate(outputs)))


def data(*outputs: str) -> str:
    """Examples with these outputs and different inputs."""
    pairs: Sequence[Pair] = [(f"{number} apples", output) for number, output in enumerate(outputs)]
    return lines(*pairs)


@pytest.mark.parametrize("output", ["-", "...", " ", "\n", "n/a", "N/A", " TODO ", "null", "¿?", "[object Object]"])
def test_an_output_that_says_nothing(output: str, found: Callable[..., list[str]]) -> None:
    told = [line for line in found(data("yes", output)) if "near-empty" in line]
    assert told == [f"d.jsonl:2: warning: has outputs that say nothing on line 2; {NOTHING}"]


@pytest.mark.parametrize("output", ["A", "0", "none", "é", "😀", "+", "<b>", "- n/a -", "null and void", "好"])
def test_a_short_output_that_says_something(output: str, found: Callable[..., list[str]]) -> None:
    assert not [line for line in found(data("yes", output)) if "near-empty" in line]


def test_an_empty_text_is_an_error_and_no_more(
    model: Callable[..., Path], write: Callable[..., Path], checked: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", lines(("a", ""), ("", "b")))
    with pytest.raises(InvalidManifests) as refused:
        checked()
    assert [finding.rule for finding in refused.value.diagnostics] == ["", ""]


def test_many_rows_are_one_finding(found: Callable[..., list[str]]) -> None:
    assert found(data("yes", *"-" * 9)) == [
        f"d.jsonl:2: warning: has outputs that say nothing on lines 2, 3, 4, 5, 6 and 4 more; {NOTHING}"
    ]


def test_blanks_around_an_output(found: Callable[..., list[str]]) -> None:
    assert found(data(" yes", "no", "maybe\n", "in between")) == [
        f"d.jsonl:1: warning: has blanks around outputs on lines 1 and 3; {BLANKS}"
    ]


def test_a_rare_label(found: Callable[..., list[str]]) -> None:
    assert found(labelled(("ham", 60), ("spam", 6))) == [
        f"d.jsonl: warning: has 2 different outputs: one in 60 examples, one in 6 only (first in line 61); {RARE}"
    ]


def test_a_label_that_is_rare_only_in_proportion(found: Callable[..., list[str]]) -> None:
    assert found(labelled(("ham", 2000), ("spam", 20))) == []
    assert "one in 2,001 examples" in found(labelled(("ham", 2001), ("spam", 20)))[0]


@pytest.mark.parametrize(
    "labels",
    [
        [("ham", 60), ("spam", 10)],
        [("ham", 100), ("spam", 10)],
        [("ham", 9), ("spam", 1)],
        [("ham", 60)],
        [("ham", 60), *((f"{number}", 1) for number in range(51))],
        [("ham", 60), ("x" * 65, 1)],
        [(f"{number}", 1) for number in range(40)] + [("ham", 30)],
    ],
    ids=[
        "enough of each",
        "just enough",
        "little data",
        "one label",
        "too many to be labels",
        "too long for a label",
        "no labels",
    ],
)
def test_outputs_that_are_balanced_or_no_labels(labels: list[tuple[str, int]], found: Callable[..., list[str]]) -> None:
    assert found(labelled(*labels)) == []


def test_rows_of_a_table(found: Callable[..., list[str]]) -> None:
    assert found('text_input,output\n"a\nb",yes\nc,-\n', "d.csv") == [
        f"d.csv:4: warning: has outputs that say nothing on line 4; {NOTHING}"
    ]


def test_rows_of_an_array(found: Callable[..., list[str]]) -> None:
    array = "[" + ",\n".join(data("yes", "-").splitlines()) + "]"
    assert found(array, "d.json") == [f"d.json:2:1: warning: has outputs that say nothing: example 2; {NOTHING}"]

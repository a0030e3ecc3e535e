"""Prompts that are made otherwise than nearly all others."""

import json
from collections.abc import Callable

import pytest

from reconciler.resource.dataset import Example
from reconciler.source.lint import templates
from reconciler.source.lint.templates import Forms, Templates
from reconciler.source.observer import Spot
from tests.source.lint.conftest import lines

FEW = 3
BRING = "bring them into one form [mixed-templates]"


def prompts(usual: Callable[[int], tuple[str, str]], other: Callable[[int], tuple[str, str]], many: int = 40) -> str:
    """So many usual prompts, and three others at the end."""
    return lines(*map(usual, range(many)), *map(other, range(FEW)))


def word(number: int) -> str:
    """A different word for each number."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number * 7919 + 1:06}")


BEGIN = "do not begin as nearly all others do"
END = "do not end in the label or separator that nearly all others end in"
CASES = [
    (lambda n: (f"Question: {word(n)}", word(n)), lambda n: (f"{word(n)} is a word", word(n)), BEGIN),
    (lambda n: (f"Question: {word(n)}", word(n)), lambda n: (f"question: {word(n)}", word(n)), BEGIN),
    (lambda n: (f"Question: {word(n)}", word(n)), lambda n: (f"Question:{word(n)}", word(n)), BEGIN),
    (lambda n: (f"Please translate {word(n)}", word(n)), lambda n: (f"Kindly translate {word(n)}", word(n)), BEGIN),
    (lambda n: (f"{word(n)} ->", word(n)), lambda n: (f"{word(n)}", word(n)), END),
    (lambda n: (f"{word(n)}\n\n###\n\n", word(n)), lambda n: (f"{word(n)}\n", word(n)), END),
    (lambda n: (f"{word(n)}\nAnswer:", word(n)), lambda n: (f"{word(n)}\nResult:", word(n)), END),
    (lambda n: (word(n), f"Answer: {word(n)}"), lambda n: (word(n + 50), word(n)), "outputs without the label"),
]


@pytest.mark.parametrize(("usual", "other", "message"), CASES)
def test_a_few_prompts_are_made_otherwise(
    usual: Callable[[int], tuple[str, str]],
    other: Callable[[int], tuple[str, str]],
    message: str,
    found: Callable[..., list[str]],
) -> None:
    (told,) = found(prompts(usual, other))
    assert told.startswith("d.jsonl:41: warning: has ")
    assert message in told
    assert told.endswith(" on lines 41, 42 and 43; bring them into one form [mixed-templates]")


def test_two_templates_are_no_mistake(found: Callable[..., list[str]]) -> None:
    """One prompt in ten may be another; beyond that there are two kinds."""
    usual, other = CASES[0][:2]
    assert found(prompts(usual, other, 9 * FEW)) != []
    assert found(prompts(usual, other, 9 * FEW - 1)) == []


def test_few_prompts_have_no_template(found: Callable[..., list[str]]) -> None:
    assert found(lines(*((f"Q: {word(n)}", word(n)) for n in range(18)), ("what", "x"))) == []


def test_prompts_without_a_form_have_no_exceptions(found: Callable[..., list[str]]) -> None:
    assert found(lines(*((word(n), word(n)) for n in range(40)), ("Question: what", "x"), ("why ->", "y"))) == []


def test_other_instructions(found: Callable[..., list[str]]) -> None:
    def line(number: int, instruction: str) -> str:
        turns = [
            {"role": "user", "parts": [{"text": word(number)}]},
            {"role": "model", "parts": [{"text": word(number)}]},
        ]
        system = {"systemInstruction": {"parts": [{"text": instruction}]}} if instruction else {}
        return json.dumps({**system, "contents": turns}) + "\n"

    content = "".join(line(number, "Be brief.") for number in range(40)) + line(40, "Be long.") + line(41, "")
    assert found(content) == [
        f"d.jsonl:41: warning: has other instructions than nearly all other examples on lines 41 and 42; {BRING}"
    ]


def test_the_text_of_a_prompt_is_no_instruction() -> None:
    """The word may stand in an earlier turn, where its quotes are escaped."""
    turn = json.dumps({"contents": [{"parts": [{"text": 'say "systemInstruction":{}'}], "role": "user"}]})
    assert templates.FEATURES[-1].of(Example("a", "b", turn)) == ""


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MOST_FORMS", 10)
    observer = Templates()
    for number in range(1000):
        observer.see(Spot(number + 1, 0, number + 1), Example(f"{word(number)} is what it is", word(number)))
    assert max(len(forms.seen) for forms in observer.forms) == 10
    assert observer.findings("line") == []


def test_exceptions_beyond_memory_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MOST_FORMS", 2)
    forms = Forms()
    for number, form in enumerate(["usual"] * 97 + ["a", "b", "c"], 1):
        forms.see(Spot(number, 0, number), form)
    rows = forms.exceptions(100)
    assert rows
    assert (rows.count, [spot.line for spot in rows.named]) == (3, [98])

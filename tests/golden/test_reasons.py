"""Every reason that a plan or a report can give is seen in a golden story, as its word or as its sentence."""

import re
from pathlib import Path

import pytest

from reconciler.render.wording import SENTENCES
from reconciler.resource.reason import Reason

EXPECTED = Path(__file__).parent / "expected"

UNSEEN = {
    Reason.GUARD: "a guard refuses the whole plan and no row: its message is in the stories `guards*`",
}
"""Reasons that no story shows, and why."""


def told() -> str:
    """Every golden file, on one line: sentences are broken where the terminal ends."""
    return re.sub(r"\s+", " ", " ".join(file.read_text(encoding="utf-8") for file in sorted(EXPECTED.glob("*/*.txt"))))


@pytest.fixture(scope="module")
def stories() -> str:
    return told()


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in UNSEEN])
def test_the_reason_is_told(reason: Reason, stories: str) -> None:
    sentence = re.escape(SENTENCES[reason]).replace(re.escape("{fields}"), r"[A-Za-z.]+(, [A-Za-z.]+)*")
    assert re.search(rf"\b{reason}\b|(?:: |; ){sentence}", stories)


def test_what_is_said_to_be_unseen_is(stories: str) -> None:
    assert [reason for reason in UNSEEN if re.search(rf'"{reason}"|\b{reason}: ', stories)] == []

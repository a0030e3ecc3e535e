"""Pages to follow: whoever writes their files and types their commands reads what they show. `--bless` writes it."""

import json
from pathlib import Path

import pytest

from tests.docs.page import PAGES, ROOT, Command, File, Step, rewritten, steps
from tests.docs.player import alike, pace, play

pytestmark = pytest.mark.process

TICKETS = "".join(json.dumps({"text_input": f"ticket {n}", "output": "queue"}) + "\n" for n in range(100))
BEFORE: dict[str, tuple[Step, ...]] = {"environments.md": (File("manifests/data/tickets.jsonl", TICKETS),)}
"""What a page takes for granted."""
FOLLOWED = ("environments.md", "lint.md", "review.md", "tutorial.md")


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_a_page_shows_is_what_happens(name: str, tmp_path: Path, bless: bool) -> None:  # noqa: FBT001
    page = ROOT / "docs" / name
    text = page.read_text(encoding="utf-8")
    commands = [step for step in steps(text) if isinstance(step, Command)]
    assert commands
    printed = play((*BEFORE.get(name, ()), *steps(text)), tmp_path, **pace(page))
    assert len(printed) == len(commands)
    if bless and alike("".join(printed)) != alike("".join(command.printed for command in commands)):
        page.write_text(rewritten(text, printed), encoding="utf-8")
        return
    for command, now in zip(commands, printed, strict=True):
        assert alike(command.printed) == alike(now), (
            f"{command.typed}: pytest tests/docs --bless writes what it prints now"
        )


def test_every_page_with_commands_to_type_is_followed() -> None:
    pages = {page.name for page in PAGES if "```console" in page.read_text(encoding="utf-8")}
    assert pages == set(FOLLOWED)

"""Pictures show what the program prints now: each carries a hash of its text. `make pictures` draws them."""

from collections.abc import Mapping

import pytest

from tests.docs.page import Command, steps
from tests.docs.pictures import ESCAPE, FOLDER, PAGE, PICTURES, Picture, fingerprint, noted, texts, with_note
from tests.docs.player import alike

LARGEST = 200_000
"""Bytes of a picture: who reads a page on the way has few to spare."""

each_picture = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return texts(tmp_path_factory.mktemp("pictures"))


@pytest.mark.process
def test_no_picture_is_older_than_its_text(printed: Mapping[str, str]) -> None:
    stale = [each.name for each in PICTURES if noted(each.file.read_bytes()) != fingerprint(printed[each.command])]
    assert stale == [], "make pictures draws them anew"


@pytest.mark.process
def test_a_picture_shows_what_its_page_shows(printed: Mapping[str, str]) -> None:
    shown = {step.typed: step.printed for step in steps(PAGE.read_text(encoding="utf-8")) if isinstance(step, Command)}
    assert {command: alike(ESCAPE.sub("", text)) for command, text in printed.items()} == {
        command: alike(shown[command]) for command in printed
    }


@each_picture
def test_a_picture_is_small(picture: Picture) -> None:
    assert picture.file.stat().st_size < LARGEST


@each_picture
def test_a_note_is_read_as_it_was_written(picture: Picture) -> None:
    png = picture.file.read_bytes()
    assert noted(with_note(png, "other")) == "other"
    assert with_note(png, noted(png)) == png


def test_there_is_no_other_picture() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {each.name for each in PICTURES}

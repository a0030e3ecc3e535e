"""A page of the documentation as its reader follows it: files to write, commands to type, and what these print.

A ```yaml block that begins with `# PATH` is a file. In a ```console block a line after `$ ` is a command, and what
stands below it, up to the next one, is what it prints; an empty line before the next one is layout.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
"""All that is written for users."""

_FILE = re.compile(r"# (\S+)\n")


@dataclass(frozen=True, slots=True)
class File:
    """Something to write, below the folder in which the commands run."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """Something to type, and what it prints."""

    typed: str
    printed: str


Step: TypeAlias = File | Command


def tokens(text: str) -> Sequence[Token]:
    """What CommonMark, with GitHub's tables, makes of a text."""
    return MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text)


def steps(text: str) -> Iterator[Step]:
    """What a reader does, in order."""
    for token in tokens(text):
        if token.type == "fence" and token.info == "yaml" and (named := _FILE.match(token.content)):
            yield File(named[1], token.content[named.end() :])
        elif token.type == "fence" and token.info == "console":
            yield from _commands(token.content)


def _commands(block: str) -> Iterator[Command]:
    """The commands of one block."""
    head, *parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not head, f"a console block begins with a command, not with {head!r}"
    for number, part in enumerate(parts, 1):
        typed, _, printed = part.partition("\n")
        yield Command(typed, printed if number == len(parts) else printed.removesuffix("\n"))


def rewritten(text: str, printed: Sequence[str]) -> str:
    """The page with what its commands have printed, in order, in place of what it shows."""
    lines, left = text.splitlines(keepends=True), list(printed)
    for token in reversed(tokens(text)):
        if token.type == "fence" and token.info == "console" and token.map:
            typed = [each.typed for each in _commands(token.content)]
            left, own = left[: -len(typed)], left[-len(typed) :]
            assert not any(token.markup in output for output in own), f"{typed}: the block needs a longer fence"
            told = [f"$ {command}\n{output}" for command, output in zip(typed, own, strict=True)]
            spaced = [each + "\n" if each.count("\n") > 1 else each for each in told]
            lines[token.map[0] + 1 : token.map[1] - 1] = [*spaced[:-1], told[-1]]
    return "".join(lines)


def anchors(text: str) -> frozenset[str]:
    """Where a link with `#` can lead, as GitHub names headings."""
    found = tokens(text)
    titles = (found[at + 1].content for at, token in enumerate(found) if token.type == "heading_open")
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


def links(text: str) -> Iterator[str]:
    """Where the links and pictures of a page lead."""
    for token in _inline(text):
        given: Mapping[str, object] = token.attrs
        if token.type in ("link_open", "image"):
            yield str(given.get("href", given.get("src")))


def code(text: str) -> Iterator[str]:
    """Everything that is set as code, spans and blocks alike."""
    yield from (token.content for token in _inline(text) if token.type == "code_inline")
    yield from (token.content for token in tokens(text) if token.type in ("fence", "code_block"))


def _inline(text: str) -> Iterator[Token]:
    """What stands in running text."""
    for token in tokens(text):
        yield from token.children or ()

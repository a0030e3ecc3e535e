"""What a page names exists: options, variables, exit codes, files, headings, targets of make."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import click
import pytest

from reconciler.cli.commands import Commands
from reconciler.cli.main import cli
from tests.docs.page import PAGES, ROOT, anchors, code, links

EXIT_CODES = {0, 1, 2, 3, 4, 5, 64}
FOLDERS = r"(?:(?:\.ci|benchmarks|ci|contrib|docs|examples|requirements|schemas|scripts|tests)/|reconciler/\S+\.py)"
FOREIGN = re.compile(r"\b(?:git|gcloud|make|pip|podman|systemctl|systemd-analyze|cp|head|grep|sed|tail)\b")
"""Programs of others, whose options are theirs."""
OTHERS = frozenset({"RECONCILER_IMAGE"})
"""Variables that a piece of a pipeline reads, and the program does not."""

BUILT_IN = re.compile(r"RECONCILER_[A-Z]+(?:_[A-Z]+)*")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def _commands(group: click.Group, *above: str) -> Iterator[tuple[str, click.Command]]:
    """Every command by its words: `environments diff` too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield " ".join((*above, name)), command
        if isinstance(command, click.Group):
            yield from _commands(command, *above, name)


@cache
def _known() -> dict[str, frozenset[str]]:
    """The options of every command, and under no name those of all."""
    of = {name: _flags(command) for name, command in _commands(Commands())}
    return {**of, "": _flags(cli) | frozenset(chain(*of.values()))}


def _flags(command: click.Command) -> frozenset[str]:
    """The options of one command."""
    options = command.get_params(click.Context(command))
    return frozenset(flag for each in options for flag in (*each.opts, *each.secondary_opts) if flag.startswith("-"))


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    found = [link for link in links(page.read_text(encoding="utf-8")) if not link.startswith("https://")]
    broken = []
    for link in found:
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        there = target.exists() and (not anchor or anchor in anchors(target.read_text(encoding="utf-8")))
        broken += [] if there else [link]
    assert broken == []


@each_page
def test_every_option_is_one_of_its_command(page: Path) -> None:
    unknown = []
    for text in code(page.read_text(encoding="utf-8")):
        for line in text.replace("\\\n", " ").splitlines():
            unknown += [f"{line}: {flag}" for flag in _wrong(line)]
    assert unknown == []


def _wrong(line: str) -> Iterator[str]:
    """The options in a line that do not exist."""
    words = sorted(_known(), key=len, reverse=True)
    for part in re.split(r"\|\||&&|[|;`]", line):
        called = re.search(r"\breconciler ([a-z]+(?: [a-z]+)?)", part)
        if called is None and FOREIGN.search(part):
            continue
        said = f"{called[1]} " if called else ""
        known = _known()[next(each for each in words if not each or said.startswith(f"{each} "))]
        own = part[called.start() :] if called else part
        flags = re.findall(r"(?<![\w.'\"<-])--[a-z][a-z-]*", own.split(" # ")[0])
        yield from (flag for flag in flags if flag not in known)


@each_page
def test_every_command_exists(page: Path) -> None:
    group = Commands()
    known = set(group.list_commands(click.Context(group)))
    called = chain(
        *(re.findall(r"(?:^|[|&;] *|\$ )reconciler ([a-z]+)", text, re.MULTILINE) for text in code(_text(page)))
    )
    assert set(called) <= known


@each_page
def test_every_variable_is_read(page: Path) -> None:
    read = frozenset(BUILT_IN.findall("".join(each.read_text(encoding="utf-8") for each in _sources())))
    options = {f"RECONCILER_{flag.lstrip('-').replace('-', '_').upper()}" for flag in _known()[""]}
    assert set(BUILT_IN.findall(_text(page))) - read - options - OTHERS == set()


@each_page
def test_every_exit_code_is_one_of_ours(page: Path) -> None:
    told = re.findall(r"[Ee]xit codes? (?:is |of )?(\d+)", _text(page))
    assert {int(each) for each in told} <= EXIT_CODES


@each_page
def test_every_file_of_the_repository_is_there(page: Path) -> None:
    named = [match for text in code(_text(page)) for match in re.findall(rf"(?:^|[\s(]){FOLDERS}\S*", text.strip())]
    named = [each.strip(" (,:;)\n").partition("::")[0] for each in named]
    assert [each for each in named if not any(ROOT.glob(each.rstrip("/")))] == []


@each_page
def test_every_target_of_make_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = chain(*(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE) for text in code(_text(page))))
    assert set(called) <= targets


def test_exit_codes_are_those_that_the_readme_lists() -> None:
    listed = re.search(r"^Exit codes: (.*?)\n\n", _text(ROOT / "README.md"), re.MULTILINE | re.DOTALL)
    assert listed
    assert {int(each) for each in re.findall(r"(?:^|, |,\n|\n)\b(\d+) ", f", {listed[1]}")} == EXIT_CODES


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _sources() -> Iterator[Path]:
    """The program."""
    yield from (ROOT / "reconciler").rglob("*.py")

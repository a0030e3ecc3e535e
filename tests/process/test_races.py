"""Real processes that apply at once, over a socket: on one workspace, at two commits of it, and on two workspaces."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.process.stricken import START, Site, Writing, declare, model, name_of, site
from tests.services.dialect import dialect
from tests.tally import Tally

pytestmark = [pytest.mark.process, pytest.mark.loopback]

APPLY = ("apply", "--yes")

OLD = {"same": model(), "data": model(rate=2), "epochs": model(rate=3), "gone": model(rate=4)}
NEW = {
    "same": model(tone=dialect().lines.mild),
    "data": model(epochs=4, rate=2),
    "epochs": model(epochs=2, rate=3),
    "created": model(rate=5),
}
STAYS = frozenset(OLD.keys() & NEW.keys())


@dataclass
class Field:
    """Folders that apply to one service. `raced` counts the processes that did so at once."""

    root: Path
    site: Site
    raced: int = 0

    def folder(self, name: str, manifests: Writing, owner: str = "acme-1") -> Path:
        """Write a workspace of an owner."""
        folder = self.root / name
        declare(folder, manifests)
        workspace = folder / "manifests" / "workspace.yaml"
        workspace.write_text(workspace.read_text().replace("owner: acme-1", f"owner: {owner}"))
        return folder

    def together(self, folders: Sequence[Path]) -> list[int]:
        """Apply in all of these at once; give the exit codes."""
        self.raced += len(folders) if len(folders) > 1 else 0
        started = [replace(self.site, folder=folder).begin(APPLY) for folder in folders]
        ended = [run.wait(60) for run in started]
        for each in ended:
            assert "Traceback" not in each.said, each.said
        return [each.code for each in ended]

    def settle(self, folder: Path) -> None:
        """Apply once more in peace; then there is nothing left to do."""
        assert self.together([folder]) == [0]
        plan = replace(self.site, folder=folder).begin(("plan",)).wait()
        assert plan.stdout.endswith("No changes.\n"), plan.said

    def creates(self) -> Counter[str]:
        """How often each model was begun."""
        return Counter(each.model for each in self.site.service.exchanges if each.creates)

    def deletes(self) -> Counter[str]:
        """How often each model was deleted."""
        return Counter(each.model for each in self.site.service.exchanges if each.deletes)


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    """One service, and room for folders."""
    with site(tmp_path, tmp_path / "state.sqlite3", START) as there:
        there.service.known.set()
        yield Field(tmp_path, there)


def of_one_commit(field: Field, runs: int) -> None:
    """Everybody wants the same; then the next commit is pushed, and again everybody wants the same."""
    folders = [field.folder(f"run-{number}", OLD) for number in range(runs)]
    assert set(field.together(folders)) <= {0, 4, 5}
    field.settle(folders[0])
    assert set(field.creates().values()) == {1}
    assert {name_of(each) for each in field.creates()} == OLD.keys()
    folders = [field.folder(f"run-{number}", NEW) for number in range(runs)]
    assert set(field.together(folders)) <= {0, 4, 5}
    field.settle(folders[0])
    assert set(field.creates().values()) == {1}
    assert len(field.creates()) == len(OLD) + 3
    assert all(_names(left) >= STAYS for left in field.site.service.left)


def of_two_commits(field: Field, runs: int) -> None:
    """Half of the runs are of the commit before, on which everything was applied."""
    old, new = field.folder("old", OLD), field.folder("new", NEW)
    field.settle(old)
    assert set(field.together([(old, new)[number % 2] for number in range(runs)])) <= {0, 4, 5}
    field.settle(new)
    creates, deletes = field.creates(), field.deletes()
    assert all(number <= 1 + deletes[each] for each, number in creates.items()), (creates, deletes)
    assert all(_names(left) >= STAYS for left in field.site.service.left)
    assert field.site.service.serving() == NEW.keys()


def of_two_workspaces(field: Field, runs: int) -> None:
    """Two owners have models of the same names and inputs; one of them changes everything, and then has none."""
    ours, theirs = field.folder("ours", OLD), field.folder("theirs", OLD, "rival-2")
    assert set(field.together([(ours, theirs)[number % 2] for number in range(runs)])) <= {0, 4, 5}
    field.settle(ours)
    field.settle(theirs)
    assert set(field.creates().values()) == {1}
    kept = [row for row in field.site.world() if "rival-2" in str(row)]
    assert len(kept) == len(OLD)
    field.folder("ours", NEW)
    assert set(field.together([(ours, theirs)[number % 2] for number in range(runs)])) <= {0, 4, 5}
    field.settle(ours)
    assert [row for row in field.site.world() if "rival-2" in str(row)] == kept
    assert set(field.creates().values()) == {1}


def _names(left: Mapping[str, str]) -> set[str]:
    return {name_of(each) for each, state in left.items() if state == "ACTIVE"}


Race: TypeAlias = Callable[[Field, int], None]
RACES: tuple[Race, ...] = (of_one_commit, of_two_commits, of_two_workspaces)


@pytest.mark.parametrize(("race", "runs"), [*zip(RACES, (8, 4, 2), strict=True)])
def test_applies_at_once(field: Field, race: Race, runs: int, tally: Tally) -> None:
    race(field, runs)
    tally("processes that raced", field.raced)


@pytest.mark.soak
@pytest.mark.parametrize("attempt", range(10))
@pytest.mark.parametrize("runs", [2, 4, 8])
@pytest.mark.parametrize("race", RACES)
def test_again_and_again(field: Field, race: Race, runs: int, attempt: int, tally: Tally) -> None:
    assert attempt >= 0
    race(field, runs)
    tally("processes that raced", field.raced)

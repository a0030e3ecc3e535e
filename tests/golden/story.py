"""The register of stories, and the manifests that most of them start from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.golden.stage import Stage
from tests.services.dialect import dialect

Play: TypeAlias = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Story:
    """What is played, and how the service behaves meanwhile. The docstring says what has to come of it.

    `only` is the one service it is about; empty for every one.
    """

    play: Play
    settings: Mapping[str, Any] = field(default_factory=dict)
    only: str = ""
    loopback: bool = False


STORIES: dict[str, Story] = {}


def story(*, only: str = "", loopback: bool = False, **settings: Any) -> Callable[[Play], Play]:
    """Enter a function into the register under its name; `settings` are the emulator's."""

    def enter(play: Play) -> Play:
        assert play.__name__ not in STORIES, play.__name__
        STORIES[play.__name__] = Story(play, settings, only, loopback)
        return play

    return enter


LINES = dialect().lines
BASE = LINES.base
MANIFEST = "manifests/sentences.yaml"
ENOUGH = dialect().examples
"""How many examples the service recommends; a multiple of 20."""

NUMBERS = "".join(f'{{"text_input": "{n}", "output": "{n + 1}"}}\n' for n in range(1, ENOUGH + 1))
TICKETS = "ticket,queue\n" + "".join(
    f"My {thing} {trouble}{' again' * times},{queue}\n"
    for times in range(ENOUGH // 20)
    for thing, queue in (
        ("invoice", "billing"),
        ("parcel", "delivery"),
        ("password", "accounts"),
        ("refund", "billing"),
    )
    for trouble in ("is wrong", "is lost", "never came", "is late", "was changed")
)
MONTHS = ("May", "June", "July", "August", "September")
DATES = "".join(
    f'      - {{ textInput: "{day} {MONTHS[month]} 2024", output: "2024-{month + 5:02}-{day:02}" }}\n'
    for month in range(ENOUGH // 20)
    for day in range(1, 21)
)

WORKSPACE = """\
apiVersion: reconciler.dev/v1alpha1
kind: Workspace
metadata:
  name: acme
spec:
  endpoint: emulator
  owner: acme-1
""" + "".join(f"  {line}\n" for line in LINES.workspace)


def tuned(name: str, *spec: str) -> str:
    """A manifest of a tuned model; `spec` are the lines of its spec."""
    head = f"apiVersion: reconciler.dev/v1alpha1\nkind: TunedModel\nmetadata:\n  name: {name}\nspec:\n"
    return head + "".join(f"  {line}\n" for line in spec)


SENTENCES = tuned(
    "sentences",
    "displayName: Sentences",
    f"baseModel: {BASE}",
    "dataset:",
    "  path: data/sentences.jsonl",
    "hyperparameters:",
    "  epochCount: 3",
    f"  {LINES.size}: 4",
    LINES.cool,
)
TICKETS_MODEL = tuned(
    "tickets",
    "displayName: Tickets",
    "description: Names the queue that a ticket belongs to.",
    f"baseModel: {BASE}",
    "dataset:",
    "  path: data/tickets.csv",
    "  inputField: ticket",
    "  outputField: queue",
    "hyperparameters:",
    "  epochCount: 2",
)
DATES_MODEL = tuned("dates", "displayName: Dates", f"baseModel: {BASE}", "dataset:", "  examples:") + DATES


def workspace(stage: Stage, *extra: str, show: bool = False) -> None:
    """Write the workspace, with more lines of spec."""
    stage.write("manifests/workspace.yaml", WORKSPACE + "".join(f"  {line}\n" for line in extra), show=show)


def sentences(stage: Stage, *extra: str, show: bool = True) -> None:
    """Write the usual workspace with one model, `sentences`; nothing is trained yet."""
    workspace(stage)
    stage.write("manifests/data/sentences.jsonl", NUMBERS, show=False)
    stage.write(MANIFEST, SENTENCES + "".join(f"  {line}\n" for line in extra), show=show)


def three(stage: Stage, *, show: bool = False) -> None:
    """Write the usual workspace with three models: `sentences`, `tickets` and `dates`."""
    sentences(stage, show=show)
    stage.write("manifests/data/tickets.csv", TICKETS, show=False)
    stage.write("manifests/tickets.yaml", TICKETS_MODEL, show=show)
    stage.write("manifests/dates.yaml", DATES_MODEL, show=show)


def trained(stage: Stage, *extra: str) -> None:
    """Start from `sentences` trained and unchanged."""
    sentences(stage, *extra, show=False)
    stage.quietly("apply --yes")
    stage.tell("manifests/sentences.yaml is applied and its model trained (as in first_apply).")
    for line in extra:
        stage.tape.line(f"#   {line}")


def all_trained(stage: Stage) -> None:
    """Start from the three models trained and unchanged."""
    three(stage)
    stage.quietly("apply --yes")
    stage.tell("Three models are applied and trained: sentences, tickets and dates (as in first_apply).")

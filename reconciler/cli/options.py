"""Options that several commands share, each also an environment variable, handed to commands as one value a group."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import wraps
from typing import Any, TypeAlias

import click

from reconciler.cli.amount import amount
from reconciler.cli.duration import seconds

Command: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[Command], Command]

PREFIX = "RECONCILER_"


def option(*declarations: str, **settings: Any) -> Decorator:
    """Declare an option that the environment can set too: `--max-deletes` as RECONCILER_MAX_DELETES."""
    flag = next(each for each in declarations if each.startswith("--")).split("/")[0]
    settings.setdefault("envvar", PREFIX + flag.removeprefix("--").replace("-", "_").upper())
    return click.option(*declarations, **settings)


def names(kind: type) -> list[str]:
    """The fields of a group of options."""
    return [field.name for field in fields(kind)]


def packed(argument: str, make: Callable[..., object], parts: Sequence[str], *decorators: Decorator) -> Decorator:
    """Add options to a command, which gets their values as the one `argument` that `make` builds."""

    def decorate(function: Command) -> Command:
        @wraps(function)
        def command(**values: Any) -> Any:
            group = {part: values.pop(part) for part in parts}
            return function(**values, **{argument: make(**group)})

        wrapped: Command = command
        for decorator in reversed(decorators):
            wrapped = decorator(wrapped)
        return wrapped

    return decorate


@dataclass(frozen=True, slots=True)
class Place:
    """Where manifests are read from, for which environment, and which service they are held against."""

    path: str
    dataset_root: tuple[str, ...]
    endpoint: str | None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which declared models a run is about; nothing given: all of them."""

    target: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    selector: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The wishes as they were typed, and how many failed attempts are enough."""

    retry_failed: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    unprotect: tuple[str, ...] = ()
    cancel_superseded: tuple[str, ...] = ()
    delete_irreplaceable: tuple[str, ...] = ()
    new_attempt: tuple[str, ...] = ()
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    """Policy and bounds from the command line, which only tighten those of the workspace."""

    policy: str | None = None
    max_creates: int | None = None
    max_replaces: int | None = None
    max_deletes: int | None = None
    max_steps: int | None = None
    max_cost: Decimal | None = None
    max_share: int | None = None
    allow_empty: bool = False
    allow_delete_all: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """With what data that changed are compared, and how many examples of each kind are shown."""

    base: str | None = None
    show_examples: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run goes about it."""

    parallelism: int
    wait: bool
    timeout: float | None


PATH = click.argument("path", default="manifests", metavar="[PATH]", envvar="RECONCILER_MANIFESTS")
FROM = option("-f", "--manifests", "path", default="manifests", metavar="PATH", help="Folder of the manifests.")

_PLACE = (
    click.option(
        "--dataset-root",
        multiple=True,
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False),
        help="Allow datasets below this folder too. Not from the environment.",
    ),
    option("--endpoint", metavar="URL", help="Instead of the workspace's: `emulator`, or http://127.0.0.1:PORT."),
)


def complete_environment(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the environments that the manifests have."""
    from reconciler.errors import ReconcilerError
    from reconciler.source.load import load_each

    try:
        found = [each.environment for each in load_each(str(ctx.params.get("path") or "manifests"))]
    except ReconcilerError:
        return []
    return [name for name in found if name and name.startswith(incomplete)]


_ENVIRONMENT = option(
    "-e",
    "--environment",
    metavar="NAME",
    help="The environment that this is about; needed where there are some.",
    shell_complete=complete_environment,
)

in_place = packed("place", Place, names(Place), PATH, *_PLACE, _ENVIRONMENT)
from_place = packed("place", Place, names(Place), FROM, *_PLACE, _ENVIRONMENT)
from_every_place = packed("place", Place, [name for name in names(Place) if name != "environment"], FROM, *_PLACE)


def _addresses(flag: str, text: str) -> Decorator:
    return option(flag, multiple=True, metavar="ADDRESS", help=text, shell_complete=complete_address)


def complete_address(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the addresses that the manifests declare: all of them while no environment is chosen, as -e may follow."""
    from reconciler.errors import ReconcilerError
    from reconciler.resource.address import Address
    from reconciler.source.load import load, load_each

    try:
        path, environment = str(ctx.params.get("path") or "manifests"), ctx.params.get("environment")
        loaded = load_each(path) if environment is None else (load(path, environment=environment),)
    except ReconcilerError:
        return []
    addresses = sorted({Address(sourced.manifest.name) for each in loaded for sourced in each.manifests})
    return [str(a) if incomplete.startswith("T") else a.name for a in addresses if incomplete in str(a)]


selecting = packed(
    "selection",
    Selection,
    names(Selection),
    _addresses("--target", "Only this model; * stands for anything. Repeatable."),
    _addresses("--exclude", "All but this model; * stands for anything. Repeatable."),
    option("-l", "--selector", multiple=True, metavar="K=V", help="Only models with this label. Repeatable."),
)
UNPROTECT = _addresses("--unprotect", "Lift lifecycle.protect for this run.")
DELETE_IRREPLACEABLE = _addresses("--delete-irreplaceable", "Delete a model that could never be trained again.")
wishing = packed(
    "asked",
    Asked,
    names(Asked),
    _addresses("--retry-failed", "Train again after a failure: one new attempt."),
    _addresses("--replace", "Train anew although nothing changed."),
    UNPROTECT,
    _addresses("--cancel-superseded", "Ask a training that nobody needs any more to stop."),
    DELETE_IRREPLACEABLE,
    _addresses("--new-attempt", "Train under another id, where the computed one is taken."),
    option("--max-attempts", type=click.IntRange(min=1), metavar="N", help="Failed attempts allowed (3)."),
)


def _bound(flag: str, text: str) -> Decorator:
    return option(flag, type=click.IntRange(min=0), metavar="N", help=text)


MAX_DELETES = _bound("--max-deletes", "Refuse a plan that deletes more.")
bounded = packed(
    "safety",
    Safety,
    names(Safety),
    option("--policy", type=click.Choice(["sync", "upsert-only", "create-only"]), help="Only these kinds of change."),
    _bound("--max-creates", "Refuse a plan that creates more."),
    _bound("--max-replaces", "Refuse a plan that replaces more."),
    MAX_DELETES,
    _bound("--max-steps", "Refuse a plan that trains more steps."),
    option(
        "--max-cost",
        callback=amount,
        metavar="AMOUNT",
        help="Refuse a plan that costs more, in the currency of the workspace's prices.",
    ),
    option(
        "--max-share",
        type=click.IntRange(0, 100),
        metavar="PERCENT",
        help="Refuse to delete or replace more of ten or more models (30).",
    ),
    option("--allow-empty", is_flag=True, help="Delete everything although no manifest is left."),
    option("--allow-delete-all", is_flag=True, help="Delete every model of the workspace."),
)
comparing = packed(
    "comparison",
    Comparison,
    names(Comparison),
    option("--base", metavar="REV", help="Look for the data of before here first: origin/main, a tag, a commit."),
    option(
        "--show-examples",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Show so many added, removed and changed examples of each dataset: their texts.",
    ),
)
TIMEOUT = option("--timeout", callback=seconds, metavar="TIME", help="Wait this long at most: 90s, 45m, 1h30m.")
paced = packed(
    "pace",
    Pace,
    names(Pace),
    option("--parallelism", type=click.IntRange(1, 8), default=4, show_default=True, help="Requests at once."),
    option("--wait/--no-wait", default=True, help="Wait for trainings (the default), or only begin them."),
    TIMEOUT,
)
YES = option("-y", "--yes", is_flag=True, help="Do not ask.")


def formats(*choices: str) -> Decorator:
    """The option -o with these formats; the first is the default."""
    return option(
        "-o", "--output", type=click.Choice(choices), default=choices[0], show_default=True, help="Form of the result."
    )

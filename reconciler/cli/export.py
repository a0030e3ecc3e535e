"""`reconciler export`: manifests of models that exist and that no manifest declares."""

from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.cli import session
from reconciler.cli.connection import connect
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import Place, from_place, option
from reconciler.cli.session import Session
from reconciler.errors import NotFound, UsageError
from reconciler.plan.adoption import neighbour
from reconciler.plan.inventory import take
from reconciler.providers.port import Reader
from reconciler.render.neutral import neutral
from reconciler.resource.address import Address
from reconciler.resource.observed import Observed
from reconciler.source.export import manifest, names

EPILOG = """\b
Examples:
  reconciler export --all
  reconciler export sentiment-a1b2c3 --out manifests
"""


@click.command("export", epilog=EPILOG)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@option("--all", "everything", is_flag=True, help="Every model that is not declared yet.")
@option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="One file each; else stdout.")
@from_place
@with_console
def command(
    ids: tuple[str, ...],
    everything: bool,  # noqa: FBT001  (click passes it by name)
    out: Path | None,
    place: Place,
    console: Console,
) -> int:
    """Write manifests of models that exist, without their training data, which no service gives back.

    `reconciler import NAME ID` then takes each of them under its manifest.
    """
    if bool(ids) == everything:
        raise UsageError("say which models", "name their ids, or give --all")
    begun = session.without_datasets(place)
    reader: Reader = connect(begun)
    found = _undeclared(begun, reader) if everything else _named(reader, ids)
    taken = {sourced.manifest.name for sourced in begun.loaded.manifests}
    texts = {name: _visible(manifest(name, observed)) for name, observed in names(found, taken).items()}
    if not texts:
        elsewhere = ", or belongs to another environment" if begun.loaded.neighbours else ""
        console.say(f"Every model that was found is declared{elsewhere}; others can be exported by their names.")
    if out is None:
        console.print("---\n".join(texts.values()))
    else:
        _write(texts, out, console)
    return 0


def _undeclared(begun: Session, reader: Reader) -> tuple[Observed, ...]:
    """Everything there is that belongs neither to a declared address nor to another environment, but for records."""
    snapshot = reader.survey()
    declared = {Address(sourced.manifest.name) for sourced in begun.loaded.manifests}
    terms = begun.terms()
    held = take(snapshot, declared, terms.owners, terms.naming).declared.values()
    ours = {observed.name for group in held for observed in (*group.marked, *group.claimed, *group.newer)}
    free = (o for o in snapshot if o.name not in ours and not o.record and not neighbour(o, terms))
    return tuple(sorted(free, key=lambda o: o.name))


def _named(reader: Reader, ids: tuple[str, ...]) -> tuple[Observed, ...]:
    """The models with these ids; raise NotFound naming all that do not exist."""
    wanted = list(dict.fromkeys(map(reader.naming.resource, ids)))
    found = {name: observed for name in wanted for observed in reader.read([name])}
    if missing := [name for name in wanted if name not in found]:
        raise NotFound(f"there is no {', '.join(missing)}, or this identity cannot see it", "check the ids")
    return tuple({observed.name: observed for observed in found.values()}.values())


def _visible(text: str) -> str:
    """Escape what must not reach a terminal or a log; YAML reads such escapes, which can only stand inside quotes."""
    return "\n".join(map(neutral, text.split("\n")))


def _write(texts: Mapping[str, str], out: Path, console: Console) -> None:
    """Write one file a model; nothing at all if one of them exists."""
    files = {out / f"{name}.yaml": text for name, text in texts.items()}
    if there := [str(path) for path in files if path.exists()]:
        raise UsageError(f"{', '.join(there)}: already there", "move it away, or choose another --out")
    out.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        console.print(f"{neutral(str(path))}\n")

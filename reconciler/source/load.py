"""Everything that the manifests at a path say: the workspace, the tuned models, and all that is wrong with them.

Every `.yaml`, `.yml` and `.json` file below the path, unless it is hidden, is a manifest of ours or a finding, because
a file that silently does not count would be read as a wish to delete. What is not declared may be deleted only if the
path is the folder that holds the Workspace, and git checked out all of it, so that everything it could declare was
read: `Loaded.complete`.

Where there are Environments, everything is said for the one that was chosen; they count even if only a part of the
workspace is read.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, TextIO

from reconciler.errors import Diagnostic, Origin, UsageError
from reconciler.resource.workspace import OWNER_PATTERN, Workspace
from reconciler.source import environments, surroundings, tree
from reconciler.source.cache import Cache
from reconciler.source.checkout import is_sparse
from reconciler.source.collector import collector_resting
from reconciler.source.document import Locate
from reconciler.source.draft import Draft, folder_of, told
from reconciler.source.homes import Declared, Home
from reconciler.source.reading import Reading
from reconciler.source.sourced import Sourced
from reconciler.source.text import LARGEST_FILE
from reconciler.source.tree import File

STDIN = "<stdin>"


def _nowhere(*_: str | int) -> Origin:
    """Where the parts of a document stand that does not exist."""
    return Origin("")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read. `folder` is absolute and holds the Workspace; without one it is the folder that was given."""

    workspace: Workspace | None
    folder: Path
    manifests: tuple[Sourced, ...]
    complete: bool
    diagnostics: tuple[Diagnostic, ...]
    locate: Locate = _nowhere
    """Finds the parts of the Workspace document again."""
    provider: str = ""
    """What a Workspace with faults says of that."""
    environment: str = ""
    """The one that was chosen; empty where there are none."""
    declared: Origin = Origin("")
    """Where that one is declared."""
    neighbours: Mapping[str, str] = field(default_factory=dict)
    """The owners, also former ones, of the other environments, with the environment of each."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything that was read at a path, before an environment has its say."""

    reading: Reading
    home: str
    name: str
    complete: bool = False

    @property
    def faulty(self) -> bool:
        """Whether something that may be an Environment could not be read."""
        unclear = any(draft.kind not in ("TunedModel", "Workspace") for draft in self.reading.faulty)
        return unclear or any(problem.severity == "error" for problem in self.reading.problems)

    def environment(self, name: str | None) -> Declared | None:
        """Find the environment to load; raise UsageError where there is none of that name, or one has to be chosen."""
        return environments.chosen(self.reading.environments, name, faulty=self.faulty)

    def loaded(self, declared: Declared | None) -> Loaded:
        """Say what there is in an environment."""
        if declared is None:
            return _loaded(self.reading, self)
        overlaid = environments.overlaid(self.reading, declared, self.reading.cache, whole=self.complete)
        return replace(_loaded(overlaid, self), environment=declared.name, declared=declared.origin)


def load(path: str, stdin: TextIO | None = None, cache: Cache | None = None, environment: str | None = None) -> Loaded:
    """Read the manifests at a path, as an environment has them: a folder, a file, or `-` for standard input.

    Raises UsageError if there is nothing at the path, if there is no such environment, or if one has to be chosen;
    everything that is wrong inside of files is a diagnostic. Files that the cache knows to be valid are not parsed
    again.
    """
    with collector_resting():
        read = _read(path, stdin, cache)
        return read.loaded(read.environment(environment))


def load_each(path: str, stdin: TextIO | None = None, cache: Cache | None = None) -> tuple[Loaded, ...]:
    """Read the manifests at a path once, and say what there is in each environment, or at all if there are none.

    The environments are in the order of their names. Raises UsageError if there is nothing at the path.
    """
    with collector_resting():
        read = _read(path, stdin, cache)
        declared = sorted(read.reading.environments, key=lambda each: (each.name, each.origin))
        return tuple(read.loaded(each) for each in declared or (None,))


def _read(path: str, stdin: TextIO | None, cache: Cache | None) -> _Read:
    """Read what is at a path."""
    if path == "-":
        return _stream(STDIN, stdin, Reading(cache))
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        return _folder(path, Reading(cache))
    if stat.S_ISREG(mode):
        return _file(path, Reading(cache))
    with open(path, encoding="utf-8") as pipe:
        return _stream(path, pipe, Reading(cache))


def _mode(path: str) -> int:
    """Look what is at the path."""
    try:
        return os.stat(path).st_mode
    except (OSError, ValueError) as error:
        what = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        advice = "give the folder of your manifests, or make one with `reconciler init`"
        raise UsageError(f"{path!r} {what}", advice) from error


def _stream(name: str, stream: TextIO | None, reading: Reading) -> _Read:
    """Read a stream; its relative paths, and the search for the Workspace, start from the current directory."""
    folder = os.getcwd()
    reading.content(File(name, os.path.join(folder, name)), _beginning(stream))
    if reading.homes:  # it says everything itself
        return _Read(reading, folder, name)
    home = surroundings.around(reading, folder)
    surroundings.environments(reading, home)
    return _Read(reading, home, name)


def _beginning(stream: TextIO | None) -> bytes:
    """Read a stream, which may have no end, just so far that its being too large shows."""
    if stream is None:
        return b""
    below: BinaryIO | None = getattr(stream, "buffer", None)
    return below.read(LARGEST_FILE + 1) if below else stream.read(LARGEST_FILE + 1).encode("utf-8", "surrogatepass")


def _file(path: str, reading: Reading) -> _Read:
    """Read one file, as if no other manifest stood beside it."""
    file = File(os.path.normpath(path), os.path.abspath(path), os.path.realpath(path))
    reading.file(file)
    folder = os.path.dirname(file.path)
    home = folder if reading.homes else surroundings.around(reading, folder)
    surroundings.environments(reading, home)
    return _Read(reading, home, file.name)


def _folder(path: str, reading: Reading) -> _Read:
    """Read a folder and everything below it."""
    folder, name = os.path.abspath(path), os.path.normpath(path)
    found = tree.below(folder, "" if name == os.curdir else name)
    real = os.path.realpath(folder)
    reading.problems += found.faults
    reading.files(sorted([*found.files, *(link for link in found.links if tree.inside(link.real, (real,)))]))
    home = surroundings.home(reading, folder, name)
    outward = [link for link in (*found.links, *found.outward) if not tree.inside(link.real, (real,))]
    surroundings.follow(reading, outward, os.path.realpath(home))
    if home != folder:
        surroundings.environments(reading, home)
    whole = home == folder and len(reading.homes) == 1
    if whole and is_sparse(Path(real)):
        message = "is part of a sparse git checkout, so manifests may be missing"
        advice = "nothing is deleted for being undeclared; check out the whole folder for that"
        reading.problems.append(Diagnostic(Origin(name), message, advice, "warning"))
        whole = False
    return _Read(reading, home, name, complete=whole)


def _loaded(reading: Reading, read: _Read) -> Loaded:
    """Join what was read with the workspace it belongs to."""
    homes, problems = sorted(reading.homes, key=lambda found: found.origin), reading.problems.copy()
    if not homes and not reading.obscure:
        message, advice = "no Workspace here, nor in a folder around it", "make one with `reconciler init`"
        problems.append(Diagnostic(Origin(read.name), message, advice))
    for second in homes[1:]:
        message = f"a second Workspace; the first is at {homes[0].origin}"
        advice = "keep one, or give a path that has only one in it and around it"
        problems.append(Diagnostic(second.origin, message, advice))
    problems += filter(None, map(_owner, homes))
    workspace = homes[0].manifest if len(homes) == 1 else None
    manifests = tuple(sorted(_sourced(reading.models), key=lambda sourced: sourced.origin))
    locate, provider = (homes[0].locate, homes[0].provider) if homes else (_nowhere, "")
    neighbours = homes[0].neighbours if homes else {}
    found = tuple(sorted({*problems, *told(reading.faulty)}))
    return Loaded(workspace, Path(read.home), manifests, read.complete, found, locate, provider, neighbours=neighbours)


def _sourced(models: Iterable[Draft]) -> Iterator[Sourced]:
    """Read the manifests of documents; most of them share their folders."""
    folders: dict[str, Path] = {}
    for draft in models:
        folder = folder_of(draft)
        yield draft.sourced(folders.get(folder) or folders.setdefault(folder, Path(folder)))


def _owner(home: Home) -> Diagnostic | None:
    """An owner that is taken from metadata.name must fit into every mark."""
    if home.manifest is None or re.fullmatch(OWNER_PATTERN, home.manifest.owner):
        return None
    message = f"metadata.name has {len(home.manifest.owner)} characters; as the owner it may have 24"
    return Diagnostic(home.locate("metadata", "name"), message, "shorten it, or set spec.owner")

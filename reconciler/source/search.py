"""Reads versions of data until one has the digest that is looked for, within bounds, and says why none had it."""

import hashlib
import io
import os.path
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from reconciler.resource.datachange import Revision
from reconciler.resource.dataset import Dataset, Locator
from reconciler.resource.identity import same_hash
from reconciler.source import tree
from reconciler.source.census import Census, Content, census
from reconciler.source.comparison import Older
from reconciler.source.declared import unplaced
from reconciler.source.hashing import BLOCK
from reconciler.source.repository import Repository
from reconciler.source.rows import Flaw
from reconciler.source.text import LFS_POINTER
from reconciler.source.wording import counted

MOST_VERSIONS = 200
"""Versions of a file that are read in the search for one dataset."""
MOST_BYTES = 1024 * 1024 * 1024
"""Bytes of them, each counted once in however many forms it is read."""
LARGEST_POINTER = 1024
"""Bytes of a pointer of Git LFS (its specification, "The Pointer")."""
SHA1 = 40
"""Hex digits of SHA-1: repositories of the other kind have names of 64."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: the data that this digest names, or the beginning of it.

    Without a digest it is whatever the base revision has. `dataset` are the data of today, `names` what the model is
    and was called, `manifest` the absolute path of the file that declares it; it may be `patched` by an environment.
    """

    digest: str
    names: tuple[str, ...]
    manifest: str
    dataset: Dataset
    patched: bool = False


class Candidate(NamedTuple):
    """A version that may be the one: where it is, its content (empty: the form holds it), and how it may be read."""

    where: Revision
    blob: str
    forms: tuple[Locator, ...]


@dataclass(slots=True)
class Search:
    """Reads versions until one is the right one, and keeps count of what stands in the way."""

    wanted: Wanted
    seen: set[tuple[str, Locator]] = field(default_factory=set)
    todays: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    size: int = 0
    pointers: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    bounded: bool = False
    shallow: bool = False
    asked: bool = False
    trouble: str = ""

    def among(self, checkout: Repository, candidates: Iterable[Candidate]) -> Older | None:
        """Look for the data among versions of one repository."""
        self.asked, self.shallow = True, self.shallow or checkout.shallow
        given = list(candidates)
        sizes = checkout.sizes(dict.fromkeys(each.blob for each in given if each.blob))
        for candidate in given:
            checkout.check_time()
            if candidate.blob:
                contents = self._contents(checkout, candidate, sizes.get(candidate.blob))
            else:
                contents = (Content(io.BytesIO, form) for form in candidate.forms)
            if found := next(filter(None, map(self._read, contents)), None):
                return Older(*found, candidate.where)
        return None

    def _contents(self, checkout: Repository, candidate: Candidate, size: int | None) -> Iterator[Content]:
        """A version in each form in which it was not read yet; `size` is None where it is not here."""
        blob = candidate.blob
        if size is None:
            self.absent.add(blob)
            return
        if blob not in self.versions and not self._worth_reading(checkout, blob, size):
            return
        for form in candidate.forms:
            if (blob, form) in self.seen or (blob in self.todays and form == unplaced(self.wanted.dataset.locator)):
                continue
            self.seen.add((blob, form))
            yield Content(partial(checkout.open, blob), form)

    def _read(self, content: Content) -> tuple[Content, Census] | None:
        """Read data; give them if they are those that are looked for."""
        made = census(content)
        if isinstance(made, Flaw):
            return None
        right = not self.wanted.digest or same_hash(self.wanted.digest, made.digest)
        return (content, made) if right else None

    def _worth_reading(self, checkout: Repository, blob: str, size: int) -> bool:
        """Whether a content holds data, and is not one too many; that of today may have been read in another way."""
        if blob in self.todays or _is_today(self.wanted.dataset.locator.path, blob, size):
            self.todays.add(blob)
            return True
        if size <= LARGEST_POINTER and _is_pointer(checkout, blob):
            self.pointers.add(blob)
            return False
        if len(self.versions) >= MOST_VERSIONS or self.size + size > MOST_BYTES:
            self.bounded = True
            return False
        self.versions.add(blob)
        self.size += size
        return True

    def outcome(self) -> str:
        """Say that nothing was found, and what may be the reason."""
        if not self.asked:
            return self.trouble
        looked = counted(len(self.versions), "other version")
        told = [f"git has {looked} of it here, and none is that" if self.versions else "git has no other version of it"]
        if self.shallow:
            told.append("the clone is shallow: `git fetch --unshallow` gets the rest")
        if self.pointers:
            told.append(f"{counted(len(self.pointers), 'Git LFS pointer')} instead of the data")
        if self.absent:
            told.append(f"{counted(len(self.absent), 'version')} left out of this partial clone")
        if self.bounded:
            told.append(f"no more than {MOST_VERSIONS} versions, or {MOST_BYTES // 1024**3} GB of them, are read")
        return "; ".join([*told, *([self.trouble] if self.trouble else [])])


def _is_pointer(checkout: Repository, blob: str) -> bool:
    """Whether a content stands for a large file that git keeps elsewhere."""
    with checkout.open(blob) as stream:
        return stream.read(len(LFS_POINTER)) == LFS_POINTER


def _is_today(path: str, blob: str, size: int) -> bool:
    """Whether a file has the content that git calls this: the hash of its kind, size and bytes."""
    try:
        if not path or os.path.getsize(path) != size:
            return False
        hashed = hashlib.new("sha1" if len(blob) == SHA1 else "sha256", b"blob %d\0" % size, usedforsecurity=False)
        with tree.open_regular(path) as stream:
            while block := stream.read(BLOCK):
                hashed.update(block)
    except OSError:
        return False
    return hashed.hexdigest() == blob

"""Where git may have the data that a model was trained on: versions of files, the likeliest first.

These are: what the manifest of the base revision names; what the file of today was, under whatever name; what the file
of the base revision was; what earlier versions of the manifest held or named. Every version is read as data, and the
digest decides.
"""

import os.path
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.resource.datachange import Revision
from reconciler.resource.dataset import Locator, is_stored
from reconciler.source.comparison import Older
from reconciler.source.declared import Manifests, Source, forms, source_in, unplaced, within_bounds
from reconciler.source.git import Unavailable
from reconciler.source.repository import Repository, Version, repository
from reconciler.source.search import MOST_VERSIONS, Candidate, Search, Wanted

SHORT = 7
"""Hex digits of a commit, as git abbreviates it."""


@dataclass(slots=True)
class History:
    """What git has of the data of a workspace. `folder` is the workspace's, `base` what the user calls a revision."""

    folder: str
    base: str = ""
    _repositories: dict[str, Repository | Unavailable] = field(default_factory=dict, init=False)
    _based: Manifests | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """The base as people are told of it."""
        return self.base.removeprefix("refs/remotes/")

    @property
    def told(self) -> str:
        """The base with the commit that it is; empty without one. Raises Unavailable if git has no such revision."""
        based = self.based()
        return f"{self.name} at {based.commit[:SHORT]}" if based else ""

    def based(self) -> Manifests | None:
        """The manifests of the base revision, if there is one; raise Unavailable if git has no such revision."""
        if self.base and self._based is None:
            try:
                checkout = self._repository(self.folder)
                commit, folder = checkout.commit(self.base), checkout.inside(os.path.realpath(self.folder))
                self._based = Manifests(checkout, commit, folder)
            except Unavailable as error:
                raise Unavailable(f"--base {self.base}: {error.message}", error.advice) from None
        return self._based

    def find(self, wanted: Wanted) -> Older:
        """Find the older version; raise Unavailable, which says why, where there is none."""
        if wanted.dataset.locator.remote or is_stored(wanted.digest):
            raise Unavailable("data in Cloud Storage are not in git")
        search = Search(wanted)
        try:
            for checkout, candidates in self._likely(wanted):
                if found := search.among(checkout, candidates):
                    return found
        except Unavailable as error:
            search.trouble = str(error)
        raise Unavailable(search.outcome())

    def _likely(self, wanted: Wanted) -> Iterator[tuple[Repository, Iterable[Candidate]]]:
        """The versions to look at, group by group, the likeliest first."""
        base = None
        if based := self.based():
            base = self._declared(based, wanted)
            if base:
                yield based.repository, self._of_base(based, base)
        if wanted.digest:
            yield from self._earlier(wanted, base)

    def _earlier(self, wanted: Wanted, base: Source | None) -> Iterator[tuple[Repository, Iterable[Candidate]]]:
        """The histories of the files that hold the data, or held them: of that of today as it is read, then of all.

        A file may have been read in another way while it was another one, or the same: every version of every file is
        tried in all ways that the manifest has ever told.
        """
        path, known = wanted.dataset.locator.path, (wanted.dataset.locator, *(base.forms if base else ()))
        followed: dict[tuple[str, str], tuple[Repository, list[Version]]] = {}
        if path:
            checkout = self._repository(os.path.dirname(path))
            file = checkout.inside(path)
            versions = [*checkout.history(file)]
            followed[checkout.top, file] = checkout, versions
            yield checkout, _candidates(versions, known)
        checkout = self._repository(os.path.dirname(wanted.manifest))
        told = [*_told(checkout, wanted)]
        yield checkout, [Candidate(where, "", source.forms) for where, source in told if not source.path]
        sources = [source for source in (base, *(source for _, source in told)) if source and source.path]
        ways = [*known, *(form for source in sources for form in source.forms)]
        for source in sources:
            if (checkout.top, source.path) not in followed:
                followed[checkout.top, source.path] = checkout, [*checkout.history(source.path)]
        for place, versions in followed.values():
            yield place, _candidates(versions, ways)

    def _declared(self, based: Manifests, wanted: Wanted) -> Source | None:
        """What the base revision declares as the data of the model; of a patched manifest that is not known."""
        path, locator = wanted.manifest, wanted.dataset.locator
        if not wanted.patched:
            return based.source(wanted.names, os.path.relpath(os.path.realpath(path), based.repository.top))
        file = based.repository.inside(locator.path) if locator.path else ""
        ways = forms(file, (locator,)) if wanted.digest else (unplaced(locator),)
        return Source(file, ways, "") if file else None

    def _of_base(self, based: Manifests, source: Source) -> list[Candidate]:
        """The data of the base revision."""
        where = Revision(based.commit, source.path or source.manifest, self.name)
        blob = based.blob(source.path) if source.path else ""
        return [] if blob is None else [Candidate(where, blob, source.forms)]

    def _repository(self, folder: str) -> Repository:
        """The checkout that a folder is in; a submodule is one of its own."""
        if folder not in self._repositories:
            try:
                self._repositories[folder] = repository(folder)
            except Unavailable as error:
                self._repositories[folder] = error
        found = self._repositories[folder]
        if isinstance(found, Unavailable):
            raise Unavailable(found.message)
        return found


def _told(checkout: Repository, wanted: Wanted) -> Iterator[tuple[Revision, Source]]:
    """What earlier versions of the manifest said about the data of the model, the newest first."""
    manifest = checkout.inside(os.path.realpath(wanted.manifest))
    versions = {version.blob: version for version in checkout.history(manifest)}
    sizes = checkout.sizes([*versions][:MOST_VERSIONS])
    for blob, data in checkout.contents(within_bounds(sizes)):
        checkout.check_time()
        if source := source_in(versions[blob].path, data, wanted.names):
            yield Revision(versions[blob].commit, source.manifest), source


def _candidates(versions: Iterable[Version], known: Sequence[Locator]) -> Iterator[Candidate]:
    """The versions of a file, to be read in these ways, and as files of their names usually are."""
    for version in versions:
        yield Candidate(Revision(version.commit, version.path), version.blob, forms(version.path, known))

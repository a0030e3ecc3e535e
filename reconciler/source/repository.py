"""What git has of a file: its history, and what it was in a commit, by plumbing that answers alike on every machine."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from reconciler.source import git, refs
from reconciler.source.git import PATIENCE, Unavailable
from reconciler.source.refs import Meaning

MOST_COMMITS = 1000
"""Commits that changed one file, of which its history tells."""

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FILE = "100"
"""How the mode of a regular file begins; links and submodules have others."""


class Version(NamedTuple):
    """What a file was after a commit: the path it had there, and the name of its content."""

    commit: str
    path: str
    blob: str


@dataclass(slots=True)
class Repository:
    """A checkout of one repository. `top` is its real path; `shallow`: commits before some are not here."""

    top: str
    shallow: bool
    begun: float = field(default_factory=time.monotonic)

    def inside(self, path: str) -> str:
        """The path below the top of what has this real path; raise Unavailable for what lies elsewhere."""
        relative = os.path.relpath(path, self.top)
        if relative == os.pardir or relative.startswith(os.pardir + os.sep):
            raise Unavailable("it lies outside of the git checkout")
        return "" if relative == os.curdir else relative

    def commit(self, name: str) -> str:
        """Find the commit that somebody names, a branch, tag or hash; raise Unavailable if there is none, or several.

        A tag that is called `origin/main` would be taken for the remote branch; who can push tags must not decide that.
        """
        full = name.startswith(refs.FULL)
        found = self._commit(name) if not full or self._has(refs.ref(name)) else None
        if found is None:
            raise Unavailable(f"git knows no commit {name!r}", "fetch it first")
        meant = {} if full or _HASH.fullmatch(name) else self._meant(name)
        if len({*meant.values()}) > 1:
            kinds, names = " and ".join(each.kind for each in meant), " or ".join(each.name for each in meant)
            raise Unavailable(f"{name!r} is {kinds}, which differ", f"write {names}")
        return found

    def files(self, commit: str, path: str) -> Mapping[str, str]:
        """The regular files at or below a path in a commit, and the names of their contents."""
        where = ("--", path) if path else ()
        listed = self._ask("ls-tree", "-r", "-z", "--full-tree", commit, *where)
        entries = (entry.partition(b"\t") for entry in listed.split(b"\0") if entry)
        sorted_out = ((os.fsdecode(name), meta.decode().split()) for meta, _, name in entries)
        return {name: blob for name, (mode, _, blob) in sorted_out if mode.startswith(_FILE)}

    def history(self, path: str) -> Iterator[Version]:
        """What a file was after each commit that changed it, the newest first, under the names it had then.

        A merge counts by what it changed for its first parent: files that were merged are in no other commit.
        """
        head = self._commit("HEAD")
        if head is None:  # there is no commit yet
            return iter(())
        listed = self._ask(
            *("log", "--follow", "--raw", "-z", "--no-abbrev", "--format=%H", "--diff-merges=first-parent"),
            *("--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-color", f"--max-count={MOST_COMMITS}"),
            *(head, "--", path),
        )
        return _versions(iter(listed.split(b"\0")))

    def sizes(self, blobs: Iterable[str]) -> Mapping[str, int]:
        """The bytes of contents, as far as they are here."""
        wanted = "".join(f"{blob}\n" for blob in blobs)
        told = self._ask("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=wanted.encode())
        found = (line.split() for line in told.decode().splitlines())
        return {parts[0]: int(parts[2]) for parts in found if len(parts) == 3 and parts[1] == "blob"}  # noqa: PLR2004  (as asked)

    def contents(self, blobs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Small contents, as far as they are here, each with its name."""
        told = self._ask("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
        at = 0
        while at < len(told):
            end = told.index(b"\n", at)
            name, kind, *size = told[at:end].decode().split()
            at = end + 1
            if kind == "blob":
                yield name, told[at : at + int(size[0])]
            at += int(size[0]) + 1 if size else 0

    def open(self, blob: str) -> BinaryIO:
        """Open a content, as it was committed: no filter touches it."""
        try:
            stream = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
        except OSError as error:
            raise Unavailable(f"there is no room for a temporary file: {error.strerror}") from None
        try:
            self._run(("cat-file", "blob", blob), stdout=stream.fileno())
        except BaseException:
            stream.close()
            raise
        stream.seek(0)
        return stream

    def check_time(self) -> float:
        """The seconds that are left; raise Unavailable when there are none."""
        left = self.begun + PATIENCE - time.monotonic()
        if left <= 0:
            raise Unavailable(f"looking for it took more than {PATIENCE:.0f} seconds")
        return left

    def _commit(self, name: str) -> str | None:
        """The commit that git takes a name for; None if it knows none."""
        found = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", may_fail=True)
        text = found.decode("ascii", "replace").strip()
        return text if _HASH.fullmatch(text) else None

    def _has(self, name: str) -> bool:
        """Whether there is a ref of this full name; git would go on to look for it among the short ones."""
        return bool(self._ask("show-ref", "--verify", "--", name, may_fail=True))

    def _meant(self, name: str) -> Mapping[Meaning, str]:
        """The commits of all that a short name stands for; there is no line end in it."""
        asked = refs.meanings(name)
        lines = "".join(f"{each.name}^{{commit}}\n" for each in asked)
        told = self._ask("cat-file", "--batch-check=%(objectname)", stdin=os.fsencode(lines))
        commits = (line.decode("ascii", "replace") for line in told.splitlines())
        return {each: commit for each, commit in zip(asked, commits, strict=True) if _HASH.fullmatch(commit)}

    def _ask(self, *arguments: str, stdin: bytes = b"", may_fail: bool = False) -> bytes:
        """Run a command of git's for what it prints."""
        return self._run(arguments, stdin=stdin, may_fail=may_fail)

    def _run(
        self, arguments: Sequence[str], *, stdin: bytes = b"", stdout: int = subprocess.PIPE, may_fail: bool = False
    ) -> bytes:
        return git.run(self.top, arguments, stdin, stdout, self.check_time(), may_fail=may_fail)


def repository(folder: str) -> Repository:
    """Find the checkout that a folder is in; raise Unavailable if there is none, or git does not read it."""
    told = git.run(folder, ("rev-parse", "--is-shallow-repository", "--show-toplevel"))
    shallow, _, top = told.partition(b"\n")
    return Repository(os.path.realpath(os.fsdecode(top.removesuffix(b"\n"))), shallow == b"true")


def _versions(tokens: Iterator[bytes]) -> Iterator[Version]:
    """Read what `log --raw -z` prints: a hash, then for each file what became of it, and one path or two."""
    commit = ""
    for token in tokens:
        entry = token.lstrip(b"\n")
        if not entry.startswith(b":"):
            commit = entry.decode("ascii", "replace")
            continue
        _, mode, _, blob, status = entry.decode("ascii", "replace").split()
        path = next(tokens, b"")
        if status[0] in "RC":
            path = next(tokens, b"")
        if mode.startswith(_FILE):
            yield Version(commit, os.fsdecode(path), blob)

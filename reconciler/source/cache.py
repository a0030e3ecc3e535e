"""Digests of datasets that were read before, so that ten thousand unchanged files cost one hash each.

The key is the SHA-256 of a file's bytes and of everything else that decides the result; times and names of files do not
count. A cache that cannot be read is as good as none. It lies in the user's own cache folder: who can write there can
also replace the program.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.source.checks import Numbers, Warned

FORMAT = 1
"""Of the cache file. Another number: the file is made anew."""

MOST_ENTRIES = 50_000
"""Entries kept; the oldest go first."""


class Entry(NamedTuple):
    """What reading a dataset without errors gave."""

    numbers: Numbers
    warnings: tuple[Warned, ...]


@dataclass(slots=True)
class DigestCache:
    """Remembers entries by key; `save` writes them if there are new ones."""

    path: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def load(cls, path: Path) -> "DigestCache":
        """Read a cache; an absent or broken one is empty."""
        try:
            content = json.loads(path.read_bytes())
            if content["format"] != FORMAT:
                return cls(path)
            return cls(path, {str(key): _entry(value) for key, value in content["entries"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls(path)

    def get(self, key: str) -> Entry | None:
        """Give what is known."""
        return self.entries.get(key)

    def put(self, key: str, entry: Entry) -> None:
        """Remember."""
        self.entries.pop(key, None)
        self.entries[key] = entry
        self.changed = True

    def save(self) -> None:
        """Write the file in one step; that it cannot be written is no reason to fail."""
        if not self.changed:
            return
        newest = list(self.entries.items())[-MOST_ENTRIES:]
        entries = {key: (astuple(entry.numbers), entry.warnings) for key, entry in newest}
        content = json.dumps({"format": FORMAT, "entries": entries}, separators=(",", ":"))
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            temporary = Path(name)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    stream.write(content)
                temporary.replace(self.path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        self.changed = False


def key(content: bytes, *parameters: object) -> str:
    """Make the key of a file's SHA-256 and of what else decides how it is read and judged."""
    return hashlib.sha256(content + repr((FORMAT, *parameters)).encode()).hexdigest()


def _entry(value: Any) -> Entry:
    """Check one entry; raise ValueError or TypeError for what no version of this program has written."""
    match value:
        case [[str(digest), int(count), int(inputs), int(outputs), int(size)], list(warnings)]:
            return Entry(Numbers(digest, count, inputs, outputs, size), tuple((str(m), str(a)) for m, a in warnings))
        case _:
            raise ValueError

"""The `filter` of a list: words found in displayName or description, and whose models are meant.

Operators: `owner:me`, `writers:me`, `readers:me`, `readers:everyone`; roles are concentric, so an owner is a
writer and a reader. Several terms must all hold.
"""

import json
import shlex
from dataclasses import dataclass

from reconciler.emulator.access import EVERYONE, RANKS, rank_of
from reconciler.emulator.call import Caller
from reconciler.emulator.status import bad_field
from reconciler.emulator.store import Row, Store

_NEEDED = {"owner:me": "OWNER", "writers:me": "WRITER", "readers:me": "READER"}
_EVERYONE = "readers:everyone"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; `rank` is the role the caller must have, `words` are lower case."""

    words: tuple[str, ...] = ()
    rank: int = 0
    everyone: bool = False

    def accepts(self, store: Store, row: Row, caller: Caller) -> bool:
        """Tell whether a model is meant."""
        if self.words and not self._has_words(row):
            return False
        if self.everyone and not _is_public(store, row):
            return False
        return not self.rank or rank_of(store, row, caller) >= self.rank

    def _has_words(self, row: Row) -> bool:
        fixed = json.loads(row.fixed)
        text = f"{fixed.get('displayName', '')}\n{fixed.get('description', '')}".lower()
        return all(word in text for word in self.words)


def parse(text: str) -> Filter:
    """Read a filter; raise ApiError 400 for an operator that does not exist or quotes that do not close."""
    try:
        terms = shlex.split(text)
    except ValueError:
        raise bad_field("filter", f"Invalid filter: {text}") from None
    operators = {term for term in terms if ":" in term and " " not in term}
    if unknown := sorted(operators - {*_NEEDED, _EVERYONE}):
        raise bad_field("filter", f"Invalid filter: unknown operator {unknown[0]}")
    ranks = [RANKS[_NEEDED[term]] for term in operators if term in _NEEDED]
    words = tuple(term.lower() for term in terms if term not in operators)
    return Filter(words, max(ranks, default=0), _EVERYONE in operators)


def _is_public(store: Store, row: Row) -> bool:
    query = "SELECT 1 FROM permissions WHERE model = ? AND email = ?"
    return store.sql.execute(query, (row.id, EVERYONE)).fetchone() is not None

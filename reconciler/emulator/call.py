"""One call of an API method, decoded: what every handler is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.emulator.fields import Selection
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: an account, and every address a grant to which is a grant to it (itself and its groups)."""

    account: str
    emails: frozenset[str]


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed the front end.

    `path` holds the variables of the path, `query` the method's own parameters in camelCase, `body` the
    decoded message. `now` is in nanoseconds. `stale` asks for a read that misses the last write.
    """

    store: Store
    settings: Settings
    caller: Caller
    version: str
    now: int
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: JsonObject
    selection: Selection
    stale: bool = False

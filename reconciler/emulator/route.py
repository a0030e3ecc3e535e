"""One method of an API: verb, path, versions, messages, and who answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from reconciler.emulator import access
from reconciler.emulator.call import Call, Caller
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import JsonObject

Answer: TypeAlias = JsonObject | list[JsonObject]
Identify: TypeAlias = Callable[[Mapping[str, str], Mapping[str, str], Settings], Caller]


@dataclass(frozen=True, slots=True)
class Route:
    """One method. `root` is the proto field that the body is, empty when the body is the request itself.

    `identify` tells who calls, from headers and query.
    """

    verb: str
    template: str
    versions: tuple[str, ...]
    answer: Callable[[Call], Answer]
    reply: str
    request: str | None = None
    root: str = ""
    query: tuple[str, ...] = ()
    identify: Identify = access.identify

    def match(self, verb: str, path: str) -> Mapping[str, str] | None:
        """Give the variables of the path, with `version`, or None when this is another method."""
        found = _pattern(self.template).fullmatch(path) if verb == self.verb else None
        return found.groupdict() if found and found["version"] in self.versions else None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Compile a path template; its literal parts hold no character special to a pattern.

    `ui` stands where the version does in a part of the bindings of Vertex AI.
    """
    text = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/:]+)", template)
    return re.compile(f"/(?P<version>v[a-z0-9]+|ui)/{text}")

"""objects.list: the objects of the present in the order of their names, folded at a delimiter.

Source: the reference of objects.list. A page holds at most 1,000 entries, objects and prefixes together.
"""

from dataclasses import dataclass

from reconciler.emulator.storage import conditions, objects, resource, tokens
from reconciler.emulator.storage.ask import Ask
from reconciler.emulator.wire import JsonObject

_PAGE = 1000
PARAMETERS = ("prefix", "delimiter", "maxResults", "pageToken", "versions")


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a list has come: the last entry, and the prefix within which all is told."""

    last: str = ""
    folded: str = ""

    def passed(self, name: str) -> bool:
        """Tell whether a name is of what was told."""
        return name <= self.last or (self.folded != "" and name.startswith(self.folded))


def list_objects(ask: Ask, bucket: str) -> JsonObject:
    """Give a page of a list; `versions` is accepted, and only what is of the present is given."""
    ask.allow(bucket, "storage.objects.list")
    prefix, delimiter = ask.query.get("prefix", ""), ask.query.get("delimiter", "")
    size = min(conditions.integer(ask.query, "maxResults") or _PAGE, _PAGE)
    made_for = (bucket, prefix, delimiter)
    place = _place(ask.query.get("pageToken"), made_for)
    page: JsonObject = {"kind": "storage#objects"}
    items: list[JsonObject] = []
    prefixes: list[str] = []
    for row in objects.walk(ask.db, bucket, max(prefix, place.last), stale=ask.stale):
        if not row.name.startswith(prefix):
            break
        if place.passed(row.name):
            continue
        if len(items) + len(prefixes) == size:
            page["nextPageToken"] = tokens.write((place.last, place.folded), made_for)
            break
        head, found, _ = row.name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        if found:
            prefixes.append(f"{prefix}{head}{delimiter}")
            place = _Place(prefixes[-1], prefixes[-1])
        else:
            items.append(resource.object_json(row, ask.base))
            place = _Place(row.name)
    return page | ({"items": items} if items else {}) | ({"prefixes": prefixes} if prefixes else {})


def _place(text: str | None, made_for: tuple[str, ...]) -> _Place:
    """Give the place of the page asked for; raise StorageError 400 for a token of another list."""
    if not text:
        return _Place()
    last, folded = tokens.read(text, made_for)
    return _Place(str(last), str(folded))

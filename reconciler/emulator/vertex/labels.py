"""Labels and display names: what they may hold.

At most 64 labels; keys and values of at most 63 characters, lower-case letters of any script, digits, `_` and `-`.
"""

from reconciler.emulator.wire import JsonObject

Faults = list[tuple[str, str]]

_COUNT_MAX = 64
_LENGTH_MAX = 63
_TITLE_MAX = 128


def label_faults(path: str, labels: JsonObject) -> Faults:
    """Find what is wrong with labels; `path` is where they stand in the request."""
    faults: Faults = []
    if len(labels) > _COUNT_MAX:
        faults.append((path, f"There may be at most {_COUNT_MAX} labels, not {len(labels)}."))
    for key, value in labels.items():
        if not key or not key[0].isalpha() or not _is_label(key):
            faults.append((path, f'Invalid label key "{key}".'))
        if not isinstance(value, str) or not _is_label(value):
            faults.append((path, f'Invalid label value "{value}" of key "{key}".'))
    return faults


def title_faults(path: str, title: str) -> Faults:
    """Find a display name that is too long."""
    if len(title) > _TITLE_MAX:
        return [(path, f"The display name must be at most {_TITLE_MAX} characters, not {len(title)}.")]
    return []


def _is_label(text: str) -> bool:
    """Tell whether a text can be a key or a value; a letter of a script without cases is its own lower case."""
    return len(text) <= _LENGTH_MAX and all(
        letter in "_-" or (letter.isalnum() and letter == letter.lower()) for letter in text
    )

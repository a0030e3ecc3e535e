"""The lines that git leaves in a file it could not merge: they are the user's to resolve, and no content.

At the beginning of lines `git merge` writes `<<<<<<< NAME`, `=======` and `>>>>>>> NAME`, and with the setting
merge.conflictStyle diff3 also `||||||| NAME`: each sign seven times.
"""

import re

MESSAGE = "is a conflict marker of git"
ADVICE = "resolve the conflict, and remove the markers"

_SIGNS = tuple(sign * 7 for sign in "<=>|")
_MARKER = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|\Z)", re.MULTILINE)


def is_marker(line: str) -> bool:
    """Whether a line is a conflict marker."""
    return line.startswith(_SIGNS) and _MARKER.match(line) is not None


def marked_line(text: str) -> int:
    """Give the first line that is a conflict marker, from 1; 0 if none is."""
    found = any(signs in text for signs in _SIGNS) and _MARKER.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0

"""From the bytes of a file of manifests to its text."""

import re

from reconciler.errors import Diagnostic, Origin
from reconciler.source import conflict, tree

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""How a file begins that git has left in the place of a large one."""

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of one file of manifests."""

SPLIT = "split it; training data belongs in a dataset file that the manifest names"

_SURROGATES = re.compile(r"(\\\\)|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def decode(file: str, data: bytes) -> str | Diagnostic:
    """Give the text of a file without byte order mark, or say what it is instead, such as a conflict of git."""
    if data.startswith(LFS_POINTER):
        return Diagnostic(Origin(file), "is a Git LFS pointer, not the file itself", "run `git lfs pull`")
    if len(data) > LARGEST_FILE:
        return Diagnostic(
            Origin(file),
            f"is larger than {LARGEST_FILE // 1024**2} MB",
            SPLIT,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Diagnostic(Origin(file), f"is not UTF-8 at byte {error.start}", "save it as UTF-8")
    if line := conflict.marked_line(text):
        return Diagnostic(Origin(file, line), conflict.MESSAGE, conflict.ADVICE)
    return _json_escapes(text) if tree.is_json(file) else text


def _json_escapes(text: str) -> str:
    """Rewrite JSON's pairs of surrogate escapes as the one escape that YAML knows; it is two characters shorter."""

    def join(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        point = 0x10000 + ((int(match[2], 16) - 0xD800) << 10) + int(match[3], 16) - 0xDC00
        return f"\\U{point:08x}"

    return _SURROGATES.sub(join, text) if "\\u" in text else text

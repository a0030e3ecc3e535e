"""How findings are worded: text of the user shown safely, counts, and the nearest right spelling."""

import difflib
from collections.abc import Iterable, Sequence
from itertools import islice

LONGEST_SHOWN = 60
"""Characters of the user's text that a message shows; the rest is cut."""

LONGEST_COMPARED = 255
"""Characters of a word for which a nearest right spelling is looked for; names of files can have as many."""

MOST_CHOICES = 200
"""Right spellings that a word is compared with."""


def shown(text: str) -> str:
    """Show text of the user between backticks: cut to one short line, with nothing in it that a terminal obeys."""
    cut = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return "`" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut) + "`"


def spelt(text: str) -> str:
    """Show a word of which only ASCII is right: letters that merely look like ASCII are shown by their code points."""
    return shown(text.encode("ascii", "backslashreplace").decode())


def quoted(text: str) -> str:
    """Write text as a YAML or JSON string, for advice that can be pasted."""
    return shown('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')


def counted(number: int, noun: str) -> str:
    """Write `1 example`, `2,000 examples`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def enumerated(items: Sequence[object], most: int = 5) -> str:
    """Write the first few numbers or names: `3, 7 and 12`, or `1, 2, 3, 4, 5 and 40 more`."""
    head = [str(item) for item in items[:most]]
    if len(items) > most:
        return ", ".join(head) + f" and {len(items) - most:,} more"
    return " and ".join(filter(None, (", ".join(head[:-1]), head[-1])))


def nearest(word: str, choices: Iterable[str]) -> str:
    """Give the choice that `word` was most likely meant to be, whatever its case; empty when none is near.

    Comparing takes the product of both lengths, times the choices: long words and many choices are not compared.
    """
    choices = tuple(islice(choices, MOST_CHOICES + 1))
    if len(word) > LONGEST_COMPARED or len(choices) > MOST_CHOICES:
        return ""
    folded = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def suggestion(word: str, choices: Sequence[str], intro: str) -> str:
    """Advise the nearest choice, or list all of them after the words of `intro`."""
    if near := nearest(word, choices):
        return f"did you mean {near}?"
    return f"{intro}: {', '.join(choices)}" if choices else ""

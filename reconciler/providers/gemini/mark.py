"""The mark of ownership: one ASCII token in a model's description, at most 120 characters.

    reconciler:1:<owner>:<name>:<digest>:<base>:<hyperparameters>:<flags>:<check>

    name             metadata.name, abbreviated where the room demands it (`identity.abbreviate`)
    digest           of the training data: its version and 72 bits of it in base64url; `?` when nobody knows it
    base             the first 36 bits of `identity.base_hash` in base64url; `-` when unknown
    hyperparameters  those declared at create, `e5b4r0.001` (epochs, batch, rate) or `m1` (multiplier); `-` for none
    flags            some of `p` protect, `k` keep, `a` asserted, `g` going; `-` for none
    check            six characters over the model's id and everything before: a copied mark does not fit its carrier

The token is found anywhere in the text, even where somebody wrote right up to it: the service has no field for us,
so people and consoles edit around it. Only the whole grammar counts as a mark; half of one is text like any other.
A later version keeps the first four fields and contains no space; that is all this version can read of it.
The check is not secret: it tells accidents from intent, and is no defence against somebody with credentials.
"""

import base64
import re
from collections.abc import Mapping

from reconciler.resource.identity import abbreviate, short_base, short_digest, token
from reconciler.resource.observed import Mark, Ownership
from reconciler.resource.rules import float32, shortest

LENGTH = 120
"""Characters. The service documents no maximum for descriptions; this one is ours."""

PREFIX = "reconciler:"

_HYPERPARAMETERS = {"e": "epochCount", "b": "batchSize", "r": "learningRate", "m": "learningRateMultiplier"}
_NUMBER = r"[0-9]{1,10}(?:\.[0-9]{1,12})?(?:e[+-][0-9]{2})?"
_NUMBERS = re.compile(f"([ebrm])({_NUMBER})")
_OURS = (
    f"{PREFIX}(?P<signed>1:(?P<owner>[a-z0-9-]{{1,24}}):(?P<name>[a-z0-9~-]{{1,63}})"
    r":(?P<digest>\?|[0-9a-z][A-Za-z0-9_-]{12}):(?P<base>-|[A-Za-z0-9_-]{6})"
    rf":(?P<numbers>-|(?:[ebrm]{_NUMBER}){{1,4}}):(?P<flags>-|[pkag]{{1,4}}):)(?P<check>[A-Za-z0-9_-]{{6}})"
)
_LATER = (
    rf"(?<!\S){PREFIX}(?:[2-9]|[1-9][0-9]{{1,5}})"
    r":(?P<later_owner>[a-z0-9-]{1,24}):(?P<later_name>[a-z0-9~-]{1,63})(?::\S*)?(?!\S)"
)
_MARK = re.compile(f"{_OURS}|{_LATER}")
_SET_OFF = re.compile(f" ?(?:{_OURS}|{_LATER})")


def encode(ownership: Ownership, model_id: str) -> str:
    """Write the mark of a model; `model_id` is without `tunedModels/`."""
    rest = ":".join(
        (
            _short(ownership.digest) or "?",
            _base64(short_base(ownership.base)) or "-",
            _write_numbers(ownership.declared),
            ("p" * ownership.protect + "k" * ownership.keep + "a" * ownership.asserted + "g" * ownership.going) or "-",
            "",
        )
    )
    head = f"{PREFIX}1:{ownership.owner}:"
    name = abbreviate(ownership.name, LENGTH - len(head) - len(rest) - len(":") - 6)
    unsigned = f"{head}{name}:{rest}"
    return unsigned + _check(unsigned, model_id)


def decode(description: str, model_id: str) -> tuple[Mark, Ownership | None, str]:
    """Read what a description says of its model: the kind of mark, the ownership in it, and the text around it.

    The ownership of a void mark is parsed too, to be shown; nothing may be done because of it.
    """
    if PREFIX not in description:
        return Mark.NONE, None, description
    found = {match[0]: _read(match, model_id) for match in _MARK.finditer(description)}
    if not found:
        return Mark.NONE, None, description
    kind, ownership = _verdict(list(found.values()))
    return kind, ownership, _without(description)


def place(carrier: str, text: str | None, mark: str | None) -> str:
    """Compose a raw description out of the present one, the new text (None: keep) and the mark (None: strip).

    A kept text keeps its mark where it stood; otherwise the mark follows the text after one space.
    """
    old = _MARK.search(carrier) if text is None and mark is not None else None
    if old is not None:
        return carrier[: old.start()] + str(mark) + _without(carrier[old.end() :])
    kept = _without(carrier) if text is None else text
    return " ".join(part for part in (kept, mark) if part)


def _read(match: re.Match[str], model_id: str) -> tuple[Mark, Ownership]:
    """Judge one token and read its fields."""
    if match["signed"] is None:
        return Mark.NEWER, Ownership(match["later_owner"], match["later_name"], "", "")
    flags = match["flags"]
    ownership = Ownership(
        match["owner"],
        match["name"],
        "" if match["digest"] == "?" else f"{match['digest'][0]}:{_hexadecimal(match['digest'][1:])}",
        "" if match["base"] == "-" else _hexadecimal(match["base"]),
        _read_numbers(match["numbers"]),
        protect="p" in flags,
        keep="k" in flags,
        going="g" in flags,
        asserted="a" in flags,
    )
    fits = match["check"] == _check(PREFIX + match["signed"], model_id)
    return (Mark.VALID if fits else Mark.VOID), ownership


def _verdict(found: list[tuple[Mark, Ownership]]) -> tuple[Mark, Ownership]:
    """Decide among several marks: a newer one rules, one valid one counts, two different valid ones void each other."""
    newer = [ownership for kind, ownership in found if kind is Mark.NEWER]
    valid = [ownership for kind, ownership in found if kind is Mark.VALID]
    if newer:
        return Mark.NEWER, newer[0]
    match valid:
        case [single]:
            return Mark.VALID, single
        case []:
            return Mark.VOID, found[0][1]
        case _:
            return Mark.VOID, valid[0]


def _without(text: str) -> str:
    """Remove every mark, and the one space that set it off from the text before (at the start: after) it.

    A mark that stood inside of another one leaves the outer one behind: that one goes too.
    """
    while _MARK.search(text):
        rest = _SET_OFF.sub("", text)
        text = rest.removeprefix(" ") if _MARK.match(text) else rest
    return text


def _check(unsigned: str, model_id: str) -> str:
    """Tie a token, up to and with its last colon, to the model that carries it."""
    return token(f"{model_id}\0{unsigned}".encode(), 6)


def _short(digest: str) -> str:
    """A digest as a mark has it; empty for none."""
    version, _, hexadecimal = short_digest(digest).partition(":")
    return version + _base64(hexadecimal)


def _base64(hexadecimal: str) -> str:
    """Write hexadecimal digits, three to two characters."""
    return base64.urlsafe_b64encode(bytes.fromhex(hexadecimal + "0" * (len(hexadecimal) % 2))).decode()[
        : len(hexadecimal) * 2 // 3
    ]


def _hexadecimal(text: str) -> str:
    """Read what `_base64` wrote."""
    return base64.urlsafe_b64decode(text + "A" * (-len(text) % 4)).hex()[: len(text) * 3 // 2]


def _write_numbers(declared: Mapping[str, float]) -> str:
    """Write the declared hyperparameters in the order of their letters."""
    return (
        "".join(f"{letter}{shortest(declared[name])}" for letter, name in _HYPERPARAMETERS.items() if name in declared)
        or "-"
    )


def _read_numbers(text: str) -> dict[str, float]:
    """Read what `_write_numbers` wrote."""
    return {_HYPERPARAMETERS[letter]: float32(float(number)) for letter, number in _NUMBERS.findall(text)}

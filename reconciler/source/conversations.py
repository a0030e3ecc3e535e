"""Rows of `contents`: a conversation of texts a line.

Whatever else a service would take in a line, such as files or calls of functions, is an error here and never dropped:
a model that learned something else than its file says would be worse than none.
"""

from collections.abc import Iterator
from typing import Any

from reconciler.resource.conversation import Conversation, Role, Turn, example_of
from reconciler.resource.dataset import Example
from reconciler.source.jsonrows import kind
from reconciler.source.rows import Flaw, listed
from reconciler.source.wording import shown

INSTRUCTION = ("systemInstruction", "system_instruction")
CONTENTS = "contents"
ROLES: dict[str, Role] = {"user": "user", "model": "model"}
SHAPE = 'write {"contents": [{"role": "user", "parts": [{"text": ...}]}, {"role": "model", "parts": [...]}]}'
ONLY_TEXT = "only text can be learned from here: leave the example out"


class _Unfit(Exception):
    """What keeps a line from being a conversation: message and advice."""


def conversation(item: Any) -> Example | Flaw:
    """Read the JSON value of one line."""
    try:
        return example_of(_conversation(item))
    except _Unfit as unfit:
        message, advice = unfit.args
        return Flaw(message, advice)


def _conversation(item: Any) -> Conversation:
    """Check a whole line; raise _Unfit."""
    if type(item) is not dict:
        raise _Unfit(f"is {kind(item)}, not a JSON object", SHAPE)
    if strange := item.keys() - {CONTENTS, *INSTRUCTION}:
        raise _Unfit(f"has {listed(sorted(strange))}, which would not be sent", "remove it")
    given = [name for name in INSTRUCTION if item.get(name) is not None]
    if len(given) > 1:
        raise _Unfit(f"has {' and '.join(map(shown, given))}", "remove one of them")
    instruction = _texts(item[given[0]], given[0]) if given else ()
    return Conversation(instruction, tuple(_turns(item.get(CONTENTS))))


def _turns(contents: Any) -> Iterator[Turn]:
    """Check the turns: any number of them, then the user's, then the model's."""
    if type(contents) is not list:
        raise _Unfit(
            f"{CONTENTS} is {kind(contents)}, not an array" if contents is not None else "has no `contents`", SHAPE
        )
    for number, turn in enumerate(contents):
        where = f"{CONTENTS}[{number}]"
        role = turn.get("role") if type(turn) is dict else None
        if type(role) is not str or role not in ROLES:
            what = f"has the role {shown(role)}" if type(role) is str else "has no role"
            raise _Unfit(f"{where} {what}", "write user or model")
        yield Turn(ROLES[role], _texts(turn, where))
    roles = [turn["role"] for turn in contents[-2:]]
    if roles != ["user", "model"]:
        raise _Unfit("does not end with a turn of the user and one of the model", "the last turn is what is learned")


def _texts(content: Any, where: str) -> tuple[str, ...]:
    """Check the parts of one turn, or of the instructions: texts, and none of them empty."""
    if type(content) is not dict:
        raise _Unfit(f"{where} is {kind(content)}, not an object", 'write {"parts": [{"text": ...}]}')
    if strange := content.keys() - {"role", "parts"}:
        raise _Unfit(f"{where} has {listed(sorted(strange))}", ONLY_TEXT)
    parts = content.get("parts")
    if type(parts) is not list or not parts:
        raise _Unfit(f"{where} has no parts", 'write {"parts": [{"text": ...}]}')
    return tuple(_text(part, f"{where}.parts[{number}]") for number, part in enumerate(parts))


def _text(part: Any, where: str) -> str:
    """Check one part."""
    if type(part) is not dict:
        raise _Unfit(f"{where} is {kind(part)}, not an object", 'write {"text": ...}')
    if strange := part.keys() - {"text"}:
        raise _Unfit(f"{where} has {listed(sorted(strange))}", ONLY_TEXT)
    text = part.get("text")
    if type(text) is not str:
        raise _Unfit(f"{where} has no text", 'write {"text": ...}')
    if not text:
        raise _Unfit(f"{where} is empty", "write a text, or remove it")
    return text

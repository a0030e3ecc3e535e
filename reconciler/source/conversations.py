"""Rows of `contents`: a conversation of texts a line.

Whatever else a service would take in a line, such as files or calls of functions, is an error here and never dropped:
a model that learned something else than its file says would be worse than none.
"""

from collections.abc import Iterator
from typing import Any

from reconciler.resource.conversation import Conversation, Instructor, Role, Turn, example_of
from reconciler.resource.dataset import Example
from reconciler.source.jsonrows import kind
from reconciler.source.rows import CONTENTS, INPUT_FIELD, MESSAGES, OUTPUT_FIELD, Flaw, listed
from reconciler.source.wording import shown

INSTRUCTION = ("systemInstruction", "system_instruction")
ROLES: dict[str, Role] = {"user": "user", "model": "model"}
OTHER_ROLES = {"assistant": "write model", "system": f"instructions go into {INSTRUCTION[0]}, before {CONTENTS}"}
"""Roles of other services' formats, and what helps."""
INSTRUCTORS: dict[str | None, Instructor] = {None: "", "system": "system", "user": "user"}
"""Roles that instructions may have. The service is documented to pass over them, so they are kept as they stand."""
SHAPE = 'write {"contents": [{"role": "user", "parts": [{"text": ...}]}, {"role": "model", "parts": [...]}]}'
CONTENT = 'write {"parts": [{"text": ...}]}'
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
    if CONTENTS not in item:
        _foreign(item)
    if strange := item.keys() - {CONTENTS, *INSTRUCTION}:
        raise _Unfit(f"has {listed(sorted(strange))}, which would not be sent", "remove it")
    given = [name for name in INSTRUCTION if item.get(name) is not None]
    if len(given) > 1:
        raise _Unfit(f"has {' and '.join(map(shown, given))}", "remove one of them")
    instruction, role = _instruction(item[given[0]], given[0]) if given else ((), INSTRUCTORS[None])
    return Conversation(instruction, tuple(_turns(item.get(CONTENTS))), role)


def _foreign(item: dict[str, Any]) -> None:
    """Refuse a line that is an example in another form."""
    if MESSAGES in item:
        advice = f"the keys here are {CONTENTS} and {INSTRUCTION[0]}: {SHAPE}"
        raise _Unfit(f"has {shown(MESSAGES)}, which is the format of another service", advice)
    if item.keys() & {INPUT_FIELD, OUTPUT_FIELD}:
        advice = f"{SHAPE}, or put pairs into a file of their own"
        raise _Unfit("is a pair, and the file is read as conversations", advice)


def _instruction(content: Any, where: str) -> tuple[tuple[str, ...], Instructor]:
    """Check the instructions, and who gives them."""
    texts, role = _texts(content, where), content.get("role")
    if type(role) not in (str, type(None)) or role not in INSTRUCTORS:
        what = shown(role) if type(role) is str else kind(role)
        raise _Unfit(f"{where} has the role {what}", "write system or user, or remove the role")
    return texts, INSTRUCTORS[role]


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
            raise _Unfit(f"{where} {what}", OTHER_ROLES.get(str(role), "write user or model"))
        yield Turn(ROLES[role], _texts(turn, where))
    roles = [turn["role"] for turn in contents[-2:]]
    if roles != ["user", "model"]:
        raise _Unfit("does not end with a turn of the user and one of the model", "the last turn is what is learned")


def _texts(content: Any, where: str) -> tuple[str, ...]:
    """Check the parts of one turn, or of the instructions: texts, and none of them empty."""
    if type(content) is not dict:
        raise _Unfit(f"{where} is {kind(content)}, not an object", CONTENT)
    if strange := content.keys() - {"role", "parts"}:
        raise _Unfit(f"{where} has {listed(sorted(strange))}", ONLY_TEXT if "parts" in content else CONTENT)
    parts = content.get("parts")
    if type(parts) is not list or not parts:
        raise _Unfit(f"{where} has no parts", CONTENT)
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

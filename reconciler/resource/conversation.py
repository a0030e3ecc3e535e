"""Examples as conversations: the lines of `contents`, and the one form in which they are digested and sent.

A line is `{"systemInstruction": {"parts": [{"text": ...}]}, "contents": [{"role": "user", "parts": [...]}, ...]}`, as
generateContent takes it; the last turn is the model's, to be learned, and the one before it the user's. These two are
the input and the output of an Example; all before them is its context. So a conversation of nothing but the two is the
same example as a pair, and a longer one is another.

A turn may have several texts, which are not the same as one. Input and output are then the texts run together, and the
context has under `parts` how many characters each of them takes: `{"parts": {"input": [3, 8]}}`.
The form is part of what digests are made of, and frozen by golden values in the tests.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from json import encoder
from typing import Any, Literal, NamedTuple, TypeAlias

from reconciler.resource.dataset import Example

Role: TypeAlias = Literal["user", "model"]
Instructor: TypeAlias = Literal["", "system", "user"]
"""The role that instructions name; most name none."""

TOKEN = 4
"""Characters that a token is estimated to have, by Google's guides to counting tokens.

That is true of English: texts in Chinese or Japanese, and numbers, have more tokens than so."""

_quote = encoder.encode_basestring
"""As json.dumps writes a text with ensure_ascii=False."""


class Turn(NamedTuple):
    """What one side says, in one text or several."""

    role: Role
    texts: tuple[str, ...]


class Conversation(NamedTuple):
    """Instructions, if there are any, and at least two turns: the last is the model's, the one before it the user's.

    `role` is that of the instructions.
    """

    instruction: tuple[str, ...]
    turns: tuple[Turn, ...]
    role: Instructor = ""


def example_of(conversation: Conversation) -> Example:
    """Write a conversation as an example."""
    instruction, (*earlier, question, answer), role = conversation
    members = []
    if earlier:
        contents = (f'{{{_parts(turn.texts)},"role":"{turn.role}"}}' for turn in earlier)
        members.append(f'"contents":[{",".join(contents)}]')
    sides = (("input", question.texts), ("output", answer.texts))
    if lengths := {side: [*map(len, texts)] for side, texts in sides if len(texts) > 1}:
        members.append(f'"parts":{json.dumps(lengths, separators=(",", ":"))}')
    if instruction:
        given = f',"role":"{role}"' if role else ""
        members.append(f'"systemInstruction":{{{_parts(instruction)}{given}}}')
    context = f"{{{','.join(members)}}}" if members else ""
    return Example("".join(question.texts), "".join(answer.texts), context)


@lru_cache(maxsize=1)
def conversation_of(example: Example) -> Conversation:
    """Read an example as the conversation that it was, or that the pair amounts to."""
    context = json.loads(example.context) if example.context else {}
    lengths = context.get("parts", {})
    earlier = (Turn(content["role"], _texts(content)) for content in context.get("contents", ()))
    question = Turn("user", _cut(example.input, lengths.get("input", ())))
    answer = Turn("model", _cut(example.output, lengths.get("output", ())))
    instruction = context.get("systemInstruction", {"parts": ()})
    return Conversation(_texts(instruction), (*earlier, question, answer), instruction.get("role", ""))


def line(example: Example) -> str:
    """Write an example as the line that is sent, with its line end. Its UTF-8 fails for half of a surrogate pair."""
    if not example.context:  # the same as below, and most often all there is
        question, answer = _quote(example.input), _quote(example.output)
        return (
            f'{{"contents":[{{"role":"user","parts":[{{"text":{question}}}]}},'
            f'{{"role":"model","parts":[{{"text":{answer}}}]}}]}}\n'
        )
    instruction, turns, role = conversation_of(example)
    given = f'"role":"{role}",' if role else ""
    head = f'"systemInstruction":{{{given}{_parts(instruction)}}},' if instruction else ""
    contents = ",".join(f'{{"role":"{turn.role}",{_parts(turn.texts)}}}' for turn in turns)
    return f'{{{head}"contents":[{contents}]}}\n'


def characters(example: Example) -> int:
    """Count all that the model reads and learns, in Unicode code points."""
    before = 0
    if example.context:
        instruction, turns, _ = conversation_of(example)
        before = sum(map(len, instruction)) + sum(len(text) for turn in turns[:-2] for text in turn.texts)
    return before + len(example.input) + len(example.output)


def estimated_tokens(number: int) -> int:
    """Estimate how many tokens so many characters are, rounded up."""
    return -(-number // TOKEN)


def _parts(texts: Iterable[str]) -> str:
    """Write texts as the member `parts` of a JSON object."""
    listed = ",".join([f'{{"text":{_quote(text)}}}' for text in texts])
    return f'"parts":[{listed}]'


def _texts(content: Any) -> tuple[str, ...]:
    return tuple(part["text"] for part in content["parts"])


def _cut(text: str, lengths: Sequence[int]) -> tuple[str, ...]:
    """Cut a text into parts of these lengths; without any it is one part."""
    return tuple(text[start:end] for start, end in pairwise(accumulate(lengths, initial=0))) if lengths else (text,)

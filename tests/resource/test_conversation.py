"""Conversations as examples: one form for each, and the line that is sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.resource.conversation import (
    Conversation,
    Role,
    Turn,
    characters,
    conversation_of,
    estimated_tokens,
    example_of,
    line,
)
from reconciler.resource.dataset import Example, digest

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6), min_size=1, max_size=3).map(
    tuple
)
roles = st.sampled_from(["user", "model"])
conversations = st.builds(
    lambda instruction, earlier, question, answer: Conversation(
        instruction[0], (*earlier, Turn("user", question), Turn("model", answer)), instruction[1]
    ),
    st.just(((), "")) | st.tuples(texts, st.sampled_from(["", "system", "user"])),
    st.lists(st.builds(Turn, roles, texts), max_size=3).map(tuple),
    texts,
    texts,
)
QUESTION = Turn("user", ("What is next?",))
ANSWER = Turn("model", ("2",))


def wire(conversation: Conversation) -> dict[str, object]:
    """The JSON of a line, built on its own."""
    contents = [{"role": role, "parts": [{"text": text} for text in said]} for role, said in conversation.turns]
    if not conversation.instruction:
        return {"contents": contents}
    role = {"role": conversation.role} if conversation.role else {}
    return {
        "systemInstruction": {**role, "parts": [{"text": text} for text in conversation.instruction]},
        "contents": contents,
    }


@given(conversations)
def test_nothing_of_a_conversation_is_lost(conversation: Conversation) -> None:
    example = example_of(conversation)
    assert conversation_of(example) == conversation
    assert json.loads(line(example)) == wire(conversation)
    assert line(example) == json.dumps(wire(conversation), ensure_ascii=False, separators=(",", ":")) + "\n"
    said = [*conversation.instruction, *(text for turn in conversation.turns for text in turn.texts)]
    assert characters(example) == len("".join(said))


@given(conversations, conversations)
def test_two_conversations_are_two_examples(left: Conversation, right: Conversation) -> None:
    assert (digest([example_of(left)]) == digest([example_of(right)])) == (left == right)


def test_a_conversation_of_two_turns_is_a_pair() -> None:
    pair = Example("What is next?", "2")
    assert example_of(Conversation((), (QUESTION, ANSWER))) == pair
    assert conversation_of(pair) == Conversation((), (QUESTION, ANSWER))


FORMS = [
    (
        Conversation(("Count.",), (QUESTION, ANSWER)),
        '{"systemInstruction":{"parts":[{"text":"Count."}]}}',
        "1:0b920ac99f378acc5dfbe2b0110985632a071637cebc9f62cc201b52a80b6a4d",
    ),
    (
        Conversation((), (Turn("user", ("Hi",)), Turn("model", ("Hello", "!")), QUESTION, ANSWER)),
        (
            '{"contents":[{"parts":[{"text":"Hi"}],"role":"user"},'
            '{"parts":[{"text":"Hello"},{"text":"!"}],"role":"model"}]}'
        ),
        "1:9b0885b6436a691d84cab331e2eb4250463fec115c874be679c4fbcde8237144",
    ),
    (
        Conversation((), (Turn("user", ("What ", "is next?")), ANSWER)),
        '{"parts":{"input":[5,8]}}',
        "1:6cc8fc70393717cc6fa071a6ace91bf8de6c7133fd75f5a68ebdddde51f16f04",
    ),
]


@pytest.mark.parametrize(("conversation", "context", "wanted"), FORMS, ids=[context[:30] for _, context, _ in FORMS])
def test_the_form_never_changes(conversation: Conversation, context: str, wanted: str) -> None:
    """Another one would be other data to every model that was trained on conversations."""
    example = example_of(conversation)
    assert example == Example("What is next?", "2", context)
    assert digest([example]) == wanted


@pytest.mark.parametrize(("number", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2), (8, 2)])
def test_four_characters_are_a_token(number: int, tokens: int) -> None:
    assert estimated_tokens(number) == tokens


def test_a_role_is_one_of_two() -> None:
    given: tuple[Role, ...] = ("user", "model")
    assert [turn.role for turn in conversation_of(Example("a", "b")).turns] == list(given)

"""Conversations: JSONL as generateContent takes it, told by its first line, checked line by line, sent as digested."""

# ruff: noqa: E501 - a finding is one line

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.resource.conversation import line
from reconciler.resource.dataset import Example, digest
from reconciler.resource.rules import Capabilities
from reconciler.source.conversations import conversation
from reconciler.source.examples import FileExamples
from reconciler.source.resolve import Resolved
from reconciler.source.rows import Flaw


@pytest.fixture
def capabilities(able: Capabilities) -> Capabilities:
    """The service that takes conversations."""
    return able


def turn(role: str, *texts: str) -> str:
    return json.dumps({"role": role, "parts": [{"text": text} for text in texts]})


def row(*turns: str, instruction: str = "") -> str:
    head = f'"systemInstruction": {instruction}, ' if instruction else ""
    return f'{{{head}"contents": [{", ".join(turns)}]}}\n'


USER, MODEL = turn("user", "a"), turn("model", "b")
PAIR = row(USER, MODEL)
OTHER = row(turn("user", "c"), turn("model", "d"))
GOOD = PAIR + OTHER
SHAPE = 'write {"contents": [{"role": "user", "parts": [{"text": ...}]}, {"role": "model", "parts": [...]}]}'
CONTENT = 'write {"parts": [{"text": ...}]}'
ONLY = "only text can be learned from here: leave the example out"
ENDS = "does not end with a turn of the user and one of the model; the last turn is what is learned"
FAULTS = [
    ("[]", f"is an array, not a JSON object; {SHAPE}"),
    ("{}", f"has no `contents`; {SHAPE}"),
    ('{"contents": "a"}', f"contents is a string, not an array; {SHAPE}"),
    ('{"contents": []}', ENDS),
    (row(USER), ENDS),
    (row(MODEL, USER), ENDS),
    (row(USER, MODEL, MODEL), ENDS),
    (row("5", MODEL), "contents[0] has no role; write user or model"),
    (row('{"parts": [{"text": "a"}]}', MODEL), "contents[0] has no role; write user or model"),
    (row('{"role": ["user"], "parts": []}', MODEL), "contents[0] has no role; write user or model"),
    (row(turn("tool", "a"), MODEL), "contents[0] has the role `tool`; write user or model"),
    (row(USER, turn("assistant", "a")), "contents[1] has the role `assistant`; write model"),
    (row(turn("system", "a"), USER, MODEL), "contents[0] has the role `system`; instructions go into systemInstruction, before contents"),
    (row('{"role": "user", "content": "a"}', MODEL), f"contents[0] has `content`; {CONTENT}"),
    ('{"messages": [{"role": "user", "content": "a"}]}', f"has `messages`, which is the format of another service; the keys here are contents and systemInstruction: {SHAPE}"),
    ('{"text_input": "a", "output": "b"}', f"is a pair, and the file is read as conversations; {SHAPE}, or put pairs into a file of their own"),
    ('{"output": "b"}', f"is a pair, and the file is read as conversations; {SHAPE}, or put pairs into a file of their own"),
    (row(USER, '{"role": "model"}'), f"contents[1] has no parts; {CONTENT}"),
    (row(turn("user"), MODEL), f"contents[0] has no parts; {CONTENT}"),
    (row(USER, '{"role": "model", "parts": ["b"]}'), 'contents[1].parts[0] is a string, not an object; write {"text": ...}'),
    (row(USER, '{"role": "model", "parts": [{}]}'), 'contents[1].parts[0] has no text; write {"text": ...}'),
    (row(USER, '{"role": "model", "parts": [{"text": 5}]}'), 'contents[1].parts[0] has no text; write {"text": ...}'),
    (row(USER, turn("model", "b", "")), "contents[1].parts[1] is empty; write a text, or remove it"),
    (row('{"role": "user", "parts": [{"fileData": {"fileUri": "gs://b/o"}}]}', MODEL), f"contents[0].parts[0] has `fileData`; {ONLY}"),
    (row('{"role": "user", "parts": [{"text": "a"}, {"inlineData": {}}]}', MODEL), f"contents[0].parts[1] has `inlineData`; {ONLY}"),
    (row(USER, '{"role": "model", "parts": [{"text": "b", "thought": true}]}'), f"contents[1].parts[0] has `thought`; {ONLY}"),
    (row(USER, '{"role": "model", "parts": [{"functionCall": {}}]}'), f"contents[1].parts[0] has `functionCall`; {ONLY}"),
    (row(USER, '{"role": "model", "parts": [{"text": "b"}], "weight": 0}'), f"contents[1] has `weight`; {ONLY}"),
    (row(USER, MODEL, instruction='"Count."'), f"systemInstruction is a string, not an object; {CONTENT}"),
    (row(USER, MODEL, instruction='""'), f"systemInstruction is a string, not an object; {CONTENT}"),
    (row(USER, MODEL, instruction="{}"), f"systemInstruction has no parts; {CONTENT}"),
    (row(USER, MODEL, instruction='{"parts": [{"text": ""}]}'), "systemInstruction.parts[0] is empty; write a text, or remove it"),
    (row(USER, MODEL, instruction='{"role": "model", "parts": [{"text": "x"}]}'), "systemInstruction has the role `model`; write system or user, or remove the role"),
    (row(USER, MODEL, instruction='{"role": [], "parts": [{"text": "x"}]}'), "systemInstruction has the role an array; write system or user, or remove the role"),
    (row(USER, MODEL, instruction='{"parts": []}'), f"systemInstruction has no parts; {CONTENT}"),
    (row(USER, MODEL, instruction='{"parts": [{"text": "x"}]}, "system_instruction": {"parts": [{"text": "x"}]}'), "has `systemInstruction` and `system_instruction`; remove one of them"),
    (PAIR.replace("{", '{"tools": [], ', 1), "has `tools`, which would not be sent; remove it"),
    (PAIR.replace('"a"', '"\\ud800"'), "has half of a surrogate pair, which is no character; remove the lone \\ud800 to \\udfff"),
    (row(USER, MODEL, instruction='{"parts": [{"text": "\\udfff"}]}'), "has half of a surrogate pair, which is no character; remove the lone \\ud800 to \\udfff"),
    (row(turn("user", "a" * 121), MODEL), "the example has about 31 tokens (estimated); shorten it to at most 20"),
    (row(turn("user", "a" * 60), turn("model", "b" * 60), USER, MODEL), "the example has about 31 tokens (estimated); shorten it to at most 20"),
    ("nope", "is not JSON at column 1: expecting value"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "told"), FAULTS, ids=[f"{told[:40]}-{n}" for n, (_, told) in enumerate(FAULTS)])
def test_a_fault_in_a_line(
    fault: str, told: str, model: Callable[..., Path], write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", GOOD + fault.strip() + "\n")
    assert rejected() == [f"d.jsonl:3: {told}"]


def test_a_file_in_the_format_of_another_service(
    model: Callable[..., Path], write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n' * 3)
    assert rejected() == [
        f"d.jsonl:1: has `messages`, which is the format of another service (likewise lines 2 and 3); the keys here are contents and systemInstruction: {SHAPE}"
    ]


def test_what_many_lines_have_in_common_is_said_once(
    model: Callable[..., Path], write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    picture = row('{"role": "user", "parts": [{"fileData": {"fileUri": "gs://b/o"}}]}', MODEL)
    write("d.jsonl", GOOD + picture * 20 + row(USER))
    assert rejected() == [
        f"d.jsonl:3: contents[0].parts[0] has `fileData` (likewise lines 4, 5, 6, 7, 8 and 14 more); {ONLY}",
        f"d.jsonl:23: {ENDS}",
    ]


SAME = [
    '\ufeff{"text_input": "a", "output": "b"}\n\n{"output": "d", "text_input": "c"}\r\n',
    OTHER + PAIR,
    row(USER, MODEL, instruction="null") + OTHER,
    GOOD.replace('"contents"', '"system_instruction": null, "contents"'),
]


@pytest.mark.parametrize("content", SAME)
def test_conversations_of_two_turns_are_pairs(
    content: str, model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", content)
    dataset = resolved().desired[0].dataset
    assert dataset
    assert dataset.digest == digest([Example("a", "b"), Example("c", "d")])


DIFFERENT = [
    row(USER, MODEL, instruction='{"parts": [{"text": "x"}]}'),
    row(USER, MODEL, instruction='{"parts": [{"text": "x"}, {"text": "y"}]}'),
    row(USER, MODEL, instruction='{"parts": [{"text": "xy"}]}'),
    row(turn("user", "x"), USER, MODEL),
    row(turn("model", "x"), USER, MODEL),
    row(turn("user", "x"), turn("model", "y"), USER, MODEL),
    row(turn("user", "aa", "a"), MODEL),
    row(turn("user", "a", "aa"), MODEL),
    row(turn("user", "aaa"), MODEL),
    row(USER, turn("model", "b", "b")),
    row(USER, turn("model", "bb")),
]


def test_what_is_said_differently_is_other_data(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    for number, content in enumerate((PAIR, *DIFFERENT)):
        model(f"{number}.yaml", f"  dataset: {{path: {number}.jsonl}}", name=f"m{number}")
        write(f"{number}.jsonl", content)
    found = {desired.dataset.digest for desired in resolved().desired if desired.dataset}
    assert len(found) == len(DIFFERENT) + 1


@pytest.mark.parametrize("key", ["systemInstruction", "system_instruction"])
@pytest.mark.parametrize(
    ("role", "kept"), [("", ""), ("null", ""), ('"system"', ',"role":"system"'), ('"user"', ',"role":"user"')]
)
def test_instructions_have_one_form(
    key: str,
    role: str,
    kept: str,
    model: Callable[..., Path],
    write: Callable[..., Path],
    resolved: Callable[..., Resolved],
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    given = f'"role": {role}, ' if role else ""
    instruction = f'{{{given}"parts": [{{"text": "Count."}}]}}'
    write("d.jsonl", row(USER, MODEL, instruction=instruction).replace("systemInstruction", key))
    dataset = resolved().desired[0].dataset
    assert dataset
    (sent,) = FileExamples().open(dataset)
    assert sent == Example("a", "b", f'{{"systemInstruction":{{"parts":[{{"text":"Count."}}]{kept}}}}}')
    instructed = json.loads(line(sent))["systemInstruction"]
    assert instructed == {"parts": [{"text": "Count."}]} | (json.loads(f"{{{kept[1:]}}}"))


def test_what_was_digested_is_what_is_sent(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    instruction = '{"parts": [{"text": "Größe"}]}'
    write("d.jsonl", PAIR + row(turn("user", "q\n"), turn("model", "r", '"'), USER, MODEL, instruction=instruction))
    dataset = resolved().desired[0].dataset
    assert dataset
    examples = list(FileExamples().open(dataset))
    assert dataset.digest == digest(examples)
    sent = "".join(map(line, examples))
    assert [json.loads(each) for each in sent.splitlines()] == [
        json.loads(PAIR),
        {
            "systemInstruction": {"parts": [{"text": "Größe"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "q\n"}]},
                {"role": "model", "parts": [{"text": "r"}, {"text": '"'}]},
                {"role": "user", "parts": [{"text": "a"}]},
                {"role": "model", "parts": [{"text": "b"}]},
            ],
        },
    ]
    assert dataset.request_bytes == len(sent.encode())
    assert (dataset.input_characters, dataset.output_characters, dataset.tokens) == (11, 2, 4)
    assert dataset.locator.format == "contents"


def test_pairs_are_sent_as_conversations(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.csv}")
    write("d.csv", 'text_input,output\n"ä ""x""",b\n')
    dataset = resolved().desired[0].dataset
    wire = '{"contents":[{"role":"user","parts":[{"text":"ä \\"x\\""}]},{"role":"model","parts":[{"text":"b"}]}]}\n'
    assert dataset
    assert dataset.request_bytes == len(wire.encode())


PAIRS = [
    '{"text_input": "a", "output": "b", "contents": []}\n',
    '{"text_input": "a", "output": "b"}\n',
]


@pytest.mark.parametrize("content", PAIRS)
def test_other_keys_of_a_pair_still_do_not_count(
    content: str, model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", content)
    dataset = resolved().desired[0].dataset
    assert dataset
    assert (dataset.locator.format, dataset.digest) == ("jsonl", digest([Example("a", "b")]))


texts = st.text(max_size=3)
parts = st.lists(st.fixed_dictionaries({"text": texts}) | st.just({}), max_size=2)
turns = st.fixed_dictionaries({"role": st.sampled_from(["user", "model", "x", 1, None])}, optional={"parts": parts})
anything = st.none() | st.booleans() | st.integers() | texts | parts | turns
items = st.fixed_dictionaries(
    {"contents": st.lists(turns | anything, max_size=4) | anything},
    optional={"systemInstruction": turns | anything, "system_instruction": turns | anything, "x": anything},
)


@given(items | anything)
def test_every_value_is_an_example_or_a_flaw(item: object) -> None:
    found = conversation(json.loads(json.dumps(item)))
    if isinstance(found, Flaw):
        assert found.message
    else:
        assert conversation(json.loads(line(found))) == found


READ_AS_PAIRS = "is a conversation, and the file is read as pairs; write it as a pair, or put conversations into a JSONL file of their own (format: contents)"
FORMATS = [
    ("format: contents", PAIRS[1], [f"d.jsonl:1: is a pair, and the file is read as conversations; {SHAPE}, or put pairs into a file of their own"]),
    ("format: jsonl", PAIR, [f"d.jsonl:1: {READ_AS_PAIRS}"]),
    ("outputField: x", PAIR, [f"d.jsonl:1: {READ_AS_PAIRS}"]),
    ("format: contents, inputField: x", PAIR, ["m.yaml:7:58: inputField is for pairs; a conversation has no such field; remove it"]),
    ("format: contents, header: true", PAIR, ["m.yaml:7:54: header is for csv and tsv, not contents; remove it"]),
    ("", f"?\n{PAIR}", ["d.jsonl:1: is not JSON at column 1: expecting value", f"d.jsonl:2: {READ_AS_PAIRS}"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "content", "lines"), FORMATS, ids=[f"{o}-{n}" for n, (o, _, _) in enumerate(FORMATS)]
)
def test_what_the_manifest_says_about_the_format_holds(
    option: str,
    content: str,
    lines: list[str],
    model: Callable[..., Path],
    write: Callable[..., Path],
    rejected: Callable[..., list[str]],
) -> None:
    model("m.yaml", f"  dataset: {{path: d.jsonl, {option}}}")
    write("d.jsonl", content)
    assert rejected() == lines


def test_one_file_may_be_named_with_its_format_and_without(
    model: Callable[..., Path], write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("a.yaml", "  dataset: {path: d.jsonl, format: jsonl}", name="a")
    model("b.yaml", "  dataset: {path: d.jsonl}", name="b")
    write("d.jsonl", "\n" + GOOD)
    assert [found.split(";")[0] for found in rejected()] == [
        "d.jsonl:2: is a conversation, and the file is read as pairs (likewise line 3)",
    ]


def test_an_unknown_ending_may_be_conversations_too(
    model: Callable[..., Path], write: Callable[..., Path], rejected: Callable[..., list[str]]
) -> None:
    model("m.yaml", "  dataset: {path: d.txt}")
    write("d.txt", GOOD)
    assert rejected() == [
        "m.yaml:7:19: the ending of `d.txt` names no format; set format: one of contents, csv, json, jsonl, tsv"
    ]
    model("m.yaml", "  dataset: {path: d.txt, format: contents}")
    write("d.txt", GOOD + "?")
    assert rejected() == ["d.txt:3: is not JSON at column 1: expecting value"]


WHOLE = [
    (OTHER + "".join(row(turn("user", str(n)), MODEL) for n in range(12)), [
        "d.jsonl: has 13 examples; the service takes 12 for training: leave out some",
    ]),
    ("".join(row(turn("user", str(n)), turn("model", "\\" * 38)) for n in range(12)), [
        "d.jsonl: 12 examples need 2,030 bytes of request; the service takes 2,000: leave out or shorten some",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "lines"), WHOLE, ids=[lines[0] for _, lines in WHOLE])
def test_more_than_the_service_takes(
    content: str,
    lines: list[str],
    model: Callable[..., Path],
    write: Callable[..., Path],
    rejected: Callable[..., list[str]],
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", content)
    assert rejected() == lines


ODD = [
    (row(turn("user", "a" * 116), turn("model", "b" * 4)) + PAIR + row(turn("user", "a" * 81), MODEL), "d.jsonl:1: warning: has up to about 30 tokens (estimated) on lines 1 and 3; the service takes 20, and may leave longer examples out"),
    (row(turn("user", "x"), USER, MODEL) + row(turn("user", "x"), USER, turn("model", "c")), "d.jsonl:2: warning: has the same input with another output: lines 1 and 2; keep one output for each input"),
    (row(turn("user", "x"), USER, MODEL) * 2, "d.jsonl:2: warning: repeats earlier examples on line 2; each copy weighs in training"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "told"), ODD, ids=[told[20:50] for _, told in ODD])
def test_what_is_odd_but_allowed(
    content: str, told: str, model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", content)
    assert [str(warning) for warning in resolved().warnings] == [told]


def test_the_same_question_in_another_conversation_contradicts_nothing(
    model: Callable[..., Path], write: Callable[..., Path], resolved: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", row(turn("user", "x"), USER, MODEL) + row(USER, turn("model", "c")))
    assert resolved().warnings == ()

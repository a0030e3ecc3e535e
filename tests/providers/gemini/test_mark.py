"""The mark: its frozen form, that it survives people and consoles, and that only the right one counts."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.providers.gemini.mark import LENGTH, decode, encode, place
from reconciler.resource.identity import abbreviate, names
from reconciler.resource.observed import Mark, Ownership
from reconciler.resource.rules import float32

MODEL = "sentences-bmyfwz4xppzvet5"
DIGEST = "1:08d42a54f69a22b840"
PLAIN = Ownership("acme", "sentences", DIGEST, "ccd0af2cd", {"epochCount": 3.0})
FULL = Ownership(
    "acme-eu",
    "sentences",
    DIGEST,
    "ccdfaffcd",
    {"epochCount": 5.0, "batchSize": 4.0, "learningRate": float32(0.001)},
    protect=True,
    keep=True,
    asserted=True,
)
BARE = Ownership("a", "b", "", "", {})
GOLDEN = {
    "plain": (PLAIN, "reconciler:1:acme:sentences:1CNQqVPaaIrhA:zNCvLN:e3:-:Gz1p6F"),
    "full": (FULL, "reconciler:1:acme-eu:sentences:1CNQqVPaaIrhA:zN-v_N:e5b4r0.001:pka:4OH4XC"),
    "bare": (BARE, "reconciler:1:a:b:?:-:-:-:edB7aG"),
    "multiplier": (
        replace(PLAIN, declared={"learningRateMultiplier": 1e-10}, asserted=True),
        "reconciler:1:acme:sentences:1CNQqVPaaIrhA:zNCvLN:m1e-10:a:NjKACQ",
    ),
}

MARK = encode(PLAIN, MODEL)
OTHER = encode(replace(PLAIN, protect=True), MODEL)
COPIED = encode(PLAIN, "another-model")
NEWER = "reconciler:2:acme:sentences:anything!the(future)wants"

labels = st.from_regex(r"[a-z]([a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True)
addresses = st.from_regex(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
base64url = string.ascii_letters + string.digits + "-_"
counts = st.integers(1, 2**31 - 1).map(lambda n: float32(float(n)))
rates = st.floats(min_value=0, max_value=float32(3.4e38), width=32)
ownerships = st.builds(
    Ownership,
    owner=labels,
    name=addresses,
    digest=st.just("") | st.text("0123456789abcdef", min_size=18, max_size=18).map("1:".__add__),
    base=st.just("") | st.text("0123456789abcdef", min_size=9, max_size=9),
    declared=st.fixed_dictionaries({}, optional={"epochCount": counts, "batchSize": counts, "learningRate": rates})
    | st.fixed_dictionaries({}, optional={"epochCount": counts, "learningRateMultiplier": rates}),
    protect=st.booleans(),
    keep=st.booleans(),
    asserted=st.booleans(),
    going=st.booleans(),
)
texts = st.text() | st.sampled_from(
    ["", " ", "reconciler:", "reconciler:1:", "see https://x.example/reconciler:1:a:b", " a  b ", '{"a": "b"}', "\n"]
)


@pytest.mark.parametrize("case", GOLDEN)
def test_the_form_is_frozen(case: str) -> None:
    ownership, expected = GOLDEN[case]
    assert encode(ownership, MODEL) == expected


@given(ownerships, labels)
def test_what_is_written_is_read(ownership: Ownership, model: str) -> None:
    token = encode(ownership, model)
    kind, read, text = decode(token, model)
    assert (kind, text) == (Mark.VALID, "")
    assert read is not None
    assert names(read.name, ownership.name)
    assert replace(read, name="") == replace(ownership, name="")


@given(ownerships, labels)
def test_a_mark_is_one_short_ascii_word(ownership: Ownership, model: str) -> None:
    token = encode(ownership, model)
    assert len(token) <= LENGTH
    assert token.isascii()
    assert token.split() == [token]


def test_the_longest_mark_fits_exactly() -> None:
    numbers = {"epochCount": 2.0**31, "batchSize": 2.0**31, "learningRate": float32(1.22677985e-30)}
    longest = Ownership("o" * 24, "n" * 63, DIGEST, "ccd0af2cd", numbers, protect=True, keep=True, asserted=True)
    for room, going in ((12, False), (11, True)):
        given = replace(longest, going=going)
        token = encode(given, MODEL)
        assert len(token) == LENGTH
        assert decode(token, MODEL)[1] == replace(given, name=abbreviate("n" * 63, room))


def test_a_name_is_whole_where_it_fits() -> None:
    name = "a" * 55
    assert f":{name}:" in encode(Ownership("acme", name, DIGEST, "ccd0af2cd"), MODEL)
    read = decode(encode(replace(FULL, name="n" * 63), MODEL), MODEL)[1]
    assert read is not None
    assert "~" in read.name


@given(texts, ownerships, labels)
def test_text_and_mark_do_not_disturb_each_other(text: str, ownership: Ownership, model: str) -> None:
    token = encode(ownership, model)
    assert decode(place("", text, token), model)[2] == text
    assert decode(place(text, None, token), model)[2] == text
    assert decode(f"{token} {text}", model)[2] == text
    assert place(place(text, None, token), None, None) == text


@given(texts, texts, ownerships, ownerships, labels)
def test_a_mark_is_exchanged_where_it_stands(
    before: str, after: str, old: Ownership, new: Ownership, model: str
) -> None:
    carrier = f"{before} {encode(old, model)} {after}"
    exchanged = place(carrier, None, encode(new, model))
    assert exchanged == f"{before} {encode(new, model)} {after}"
    assert decode(exchanged, model)[2] == decode(carrier, model)[2] == f"{before} {after}"


@pytest.mark.parametrize(
    ("carrier", "text", "token", "expected"),
    [
        ("", None, MARK, MARK),
        ("hello", None, MARK, f"hello {MARK}"),
        (f"hello {OTHER}", None, MARK, f"hello {MARK}"),
        (f"{OTHER} hello", None, MARK, f"{MARK} hello"),
        (f"a {COPIED} b {OTHER} c", None, MARK, f"a {MARK} b c"),
        (f"a {NEWER}", None, MARK, f"a {MARK}"),
        (f"hello {OTHER}", "", MARK, MARK),
        (f"hello {OTHER} more", "new", MARK, f"new {MARK}"),
        (f"hello {OTHER} more", "new", None, "new"),
        (f"hello {OTHER} more", None, None, "hello more"),
        (f"{OTHER} hello", None, None, "hello"),
        (OTHER, None, None, ""),
        (f"{OTHER} {COPIED} hello", None, None, "hello"),
    ],
)
def test_descriptions_are_composed(carrier: str, text: str | None, token: str | None, expected: str) -> None:
    assert place(carrier, text, token) == expected


@pytest.mark.parametrize(
    ("description", "kind", "human"),
    [
        ("", Mark.NONE, ""),
        ("hello", Mark.NONE, "hello"),
        ("reconciler: a tool", Mark.NONE, "reconciler: a tool"),
        ("https://x.example/reconciler:1:acme:sentences", Mark.NONE, "https://x.example/reconciler:1:acme:sentences"),
        ("https://x.example/reconciler:2:acme:sentences", Mark.NONE, "https://x.example/reconciler:2:acme:sentences"),
        (MARK[:-1], Mark.NONE, MARK[:-1]),
        (MARK.replace(":zNCvLN:", ":zNCvL:"), Mark.NONE, MARK.replace(":zNCvLN:", ":zNCvL:")),
        (MARK, Mark.VALID, ""),
        (f"before {MARK}", Mark.VALID, "before"),
        (f"{MARK} after", Mark.VALID, "after"),
        (f"before {MARK} after", Mark.VALID, "before after"),
        (f"before{MARK}after", Mark.VALID, "beforeafter"),
        (f"before\n{MARK}\nafter", Mark.VALID, "before\n\nafter"),
        (f"({MARK}).", Mark.VALID, "()."),
        (f"{MARK} {MARK}", Mark.VALID, ""),
        (f"{MARK[:30]}{MARK}{MARK[30:]} x", Mark.VALID, "x"),
        (f"{MARK} {COPIED}", Mark.VALID, ""),
        (f"{COPIED} {MARK}", Mark.VALID, ""),
        (f"{MARK} {OTHER}", Mark.VOID, ""),
        (COPIED, Mark.VOID, ""),
        (f"{COPIED} {COPIED} x", Mark.VOID, "x"),
        (MARK.replace(":acme:", ":acne:"), Mark.VOID, ""),
        (MARK.replace(":e3:", ":e4:"), Mark.VOID, ""),
        (NEWER, Mark.NEWER, ""),
        (f"a {NEWER} b {MARK}", Mark.NEWER, "a b"),
        ("reconciler:0:acme:sentences", Mark.NONE, "reconciler:0:acme:sentences"),
        ("reconciler:10:acme:sentences", Mark.NEWER, ""),
    ],
)
def test_marks_are_judged(description: str, kind: Mark, human: str) -> None:
    found, ownership, text = decode(description, MODEL)
    assert (found, text) == (kind, human)
    assert (ownership is None) == (kind is Mark.NONE)


def test_a_copied_mark_is_readable() -> None:
    assert decode(COPIED, MODEL)[1] == PLAIN


def test_of_a_newer_mark_owner_and_name_are_readable() -> None:
    assert decode(NEWER, MODEL)[1] == Ownership("acme", "sentences", "", "", {})


@given(st.text(base64url + ":.~?+ ", max_size=60).map("reconciler:1:acme:".__add__), labels)
def test_nothing_that_looks_odd_breaks(description: str, model: str) -> None:
    kind, ownership, _ = decode(description, model)
    assert kind is Mark.NONE or ownership is not None

"""Untrusted text in Markdown, read back by a CommonMark parser: it is code, all of it, and unchanged."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.render.fence import block, code, place, prose, tag
from reconciler.render.neutral import neutral

READER = MarkdownIt("gfm-like", {"html": True})
TEXTS = st.text(
    st.sampled_from("`` \\<>&*_[]()!#@-+~|:/.\n\t\ra1Ω…\u2028\u202e\x1b\x00\U0001f600"), min_size=1
) | st.text(min_size=1)


@given(TEXTS)
def test_a_code_span_holds_exactly_its_text(text: str) -> None:
    (paragraph, inline, _) = READER.parse(f"x {code(text)} y")
    assert paragraph.type == "paragraph_open"
    assert inline.children is not None
    before, span, after = inline.children
    assert (before.content, span.type, span.content, after.content) == ("x ", "code_inline", neutral(text), " y")


@given(st.lists(TEXTS))
def test_a_block_holds_exactly_its_lines(lines: list[str]) -> None:
    (fence,) = READER.parse(block(lines, "diff"))
    assert (fence.type, fence.info) == ("fence", "diff")
    assert fence.content == "".join(f"{neutral(line)}\n" for line in lines)


@given(TEXTS)
def test_a_tag_holds_exactly_its_text(text: str) -> None:
    """Between HTML tags Markdown is not read, and HTML is escaped."""
    (block_,) = READER.parse(f"<details><summary>{tag(text)}</summary>")
    assert block_.type == "html_block"
    inside = block_.content.removeprefix("<details><summary><code>").removesuffix("</code></summary>")
    assert not set(inside) & set("<>\"'")
    assert html.unescape(inside) == neutral(text)


SENTENCES = [
    "Only a part of the workspace was looked at, so nothing is deleted for want of a manifest.",
    "Left alone because not ours: 2 models.",
    "1 note.",
    "2 trainings, at most 76 steps, an estimated 6,120 training tokens, ready in about 40m00s, about 0.10 USD.",
    "Prices as of 2026-11-01.",
    "its base model's name; all of it",
]
MEANING_MORE = [
    "see www.example.com",
    "http://example.com",
    "https://example.com/x",
    "a@example.com",
    "@admin",
    "fixes #1",
    "GH-12",
    "gh-12",
    "org/repo#3",
    "!12",
    "%5",
    "~bug",
    ":tada:",
    "0123456789abcdef0123456789abcdef01234567",
    "see deadbeef",
    "1. one",
    "1) one",
    "a *b* c",
    "a_b_c",
    "<b>",
    "`x`",
    "[x](y)",
    "![x](y)",
    "&amp;",
    "a  b",
    " a",
    "- a",
    "",
    "a\nb",
    "a\u202eb",
]


@pytest.mark.parametrize("said", SENTENCES)
def test_sentences_of_ours_stay_prose(said: str) -> None:
    assert prose(said) == said


@pytest.mark.parametrize("said", MEANING_MORE)
def test_what_means_something_to_a_host_becomes_code(said: str) -> None:
    assert prose(said) == code(said)


@given(st.text(st.sampled_from("wGHgh-.:/@#!%~&_*[]()1a ,;'`<>\nx"), max_size=12))
def test_prose_is_text_or_code(said: str) -> None:
    (paragraph, inline, _) = READER.parse(prose(said))
    assert paragraph.type == "paragraph_open"
    assert inline.children is not None
    (only,) = inline.children
    assert only.type in ("text", "code_inline")
    assert only.type == "code_inline" or not set("@#!%~&_*[]`<>/\n") & set(only.content)


def test_only_a_plain_address_is_a_link() -> None:
    assert place("https://example.com/a/b?c=d#e") == "<https://example.com/a/b?c=d#e>"
    for text in ("http://example.com", "javascript:x", "https://e.com/a b", "https://e.com/>", "https://e.com/\n", "x"):
        assert place(text) == code(text)

"""A review as its reader has it: Markdown made into HTML by a CommonMark renderer, and what is in that."""

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

OURS = frozenset({"h3", "h4", "p", "ul", "li", "strong", "code", "pre", "details", "summary"})
"""Elements that a review is made of."""
CALLS = re.compile(r"[@#!~%&$]\w|\bGH-\d|:[a-z0-9_+-]+:|\$|\b[0-9a-f]{7,40}\b|https?:|www\.")
"""What GitHub or GitLab make something of in text that is not code: people, issues, pictures, formulas, links."""


class Page(HTMLParser):
    """The elements of a page, its headings, and its text: seen at once, in a summary, or folded away."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.headings: list[str] = []
        self.faults = _unclosed(markdown)
        self.prose = self.seen = self.summaries = self.folded = ""
        self._within: list[str] = []
        self.feed(_RENDERER.render(markdown))
        self.close()
        self.faults += [f"<{tag}> has no end" for tag in self._within]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {f"{tag} {name}={value}" for name, value in attrs}
        self._within.append(tag)
        if tag in ("h3", "h4"):
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if not self._within or self._within.pop() != tag:
            self.faults.append(f"</{tag}> ends nothing")

    def handle_data(self, data: str) -> None:
        if self._within and self._within[-1] in ("h3", "h4"):
            self.headings[-1] += data
        if "code" not in self._within:
            self.prose += data
        if "summary" in self._within:
            self.summaries += data
        elif "details" in self._within:
            self.folded += data
        else:
            self.seen += data

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"a section: {data}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"an instruction: {data}")


_RENDERER = MarkdownIt("gfm-like", {"html": True})


def _unclosed(markdown: str) -> list[str]:
    """The blocks of code that only the end of the page closes."""
    lines = markdown.split("\n")
    fences = [token for token in _RENDERER.parse(markdown) if token.type in ("fence", "code_block")]
    ends = [(token.markup, token.map[1]) for token in fences if token.map]
    return [f"a block before line {end} is open" for mark, end in ends if not mark or lines[end - 1] != mark]

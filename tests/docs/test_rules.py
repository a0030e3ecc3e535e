"""The table of rules says of each what the program says. `--bless` writes it."""

import re

from reconciler.resource.lint import RULES
from tests.docs.page import ROOT

PAGE = ROOT / "docs" / "lint.md"
TABLE = re.compile(r"(?<=\| rule \| severity \| finds \| what to do \|\n\|---\|---\|---\|---\|\n)(\|.*\n)*")


def test_the_page_has_every_rule(bless: bool) -> None:  # noqa: FBT001
    rows = "".join(f"| `{each.name}` | {each.severity} | {each.means} | {each.mend} |\n" for each in RULES.values())
    text = PAGE.read_text(encoding="utf-8")
    if bless:
        PAGE.write_text(TABLE.sub(lambda _: rows, text), encoding="utf-8")
    found = TABLE.search(PAGE.read_text(encoding="utf-8"))
    assert found
    assert found[0] == rows

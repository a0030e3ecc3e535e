"""Texts that are too long for a host are cut between blocks, and say where the rest is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.forge.shortening import shortened
from reconciler.render.budget import size
from tests.forge.conftest import Post

FOLD = "<details><summary>a</summary>\n\n```diff\n+ one\n\n+ </details>\n```\n\n</details>"
TEXT = "\n\n".join(["### Plan", *[FOLD] * 40, "Digest `abc`."])


def test_what_fits_is_left_as_it_is() -> None:
    assert shortened(TEXT, len(TEXT)) == TEXT


def test_head_and_tail_stay_and_no_fold_is_cut() -> None:
    cut = shortened(TEXT, 1000, "https://github.com/acme/models/actions/runs/77")
    assert size(cut) <= 1000
    assert cut.startswith("### Plan\n\n<details>")
    assert cut.endswith("\n\nDigest `abc`.")
    assert "**Cut to 1,000 characters.** All of it: <https://github.com/acme/models/actions/runs/77>." in cut
    assert cut.count(FOLD) == cut.count("<summary>") > 5


@given(st.lists(st.sampled_from(["", "text", "```", "````", "~~~", FOLD, "<details>", "</details>", "\U0001f600" * 9])))
def test_it_is_never_too_long(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert size(shortened(text, 60)) <= 60


@pytest.mark.parametrize("limit", [65_536, 20_000])
def test_a_plan_that_is_too_long_is_posted_shorter(github: Post, limit: int) -> None:
    """GitHub may come to allow less than it says today."""
    github.forge.limit = limit
    ran = github("### Plan\n\n" + "\n\n".join(f"row {number}" for number in range(20_000)) + "\n\nDigest `abc`.")
    assert ran.out.startswith("posted")
    [body] = github.forge.bodies
    assert "actions/runs/77" in body
    assert body.endswith("Digest `abc`.")


def test_gitlab_has_its_own_limit(gitlab: Post) -> None:
    gitlab("### Plan\n\n" + "\n\n".join(f"row {number}" for number in range(100_000)))
    [body] = gitlab.forge.bodies
    assert 900_000 < len(body) <= 1_000_000
    assert "jobs/9" in body

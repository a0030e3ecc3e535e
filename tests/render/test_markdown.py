"""Plans as review documents: to the letter, under attack, and within any limit."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Diagnostic, Origin, Silenced
from reconciler.plan.change import Action, Change, Effect, Estimate
from reconciler.plan.plan import Plan
from reconciler.render.budget import size
from reconciler.render.frame import Circumstances
from reconciler.render.markdown import LEAST, LIMIT, plan_markdown
from reconciler.render.neutral import unsafe
from reconciler.resource.observed import State
from reconciler.resource.reason import Reason
from tests.render.review import (
    CREATE,
    DELETE,
    IGNORED,
    KINDS,
    MODEL,
    NEW,
    OLD,
    REFUSED,
    REPLACE,
    UPDATE,
    WAIT,
    WARMER,
    fleet,
    hostile,
    named,
    plan,
    read,
)

HERE = "For workspace `demo`, `p`, `us` at `gemini`."
RUN = "https://github.com/acme/models/actions/runs/7"


def written(made: Plan, limit: int = LIMIT, **around: Any) -> str:
    """A plan as Markdown, and what else there is to know."""
    return plan_markdown(made, limit, Circumstances(**around))


def does(made: Plan) -> str:
    """The last line."""
    return f"`reconciler apply --plan-digest {made.digest}` does exactly this.\n"


def test_nothing_to_do() -> None:
    made = plan()
    assert written(made) == f"### No changes.\n\n{HERE}\n\nDigest `{made.digest}`.\n"


def test_an_environment_is_named_and_asked_for() -> None:
    text = written(plan(DELETE, environment="prod"))
    assert "\n\nFor environment `prod`, workspace `demo`" in text
    assert "`reconciler apply -e prod --plan-digest " in text
    assert "`reconciler apply -e '$(x)' --plan-digest " in written(plan(DELETE, environment="$(x)"))


def test_where_there_is_no_room_for_the_command_the_digest_stays() -> None:
    made = replace(fleet(50, DELETE), environment="e" * 63)
    assert written(made, LEAST).endswith(f"`reconciler plan` shows it.\n\nDigest `{made.digest}`.\n")


def test_a_review_to_the_letter() -> None:
    rows = [
        named(row, name) for row, name in ((DELETE, "old"), (REPLACE, "support"), (REFUSED, "kept"), (CREATE, "new"))
    ]
    made = plan(*rows, foreign=2, warnings=("careful",))
    assert written(made) == (
        "### Plan: 1 to create, 0 to update, 1 to replace, 1 to delete, 1 refused.\n"
        "\n"
        "```text\n"
        "Warning: careful\n"
        "```\n"
        "\n"
        f"{HERE}\n"
        "\n"
        "- Left alone because not ours: 2 models.\n"
        "- 2 trainings, 76 steps, 720 characters of data, an estimated 6,120 training tokens, ready in about 40m00s, "
        "about 0.10 USD. Prices as of 2026-11-01.\n"
        "\n"
        "#### Delete (1)\n"
        "\n"
        "**`- TunedModel/old`** delete: no manifest declares it any more\n"
        "\n"
        "```diff\n"
        f"- id: {OLD} (READY)\n"
        "- endpoint: endpoints/7\n"
        "```\n"
        "\n"
        "#### Replace (1)\n"
        "\n"
        "**`+/- TunedModel/support`** replace: `hyperparameters.epochCount` can only be changed by training\n"
        "\n"
        "```diff\n"
        "- hyperparameters.epochCount: 5\n"
        "+ hyperparameters.epochCount: 20\n"
        "! forces a new training: fixed at start\n"
        "  38 training steps, 360 characters of data, an estimated 3,060 training tokens, about 40m00s,\n"
        "    about 0.05 USD\n"
        f"  the id changes: {OLD} -> {NEW};\n"
        "    the old model is deleted when the new one is READY\n"
        "  endpoint now: endpoints/7\n"
        "  declared in manifests/m.yaml:3:1\n"
        "```\n"
        "\n"
        "#### Refused (1)\n"
        "\n"
        "**`! TunedModel/kept`** refused to replace: lifecycle.protect is set\n"
        "\n"
        "```diff\n"
        "! `--unprotect TunedModel/m`\n"
        "- hyperparameters.epochCount: 5\n"
        "+ hyperparameters.epochCount: 20\n"
        "! forces a new training: fixed at start\n"
        f"  id: {OLD} (READY)\n"
        "  endpoint: endpoints/7\n"
        "  declared in manifests/m.yaml:3:1\n"
        "```\n"
        "\n"
        "#### Create (1)\n"
        "\n"
        "<details><summary><code>+ TunedModel/new</code> create: no model of ours was trained as declared</summary>\n"
        "\n"
        "```diff\n"
        "+ baseModel: models/b\n"
        "+ dataset: 1:ababababababababab  (15 examples)\n"
        "  38 training steps, 360 characters of data, an estimated 3,060 training tokens, about 40m00s,\n"
        "    about 0.05 USD\n"
        f"  id: {NEW}\n"
        "  declared in manifests/m.yaml:3:1\n"
        "```\n"
        "\n"
        "</details>\n"
        "\n"
        f"{does(made)}"
    )


def body(row: Change) -> str:
    """The code block of the only row."""
    (found,) = (each for each in read(written(plan(row))).code if "\n" in each)
    return found


def test_an_update_shows_what_it_overwrites_whole() -> None:
    field = WARMER._replace(path="description", old="x" * 500, new=None)
    assert body(replace(UPDATE, fields=(field,))).startswith(f"- description: {'x' * 500}\n+ description: (removed)\n")


def test_a_field_that_was_not_there_has_no_old_value() -> None:
    assert body(replace(UPDATE, fields=(WARMER._replace(old=None),))).startswith("+ temperature: 0.5\n")


def test_new_data_tells_how_much_there_is() -> None:
    field = WARMER._replace(path="dataset", old="1aaa", new="1bbb", effect=Effect.RETRAIN)
    told = body(replace(REPLACE, fields=(field,)))
    assert told.startswith("- dataset: 1aaa\n+ dataset: 1bbb  (15 examples)\n! forces a new training\n")
    assert "+ dataset: 1bbb\n" in body(replace(REPLACE, desired=None, fields=(field,)))


def test_what_leads_to_nothing_is_no_difference() -> None:
    assert body(IGNORED).startswith("  temperature: 0.9 -> 0.5  # ignored, as asked\n")
    noted = replace(UPDATE, fields=(WARMER, WARMER._replace(effect=Effect.NOTE, reason=Reason.SERVER_DEFAULT)))
    assert "  temperature: 0.9 reported, 0.5 declared" in body(noted)


def test_what_is_thrown_away_is_told() -> None:
    lost = replace(REPLACE, wasted=(Estimate(cost=Decimal(2)),))
    assert "\n  1 training under way is thrown away, about 2.00 USD\n" in body(lost)
    assert "- 1 training under way is thrown away, about 2.00 USD.\n" in written(plan(lost))


def test_a_model_that_stays_is_not_shown_as_gone() -> None:
    refused = replace(DELETE, action=Action.NOOP, intended=Action.DELETE, refused=True)
    assert body(refused).startswith(f"  id: {OLD} (READY)\n")
    leaving = replace(DELETE, action=Action.WAIT, observed=replace(MODEL, state=State.TRAINING))
    assert body(leaving).startswith(f"- id: {OLD} (TRAINING)\n")


def test_the_most_severe_comes_first_and_only_that_is_open() -> None:
    made = plan(*(named(row, f"m{n}") for n, row in enumerate(reversed(KINDS))))
    text = written(made)
    titles = ["Delete", "Replace", "Refused", "Create", "Update", "In training", "Left alone"]
    assert read(text).headings[1:] == tuple(f"{title} (1)" for title in titles)
    assert text.index("#### Refused") < text.index("<details>")
    assert text.count("<details>") == 4


def test_what_does_nothing_is_not_shown() -> None:
    assert "TunedModel/" not in written(plan(replace(UPDATE, action=Action.NOOP, fields=(), reasons=())))


def test_names_of_fields_in_a_headline_are_code() -> None:
    row = replace(UPDATE, fields=(WARMER._replace(path="labels.<b>"),))
    assert "</code> update: not as declared: <code>labels.&lt;b&gt;</code></summary>" in written(plan(row))
    row = replace(REPLACE, fields=(WARMER._replace(path="labels.`x`", reason=Reason.IMMUTABLE_FIELD),))
    assert "** replace: `` labels.`x` `` can only be changed by training\n" in written(plan(row))


def test_a_guard_speaks_before_everything_else() -> None:
    text = written(plan(DELETE), objection="cost: 12 is over the limit of 10")
    heading, said = text.split("\n\n")[:2]
    assert heading == "### Refused by a guard. Plan: 0 to create, 0 to update, 0 to replace, 1 to delete."
    assert said == "```text\ncost: 12 is over the limit of 10\n```"
    assert text.endswith(f"\n\nNothing of this is done. Digest `{plan(DELETE).digest}`.\n")
    assert written(fleet(50, DELETE), LEAST, objection="x" * 500).startswith("### Refused by a guard. Plan: ")


def test_what_was_found_in_the_files_is_folded() -> None:
    found = [Diagnostic(Origin("a.yaml", n, 1), "is odd", "look", "warning", "secret") for n in range(1, 31)]
    quiet = [Silenced(replace(found[0], rule="epochs-unusual"), "a trial")]
    text = written(plan(DELETE), findings=found[:2], silenced=quiet)
    assert (
        "<details><summary>2 warnings, 1 silenced in manifests and data</summary>\n\n```text\n"
        "a.yaml:1:1: warning: is odd; look [secret]\n"
        "a.yaml:2:1: warning: is odd; look [secret]\n"
        "silenced: a.yaml:1:1: warning: is odd; look [epochs-unusual]: a trial\n```\n\n</details>\n"
    ) in text
    many = written(plan(DELETE), findings=found)
    assert "<summary>30 warnings in manifests and data</summary>" in many
    assert "\nand 10 more: reconciler validate\n" in many
    assert "a.yaml:21:1" not in many
    assert "30 warnings in manifests and data.\n" in written(plan(DELETE), 700, findings=found)


def test_what_it_was_compared_with() -> None:
    assert f"{HERE[:-1]}, compared with `main at 91cfa34`.\n" in written(plan(DELETE), base="main at 91cfa34")


EVIL = [
    "```\n# Approved\n```",
    "`````` ` ``",
    "~~~\n# Approved",
    "</code></summary></details><h1>Approved</h1>",
    "</details>",
    "<script>alert(1)</script>",
    "<!-- ",
    "<img src=x onerror=y>",
    "![x](https://evil.example/x.png)",
    "[click](https://evil.example)",
    "[x]: https://evil.example",
    "https://evil.example www.evil.example a@evil.example",
    "@octocat @acme/admins",
    "fixes #1, GH-1, acme/models#1, !1, %1, ~1, $1, &1",
    "0123456789abcdef0123456789abcdef01234567",
    "\u202eevil\u2066\u200b",
    "\x1b[31mred\x1b]8;;https://evil.example\x07",
    "::error file=x::y\n::set-output name=a::b",
    "##[error]x ##vso[task.complete]",
    "a\u2028b\u2029c\x85d\x0be\x0cf\rg",
    "    # Approved\n\n---\n> quote\n| a | b |\n|---|---|",
    "&lt;b&gt; &#64;octocat \\` \\<b>",
    "\ud800",
    "x" * 5000,
    "`" * 300,
    " ",
    "",
]


def harmless(text: str, links: tuple[str, ...] = ()) -> None:
    """Check that a host finds nothing but ours in a text."""
    found = read(text)
    assert found.links == links
    assert found.images == 0
    assert set(found.tags) <= {"<details>", "</details>", "<summary>", "</summary>"}
    depth = 0
    for each in found.tags:
        depth += {"<details>": 1, "</details>": -1}.get(each, 0)
        assert depth in (0, 1)
    assert depth == 0
    outside = found.outside.replace(links[0], "") if links else found.outside
    assert not re.search(r"[@#<>`!~$&\[\]]|://|www\.|GH-|\b[0-9a-f]{7,40}\b|evil|Approved", outside)
    assert not [character for character in text if unsafe(character) and character != "\n"]
    assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)
    assert re.search(
        r"^(`+)reconciler apply (-e .*)?--plan-digest \w+\1 does exactly this\.$"
        r"|^(Nothing of this is done\. )?Digest `\w+`\.$",
        text,
        re.MULTILINE,
    )
    kinds = "Delete|Replace|Refused|Create|Update|In training|Left alone"
    titles = rf"((Refused by a guard\. )?Plan: .*|No changes\.|({kinds}) \([0-9,]+\))"
    assert all(re.fullmatch(titles, heading) for heading in found.headings)


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("limit", [LEAST, 2000, LIMIT])
def test_whatever_is_written_it_is_shown_as_code(text: str, limit: int) -> None:
    made = hostile(text)
    shown = written(made, limit, whole=text, objection=text)
    assert size(shown) <= limit
    harmless(shown)


@given(
    st.text(st.sampled_from("`~<>/details!code[]()#@-*_|&\\\n \t:.%wwW1\u2028\u202e\x1bé\U0001f600"), max_size=30),
    st.integers(LEAST, 9000),
)
def test_whatever_else_is_written(text: str, limit: int) -> None:
    shown = written(hostile(text), limit, whole=text, objection=text)
    assert size(shown) <= limit
    harmless(shown)


def test_everything_hostile_can_still_be_read() -> None:
    found = read(written(hostile("</details> @octocat")))
    assert sum("</details> @octocat" in each for each in found.code) > 10


MANY = fleet(350, *KINDS)


@pytest.mark.parametrize("limit", [*range(LEAST, 700, 23), *range(700, 5000, 431), 9000, 20_000, 40_000])
def test_at_every_limit_the_structure_is_complete(limit: int) -> None:
    text = written(replace(MANY, warnings=("careful",) * 9), limit, whole=RUN, objection="too much " * 20)
    assert size(text) <= limit
    harmless(text, (RUN,))
    assert text.startswith("### Refused by a guard. Plan: 50 to create, 50 to update, 50 to replace, 50 to delete, ")
    end = f"Nothing of this is done. Digest `{MANY.digest}`.\n"
    assert text.endswith(f"**Cut to {limit:,} characters.** All of it: <{RUN}>\n\n{end}")
    for title, told, section in _sections(text):
        assert told == 50, (title, section)


def _sections(text: str) -> list[tuple[str, int, str]]:
    """Each section with the number of rows that it tells of; one without rows has their number in its title."""
    found = []
    for part in re.split(r"^#### ", text.partition("**Cut")[0], flags=re.MULTILINE)[1:]:
        title, _, rows = part.partition("\n")
        more = re.search(r"^And ([0-9,]+) that are not named here\.$", rows, re.MULTILINE)
        number = int(more[1].replace(",", "")) if more else 0
        names = set(re.findall(r"model-[0-9]{5}", rows))
        found.append((title, number + len(names) if rows.strip() else 50, part))
    return found


def test_one_character_decides_whether_it_is_cut() -> None:
    made = fleet(5, *KINDS)
    whole = written(made)
    assert written(made, size(whole)) == whole
    cut = written(made, size(whole) - 1)
    assert "**Cut to" in cut
    assert size(cut) < size(whole)


def test_without_an_address_the_command_shows_the_whole() -> None:
    assert "All of it: `reconciler plan` shows it.\n" in written(MANY, 1000)
    assert "All of it: `reconciler plan` shows it.\n" in written(MANY, 1000, whole=f"{RUN}/{'x' * 1000}")


def test_of_five_thousand_every_delete_is_named() -> None:
    made = fleet(5000, DELETE, REPLACE, CREATE, UPDATE)
    text = written(made)
    assert size(text) <= LIMIT
    section = text[text.index("#### Delete (1,250)") : text.index("#### Replace")]
    assert len(set(re.findall(r"model-[0-9]{5}", section))) == 1250
    assert "not named" not in section
    assert "#### Update (1,250)" in text


def test_of_five_thousand_deletes_those_without_a_name_are_counted() -> None:
    ((title, told, section),) = _sections(written(fleet(5000, DELETE)))
    assert (title, told) == ("Delete (5,000)", 5000)
    assert re.search(r"And [0-9,]+ that are not named here\.", section)


def test_most_of_the_room_is_used() -> None:
    for limit in (5_000, 20_000, LIMIT):
        assert size(written(fleet(5000, *KINDS), limit)) > 0.9 * limit


def test_a_name_longer_than_names_are_is_cut_in_its_middle() -> None:
    text = written(plan(named(DELETE, "a" * 60 + "b" * 5000 + "c" * 40)))
    assert f"`- TunedModel/{'a' * 55}" not in text.replace("a" * 55 + "…", "")
    assert "…" + "c" * 33 in text
    assert "b" * 5000 not in text


def test_the_same_plan_gives_the_same_text() -> None:
    assert written(MANY, 9000) == written(MANY, 9000)


def test_a_training_row_without_details_is_one_line() -> None:
    assert "In training (1)" in written(plan(WAIT))

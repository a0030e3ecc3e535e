"""Plans for the renderers that reviewers read, and a CommonMark parser that says what a host would make of them."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.errors import Origin
from reconciler.plan.change import Action, Change, Effect, Estimate, FieldChange, Steps
from reconciler.plan.plan import Context, Plan
from reconciler.resource.address import Address
from reconciler.resource.dataset import Dataset, Locator
from reconciler.resource.desired import Desired
from reconciler.resource.observed import Grant, Observed, State
from reconciler.resource.prices import Prices
from reconciler.resource.reason import Reason

CONTEXT = Context("demo", "acme", "gemini", "v1beta", "https://generativelanguage.googleapis.com", "p", "us")
PRICES = Prices("USD", "2026-11-01")
OLD, NEW = "tunedModels/support-aaaaaabbbbbbbbb", "tunedModels/support-aaaaaaccccccccc"
DATASET = Dataset("1:" + "ab" * 32, 15, 300, 60, 900, Locator("/repo/a.jsonl", "jsonl", "text_input", "output"))
MODEL = Observed(OLD, State.READY, {}, resources={"endpoint": "endpoints/7"})
DESIRED = Desired(Address("m"), {"baseModel": "models/b"}, DATASET, origin=Origin("manifests/m.yaml", 3, 1))
EPOCHS = FieldChange("hyperparameters.epochCount", 5.0, 20, Effect.RETRAIN, Reason.IMMUTABLE_FIELD, "fixed at start")
WARMER = FieldChange("temperature", 0.9, 0.5, Effect.WRITE, Reason.DRIFTED)
COST = Estimate(3060, 2400, Decimal("0.05"))

DELETE = Change(Address("m"), Action.DELETE, (Reason.UNDECLARED,), OLD, observed=MODEL)
REPLACE = Change(
    Address("m"),
    Action.REPLACE,
    (Reason.IMMUTABLE_FIELD,),
    NEW,
    DESIRED,
    MODEL,
    (EPOCHS,),
    supersedes=(MODEL,),
    steps=Steps(38),
    estimate=COST,
)
REFUSED = Change(
    Address("m"),
    Action.NOOP,
    (Reason.PROTECTED,),
    OLD,
    DESIRED,
    MODEL,
    (EPOCHS,),
    refused=True,
    intended=Action.REPLACE,
    detail="lifecycle.protect is set; `--unprotect TunedModel/m`",
)
CREATE = Change(Address("m"), Action.CREATE, (Reason.ABSENT,), NEW, DESIRED, steps=Steps(38), estimate=COST)
UPDATE = Change(Address("m"), Action.UPDATE, (Reason.DRIFTED,), OLD, DESIRED, MODEL, (WARMER,))
WAIT = Change(Address("m"), Action.WAIT, (Reason.TRAINING,), OLD, DESIRED, replace(MODEL, state=State.TRAINING))
IGNORED = Change(
    Address("m"),
    Action.NOOP,
    (Reason.IGNORED,),
    OLD,
    DESIRED,
    MODEL,
    (WARMER._replace(effect=Effect.IGNORED),),
    intended=Action.UPDATE,
)
KINDS = (DELETE, REPLACE, REFUSED, CREATE, UPDATE, WAIT, IGNORED)


def named(row: Change, name: str) -> Change:
    """The same row of another address."""
    return replace(row, address=Address(name))


def plan(*rows: Change, **said: object) -> Plan:
    """A plan of these rows."""
    made = Plan(CONTEXT, rows, prices=PRICES)
    return replace(made, **said)  # type: ignore[arg-type]  # any part of a plan


def fleet(number: int, *kinds: Change) -> Plan:
    """A plan of so many rows, of each kind as many."""
    return plan(*(named(kinds[n % len(kinds)], f"model-{n:05}") for n in range(number)))


def hostile(text: str) -> Plan:
    """A plan in which everything is written by somebody who means no good."""
    model = Observed(text, State.READY, {}, resources={text: text})
    field = FieldChange(f"labels.{text}", text, text, Effect.WRITE, Reason.DRIFTED, text)
    desired = Desired(Address(text), {f"labels.{text}": text}, DATASET, origin=Origin(text, 1, 1))
    rows = [
        replace(
            row,
            address=Address(text),
            target=text,
            desired=desired,
            observed=model if row.observed else None,
            fields=(field, field._replace(effect=Effect.RETRAIN)) if row.fields else (),
            supersedes=(model,),
            successor=text if row is DELETE else "",
            parent=text,
            grants=(Grant(text, text, text),),
            detail=text,
            notes=(text,),
        )
        for row in KINDS
    ]
    context = Context(text, text, text, text, text, text, text)
    return Plan(context, tuple(rows), warnings=(text,), prices=Prices(text, text, text), environment=text)


@dataclass(frozen=True)
class Read:
    """What a host makes of a text: headings, what stands outside of code, code, links, and the tags in use."""

    headings: tuple[str, ...]
    outside: str
    code: tuple[str, ...]
    links: tuple[str, ...]
    images: int
    tags: tuple[str, ...]


def read(text: str) -> Read:
    """Read a text as GitHub does, with HTML and with links that nobody wrote as such."""
    tokens = list(_flat(MarkdownIt("gfm-like", {"html": True}).parse(text)))
    raw = "\n".join(token.content for token in tokens if token.type in ("html_block", "html_inline"))
    tagged = re.findall(r"<code>(.*?)</code>", raw, re.DOTALL)
    bare = re.sub(r"<code>.*?</code>", "", raw, flags=re.DOTALL)
    headings = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]
    outside = [token.content for token in tokens if token.type == "text"]
    return Read(
        tuple(headings),
        "\n".join([*outside, re.sub(r"</?(?:details|summary)>", "", bare)]),
        (*(t.content for t in tokens if t.type in ("fence", "code_inline")), *map(html.unescape, tagged)),
        tuple(str(token.attrs["href"]) for token in tokens if token.type == "link_open"),
        sum(token.type == "image" for token in tokens),
        tuple(re.findall(r"</?[A-Za-z!?][^>]*>?", bare)),
    )


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        if token.children:
            yield from _flat(token.children)

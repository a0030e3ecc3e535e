"""Plans to documents and back: what `-o json` prints and `--out` saves, and what `apply` reads from a file."""

import json
import re
from collections import Counter
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from reconciler.errors import ReconcilerError, StalePlan
from reconciler.plan.format import ActPart, ContextPart, PlanDocument, SummaryPart, TotalPart, WishesPart
from reconciler.plan.part import LENIENT
from reconciler.plan.plan import FORMAT_VERSION, Plan
from reconciler.plan.rowdocument import money, row
from reconciler.plan.total import total

AGAIN = "run `reconciler plan` again and review what it says"
FIRST = 5
"""How many defects of a damaged document are told."""
LONGEST = 100
"""Characters of the place of a defect that are told: keys can be long."""
MOST_VALUES = 2_000_000
"""Values of a document. A plan of ten thousand models has a fifth of it; each takes a hundred bytes of memory."""


def document(plan: Plan, root: str = "") -> PlanDocument:
    """Turn a plan into its document. Paths below `root` (absolute) become relative to it, others lose their folders."""
    return PlanDocument(
        format_version=FORMAT_VERSION,
        digest=plan.digest,
        context=ContextPart(**asdict(plan.context)),
        environment=plan.environment,
        wishes=WishesPart(**{wish: tuple(addresses) for wish, addresses in plan.wishes.described().items()}),
        complete=plan.complete,
        summary=SummaryPart(**asdict(plan.counts)),
        total=_total(plan),
        changes=tuple(row(change, root) for change in plan.changes),
        acts=tuple(ActPart(**act._asdict()) for act in plan.acts),
        warnings=plan.warnings,
        owned=plan.owned,
        foreign=plan.foreign,
    )


def _total(plan: Plan) -> TotalPart:
    """What its trainings take together."""
    taken = total(plan)
    return TotalPart(
        trainings=taken.trainings,
        steps=taken.steps,
        characters=taken.characters,
        training_tokens=taken.tokens,
        seconds=taken.seconds,
        cost=money(taken.cost),
        thrown_away=taken.thrown_away,
        wasted=money(taken.wasted),
        currency=plan.prices.currency if plan.prices else "",
        prices_as_of=plan.prices.as_of if plan.prices else "",
        unknown_steps=taken.unknown_steps,
        unknown_tokens=taken.unknown_tokens,
        unknown_seconds=taken.unknown_seconds,
        unknown_cost=taken.unknown_cost,
        unknown_wasted=taken.unknown_wasted,
    )


def parse(text: str) -> PlanDocument:
    """Read a document; raise ReconcilerError if it is none of ours to read, StalePlan if it was edited."""
    content = _loaded(text)
    version = content.get("formatVersion")
    if not isinstance(version, str) or not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", version):
        raise ReconcilerError("the file is not a plan: it has no formatVersion", f"{AGAIN}, with `-o json --out FILE`")
    major, minor = (int(part) for part in version.split("."))
    ours, known = (int(part) for part in FORMAT_VERSION.split("."))
    if major > ours:
        raise ReconcilerError(
            f"the plan has format {version}, and this version reads up to {ours}.x",
            "apply it with the version that made it, or plan again with this one",
        )
    if major < ours:
        raise ReconcilerError(f"the plan has the old format {version}, which is not read any more", AGAIN)
    try:
        read = PlanDocument.model_validate_json(text, context=LENIENT if minor > known else None)
    except ValidationError as error:
        raise ReconcilerError(f"the plan is damaged: {_defects(error)}", AGAIN) from None
    if read.recomputed != read.digest:
        raise StalePlan(f"the plan was edited: its content gives the digest {read.recomputed}, it says {read.digest}")
    return read


def _loaded(text: str) -> dict[str, Any]:
    """Read the JSON object that a plan is, in which no key may stand twice: readers differ in which of them counts."""
    if sum(map(text.count, "{[,")) > MOST_VALUES:
        raise ReconcilerError(f"the file is not a plan: it holds more than {MOST_VALUES:,} values", AGAIN)
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ReconcilerError(f"the plan is not JSON: {error.msg} at {where}", AGAIN) from None
    except (ValueError, RecursionError):
        raise ReconcilerError("the plan is not JSON that can be read", AGAIN) from None
    if not isinstance(content, dict):
        raise ReconcilerError("the file is not a plan: it holds no JSON object", AGAIN)
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; raise ReconcilerError if it has a key twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ReconcilerError(f"the plan is damaged: the key {twice[:LONGEST]!r} is given twice in one object", AGAIN)
    return made


def _defects(error: ValidationError) -> str:
    """Name the first few defects by where they are; what stands there is not repeated."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(map(str, each['loc']))[:LONGEST] or 'document'}: {each['msg']}" for each in found[:FIRST]]
    more = f" and {len(found) - FIRST} more" if len(found) > FIRST else ""
    return "; ".join(told) + more

"""Which environment a run is about, what the manifests say in it, and what no two of them may share.

Where there are environments, one has to be chosen: a pipeline that forgot to would else create models, and delete them,
in a workspace that nobody meant.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from reconciler.errors import Diagnostic, UsageError
from reconciler.resource.manifest import API_VERSION
from reconciler.resource.workspace import Workspace
from reconciler.resource.workspace import workspace as read_workspace
from reconciler.source import overlay
from reconciler.source.cache import Cache, key
from reconciler.source.draft import Draft
from reconciler.source.homes import Declared, Home
from reconciler.source.reading import SCHEMAS, Reading
from reconciler.source.wording import enumerated, nearest, shown


def chosen(declared: Sequence[Declared], name: str | None, *, faulty: bool) -> Declared | None:
    """Find the environment that is asked for, by name; None where there are none and none is asked for.

    Raise UsageError if it is not there, or none was asked for where there are some. `faulty`: some of the files could
    not be read, so what is missing may be there; then None is given, and those files are the error.
    """
    found = next((each for each in declared if each.name == name), None)
    if found or (name is None and not declared):
        return found
    names = [each.name for each in declared]
    if name is None:
        raise UsageError(
            f"these manifests are for {enumerated(names)}, and none of these environments is chosen",
            f"choose one: {' or '.join(f'-e {each}' for each in names[:5])}",
        )
    if faulty:
        return None
    near = nearest(name, names)
    there = f"there are {enumerated(names)}" if names else "these manifests have no environments: leave out -e"
    raise UsageError(f"there is no environment {shown(name)}", f"did you mean {near}?" if near else there)


def overlaid(reading: Reading, declared: Declared, cache: Cache | None, *, whole: bool) -> Reading:
    """What was read, as it is in an environment.

    `whole`: everything was read, so a patch for models that are not there is a mistake. A document that has faults may
    be mended by a patch: what counts is what it says then.
    """
    mendable = [draft for draft in reading.faulty if _is_model(draft)]
    others = [draft for draft in reading.faulty if not _is_model(draft)]
    result = overlay.models(declared, [*reading.models, *mendable])
    judged = [_judged(draft, cache) if draft.layers else draft for draft in result.models]
    sure = whole and not others and not any(problem.severity == "error" for problem in reading.problems)
    settled = replace(
        reading,
        models=[draft for draft in judged if not draft.wrong],
        faulty=[*others, *(draft for draft in judged if draft.wrong)],
        problems=[*reading.problems, *(result.problems if sure else ()), *_twins(reading.environments)],
    )
    if len(reading.homes) == 1 and reading.homes[0].manifest:
        _settle(settled, reading.homes[0], declared, cache)
    settled.faulty.sort(key=lambda draft: draft.document.origin)
    return settled


def _settle(settled: Reading, base: Home, declared: Declared, cache: Cache | None) -> None:
    """Put the environment's workspace in the place of the base's, and hold those of all environments to the rules."""
    homes: list[tuple[Declared, Workspace]] = []
    for each in settled.environments:
        draft, vain = overlay.workspace(each, base.draft)
        draft = _judged(draft, cache) if draft.layers else draft
        made = None if draft.wrong else read_workspace(draft.document.value)
        settled.problems += vain
        settled.faulty += [draft] if draft.wrong else []
        homes += [(each, made)] if made else []
        if each is declared:
            settled.homes = [Home(made, draft)]
    settled.problems += _shared(homes)
    neighbours = {owner: each.name for each, made in homes if each is not declared for owner in sorted(made.owners)}
    settled.homes = [replace(home, neighbours=neighbours) for home in settled.homes]


def _is_model(draft: Draft) -> bool:
    """Whether a document with faults means to be a tuned model, and can be told by its name."""
    match draft.document.value:
        case {"apiVersion": version, "kind": "TunedModel"}:
            return version == API_VERSION and bool(draft.name)
        case _:
            return False


def _judged(draft: Draft, cache: Cache | None) -> Draft:
    """Find what is wrong with a patched document, unless the cache knows that what it says is valid."""
    document = draft.document
    name = key(json.dumps(document.value, sort_keys=True).encode(), SCHEMAS, "patched")
    if cache and not document.problems and cache.get(name):
        return draft
    from reconciler.source.validation import faults

    wrong = faults(document, draft.finder)
    if cache and not wrong:
        cache.put(name, value=True)
    return draft._replace(wrong=wrong)


def _twins(environments: Iterable[Declared]) -> Iterator[Diagnostic]:
    """Check that no two environments have one name."""
    known: dict[str, Declared] = {}
    for each in environments:
        if (first := known.setdefault(each.name, each)) is not each:
            message = f"the name {shown(each.name)} is taken: Environment at {first.origin}"
            yield Diagnostic(each.draft.locate("metadata", "name"), message, "rename one of them")


def _shared(homes: Iterable[tuple[Declared, Workspace]]) -> Iterator[Diagnostic]:
    """Check that no two environments own the same models: each would delete what only the other one declares.

    Wherever these are: a project may be no more than who pays, and `--endpoint` puts all environments into one place.
    """
    for (first, one), (second, other) in combinations(homes, 2):
        if common := one.owners & other.owners:
            owner = one.owner if one.owner in common else min(common)
            message = (
                f"owns the same models as the environment {shown(first.name)} ({first.origin}): what has the owner "
                f"{shown(owner)} belongs to both, and each deletes what only the other one declares"
            )
            advice = "set owner in spec.workspace of one of them"
            if not owner == one.owner == other.owner:
                advice = "let only one of them have it, be it as owner or in formerOwners"
            yield Diagnostic(second.draft.locate("spec", "workspace"), message, advice)

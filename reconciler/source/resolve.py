"""From manifests to Desired: everything that needs more than one manifest, the provider's rules, or the datasets."""

import os.path
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Diagnostic, InvalidManifests
from reconciler.resource.address import NAME_PATTERN
from reconciler.resource.desired import RENAMED_FROM, Desired, desire
from reconciler.resource.rules import Capabilities
from reconciler.source.cache import Cache
from reconciler.source.collector import collector_resting
from reconciler.source.datasets import Library, Read
from reconciler.source.load import Loaded
from reconciler.source.settings import unfit
from reconciler.source.sourced import Sourced
from reconciler.source.wording import nearest, shown

MARK = re.compile(r"reconciler:\d+:")
"""How every mark of ownership begins, in whatever version."""

ANNOTATIONS = "reconciler.dev/"


@dataclass(frozen=True, slots=True)
class Resolved:
    """What should exist, sorted by address, and what is odd about it."""

    desired: tuple[Desired, ...]
    warnings: tuple[Diagnostic, ...]


def resolve(
    loaded: Loaded,
    capabilities: Capabilities,
    roots: tuple[Path, ...] = (),
    cache: Cache | None = None,
) -> Resolved:
    """Read the datasets and check all that a single document can't show.

    `roots` are folders outside of the workspace from which datasets may be read; they come from the command line only.
    Raises InvalidManifests with every finding, those of loading too, if one of them is an error.
    """
    folders = tuple(os.path.realpath(folder) for folder in (loaded.folder, *roots))
    library = Library(capabilities.limits, folders, cache)
    settings = capabilities.settings.get("serviceVersion")
    version = loaded.workspace and (loaded.workspace.service_version or (settings.default if settings else ""))
    service = f"{capabilities.provider} {version or ''}".strip()
    findings = {*loaded.diagnostics, *_duplicates(loaded.manifests)}
    if loaded.workspace:
        findings.update(unfit(loaded.workspace, loaded.locate, capabilities))
    desired: list[Desired] = []
    with collector_resting():
        for sourced in loaded.manifests:
            findings.update(_manifest(sourced, capabilities, service))
            spec = sourced.manifest.dataset
            read = library.read(sourced, spec) if spec else Read(None, ())
            findings.update(read.diagnostics)
            desired.append(desire(sourced.manifest, read.dataset, sourced.origin))
    if cache:
        cache.save()
    if any(finding.severity == "error" for finding in findings):
        raise InvalidManifests(tuple(sorted(findings)))
    return Resolved(tuple(sorted(desired, key=lambda one: one.address)), tuple(sorted(findings)))


def _manifest(sourced: Sourced, capabilities: Capabilities, service: str) -> Iterator[Diagnostic]:
    """Check one manifest against the service's rules, and what it says about itself."""
    for path, value in sourced.manifest.fields.items():
        rule = capabilities.rule(path)
        if rule is None:
            where = sourced.locate("spec", *path.split("."))
            yield Diagnostic(where, f"{service} has no {path}", "remove it")
        elif rule.pattern and isinstance(value, str) and not re.fullmatch(rule.pattern, value):
            where = sourced.locate("spec", *path.split("."))
            advice = f"write it as in {rule.example}" if rule.example else f"it must match {rule.pattern}"
            yield Diagnostic(where, f"{service} does not take {shown(value)} as {path}", advice)
    if MARK.search(str(sourced.manifest.fields.get("description", ""))):
        message = "the description contains a mark of ownership"
        advice = "remove it; the reconciler writes it beside the text"
        yield Diagnostic(sourced.locate("spec", "description"), message, advice)
    yield from _annotations(sourced)


def _annotations(sourced: Sourced) -> Iterator[Diagnostic]:
    """Check the annotations that mean something to us: a misspelt one would cost a training."""
    manifest = sourced.manifest
    for name, value in manifest.annotations.items():
        where = ("metadata", "annotations", name)
        if name == RENAMED_FROM and value == manifest.name:
            message = f"{shown(value)} is renamed from itself"
            yield Diagnostic(sourced.locate(*where), message, "write the former name, or remove the annotation")
        elif name == RENAMED_FROM and not re.fullmatch(NAME_PATTERN, value):
            message = f"{shown(value)} is not a name that a manifest can have had"
            yield Diagnostic(sourced.locate(*where), message, "write the former metadata.name")
        elif name != RENAMED_FROM and name.startswith(ANNOTATIONS):
            near = nearest(name.removeprefix(ANNOTATIONS), (RENAMED_FROM.removeprefix(ANNOTATIONS),))
            advice = f"did you mean {RENAMED_FROM}?" if near else f"there is only {RENAMED_FROM}"
            yield Diagnostic(sourced.locate(*where), f"{shown(name)} is not an annotation of ours", advice)


def _duplicates(manifests: tuple[Sourced, ...]) -> Iterator[Diagnostic]:
    """Check that no two manifests have one name, and no two take over one model."""
    named: dict[str, Sourced] = {}
    taken: dict[str, Sourced] = {}
    for sourced in manifests:
        name = sourced.manifest.name
        if (first := named.setdefault(name, sourced)) is not sourced:
            message = f"the name {shown(name)} is taken: TunedModel at {first.origin}"
            yield Diagnostic(sourced.locate("metadata", "name"), message, "rename one of them")
        former = sourced.manifest.annotations.get(RENAMED_FROM, "")
        if former and (first := taken.setdefault(former, sourced)) is not sourced:
            message = f"{shown(former)} is already taken over by the TunedModel at {first.origin}"
            where = sourced.locate("metadata", "annotations", RENAMED_FROM)
            yield Diagnostic(where, message, "remove one of the annotations")

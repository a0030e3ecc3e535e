"""From manifests to Desired: everything that needs more than one manifest, the provider's rules, or the datasets."""

import os.path
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import Diagnostic, InvalidManifests, Silenced
from reconciler.resource.address import NAME_PATTERN
from reconciler.resource.dataset import Dataset
from reconciler.resource.desired import RENAMED_FROM, Desired, desire
from reconciler.resource.identity import PARENT
from reconciler.resource.lineage import rooted
from reconciler.resource.lint import Verdicts, settle
from reconciler.resource.rules import Capabilities, FieldRule, Value, shortest
from reconciler.source import ancestry, lacking
from reconciler.source.cache import Cache
from reconciler.source.collector import collector_resting
from reconciler.source.datasets import Library, Read
from reconciler.source.lacking import VALIDATION
from reconciler.source.load import Loaded
from reconciler.source.observer import NOTHING_MORE, Program
from reconciler.source.overlap import shared
from reconciler.source.settings import unfit
from reconciler.source.sourced import Sourced
from reconciler.source.wording import counted, nearest, shown

MARK = re.compile(r"reconciler:\d+:")
"""How every mark of ownership begins, in whatever version."""

ANNOTATIONS = "reconciler.dev/"

UNREAD = Read(None, ())


@dataclass(frozen=True, slots=True)
class Resolved:
    """What should exist, sorted by address, what is odd about it, and what of that the manifests silence."""

    desired: tuple[Desired, ...]
    warnings: tuple[Diagnostic, ...]
    silenced: tuple[Silenced, ...] = ()


def resolve(
    loaded: Loaded,
    capabilities: Capabilities,
    roots: tuple[Path, ...] = (),
    cache: Cache | None = None,
    program: Program = NOTHING_MORE,
) -> Resolved:
    """Read the datasets and check all that a single document can't show, and what the program looks for besides.

    `roots` are folders outside of the workspace from which datasets may be read; they come from the command line only.
    Raises InvalidManifests with every finding, those of loading too, if one of them is an error.
    """
    libraries = _libraries(loaded, capabilities, roots, cache, program)
    findings = {*loaded.diagnostics, *_duplicates(loaded.manifests)}
    if loaded.workspace:
        findings.update(unfit(loaded.workspace, loaded.locate, capabilities))
    if capabilities.rule(PARENT):
        faulty = any(finding.severity == "error" for finding in loaded.diagnostics)
        findings.update(ancestry.unfit(loaded.manifests, complete=loaded.complete, faulty=faulty))
    desired: list[Desired] = []
    verdicts, common = Verdicts(), loaded.workspace.lint if loaded.workspace else ()
    with collector_resting():
        for sourced in loaded.manifests:
            findings.update(_manifest(sourced, capabilities, libraries.service))
            found, settings = libraries.read(sourced), settle(common, sourced.manifest.lint)
            seen = (each for check in program.checks for each in check(sourced, found.training))
            for each in filter(program.matters, (*found.diagnostics, *seen)):
                verdicts.add(each, settings)
            desired.append(desire(sourced.manifest, found.training, sourced.origin, found.validation))
    if cache:
        cache.save()
    findings.update(verdicts.told.values())
    if any(finding.severity == "error" for finding in findings):
        raise InvalidManifests(tuple(sorted(findings)), verdicts.silenced)
    return Resolved(rooted(sorted(desired, key=lambda one: one.address)), tuple(sorted(findings)), verdicts.silenced)


class _Data(NamedTuple):
    """What the datasets of one manifest are, and what is wrong or odd about them."""

    training: Dataset | None
    validation: Dataset | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Libraries:
    """Reads the data of manifests: what models learn, and what they are measured with, if the service does that."""

    service: str
    training: Library
    validation: Library | None

    def read(self, sourced: Sourced) -> _Data:
        """Read both datasets of one manifest, and compare them."""
        manifest = sourced.manifest
        learned = self.training.read(sourced, manifest.dataset) if manifest.dataset else UNREAD
        if manifest.validation is None or self.validation is None:
            return _Data(learned.dataset, None, learned.diagnostics)
        measured = self.validation.read(sourced, manifest.validation)
        diagnostics = {*learned.diagnostics, *measured.diagnostics}
        if learned.dataset and measured.dataset:
            diagnostics.update(self._overlap(sourced, learned.dataset, measured.dataset))
        return _Data(learned.dataset, measured.dataset, tuple(diagnostics))

    def _overlap(self, sourced: Sourced, learned: Dataset, measured: Dataset) -> Iterator[Diagnostic]:
        """Warn of examples that are in both."""
        if count := shared(learned, measured, self.training.digests):
            message = f"shares {count:,} of its {counted(measured.count, 'example')} with the training data"
            advice = "keep them apart: a model that has learned them says nothing about others"
            yield Diagnostic(sourced.locate("spec", VALIDATION), message, advice, "warning", "validation-overlap")


def _libraries(
    loaded: Loaded, capabilities: Capabilities, roots: tuple[Path, ...], cache: Cache | None, program: Program
) -> _Libraries:
    """Make the readers of data, with the limits of this service and the observers of this program."""
    settings = capabilities.settings.get("serviceVersion")
    version = loaded.workspace and (loaded.workspace.service_version or (settings.default if settings else ""))
    service = f"{capabilities.provider} {version or ''}".strip()
    folders = tuple(os.path.realpath(folder) for folder in (loaded.folder, *roots))
    limits = capabilities.limits
    measured = replace(limits, examples=limits.validation_examples or limits.examples, recommended_examples=0)
    training = Library(limits, folders, cache, service, observers=program.observers, edition=program.edition)
    validation = replace(training, limits=measured, part=VALIDATION, use="validation", known={}, folders={})
    return _Libraries(service, training, validation if capabilities.rule(VALIDATION) else None)


def _manifest(sourced: Sourced, capabilities: Capabilities, service: str) -> Iterator[Diagnostic]:
    """Check one manifest against the service's rules, and what it says about itself."""
    for path in lacking.fields(sourced.manifest, capabilities):
        yield Diagnostic(sourced.locate("spec", *path.split(".")), f"{service} has no {path}", "remove it")
    for path, value in sourced.manifest.fields.items():
        if (rule := capabilities.rule(path)) and (wrong := _misfit(rule, path, value, service)):
            yield Diagnostic(sourced.locate("spec", *path.split(".")), *wrong)
    yield from _crowded(sourced, capabilities, service)
    for path in sourced.manifest.lifecycle.ignore_changes:
        if capabilities.rule(path) is None:
            where = sourced.locate("spec", "lifecycle", "ignoreChanges")
            yield Diagnostic(where, f"{service} has no {path}, so there is nothing to ignore", "remove it")
    if MARK.search(str(sourced.manifest.fields.get("description", ""))):
        message = "the description contains a mark of ownership"
        advice = "remove it; the reconciler writes it beside the text"
        yield Diagnostic(sourced.locate("spec", "description"), message, advice)
    yield from _annotations(sourced)


def _crowded(sourced: Sourced, capabilities: Capabilities, service: str) -> Iterator[Diagnostic]:
    """Say which maps have more keys than the service takes."""
    maps = Counter(rule for path in sourced.manifest.fields if (rule := capabilities.rule(path)) and rule.most)
    for rule, number in maps.items():
        if number > rule.most:
            name = rule.path.partition(".")[0]
            message = f"{name} has {counted(number, 'key')}"
            yield Diagnostic(sourced.locate("spec", name), message, f"{service} takes {rule.most:,}: remove some")


def _misfit(rule: FieldRule, path: str, value: Value, service: str) -> tuple[str, str] | None:
    """Say why the service does not take a value: message and advice."""
    if isinstance(value, str) and rule.longest and len(value) > rule.longest:
        return f"{path} has {counted(len(value), 'character')}", f"{service} takes {rule.longest:,}: shorten it"
    if isinstance(value, str) and rule.pattern and not re.fullmatch(rule.pattern, value):
        advice = f"write it as in {rule.example}" if rule.example else f"it must match {rule.pattern}"
        return f"{service} does not take {shown(value)} as {path}", advice
    if isinstance(value, int | float) and rule.choices and value not in rule.choices:
        choices = ", ".join(map(shortest, rule.choices))
        return f"{service} does not take {shown(shortest(value))} as {path}", f"it can be: {choices}"
    return None


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

"""What an environment makes of the documents of the base: some left out, some patched, in the order of its document.

A patch is for models by what their own files say, whatever patches before it did. Patches and names that are for no
model at all are mistakes, and so is a null that removes nothing: each of them means something that does not happen.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from typing import Any

from reconciler.errors import Diagnostic
from reconciler.resource.environment import Patch, Target, merged
from reconciler.source.draft import Draft
from reconciler.source.homes import Declared
from reconciler.source.layers import Layer, Path
from reconciler.source.wording import enumerated, nearest, shown


@dataclass(slots=True)
class Overlaid:
    """The documents of one environment; those that were patched are yet to be judged."""

    models: list[Draft]
    problems: list[Diagnostic] = field(default_factory=list)


def models(declared: Declared, drafts: Sequence[Draft]) -> Overlaid:
    """Apply an environment to the documents of models."""
    locate, changes = declared.draft.locate, declared.environment.changes
    names = _by_name(drafts)
    left_out, problems = set[int](), list[Diagnostic]()
    for number, glob in enumerate(declared.environment.omit):
        found = _named(glob, names)
        left_out.update(found)
        problems += [] if found else [Diagnostic(locate("spec", "omit", number), *_nobody(Target(glob), names))]
    overlaid = list(drafts)
    for number, change in enumerate(changes):
        where: Path = ("spec", "patches", number)
        wanted = _wanted(change.target, names, drafts)
        hit = [each for each in wanted if each not in left_out]
        if not hit:
            told = _left_out([drafts[each].name for each in wanted]) if wanted else _nobody(change.target, names)
            problems.append(Diagnostic(locate(*where, "target"), *told))
        problems += _vain(declared, (*where, "patch"), change.patch, [overlaid[each] for each in hit])
        layer = _layer(declared, (*where, "patch"), change.patch)
        for each in hit:
            overlaid[each] = patched(overlaid[each], layer)
    return Overlaid([draft for number, draft in enumerate(overlaid) if number not in left_out], problems)


def workspace(declared: Declared, draft: Draft) -> tuple[Draft, list[Diagnostic]]:
    """Apply an environment to the document of the workspace; say what it removes in vain."""
    patch, where = declared.environment.workspace, ("spec", "workspace")
    if not patch:
        return draft, []
    layer = _layer(declared, where, patch, ("spec",))
    return patched(draft, layer), list(_vain(declared, where, patch, [draft], ("spec",)))


def patched(draft: Draft, layer: Layer) -> Draft:
    """Lay a patch over a document; what was wrong with what it says says nothing any more."""
    patch = layer.value
    for step in reversed(layer.root):
        patch = {step: patch}
    document = draft.document._replace(value=merged(draft.document.value, patch))
    return draft._replace(document=document, wrong=(), layers=(*_layers(draft), layer))


def _layers(draft: Draft) -> tuple[Layer, ...]:
    """What a document consists of: itself alone where it was not patched."""
    if draft.layers:
        return draft.layers
    return (Layer(draft.file, draft.text, draft.document.position, draft.document.value),)


def _layer(declared: Declared, at: Path, value: Patch, root: Path = ()) -> Layer:
    """Make the layer of a part of an Environment."""
    draft = declared.draft
    return Layer(draft.file, draft.text, draft.document.position, value, at, root)


def _by_name(drafts: Iterable[Draft]) -> Mapping[str, list[int]]:
    """The numbers of documents, by their names."""
    names: dict[str, list[int]] = {}
    for number, draft in enumerate(drafts):
        names.setdefault(draft.name, []).append(number)
    return names


def _wanted(target: Target, names: Mapping[str, list[int]], drafts: Sequence[Draft]) -> list[int]:
    """The numbers of the documents that a patch is for."""
    found = _named(target.name, names) if target.name else range(len(drafts))
    return [each for each in found if not target.labels or target.labels.items() <= _labels(drafts[each]).items()]


def _labels(draft: Draft) -> Mapping[str, str]:
    """The labels for selection that a document has, so far as they can be read."""
    match draft.document.value:
        case {"metadata": {"labels": dict(labels)}}:
            return {name: value for name, value in labels.items() if type(value) is str}
        case _:
            return {}


def _named(glob: str, names: Mapping[str, list[int]]) -> list[int]:
    """The numbers of the documents whose name fits."""
    if not {*glob} & {*"*?"}:
        return names.get(glob, [])
    fits: Callable[[str], object] = re.compile(translate(glob)).match
    return [number for name, numbers in names.items() if fits(name) for number in numbers]


def _nobody(target: Target, names: Iterable[str]) -> tuple[str, str]:
    """Say that there is no such model."""
    words = [f"the name {shown(target.name)}"] if target.name else []
    words += [f"the label {shown(f'{name}={value}')}" for name, value in target.labels.items()]
    near = nearest(target.name, names) if target.name and not target.labels else ""
    advice = f"did you mean {near}?" if near else "remove it, or write what the models' own files say"
    return f"no model that this environment could change has {enumerated(words)}", advice


def _left_out(names: Sequence[str]) -> tuple[str, str]:
    """Say that a patch is for models that are not there because the same environment leaves them out."""
    message = f"is for {enumerated([shown(name) for name in names])}, which spec.omit leaves out"
    return message, "remove the patch, or the name in spec.omit"


def _vain(
    declared: Declared, where: Path, patch: Patch, drafts: Sequence[Draft], root: tuple[str, ...] = ()
) -> Iterator[Diagnostic]:
    """Find the nulls that remove nothing from any of the documents."""
    for path in _nulls(patch, ()) if drafts else ():
        if not any(_has(draft.document.value, (*root, *path)) for draft in drafts):
            message = f"removes {shown('.'.join((*root, *path)))}, which is not there"
            yield Diagnostic(declared.draft.locate(*where, *path), message, "check the spelling, or remove the line")


def _nulls(patch: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths that a patch removes."""
    for key, value in patch.items() if isinstance(patch, Mapping) else ():
        if value is None:
            yield (*path, key)
        else:
            yield from _nulls(value, (*path, key))


def _has(value: Any, path: Path) -> bool:
    """Whether there is something at a path of mappings."""
    for step in path:
        if type(value) is not dict or step not in value:
            return False
        value = value[step]
    return True

"""The workspaces of a base revision that own what this one owns: what they allow counts, wherever they lay there.

Moving a workspace, renaming its environment, or putting it in the place of another one does not make it another: it is
told by the owner of its models.
"""

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.resource.workspace import Workspace
from reconciler.source.declared import Manifests
from reconciler.source.environments import overlaid
from reconciler.source.reading import Reading
from reconciler.source.tree import File, inside


class Variant(NamedTuple):
    """A workspace as one environment has it; `environment` is empty for what all of them share."""

    folder: str
    environment: str
    workspace: Workspace


def forerunners(base: Manifests, current: Workspace, environment: str) -> tuple[Workspace, ...]:
    """What was in the place of a workspace, and what owned the same models; nothing if there was neither."""
    here = list(_variants(base))
    same = [each for each in here if each.environment == environment]
    place = same or [each for each in here if not each.environment]
    owners = [each for each in here if _owns(each.workspace, current)]
    if not owners:
        everywhere = Manifests(base.repository, base.commit, "")
        owners = [each for each in _variants(everywhere) if _owns(each.workspace, current)]
    return tuple(each.workspace for each in [*place, *(each for each in owners if each not in place)])


def _owns(one: Workspace, other: Workspace) -> bool:
    """Whether two workspaces own the same models."""
    return bool(one.owners & other.owners)


def _variants(manifests: Manifests) -> Iterator[Variant]:
    """Every valid workspace, in every environment that lies below it."""
    reading = Reading()
    for path, data in manifests.mentioning(b"Workspace", b"Environment"):
        reading.content(File(path, f"/{path}"), data)
    for home in reading.homes:
        if home.manifest is None:
            continue
        yield Variant(home.folder, "", home.manifest)
        below = [each for each in reading.environments if inside(each.draft.file.path, (home.folder,))]
        for each in below:
            (made,) = overlaid(Reading(homes=[home], environments=below), each, None, whole=False).homes
            if made.manifest:
                yield Variant(home.folder, each.name, made.manifest)

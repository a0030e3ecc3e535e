"""Environments as people and programs read them: which there are, and what differs between two of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from reconciler.plan.contrast import Contrast, Difference
from reconciler.plan.plan import FORMAT_VERSION
from reconciler.render.json_output import Json, pretty
from reconciler.render.layout import counted, table
from reconciler.render.neutral import neutral, quoted
from reconciler.resource.address import Address
from reconciler.resource.workspace import Workspace

DATA = ("spec.dataset", "spec.validationDataset")
LONG = 200
"""Characters of a value; the rest is cut out of its middle."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One environment: its name, whose models it is about and where, how many are declared, and where it is itself."""

    name: str
    workspace: Workspace
    models: int
    file: str

    @property
    def place(self) -> str:
        """Where the models are."""
        where = self.workspace
        return " ".join(filter(None, (where.provider, where.project, where.location, where.endpoint)))


def environments_text(listed: Iterable[Listed]) -> str:
    """A table, a line for each environment."""
    rows = [(each.name, each.workspace.owner, each.place, str(each.models), each.file) for each in listed]
    return "".join(f"{line}\n" for line in table([("NAME", "OWNER", "PLACE", "MODELS", "FILE"), *rows]))


def environments_json(listed: Iterable[Listed]) -> str:
    """Every environment, for programs."""
    told: list[Json] = [
        {
            "name": each.name,
            "workspace": each.workspace.name,
            "owner": each.workspace.owner,
            "provider": each.workspace.provider,
            "endpoint": each.workspace.endpoint,
            "project": each.workspace.project,
            "location": each.workspace.location,
            "models": each.models,
            "file": each.file,
        }
        for each in listed
    ]
    return pretty({"formatVersion": FORMAT_VERSION, "environments": told})


def contrast_text(contrast: Contrast) -> str:
    """What differs, by document, a line a field: the value of the left, then that of the right."""
    left, right = contrast.left, contrast.right
    blocks = [_block("Workspace", contrast.workspace)] if contrast.workspace else []
    blocks += [_block(str(address), differences) for address, differences in contrast.models]
    blocks += [
        _only(name, found) for name, found in ((left, contrast.left_only), (right, contrast.right_only)) if found
    ]
    head = neutral(f"{left} -> {right}")
    return "\n\n".join([head, *blocks, _last_line(contrast)]) + "\n"


def contrast_json(contrast: Contrast) -> str:
    """What differs, for programs; a value that is not set is null."""
    return pretty(
        {
            "formatVersion": FORMAT_VERSION,
            "left": contrast.left,
            "right": contrast.right,
            "workspace": [_json(each) for each in contrast.workspace],
            "models": [
                {"address": str(address), "differences": [_json(each) for each in differences]}
                for address, differences in contrast.models
            ],
            "leftOnly": [str(address) for address in contrast.left_only],
            "rightOnly": [str(address) for address in contrast.right_only],
            "same": contrast.same,
        }
    )


def _block(name: str, differences: Iterable[Difference]) -> str:
    """One document, its fields below it."""
    return "\n".join([name, *(f"  {neutral(each.path)}: {_values(each)}" for each in differences)])


def _values(difference: Difference) -> str:
    """Both values on one line; what nobody set is told apart from a text, and data is told in words of ours."""
    written = neutral if difference.path in DATA else partial(quoted, limit=LONG)
    sides = (difference.left, difference.right)
    return " -> ".join("(not set)" if side is None else written(side) for side in sides)


def _only(name: str, addresses: Sequence[Address]) -> str:
    """Models that one of the two does not have."""
    return "\n".join([f"Only in {name}", *(f"  {address}" for address in addresses)])


def _last_line(contrast: Contrast) -> str:
    """The counts."""
    if contrast.equal:
        return "No differences."
    parts = [f"{counted(len(contrast.workspace), 'setting')} of the workspace"] if contrast.workspace else []
    parts += [counted(len(contrast.models), "model")] if contrast.models else []
    parts += [f"{len(contrast.left_only)} only in {contrast.left}"] if contrast.left_only else []
    parts += [f"{len(contrast.right_only)} only in {contrast.right}"] if contrast.right_only else []
    return f"Different: {', '.join(parts)}; {counted(contrast.same, 'model')} the same."


def _json(difference: Difference) -> Json:
    return {"path": difference.path, "left": difference.left, "right": difference.right}

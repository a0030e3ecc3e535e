"""What a manifest says about data, as a Locator: where the examples are, and how they are to be read."""

import os
import re
from dataclasses import replace
from typing import NamedTuple

from reconciler.errors import Diagnostic, Origin
from reconciler.resource.dataset import REMOTE, Locator
from reconciler.resource.manifest import DatasetSource
from reconciler.resource.rules import DataLimits
from reconciler.source.formats import FORMATS
from reconciler.source.rows import INPUT_FIELD, OUTPUT_FIELD
from reconciler.source.sourced import Sourced
from reconciler.source.wording import shown

OBJECT = re.compile(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]/[^*?\[\]]{1,1024}")
"""One object in Cloud Storage, not many of them: other programs take these signs for patterns of names."""

WRITE_PAIRS = f'write objects of "{INPUT_FIELD}" and "{OUTPUT_FIELD}"'
"""What helps where only pairs are taken."""

CONVERSATIONS = Locator("", "contents", "", "")


class Named(NamedTuple):
    """The part of a manifest's spec that names data: `dataset`, or `validationDataset`."""

    sourced: Sourced
    part: str
    source: DatasetSource

    def at(self, *path: str | int) -> Origin:
        """Find a place in the part."""
        return self.sourced.locate("spec", self.part, *path)

    def wrong(self, field: str, message: str, advice: str) -> Diagnostic:
        """Say what is wrong with a field of the part."""
        return Diagnostic(self.at(field), message, advice)


def local(named: Named, limits: DataLimits, service: str) -> Locator | Diagnostic:
    """How a file is to be read; its path is left to be filled in."""
    given, path = named.source, named.source.path or ""
    left, right = given.input_field or INPUT_FIELD, given.output_field or OUTPUT_FIELD
    form = given.format or FORMATS.get(os.path.splitext(path)[1].lower())
    if form is None:
        choices = ", ".join(sorted({*FORMATS.values(), *(["contents"] if limits.conversations else [])}))
        return named.wrong("path", f"the ending of {shown(path)} names no format", f"set format: one of {choices}")
    if given.header is not None and form not in ("csv", "tsv"):
        return named.wrong("header", f"header is for csv and tsv, not {form}", "remove it")
    if form == "contents":
        return _unfit(named, limits, service) or CONVERSATIONS
    if left == right:
        return named.wrong("inputField", f"inputField and outputField are both {shown(left)}", "name two fields")
    if given.header is False and (given.input_field or given.output_field):
        name = "inputField" if given.input_field else "outputField"
        message = f"{name} names a column, and with header: false there are no names"
        return named.wrong(name, message, "remove one of them")
    return Locator("", form, left, right, given.header is not False)


def remote(named: Named, limits: DataLimits, service: str) -> Locator | Diagnostic:
    """An object in Cloud Storage, which is always a file of conversations."""
    given, path = named.source, named.source.path or ""
    if not limits.remote:
        message = f"{shown(path)} is in Cloud Storage, from where {service} takes no data"
        return named.wrong("path", message, "put the file beside the manifests")
    if other := _no_object(path):
        return named.wrong("path", f"{shown(path)} names {other}", "write gs://BUCKET/OBJECT.jsonl")
    ending = FORMATS.get(os.path.splitext(path)[1].lower())
    if given.format not in (None, "contents") or (given.format is None and ending != "jsonl"):
        message = "data in Cloud Storage has to be JSONL with a conversation a line"
        return named.wrong("format" if given.format else "path", message, "set format: contents if it is that")
    if given.header is not None:
        return named.wrong("header", "header is for csv and tsv, not contents", "remove it")
    return _unfit(named, limits, service) or replace(CONVERSATIONS, path=path)


def _no_object(path: str) -> str:
    """Say what an address in Cloud Storage names instead of one object; empty if it names one."""
    bucket, _, name = path.removeprefix(REMOTE).partition("/")
    if not bucket:
        return "no bucket"
    if name.endswith("/"):
        return "a folder, and a dataset is one object"
    if not path.isprintable() or not OBJECT.fullmatch(path) or {".", ".."} & {*path.split("/")}:
        return "no object in Cloud Storage"
    return ""


def _unfit(named: Named, limits: DataLimits, service: str) -> Diagnostic | None:
    """Say why data can't be conversations: the service takes none, or fields are named that they don't have."""
    given = named.source
    if not limits.conversations:
        return named.wrong("format", f"{service} takes pairs, and no conversations", WRITE_PAIRS)
    if given.input_field or given.output_field:
        name = "inputField" if given.input_field else "outputField"
        return named.wrong(name, f"{name} is for pairs; a conversation has no such field", "remove it")
    return None

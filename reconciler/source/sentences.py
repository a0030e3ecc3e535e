"""What is wrong with a value, in a sentence: one for each kind of pydantic's errors that manifests can have."""

import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from reconciler.source.wording import counted, quoted, shown, spelt, suggestion

NAMES = (
    "is not a name, nor a pattern of names",
    "use lower-case letters, digits and hyphens; * stands for any characters, ? for one",
)
FORMS: Mapping[str, tuple[str, str]] = {
    "metadata.name": (
        "is not a name",
        "use at most 63 lower-case letters, digits and hyphens, a letter first and no hyphen at the end",
    ),
    "spec.owner": (
        "is not an owner",
        "use at most 24 lower-case letters, digits and hyphens, a letter first and no hyphen at the end",
    ),
    "spec.formerOwners": ("is not an owner", "write the owner as the workspace used to have it"),
    "spec.endpoint": (
        "is not an endpoint that credentials may go to",
        "write emulator, http://127.0.0.1:PORT (up to 65535), https://HOST.googleapis.com, or remove it",
    ),
    "spec.provider": ("is not the name of a provider", "write it in lower-case letters"),
    "spec.serviceVersion": ("is not the version of an API", "write it as in v1 or v1beta"),
    "spec.location": ("is not a region", "write it as in us-central1, or global"),
    "spec.stagingBucket": ("is not a bucket, nor a folder in one", "write gs://BUCKET, or gs://BUCKET/FOLDER"),
    "spec.project": ("is not a project id", "write the id, as in the address bar of the Google Cloud console"),
    "spec.tunedModelSource.tunedModel": ("is not a tuned model", "write tunedModels/ID"),
    "spec.readerProjectNumbers": ("is not a project number", "write its digits in quotes; the id will not do"),
    "spec.preTunedModel.address": ("is not an address", "write TunedModel/NAME, as in the metadata.name of that model"),
    "spec.preTunedModel.name": ("is not a model", "write projects/P/locations/L/models/M, or M@VERSION"),
    "spec.preTunedModel.checkpointId": ("is not a checkpoint", "write its id, as the service lists it"),
    "label_key": (
        "is not the key of a label",
        "use at most 63 lower-case letters, digits, _ and -, a letter first; those with reconciler- are ours",
    ),
    "spec.labels": ("is not the value of a label", "use at most 63 lower-case letters, digits, _ and -"),
    "spec.omit": NAMES,
    "spec.patches.target.name": NAMES,
    "spec.kmsKeyName": ("is not a key", "write projects/P/locations/L/keyRings/R/cryptoKeys/K"),
    "spec.serviceAccount": ("is not a service account", "write its e-mail, NAME@PROJECT.iam.gserviceaccount.com"),
}
"""What a pattern asks for, in words, by the field that has it, or the map or list that it is in; keys are apart."""

ADVICE: Mapping[str, str] = {
    "unreasoned": "add reason: why it does not matter here",
    "set_twice": "keep one of the two",
}
"""What helps against faults that our own validators find, by the name of the fault; they word it themselves."""

UNREPEATED = frozenset({"spec.endpoint"})
"""Fields whose wrong value is not repeated: a URL may have a password or a key in it."""


def dotted(path: tuple[str | int, ...]) -> str:
    """Write a path as people do: `spec.dataset.examples[3].output`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def addition(path: tuple[str | int, ...]) -> str:
    """Advise to add a field, with an example where its form is not obvious."""
    examples = {
        "path": "path: data/examples.jsonl",
        "address": "address: TunedModel/NAME",
    }
    return f"add {examples.get(str(path[-1]), f'{path[-1]}: ...')}"


def mistake(path: tuple[str | int, ...], error: ErrorDetails, written: str) -> tuple[str, str]:
    """Word a value that the field does not take."""
    field, value, kind = dotted(path), error["input"], error["type"]
    if kind.endswith("_type"):
        return _wrong_type(field, value, kind, written)
    other = f"{field}: {error['msg'][:1].lower()}{error['msg'][1:]}", ADVICE.get(kind, "")
    return _wrong_value(field, value, error, written) or other


def _wrong_type(field: str, value: object, kind: str, written: str) -> tuple[str, str]:
    """Word a value of another type than the field's."""
    match kind:
        case "string_type":
            return _wants_text(field, value, written)
        case "bool_type":
            return _wants_bool(field, value)
        case "int_type" | "float_type":
            return _wants_number(field, value, "a whole number" if kind == "int_type" else "a number", written)
        case "tuple_type" | "list_type":
            return f"{field} must be a list, not {kind_of(value)}", "write each item after a hyphen"
        case _:
            return f"{field} must be a mapping, not {kind_of(value)}", ""


def _wrong_value(field: str, value: Any, error: ErrorDetails, written: str) -> tuple[str, str] | None:
    """Word a value of the right type that the field does not take; None for kinds of errors not known here."""
    context = error.get("ctx", {})
    match error["type"]:
        case "literal_error":
            choices = tuple(re.findall(r"'([^']*)'", str(context.get("expected", ""))))
            told = spelt(value) if isinstance(value, str) else _brief(value)
            return f"{field} can't be {told}", suggestion(str(value), choices, "it can be")
        case "string_pattern_mismatch" | "label_key" as kind:
            around = re.sub(r"(\[\d+\]|\.[^.\[]*)$", "", field)
            whole = re.sub(r"\[\d+\]", "", field)
            wrong, advice = FORMS.get(kind) or FORMS.get(whole) or FORMS.get(around) or ("has the wrong form", "")
            return f"{field}: {'this' if field in UNREPEATED else spelt(value)} {wrong}", advice
        case "string_too_short":
            return f"{field} is empty", "write something, or remove the line"
        case "string_too_long":
            most = counted(int(context.get("max_length", 0)), "character")
            return f"{field} has {counted(len(value), 'character')}", f"shorten it to {most}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal" | "finite_number":
            return f"{field} can't be {shown(written)}", _bound(error["type"], value, context)
        case _:
            return None


def _wants_text(field: str, value: object, written: str) -> tuple[str, str]:
    """Word a value that YAML does not read as text."""
    if value is None:
        return f"{field} is empty", f"quote it: {quoted(written)}" if written else "write text, or remove the line"
    if isinstance(value, bool | int | float):
        return f"{field} must be text; {shown(written)} is {kind_of(value)}", f"quote it: {quoted(written)}"
    return f"{field} must be text, not {kind_of(value)}", "quote it" if isinstance(value, dict) else ""


def _wants_bool(field: str, value: object) -> tuple[str, str]:
    """Word a value that is not true or false; YAML 1.1 had more words for these."""
    word = str(value).casefold()
    if isinstance(value, str) and word in ("yes", "on", "y", "true", "no", "off", "n", "false"):
        right = "true" if word in ("yes", "on", "y", "true") else "false"
        return f"{field} must be true or false; {shown(value)} is text", f"write {right}, without quotes"
    return f"{field} must be true or false, not {_brief(value)}", ""


def _wants_number(field: str, value: object, wanted: str, written: str) -> tuple[str, str]:
    """Word a value that is not the number it should be."""
    if isinstance(value, str):
        plain = re.fullmatch(r"([-+]?)0*(\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)", value)
        advice = f"write {plain[1]}{plain[2].replace('_', '')}, without quotes" if plain else ""
        return f"{field} must be {wanted}; {shown(value)} is text", advice
    return f"{field} must be {wanted}, not {shown(written) if isinstance(value, float) else _brief(value)}", ""


def _bound(kind: str, value: float, context: Mapping[str, Any]) -> str:
    """Say the limit that a number broke."""
    words = {
        "greater_than": ("gt", "write a number above"),
        "greater_than_equal": ("ge", "the least is"),
        "less_than": ("lt", "write a number below"),
        "less_than_equal": ("le", "the most is"),
    }
    if kind not in words or not math.isfinite(value):
        return "write a finite number"
    name, text = words[kind]
    limit = context[name]
    return f"{text} {limit:,}" if isinstance(limit, int) else f"{text} {limit:g}"


def kind_of(value: object) -> str:
    """Name what a value is, in words."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _brief(value: object) -> str:
    """Show a value if it is short by nature, else name its kind."""
    match value:
        case bool():
            return shown(str(value).lower())
        case str() | int() | float():
            return shown(str(value))
        case _:
            return kind_of(value)

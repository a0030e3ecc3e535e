"""Findings in the Static Analysis Results Interchange Format 2.1.0 (OASIS), for GitHub code scanning and others.

GitHub takes 25,000 results of a run and shows 5,000 of them, the most severe first; what is more is left out here, and
counted in a notification. It tells findings of two runs apart by rule, file and fingerprint, so a fingerprint is made
of what stays when lines are added above: the words of a finding, without the numbers of rows.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import quote

from reconciler.errors import Diagnostic, Origin, Silenced
from reconciler.render.annotations import Locate
from reconciler.render.json_output import Json, pretty
from reconciler.render.layout import counted
from reconciler.render.neutral import neutral
from reconciler.resource.lint import INVALID, RULES, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""Results of a run: one more, and GitHub refuses the file."""

_ORDER = (*RULES, INVALID.name)
_WORDS_OF_ROWS = frozenset({"and", "more", "on", "line", "lines", "example", "examples"})
_NUMBER = re.compile(r"\(?\d")


def sarif(findings: Sequence[Diagnostic], silenced: Sequence[Silenced], version: str, locate: Locate) -> str:
    """Write findings as one run of this version; what the manifests silence is suppressed, with its justification."""
    errors = [each for each in findings if each.severity == "error"]
    others = [each for each in findings if each.severity != "error"]
    told = [*((each, None) for each in (*errors, *others)), *((each.diagnostic, each.reason) for each in silenced)]
    marks: Counter[str] = Counter()
    results: list[Json] = [_result(found, reason, locate, marks) for found, reason in told[:MOST_RESULTS]]
    driver: dict[str, Json] = {
        "name": "reconciler",
        "version": version,
        "rules": [_rule(rule) for rule in (*RULES.values(), INVALID)],
    }
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(len(told) - len(results))],
        "results": results,
    }
    return pretty({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _invocation(missing: int) -> Json:
    """Say that the run came to its end, and how many results are not there."""
    if not missing:
        return {"executionSuccessful": True}
    text = f"{counted(missing, 'result')} left out; the first {MOST_RESULTS:,} are here, errors first."
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }


def _rule(rule: Rule) -> Json:
    """Describe a rule for those who see its findings."""
    helped = [rule.matters, rule.mend, *([f"Figures: {rule.source}"] if rule.source else [])]
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.means},
        "fullDescription": {"text": f"{rule.means} {rule.matters}"},
        "help": {"text": "\n".join(helped), "markdown": "\n\n".join(helped)},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(found: Diagnostic, reason: str | None, locate: Locate, marks: Counter[str]) -> Json:
    """Write one finding; `marks` counts those that only their order tells apart."""
    name = found.rule or INVALID.name
    uri = _uri(locate(found.origin.file) or found.origin.file)
    mark = _fingerprint(name, uri, found.message)
    marks[mark] += 1
    result: dict[str, Json] = {
        "ruleId": name,
        "ruleIndex": _ORDER.index(name),
        "level": found.severity,
        "message": {"text": _plain("; ".join(filter(None, (found.message, found.advice))))},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(uri), "region": _region(found.origin)}}],
        "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{marks[mark]}"},
    }
    if reason is not None:
        result["suppressions"] = [{"kind": "external", "justification": _plain(reason)}]
    return result


def _region(origin: Origin) -> Mapping[str, Json]:
    """The place in the file; of a whole file the first line, for GitHub wants one."""
    column = {"startColumn": origin.column} if origin.column else {}
    return {"startLine": max(origin.line, 1), **column}


def _artifact(uri: str) -> Mapping[str, Json]:
    """A file by its URI: below the root of the repository, unless it is somewhere else."""
    return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _uri(file: str) -> str:
    """Write a path as a URI (RFC 3986): relative, or of the scheme `file`; a colon would be taken for a scheme's."""
    return ("file://" if file.startswith("/") else "") + quote(file, errors="replace")


def _fingerprint(rule: str, uri: str, message: str) -> str:
    """Hash what a finding says, but for the rows that it names and how many they are."""
    words = [word for word in message.split() if word.strip(":,") not in _WORDS_OF_ROWS and not _NUMBER.match(word)]
    return sha256("\0".join((rule, uri, *words)).encode(errors="replace")).hexdigest()[:16]


def _plain(text: str) -> str:
    """Make a text harmless, and no link: SARIF reads `[text](target)` as one even in plain text."""
    return neutral(text).replace("](", "]\\(")

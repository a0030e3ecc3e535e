"""Findings in manifests and data, and the rules that find them, for a person and for programs."""

from collections.abc import Iterable, Sequence

from reconciler.errors import Diagnostic, Silenced
from reconciler.plan.plan import FORMAT_VERSION
from reconciler.render.json_output import Json, pretty
from reconciler.render.layout import counted, flow
from reconciler.render.neutral import neutral
from reconciler.resource.lint import RULES


def findings_text(models: int, findings: Sequence[Diagnostic], silenced: Sequence[Silenced]) -> str:
    """Write one line a finding, with its rule at the end, and a last line that counts."""
    lines = [neutral(each.line) for each in findings]
    errors = sum(each.severity == "error" for each in findings)
    warnings = len(findings) - errors
    extra = [
        *([counted(warnings, "warning")] if warnings else []),
        *([f"{len(silenced)} silenced"] if silenced else []),
    ]
    counts = [counted(errors, "error") if errors else counted(models, "model"), *extra]
    return "\n".join([*lines, f"{'Not valid' if errors else 'Valid'}: {', '.join(counts)}.\n"])


def findings_json(findings: Iterable[Diagnostic], silenced: Iterable[Silenced], *, valid: bool) -> str:
    """Write a document with what was found, and what of it the manifests silence."""
    quiet: list[Json] = [{**_finding(each.diagnostic), "reason": each.reason} for each in silenced]
    told: list[Json] = [_finding(each) for each in findings]
    return pretty({"formatVersion": FORMAT_VERSION, "valid": valid, "diagnostics": told, "silenced": quiet})


def _finding(found: Diagnostic) -> dict[str, Json]:
    return {
        "file": found.origin.file,
        "line": found.origin.line,
        "column": found.origin.column,
        "severity": found.severity,
        "rule": found.rule or None,
        "message": found.message,
        "advice": found.advice,
    }


def rules_text(width: int) -> str:
    """List every rule: name and severity, what it finds, why that matters, what helps."""
    lines: list[str] = []
    for rule in RULES.values():
        lines.append(f"{rule.name} ({rule.severity})")
        for sentence in (rule.means, rule.matters, rule.mend, *([f"Figures: {rule.source}"] if rule.source else [])):
            lines += flow(sentence, width, "  ", "    ")
    return "\n".join(lines) + "\n"


def rules_json() -> str:
    """List every rule for programs."""
    told: list[Json] = [
        {
            "rule": rule.name,
            "severity": rule.severity,
            "means": rule.means,
            "matters": rule.matters,
            "mend": rule.mend,
            "source": rule.source or None,
        }
        for rule in RULES.values()
    ]
    return pretty({"formatVersion": FORMAT_VERSION, "rules": told})

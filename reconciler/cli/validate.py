"""`reconciler validate`: everything that can be known without asking the service."""

import click

from reconciler.cli import session
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import Place, formats, in_place
from reconciler.errors import Diagnostic, InvalidManifests
from reconciler.plan.plan import FORMAT_VERSION
from reconciler.render.json_output import Json, pretty
from reconciler.render.layout import counted
from reconciler.render.neutral import neutral

EPILOG = """\b
Examples:
  reconciler validate
  reconciler validate manifests/support.yaml
  reconciler validate -o json | jq '.diagnostics[].message'
"""


@click.command("validate", epilog=EPILOG)
@in_place
@formats("text", "json")
@with_console
def command(place: Place, output: str, console: Console) -> int:
    """Check manifests and training data, offline: all findings at once."""
    models, findings = _findings(place)
    valid = all(finding.severity != "error" for finding in findings)
    if output == "json":
        console.print(_document(findings, valid=valid))
        return 0 if valid else 1
    for finding in findings:
        console.print(neutral(str(finding)) + "\n")
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    counts = [counted(models, "model"), *([counted(warnings, "warning")] if warnings else [])]
    console.print(f"Valid: {', '.join(counts)}.\n" if valid else f"Not valid: {counted(errors, 'error')}.\n")
    return 0 if valid else 1


def _findings(place: Place) -> tuple[int, tuple[Diagnostic, ...]]:
    """How many models there are, and what was found."""
    try:
        begun = session.begin(place)
    except InvalidManifests as error:
        return 0, error.diagnostics
    return begun.declared, begun.warnings


def _document(findings: tuple[Diagnostic, ...], *, valid: bool) -> str:
    """The findings as JSON."""
    told: list[Json] = [
        {
            "file": finding.origin.file,
            "line": finding.origin.line,
            "column": finding.origin.column,
            "severity": finding.severity,
            "message": finding.message,
            "advice": finding.advice,
        }
        for finding in findings
    ]
    return pretty({"formatVersion": FORMAT_VERSION, "valid": valid, "diagnostics": told})

"""`reconciler validate`: everything that can be known without asking the service, and what the rules find odd."""

import sys
from dataclasses import dataclass, replace

import click

from reconciler import __version__
from reconciler.cli import session
from reconciler.cli.console import Console, with_console
from reconciler.cli.options import Place, formats, in_place, option
from reconciler.errors import Diagnostic, InvalidManifests, Silenced
from reconciler.render.findings import findings_json, findings_text, rules_json, rules_text
from reconciler.source.lint.every import EVERY

EPILOG = """\b
Examples:
  reconciler validate
  reconciler validate manifests/support.yaml
  reconciler validate --strict -o sarif > reconciler.sarif
  reconciler validate -o json | jq '.diagnostics[].message'

\b
A workspace or a model sets rules in its spec; off needs a reason:
  lint: [{rule: few-examples, severity: off, reason: a trial}]
"""


@dataclass(frozen=True, slots=True)
class Found:
    """How many models there are, what was found, and what of that the manifests silence."""

    models: int
    findings: tuple[Diagnostic, ...]
    silenced: tuple[Silenced, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether there are no errors."""
        return all(finding.severity != "error" for finding in self.findings)

    def strictly(self) -> "Found":
        """Take every warning for an error."""
        return replace(self, findings=tuple(replace(finding, severity="error") for finding in self.findings))


@click.command("validate", epilog=EPILOG)
@in_place
@formats("text", "json", "github", "sarif")
@option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--rules", is_flag=True, help="List the rules, with what they mean, and check nothing.")
@with_console
def command(place: Place, output: str, strict: bool, rules: bool, console: Console) -> int:  # noqa: FBT001 - click's flags
    """Check manifests and training data, offline: all findings at once, of every environment or that of -e."""
    if rules:
        console.print(rules_text(console.width(sys.stdout)) if output == "text" else rules_json())
        return 0
    found = _found(place).strictly() if strict else _found(place)
    console.print(_written(found, output))
    return 0 if found.valid else 1


def _found(place: Place) -> Found:
    """Look for everything."""
    try:
        begun = session.begin_each(place, EVERY)
    except InvalidManifests as error:
        return Found(0, error.diagnostics, error.silenced)
    models = {desired.address for each in begun for desired in each.desired}
    warnings = {warning for each in begun for warning in each.warnings}
    silenced = {finding for each in begun for finding in each.silenced}
    return Found(len(models), tuple(sorted(warnings)), tuple(sorted(silenced)))


def _written(found: Found, output: str) -> str:
    """Write what was found in one of the formats."""
    match output:
        case "json":
            return findings_json(found.findings, found.silenced, valid=found.valid)
        case "sarif":
            from reconciler.cli.github import locate
            from reconciler.render.sarif import sarif

            return sarif(found.findings, found.silenced, __version__, locate)
        case "github":
            from reconciler.cli.github import locate
            from reconciler.render.annotations import commands, of, verbatim

            text = findings_text(found.models, found.findings, found.silenced)
            return verbatim(text) + commands(map(of, found.findings), locate)
        case _:
            return findings_text(found.models, found.findings, found.silenced)

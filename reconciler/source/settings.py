"""What a workspace says about the service: checked against what the provider has, needs and takes."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from reconciler.errors import Diagnostic
from reconciler.resource.rules import Capabilities
from reconciler.resource.workspace import Workspace
from reconciler.source.document import Locate
from reconciler.source.wording import shown


def unfit(workspace: Workspace, locate: Locate, capabilities: Capabilities) -> Iterator[Diagnostic]:
    """Say which settings the provider does not have, lacks, or does not take."""
    provider, rules = capabilities.provider, capabilities.settings
    for name, value in given(workspace).items():
        rule, where = rules.get(name), locate("spec", name)
        if rule is None:
            if value:
                yield Diagnostic(where, f"{provider} has no {name}", "remove it")
        elif rule.required and not value:
            yield Diagnostic(locate("spec"), f"{provider} needs spec.{name}: {rule.why}", f"add {name}: {rule.example}")
        elif value and rule.pattern and not re.fullmatch(rule.pattern, value):
            advice = f"write it as in {rule.example}" if rule.example else "remove it"
            yield Diagnostic(where, f"{provider} does not take {shown(value)} as {name}", advice)
    if workspace.limits.max_steps is not None and not capabilities.counts_steps:
        message = f"{provider} chooses the size of batches itself, so nobody knows how many steps a training takes"
        advice = "remove it; maxCreates and maxReplaces limit trainings"
        yield Diagnostic(locate("spec", "limits", "maxSteps"), message, advice)
    if workspace.endpoint and foreign(workspace.endpoint, capabilities):
        message = f"spec.endpoint: {urlsplit(workspace.endpoint).netloc} is not a host of {provider}"
        yield Diagnostic(locate("spec", "endpoint"), message, f"write https://{capabilities.host}, or remove it")


def foreign(endpoint: str, capabilities: Capabilities) -> bool:
    """Whether an endpoint is a service of somebody else: credentials must not go there."""
    return endpoint.startswith("https://") and urlsplit(endpoint).netloc != capabilities.host


def given(workspace: Workspace) -> dict[str, str]:
    """The settings that depend on the provider, by their names in the manifest; empty where not given."""
    return {
        "serviceVersion": workspace.service_version,
        "project": workspace.project or "",
        "location": workspace.location or "",
        "stagingBucket": workspace.staging_bucket or "",
    }

"""The rules: which fields there are, what a change costs, and what the service takes."""

import re
from typing import get_args

import pytest

from reconciler.providers.gemini.rules import capabilities as gemini
from reconciler.providers.vertex.rules import NAMING, capabilities
from reconciler.resource.address import Address
from reconciler.resource.rules import Mutability
from reconciler.resource.schema.tunedmodel import Ignorable

RULES = capabilities("us-central1").rules


def test_every_field_of_a_manifest_has_a_rule_here_or_with_gemini() -> None:
    known = {path.partition(".*")[0] for path in {**RULES, **gemini("v1beta").rules}}
    assert known == {*get_args(Ignorable), "tunedModelSource.tunedModel", "validationDataset", "serviceAccount"}
    assert all(path == rule.path and rule.why for path, rule in RULES.items())


def test_what_a_change_costs() -> None:
    by_cost = {kind: {path for path, rule in RULES.items() if rule.mutability is kind} for kind in Mutability}
    assert by_cost[Mutability.IN_PLACE] == {"displayName", "description", "labels.*"}
    assert by_cost[Mutability.INPUT_ONLY] == {"validationDataset", "serviceAccount"}


def test_a_label_has_the_rule_of_all_labels() -> None:
    assert capabilities("us-central1").rule("labels.team") is RULES["labels.*"]


@pytest.mark.parametrize(
    ("path", "value", "accepted"),
    [
        ("baseModel", "gemini-2.5-flash", True),
        ("baseModel", "gemini-2.0-flash-001", True),
        ("baseModel", "models/gemini-2.5-flash", False),
        ("baseModel", "gemini-2.5-flash/../x", False),
        ("baseModel", "Gemini-2.5-flash", False),
        ("baseModel", "gemini-", False),
    ],
)
def test_patterns(path: str, value: str, accepted: bool) -> None:  # noqa: FBT001 - a column of the table
    assert bool(re.fullmatch(RULES[path].pattern, value)) is accepted


def test_adapter_sizes() -> None:
    assert RULES["hyperparameters.adapterSize"].choices == (1, 2, 4, 8, 16, 32)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("us-central1", "us-central1-aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("", "aiplatform.googleapis.com"),
    ],
)
def test_the_host_of_a_location(location: str, host: str) -> None:
    assert capabilities(location).host == host


def test_limits_and_settings() -> None:
    made = capabilities("us-central1")
    assert (made.limits.examples, made.limits.request_bytes, made.limits.tokens) == (1_000_000, 1_000_000_000, 131_072)
    assert (made.limits.validation_examples, made.limits.conversations, made.limits.remote) == (5_000, True, True)
    assert {name for name, rule in made.settings.items() if rule.required} == {"project", "location", "stagingBucket"}
    assert not made.lists_bases


def test_names() -> None:
    address = Address("support-tickets-of-a-long-name")
    name = NAMING.name("acme", address, "f" * 64, 0)
    assert re.fullmatch(r"support-tickets-of-a-lon-[a-z2-7]{15}", name)
    assert NAMING.stem_of(name) == NAMING.stem("acme", address)
    for text in (name, "projects/p/locations/l/models/1@2", "projects/p/locations/l/tuningJobs/1"):
        assert NAMING.resource(text) == text
    assert NAMING.stem_of("projects/p/locations/l/tuningJobs/1") == ""

"""Secrets: each kind is found, none is shown. They are put together here, so that nobody takes them for real ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import InvalidManifests
from reconciler.source.lint.secrets import SECRETS
from reconciler.source.resolve import Resolved
from tests.source.lint.conftest import lines

LETTERS = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789" * 8
SAMPLES = {
    "a private key": f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{LETTERS[:64]}\n",
    "an access key of AWS": f"AKIA{'QRSTUVWXYZ234567'}",
    "an API key of Google": f"AIza{LETTERS[:35]}",
    "an OAuth token of Google": f"ya29.{LETTERS[:60]}",
    "an OAuth client secret of Google": f"GOCSPX-{LETTERS[:28]}",
    "a token of GitHub": f"ghp_{LETTERS[:36]}",
    "a token of GitLab": f"glpat-{LETTERS[:20]}",
    "a token of Slack": f"xoxb-{LETTERS[26:36]}-{LETTERS[:24]}",
    "a webhook of Slack": f"https://hooks.slack.com/services/T{'ABCDEFGHI'}/B{'ABCDEFGHI'}/{LETTERS[:24]}",
    "a key of Stripe": f"sk_live_{LETTERS[:24]}",
    "an API key of OpenAI": f"sk-proj-{LETTERS[:20]}T3BlbkFJ{LETTERS[:20]}",
    "an API key of Anthropic": f"sk-ant-api03-{LETTERS[:95]}",
    "a token of Hugging Face": f"hf_{LETTERS[:34]}",
    "a token of npm": f"npm_{LETTERS[:36]}",
    "a token of PyPI": f"pypi-AgEIcHlwaS5vcmc{LETTERS[:60]}",
    "an API key of SendGrid": f"SG.{LETTERS[:22]}.{LETTERS[:43]}",
    "a key of Azure Storage": f"AccountKey={LETTERS[:86]}==",
    "a JSON Web Token": f"eyJ{LETTERS[:20]}.eyJ{LETTERS[:40]}.{LETTERS[:43]}",
}
HARMLESS = [
    "AKIAIOSFODNN7" + "EXAMPLE",
    f"ghp_{'x' * 36}",
    f"xAKIA{'QRSTUVWXYZ234567'}",
    f"AKIA{'QRSTUVWXYZ234567'}X",
    f"AIza{LETTERS[:34]}",
    "a PRIVATE KEY is not to be shown",
    "-----BEGIN PUBLIC KEY-----\n" + LETTERS[:64],
    LETTERS,
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    "eyJhbGciOiJIUzI1NiJ9",
    "sk-learn is a library; sk-" + "task-" * 8,
]


def test_there_is_a_sample_of_every_kind() -> None:
    assert [kind.name for kind in SECRETS.all] == list(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(
    "around", ["{}", "The key is {}.", '{{"key": "{}"}}', "export KEY='{}'; x", "schlüssel:\n{}\n"]
)
def test_a_secret_is_named_and_not_shown(name: str, around: str, found: Callable[..., list[str]]) -> None:
    secret = SAMPLES[name]
    (told,) = found(lines(("a", "b"), (around.format(secret), "x")))
    assert told == (
        f"d.jsonl:2: warning: has what looks like {name} on line 2; revoke it where it was issued, then remove it: "
        "a model repeats what it has learned [secret]"
    )
    assert secret[-12:] not in told


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret(text: str, found: Callable[..., list[str]]) -> None:
    assert found(lines((text, "x"), ("a", f"{text}."))) == []


def test_a_secret_is_an_error_unless_the_manifest_says_otherwise(
    model: Callable[..., Path], write: Callable[..., Path], checked: Callable[..., Resolved]
) -> None:
    model("m.yaml", "  dataset: {path: d.jsonl}")
    write("d.jsonl", lines(("a", SAMPLES["a token of npm"])))
    with pytest.raises(InvalidManifests) as refused:
        checked()
    (finding,) = refused.value.diagnostics
    assert (finding.severity, finding.rule, finding.origin.line) == ("error", "secret", 1)


def test_secrets_in_what_comes_before_the_pair(found: Callable[..., list[str]]) -> None:
    key = SAMPLES["a private key"].replace("\n", "\\n")
    turns = '{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}'
    told = found(f'{{"systemInstruction": {{"parts": [{{"text": "{key}"}}]}}, "contents": [{turns}]}}\n')
    assert [line.split(";")[0] for line in told] == ["d.jsonl:1: warning: has what looks like a private key on line 1"]


def test_secrets_in_manifests(write: Callable[..., Path], checked: Callable[..., Resolved]) -> None:
    token = SAMPLES["a token of npm"]
    manifest = (
        "apiVersion: reconciler.dev/v1alpha1\nkind: TunedModel\nmetadata:\n  name: a\n"
        f"  annotations: {{note: {token}}}\n  labels: {{team: plain}}\n"
        f"spec:\n  baseModel: models/x\n  description: key {token}\n"
        f"  dataset: {{examples: [{{textInput: a, output: b}}, {{textInput: c, output: {token}}}]}}\n"
    )
    write("m.yaml", manifest)
    with pytest.raises(InvalidManifests) as refused:
        checked()
    assert [str(finding).split(";")[0] for finding in refused.value.diagnostics] == [
        "m.yaml:5:23: has what looks like a token of npm",
        "m.yaml:9:16: has what looks like a token of npm",
        "m.yaml:10:51: has what looks like a token of npm: example 2",
    ]

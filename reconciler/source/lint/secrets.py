"""Secrets in texts: keys and tokens that their issuers made easy to recognise. What was found is never shown."""

import re
from collections.abc import Iterator
from string import ascii_letters, digits

from reconciler.errors import Diagnostic
from reconciler.resource.dataset import Dataset
from reconciler.resource.lint import RULES, RuleName
from reconciler.source.lint.texts import Kind, Kinds, Search
from reconciler.source.sourced import Sourced

RULE: RuleName = "secret"
REVOKE = "revoke it where it was issued, then remove it: a model repeats what it has learned"


def _kind(name: str, pattern: str, *markers: str) -> Kind:
    """A kind whose matches begin and end where a word does, or what stands in for one in tokens."""
    return Kind(name, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])"), markers, proves=_real)


def _real(text: str) -> bool:
    """Whether a match is no example out of a manual: those of Amazon end in EXAMPLE, others repeat one letter."""
    return not text.endswith(("EXAMPLE", "EXAMPLEKEY")) and len(set(text[-16:])) > 4  # noqa: PLR2004 - any four letters


_ALL: tuple[Kind, ...] = (
    Kind("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12}+ ){0,3}PRIVATE KEY"), ("PRIVATE KEY",)),
    _kind("an access key of AWS", r"(?:AKIA|ASIA)[A-Z2-7]{16}", "AKIA", "ASIA"),
    _kind("an API key of Google", r"AIza[\w-]{35}", "AIza"),
    _kind("an OAuth token of Google", r"ya29\.[\w-]{20,2048}+", "ya29."),
    _kind("an OAuth client secret of Google", r"GOCSPX-[\w-]{28}", "GOCSPX-"),
    _kind(
        "a token of GitHub",
        r"gh[pousr]_[A-Za-z0-9]{36,255}+|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
        *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    _kind("a token of GitLab", r"gl(?:pat|dt|rt|ptt)-[\w-]{20,255}+", "glpat-", "gldt-", "glrt-", "glptt-"),
    _kind("a token of Slack", r"xox[abeoprs]-[A-Za-z0-9-]{12,255}+", "xox"),
    _kind(
        "a webhook of Slack",
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}+/B[A-Z0-9]{8,12}+/[A-Za-z0-9]{24}",
        "hooks.slack.com",
    ),
    _kind("a key of Stripe", r"[rs]k_live_[A-Za-z0-9]{24,255}+", "k_live_"),
    _kind("an API key of OpenAI", r"sk-[\w-]{20,100}T3BlbkFJ[\w-]{20,100}+", "T3BlbkFJ"),
    _kind("an API key of Anthropic", r"sk-ant-[a-z0-9]{2,12}+-[\w-]{80,120}+", "sk-ant-"),
    _kind("a token of Hugging Face", r"hf_[A-Za-z0-9]{34}", "hf_"),
    _kind("a token of npm", r"npm_[A-Za-z0-9]{36}", "npm_"),
    _kind("a token of PyPI", r"pypi-AgEIcHlwaS5vcmc[\w-]{50,512}+", "pypi-AgEIcHlwaS5vcmc"),
    _kind("an API key of SendGrid", r"SG\.[\w-]{22}\.[\w-]{43}", "SG."),
    _kind("a key of Azure Storage", r"AccountKey=[A-Za-z0-9+/]{86}==", "AccountKey="),
    _kind("a JSON Web Token", r"eyJ[\w-]{8,1024}+\.eyJ[\w-]{8,8192}+\.[\w-]{16,1024}+", "eyJ"),
)
"""What each begins with is documented by its issuer; GitHub's list of patterns for secret scanning names most."""

_RUN = b"x" * 16
_SHAPE = bytes(_RUN[0] if chr(byte) in f"{ascii_letters}{digits}_+/=-" else ord(" ") for byte in range(256))
"""Makes of each byte that a secret may have an x, and of all others a blank."""


def _run(text: str) -> bool:
    """Whether a text has a run of characters that is longer than words are.

    Every secret has one, even a private key, once the line of its heading has ended. A regular expression for this
    takes eight times as long.
    """
    return _RUN in text.encode("ascii", "replace").translate(_SHAPE)


SECRETS = Kinds(_run, _ALL)


def Secrets() -> Search:  # noqa: N802 - made like the other observers
    """Look for secrets in examples."""
    return Search(RULE, SECRETS, REVOKE)


def secrets_in_manifest(sourced: Sourced, _dataset: Dataset | None) -> Iterator[Diagnostic]:
    """Look for secrets in the texts of a manifest, the examples in it aside."""
    manifest = sourced.manifest
    texts: list[tuple[tuple[str, ...], str]] = [
        *((("spec", *path.split(".", 1)), value) for path, value in manifest.fields.items() if isinstance(value, str)),
        *((("metadata", "labels", key), value) for key, value in manifest.labels.items()),
        *((("metadata", "annotations", key), value) for key, value in manifest.annotations.items()),
    ]
    if not SECRETS.within("\n".join(value for _, value in texts)):
        return
    for path, value in texts:
        for name in SECRETS.within(value):
            yield Diagnostic(sourced.locate(*path), f"has what looks like {name}", REVOKE, RULES[RULE].severity, RULE)

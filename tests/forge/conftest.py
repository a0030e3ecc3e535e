"""Posting to the emulation of a forge, in a time that only waiting moves."""

import io
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from reconciler.cli.main import main
from reconciler.forge import target as targets
from reconciler.forge.http import Time
from tests.forge.emulation import TOKEN, Forge

NOW = 1_700_000_000.0
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/models",
    "GITHUB_REF": "refs/pull/12/merge",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_RUN_ID": "77",
    "GITHUB_TOKEN": TOKEN,
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_ID": "acme/models",
    "CI_MERGE_REQUEST_IID": "12",
    "CI_JOB_URL": "https://gitlab.com/acme/models/-/jobs/9",
    "CI_API_V4_URL": "https://gitlab.com/api/v4",
    "GITLAB_TOKEN": TOKEN,
}


class Ran(NamedTuple):
    """What came of one call of the command."""

    code: int
    out: str
    err: str


class Post:
    """The command `comment`, with a text on standard input."""

    def __init__(self, forge: Forge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.forge = forge
        self.slept: list[float] = []
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, text: str, *arguments: str) -> Ran:
        """Run it."""
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        code = main(["comment", *arguments])
        return Ran(code, *self._capsys.readouterr())

    def time(self) -> Time:
        """A time in which waiting is noted."""
        return Time(self.slept.append, lambda: NOW + sum(self.slept), lambda: 0.5)


@pytest.fixture(params=["github", "gitlab"])
def post(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Post:
    """Either forge, in a pipeline of pull request 12; a module that is about one forge says `kind`."""
    return make_post(request.param, monkeypatch, capsys)


def make_post(kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Post:
    """Stand in the pipeline of a forge."""
    posting = Post(Forge(kind, "/api/v4" if kind == "gitlab" else ""), monkeypatch, capsys)
    for name in ("GITLAB_CI", "CI_JOB_TOKEN", *GITLAB):
        monkeypatch.delenv(name, raising=False)
    for name, value in (GITHUB if kind == "github" else GITLAB).items():
        monkeypatch.setenv(name, value)
    opened: Callable[..., Any] = targets.thread
    session = posting.forge.session()
    monkeypatch.setattr(
        targets, "thread", lambda where, environ, _pace: opened(where, environ, posting.time(), session)
    )
    return posting


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Post:
    """GitHub alone."""
    return make_post("github", monkeypatch, capsys)


@pytest.fixture
def gitlab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Post:
    """GitLab alone."""
    return make_post("gitlab", monkeypatch, capsys)

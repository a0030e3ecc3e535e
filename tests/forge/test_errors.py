"""What the poster says when a forge refuses or limits it, and how long it waits."""

from email.utils import formatdate

import pytest

from tests.forge.conftest import NOW, Post
from tests.forge.emulation import BOSS, SELF, Reply

PLAN = "### Plan: 1 to create."
WHO = Reply(200, {"data": {"viewer": {"databaseId": SELF}}})


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(401, {"message": "Bad credentials"}), "does not take the token in GITHUB_TOKEN: Bad credentials"),
        (Reply(403, {"message": "Resource not accessible by integration"}), "pull requests from forks never get it"),
        (Reply(403, {"message": "Unable to create comment because issue is locked."}), "unlock its conversation"),
        (Reply(404, {"message": "Not Found"}), "there is no acme/models#12"),
        (Reply(410, {"message": "Issues are disabled for this repo"}), "takes no comments"),
        (Reply(422, {"message": "Validation Failed", "errors": [{"code": "missing"}]}), "Validation Failed; missing"),
        (Reply(301, b"", {"Location": "https://evil.example/x"}), "redirects to evil.example"),
    ],
)
def test_what_github_means(github: Post, reply: Reply, told: str) -> None:
    github.forge.trouble += [("POST", WHO), ("POST", reply)]
    ran = github(PLAN)
    assert (ran.code, github.forge.comments, github.slept) == (1, {}, [])
    assert told in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(401, {"message": "401 Unauthorized"}), "access token of the project with the scope `api`"),
        (
            Reply(403, {"error": "insufficient_scope", "error_description": "needs api"}),
            "insufficient_scope; needs api",
        ),
        (Reply(404, {"message": "404 Not found"}), "there is no acme/models!12"),
    ],
)
def test_what_gitlab_means(gitlab: Post, reply: Reply, told: str) -> None:
    gitlab.forge.trouble += [("POST", reply)]
    ran = gitlab(PLAN)
    assert (ran.code, gitlab.forge.comments) == (1, {})
    assert told in ran.err


@pytest.mark.parametrize(
    ("headers", "status", "waited"),
    [
        ({"Retry-After": "7"}, 403, 7.5),
        ({"Retry-After": "7"}, 429, 7.5),
        ({"Retry-After": formatdate(NOW + 9, usegmt=True)}, 429, 9.5),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 42)}, 403, 42.5),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(NOW) + 42)}, 429, 42.5),
        ({}, 429, 60.5),
    ],
)
def test_a_limit_is_waited_for_as_it_asks(post: Post, headers: dict[str, str], status: int, waited: float) -> None:
    post.forge.trouble += [("GET", Reply(status, {"message": "slow down"}, headers))]
    ran = post(PLAN)
    assert (ran.code, post.slept, len(post.forge.bodies)) == (0, [waited], 1)
    assert "again in" in ran.err


def test_a_limit_in_words_counts(github: Post) -> None:
    said = {"message": "You have exceeded a secondary rate limit."}
    github.forge.trouble += [("GET", Reply(403, said)), ("GET", Reply(403, said))]
    assert github(PLAN).code == 0
    assert github.slept == [60.5, 121.0]


def test_a_limit_of_an_hour_is_not_waited_for(post: Post) -> None:
    post.forge.trouble += [("GET", Reply(429, {"message": "API rate limit exceeded"}, {"Retry-After": "3600"}))]
    ran = post(PLAN)
    assert (ran.code, post.slept) == (1, [])
    assert "limits how often it is asked: API rate limit exceeded; run again later" in ran.err


def test_a_post_is_repeated_after_a_limit(gitlab: Post) -> None:
    gitlab.forge.trouble += [("POST", Reply(429, {"message": "Retry later"}, {"Retry-After": "3"}))]
    assert gitlab(PLAN).code == 0
    assert (gitlab.slept, len(gitlab.forge.bodies)) == ([3.5], 1)


def test_a_service_that_stays_down_is_given_up(post: Post) -> None:
    post.forge.trouble += [("GET", Reply(503, b"<html>"))] * 9
    ran = post(PLAN)
    assert (ran.code, post.slept) == (1, [0.5, 1.0, 2.0, 4.0])
    assert "failed (503)" in ran.err


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"a": 1}', b"[" * 100_000])
def test_nonsense_is_no_list_of_comments(github: Post, body: bytes) -> None:
    github.forge.trouble += [("GET", Reply(200, body))]
    ran = github(PLAN)
    assert (ran.code, github.forge.comments) == (1, {})
    assert "is no list of objects" in ran.err
    assert "bug" not in ran.err


def test_comments_without_an_author_are_nobodys(github: Post) -> None:
    github.forge.trouble += [("GET", Reply(200, [{"id": 1, "body": "<!-- reconciler:plan -->", "user": None}]))]
    assert github(PLAN).out.startswith("posted")


@pytest.mark.parametrize("answer", [{"data": None, "errors": [{"message": "no"}]}, {"data": {"viewer": {}}}])
def test_without_an_identity_nothing_is_posted(github: Post, answer: object) -> None:
    github.forge.trouble += [("POST", Reply(200, answer))]
    ran = github(PLAN)
    assert (ran.code, github.forge.comments) == (1, {})
    assert "does not say whose the token is" in ran.err


def test_thousands_of_pages_are_not_read(github: Post) -> None:
    github.forge.page = 1
    for _ in range(102):
        github.forge.add("talk", BOSS)
    ran = github(PLAN)
    assert ran.code == 1
    assert "more than 10,000 comments" in ran.err


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GITHUB_TOKEN", "", "GITHUB_TOKEN is not set"),
        ("GITHUB_TOKEN", "two words", "holds characters that no token has"),
        ("GITHUB_REF", "refs/heads/main", "--pull-request is missing"),
        ("GITHUB_REPOSITORY", "", "--repository is missing"),
        ("GITHUB_REPOSITORY", "../../user", "is not a repository of github"),
        ("GITHUB_REPOSITORY", "acme/..", "is not a repository of github"),
        ("GITHUB_API_URL", "http://api.github.com", "not the address of an API"),
        ("GITHUB_API_URL", "https://me:secret@api.github.com", "not the address of an API"),
        ("GITHUB_ACTIONS", "", "give --forge github or --forge gitlab"),
    ],
)
def test_what_is_missing_in_the_environment_is_told(
    github: Post, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = github(PLAN)
    assert ran.code in (1, 64)
    assert github.forge.heard == []
    assert told in ran.err
    assert "secret" not in ran.err


def test_a_job_token_of_gitlab_cannot_comment(gitlab: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    monkeypatch.setenv("CI_JOB_TOKEN", "job")
    assert "GitLab lets no CI_JOB_TOKEN write comments" in gitlab(PLAN).err


@pytest.mark.parametrize(
    ("text", "told"), [("", "is empty"), (" \n", "is empty"), ("x" * (8 << 20) + "y", "longer than")]
)
def test_what_is_no_plan_is_refused(post: Post, text: str, told: str) -> None:
    ran = post(text)
    assert (ran.code, post.forge.heard) == (64, [])
    assert told in ran.err

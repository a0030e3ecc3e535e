"""The comment poster through its command: one comment, ours alone, whatever answers are lost and whoever else posts."""

import threading

import pytest

from reconciler.forge.http import Time
from reconciler.forge.publish import publish
from reconciler.forge.target import target, thread
from tests.forge.conftest import GITHUB, Post
from tests.forge.emulation import BOSS, LOST, SELF, TOKEN, Asked, Forge, Reply

PLAN = "### Plan: 1 to create.\n\nFor workspace `support`."
MARK = "<!-- reconciler:plan -->"
UPDATE = {"github": "PATCH", "gitlab": "PUT"}


def test_one_comment_is_posted_then_left_alone_then_updated(post: Post) -> None:
    first, again, changed = post(PLAN), post(PLAN), post("### No changes.")
    assert [first.code, again.code, changed.code] == [0, 0, 0]
    assert [ran.out.split()[0] for ran in (first, again, changed)] == ["posted", "unchanged", "updated"]
    assert post.forge.bodies == [f"{MARK}\n### No changes."]
    assert post.forge.sent == ["GET", "POST", "GET", "GET", "GET", UPDATE[post.forge.kind]]


def test_a_file_is_posted_and_its_place_is_told(github: Post, tmp_path: object) -> None:
    file = f"{tmp_path}/plan.md"
    with open(file, "w", encoding="utf-8") as stream:  # noqa: PTH123  (the path is text here)
        stream.write(PLAN)
    assert github("", file).out == "posted https://github.com/acme/models/pull/12#issuecomment-1001\n"


def test_what_somebody_else_wrote_is_never_touched(post: Post) -> None:
    theirs = post.forge.add(f"{MARK}\nsomebody else's", BOSS)
    assert post(PLAN).out.startswith("posted")
    assert post("", "--delete").out.startswith("deleted")
    assert post.forge.comments == {theirs: (BOSS, f"{MARK}\nsomebody else's")}


def test_a_comment_that_quotes_the_marker_is_not_ours(post: Post) -> None:
    post.forge.add(f"See this:\n\n{MARK}")
    post(PLAN)
    assert len(post.forge.bodies) == 2


def test_each_name_has_its_comment(post: Post) -> None:
    post(PLAN, "--name", "manifests/prod")
    post(PLAN, "--name", "manifests/staging")
    post("other", "--name", "manifests/prod")
    prod, staging = post.forge.bodies
    assert prod == "<!-- reconciler:manifests/prod -->\nother"
    assert "staging" in staging


@pytest.mark.parametrize("name", ["a-->b", "a--b", "", "-a", "a b", "a" * 101, "a\n"])
def test_a_name_cannot_leave_its_marker(post: Post, name: str) -> None:
    ran = post(PLAN, "--name", name)
    assert (ran.code, post.forge.heard) == (64, [])
    assert "cannot be the name" in ran.err


def test_all_pages_are_read_and_no_address_of_the_server_is_followed(post: Post) -> None:
    for number in range(250):
        post.forge.add(f"talk {number}", BOSS)
    post.forge.add(f"{MARK}\nold")
    assert post(PLAN).out.startswith("updated")
    assert [asked.query["page"] for asked in post.forge.heard if asked.query] == ["1", "2", "3"]
    assert len(post.forge.bodies) == 1


def test_nothing_is_begun_when_only_an_update_is_wanted(post: Post) -> None:
    assert post("### No changes.", "--update-only").out == "absent\n"
    post(PLAN)
    assert post("### No changes.", "--update-only").out.startswith("updated")


def test_the_comment_is_removed_when_asked_for(post: Post) -> None:
    assert post("", "--delete").out == "absent\n"
    post(PLAN)
    assert post("", "--delete").out == "deleted\n"
    assert post.forge.comments == {}


def test_a_lost_answer_of_a_post_makes_no_second_comment(post: Post) -> None:
    post.forge.trouble += [("POST", LOST)] if post.forge.kind == "gitlab" else []
    if post.forge.kind == "github":
        post.forge.trouble += [("POST", Reply(200, {"data": {"viewer": {"databaseId": SELF}}})), ("POST", LOST)]
    assert post(PLAN).out.startswith("posted")
    assert (len(post.forge.bodies), post.forge.next) == (1, 1001), "none was even begun"


def test_a_post_that_failed_is_sent_again(gitlab: Post) -> None:
    gitlab.forge.trouble += [("POST", Reply(502, b"<html>bad gateway</html>"))]
    assert gitlab(PLAN).out.startswith("posted")
    assert len(gitlab.forge.bodies) == 1


def test_posts_that_never_succeed_end(gitlab: Post) -> None:
    gitlab.forge.trouble += [("POST", Reply(502, b""))] * 9
    ran = gitlab(PLAN)
    assert (ran.code, gitlab.forge.sent.count("POST")) == (1, 3)
    assert "there will be one comment" in ran.err


def test_lost_answers_of_everything_else_change_nothing(post: Post) -> None:
    first, second = post.forge.add(f"{MARK}\nold"), post.forge.add(f"{MARK}\nolder")
    post.forge.trouble += [("GET", LOST), (UPDATE[post.forge.kind], LOST), ("DELETE", LOST)]
    assert post(PLAN).code == 0
    assert post.forge.comments == {first: (SELF, f"{MARK}\n{PLAN}")}
    assert second not in post.forge.comments


def test_of_two_racing_comments_the_oldest_stays(post: Post) -> None:
    """Another run begins its comment after we looked and before we post."""
    post.forge.meanwhile.append(("GET", lambda: post.forge.add(f"{MARK}\ntheirs")))
    if post.forge.kind == "gitlab":  # its first GET asks who we are
        post.forge.meanwhile[:] = []
        post.forge.trouble.append(("GET", Reply(200, {"id": SELF})))
        post.forge.meanwhile.append(("GET", lambda: post.forge.add(f"{MARK}\ntheirs")))
    assert post(PLAN).code == 0
    assert post.forge.comments == {1001: (SELF, f"{MARK}\n{PLAN}")}


def test_two_posters_at_once_leave_one_comment() -> None:
    """Both have looked before either posts."""
    forge = Forge()
    barrier = threading.Barrier(2)
    act, looked = forge._act, threading.local()

    def answer(asked: Asked) -> Reply:
        if asked.method == "POST" and asked.path.endswith("/comments") and not hasattr(looked, "posted"):
            looked.posted = True
            barrier.wait(30)
        with forge.lock:
            return act(asked)

    forge.answer = answer  # type: ignore[method-assign]  # two threads, held back before they post
    where = target(GITHUB, None, None, None)

    def run(text: str) -> None:
        publish(thread(where, GITHUB, Time(), forge.session()), "plan", text)

    posters = [threading.Thread(target=run, args=(f"plan {number}",)) for number in (1, 2)]
    for poster in posters:
        poster.start()
    for poster in posters:
        poster.join()
    assert len(forge.bodies) == 1
    assert forge.bodies[0].replace("\r\n", "\n") in (f"{MARK}\nplan 1", f"{MARK}\nplan 2")


def test_a_comment_that_is_removed_under_our_hands_is_posted_anew(post: Post) -> None:
    old = post.forge.add(f"{MARK}\nold")
    post.forge.trouble += [(UPDATE[post.forge.kind], Reply(404, {"message": "Not Found"}))]
    assert post(PLAN).out.startswith("updated")
    assert list(post.forge.comments) == [old]


def test_the_token_goes_nowhere_but_into_its_header(post: Post) -> None:
    post.forge.trouble += [("GET", Reply(400, {"message": f"what is {TOKEN}?"}))] * 2
    ran = post(PLAN, "-vv")
    assert ran.code == 1
    assert TOKEN not in ran.out + ran.err
    assert "what is ***" in ran.err
    for asked in post.forge.heard:
        assert TOKEN not in asked.path + str(asked.query) + str(asked.body)


def test_a_bug_does_not_tell_the_token(github: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise AssertionError(f"sent with {TOKEN}")

    monkeypatch.setattr("reconciler.forge.publish.publish", broken)
    ran = github(PLAN, "-vv")
    assert "this is a bug" in ran.err
    assert TOKEN not in ran.err

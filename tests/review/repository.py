"""The sample repository: `main`, and one branch for each pull request. Names, dates and so all hashes are fixed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.review import hostile
from tests.review.models import MODELS, SUPPORT, WORKSPACE, written
from tests.source.git import Git

WHEN = "2026-11-02T09:00:00+00:00"
STILL = {"GIT_AUTHOR_DATE": WHEN, "GIT_COMMITTER_DATE": WHEN}
UNTRACKED = ".cache/\n"

MOOD, TONE, CLAIMS = MODELS["review-mood"], MODELS["reply-tone"], MODELS["parcel-claims"]


class Sample(Git):
    """A repository in which everything happens at the same second."""

    def __init__(self, top: Path) -> None:
        super().__init__(top, "--object-format=sha1")
        (top / ".git/info/exclude").write_text(UNTRACKED)

    def __call__(self, *arguments: str, environ: dict[str, str] | None = None) -> str:
        return super().__call__(*arguments, environ={**STILL, **(environ or {})})


def one_row(git: Sample) -> None:
    """One answer of one dataset is corrected."""
    pairs = [(asked, "neutral" if asked == "We like the shop, thanks." else told) for asked, told in MOOD.pairs]
    git.write(MOOD.data, written(pairs))


def renamed(git: Sample) -> None:
    """A dataset gets another name, and its manifest follows; the examples are the same."""
    git("mv", TONE.data, "manifests/support/data/tone-of-replies.jsonl")
    git.write(TONE.manifest, TONE.declared(data="data/tone-of-replies.jsonl"))


def epochs(git: Sample) -> None:
    """Every model of the support gets twice as many epochs."""
    for model in SUPPORT:
        git.write(model.manifest, model.declared(epochs=6))


def deleted(git: Sample) -> None:
    """A model is no longer wanted: its manifest and its data go."""
    git("rm", "--quiet", CLAIMS.manifest, CLAIMS.data)


def greedy(git: Sample) -> None:
    """A model gets a hundred times as many epochs, and the workspace a budget that allows them."""
    git.write(MOOD.manifest, MOOD.declared(epochs=300))
    git.write("manifests/workspace.yaml", WORKSPACE.replace("maxCost: 50", "maxCost: 5000"))


PULLS: Mapping[str, Callable[[Sample], None]] = {
    "one-row": one_row,
    "renamed": renamed,
    "epochs": epochs,
    "deleted": deleted,
    "greedy": greedy,
    "hostile": hostile.valid,
    "invalid": hostile.invalid,
}
"""The pull requests, by their branches."""


def sample(top: Path) -> Sample:
    """Make the repository; `main` is checked out."""
    git = Sample(top)
    git.write("manifests/workspace.yaml", WORKSPACE)
    for model in MODELS.values():
        git.write(model.manifest, model.declared())
        git.write(model.data, written(model.pairs, model.form))
    git.commit()
    git.commit(**{"README.md": "The models of the shop.\n"})
    for branch, change in PULLS.items():
        git("checkout", "--quiet", "-b", branch, "main")
        change(git)
        git.commit()
    git("checkout", "--quiet", "main")
    return git

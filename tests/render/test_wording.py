"""A sign and a sentence for everything that a row can be."""

import pytest

from reconciler.plan.change import Action, Change, Effect, FieldChange
from reconciler.render.sign import SIGNS, Sign, legend, sign
from reconciler.render.wording import SENTENCES, headline
from reconciler.resource.address import Address
from reconciler.resource.reason import Reason

IGNORED = FieldChange("topP", 0.1, 0.2, Effect.IGNORED, Reason.DRIFTED)


def row(action: Action, *reasons: Reason, **facts: object) -> Change:
    return Change(Address("a"), action, reasons, "tunedModels/a", **facts)  # type: ignore[arg-type]  # by name below


def test_every_reason_has_a_sentence_of_its_own() -> None:
    assert set(SENTENCES) == set(Reason)
    assert len(set(SENTENCES.values())) == len(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_no_sentence_shows_its_placeholder(reason: Reason) -> None:
    said = headline(row(Action.DELETE, reason))
    assert said.startswith("delete: ")
    assert not set("{}") & set(said)


@pytest.mark.parametrize(
    ("change", "chosen", "said"),
    [
        (row(Action.NOOP), Sign.NONE, "unchanged"),
        (row(Action.NOOP, fields=(IGNORED,)), Sign.IGNORED, "ignored"),
        (
            row(Action.NOOP, Reason.UNDECLARED, Reason.IGNORED, intended=Action.DELETE),
            Sign.IGNORED,
            "ignored (delete): no manifest declares it any more; left alone, as asked",
        ),
        (row(Action.WAIT, Reason.TRAINING), Sign.WAIT, "training"),
        (
            row(Action.WAIT, Reason.SUPERSEDED),
            Sign.WAIT,
            "training: another model of this name takes its place",
        ),
        (
            row(Action.UPDATE, Reason.DRIFTED, fields=(FieldChange("topP", 0.1, 0.2, Effect.WRITE, Reason.DRIFTED),)),
            Sign.UPDATE,
            "update: not as declared: topP",
        ),
        (row(Action.UPDATE, Reason.RENAMED), Sign.UPDATE, "update: the same model under a new name"),
        (row(Action.UPDATE, Reason.MARK_LOST), Sign.ADOPT, "adopt: its mark of ownership is gone"),
        (row(Action.UPDATE, Reason.FORMER_OWNER), Sign.ADOPT, "adopt: it carries the mark of a former owner"),
        (
            row(Action.UPDATE, Reason.KEPT, strips=True),
            Sign.FORGET,
            "forget: no longer managed: lifecycle.onRemoval keeps the model",
        ),
        (row(Action.CREATE, Reason.ABSENT), Sign.CREATE, "create: no model of ours was trained as declared"),
        (row(Action.REPLACE, Reason.REQUESTED), Sign.REPLACE, "replace: asked for on the command line"),
        (row(Action.DELETE, Reason.UNDECLARED), Sign.DELETE, "delete: no manifest declares it any more"),
        (
            row(Action.NOOP, Reason.PROTECTED, refused=True, intended=Action.REPLACE),
            Sign.REFUSED,
            "refused to replace: lifecycle.protect is set",
        ),
        (
            row(Action.NOOP, Reason.NEWER_MARK, refused=True),
            Sign.REFUSED,
            "refused: its mark was written by a newer version",
        ),
        (
            row(Action.NOOP, Reason.AMBIGUOUS_RENAME, refused=True, intended=Action.WAIT),
            Sign.REFUSED,
            "refused: it may be a renamed model, or a new one",
        ),
    ],
)
def test_sign_and_headline(change: Change, chosen: Sign, said: str) -> None:
    assert (sign(change), headline(change)) == (chosen, said)


def test_every_action_has_a_sign() -> None:
    assert set(SIGNS) == set(Action)


def test_the_legend_names_the_signs_in_use_only_in_one_order() -> None:
    assert legend([Sign.DELETE, Sign.NONE, Sign.CREATE, Sign.DELETE]) == ["+ create", "- delete"]
    assert legend([Sign.NONE, Sign.IGNORED]) == []

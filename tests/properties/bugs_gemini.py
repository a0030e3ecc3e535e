"""Bugs that the Gemini provider could have."""

import pytest

from reconciler.providers.gemini import mark

Patch = pytest.MonkeyPatch


def marks_lost_on_update(patch: Patch) -> None:
    """The changed text is sent as it is, without the mark that lives beside it."""
    whole = mark.place

    def plain(carrier: str, text: str | None, token: str | None) -> str:
        return text if carrier and text is not None else whole(carrier, text, token)

    patch.setattr(mark, "place", plain)
    patch.setattr("reconciler.providers.gemini.trainings.shows", lambda *_: True)

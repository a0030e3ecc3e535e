"""How an address is written."""

import pytest

from reconciler.errors import UsageError
from reconciler.resource.address import Address, parse


@pytest.mark.parametrize("text", ["a", "TunedModel/a", "a-1", "TunedModel/a" + "b" * 62])
def test_with_or_without_its_kind(text: str) -> None:
    assert parse(text) == Address(text.removeprefix("TunedModel/"))


@pytest.mark.parametrize("text", ["", "A", "1a", "a-", "a.b", "a/b", "Workspace/a", "a\n", "a" * 64, "tunedModels/a"])
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(UsageError, match="is not an address") as error:
        parse(text)
    assert error.value.exit_code == 64

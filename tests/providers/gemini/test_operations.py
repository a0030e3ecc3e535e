"""Operations as the service tells them, well-formed or not."""

from typing import Any

import pytest

from reconciler.providers.gemini import operations
from reconciler.resource.observed import Operation


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        (
            {
                "name": "tunedModels/a/operations/b",
                "metadata": {"@type": "x", "tunedModel": "tunedModels/a", "totalSteps": 9},
            },
            Operation("tunedModels/a", done=False, name="tunedModels/a/operations/b"),
        ),
        ({"done": True, "response": {}}, Operation("", done=True)),
        ({"done": True, "error": {"code": 3, "message": "diverged"}}, Operation("", done=True, error="diverged")),
        ({"done": True, "error": {"code": 13}}, Operation("", done=True, error="error 13")),
        ({"done": True, "error": {}}, Operation("", done=True, error="error without a code")),
        ({"done": "true", "error": "x", "metadata": [], "name": 3}, Operation("", done=False)),
    ],
)
def test_operations(operation: dict[str, Any], read: Operation) -> None:
    assert operations.decode(operation) == read


def test_a_page() -> None:
    assert [o.name for o in operations.decode_page({"operations": [{"name": "o"}, 3]})] == ["o"]

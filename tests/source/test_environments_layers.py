"""Where the parts of a patched document stand, held against values that say themselves which layer wrote them."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.resource.environment import merged
from reconciler.source.layers import Layer, writer
from reconciler.source.tree import File

KEYS = st.sampled_from("abc")
SHAPES = st.recursive(
    st.none() | st.just("leaf"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
DOCUMENTS = st.lists(st.dictionaries(KEYS, SHAPES, max_size=3), min_size=1, max_size=4)


def signed(shape: Any, name: str) -> Any:
    """Put the name of a layer into the place of every leaf."""
    match shape:
        case dict():
            return {key: signed(part, name) for key, part in shape.items()}
        case list():
            return [signed(part, name) for part in shape]
        case _:
            return shape and name


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every leaf with its path."""
    match value:
        case dict() | list():
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            for step, part in parts:
                yield from leaves(part, (*path, step))
        case str():
            yield path, value
        case _:
            pass


@given(DOCUMENTS)
def test_every_value_is_found_in_the_layer_that_wrote_it(documents: list[Any]) -> None:
    layers = [
        Layer(File(f"{number}.yaml", f"/{number}.yaml"), "", 0, signed(document, f"{number}.yaml"))
        for number, document in enumerate(documents)
    ]
    result: Any = layers[0].value
    for layer in layers[1:]:
        result = merged(result, layer.value)
    for path, name in leaves(result):
        found = writer(layers, path)
        assert found
        assert found.name == name


@given(DOCUMENTS, KEYS)
def test_a_layer_may_begin_within_the_document(documents: list[Any], root: str) -> None:
    """As the patch of a workspace does, which is one of its spec."""
    base, *rest = ({root: document} for document in documents)
    layers = [Layer(File("0.yaml", "/0.yaml"), "", 0, signed(base, "0.yaml"))]
    result: Any = layers[0].value
    for number, document in enumerate(rest, 1):
        value = signed(document[root], f"{number}.yaml")
        layers.append(Layer(File(f"{number}.yaml", f"/{number}.yaml"), "", 0, value, root=(root,)))
        result = merged(result, {root: value})
    for path, name in leaves(result):
        found = writer(layers, path)
        assert found
        assert found.name == name

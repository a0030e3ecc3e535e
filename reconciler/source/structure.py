"""Which keys each part of a manifest may have: read off the models, so that advice never lags behind them."""

import functools
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel


def fields_at(model: type[BaseModel], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Give the keys that the part of a manifest at a path may have."""
    part: type[BaseModel] | None = model
    for step in path:
        part = next((inner for name, inner in _parts(part) if name == step), part) if part else None
    return tuple(_name(key, info) for key, info in part.model_fields.items()) if part else ()


def _name(key: str, info: Any) -> str:
    """The name of a field in a manifest."""
    return str(info.alias or key)


def _parts(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the fields of a model that are models themselves, or lists of them."""
    for key, info in model.model_fields.items():
        for inner in _models_in(info.annotation):
            yield _name(key, info), inner


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


@functools.cache
def homes_of(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """For every field of a kind, by name: the parts of a manifest that have it."""
    homes: dict[str, tuple[str, ...]] = {}

    def visit(part: type[BaseModel], path: str) -> None:
        for key, info in part.model_fields.items():
            homes[_name(key, info)] = (
                *homes.get(_name(key, info), ()),
                f"under {path}" if path else "at the top level",
            )
        for name, inner in _parts(part):
            visit(inner, f"{path}.{name}" if path else name)

    visit(model, "")
    return homes

"""What all parts of a published plan have in common: how they are validated, and the types of what they hold."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel

LENIENT = "lenient"
"""Validation context that skips unknown keys: for documents of a later minor version."""


def _encodable(text: object) -> object:
    """Show lone surrogates, which JSON can carry and UTF-8 cannot, as escapes."""
    return text.encode(errors="backslashreplace").decode() if isinstance(text, str) else text


Text: TypeAlias = Annotated[str, BeforeValidator(_encodable)]
Word: TypeAlias = Literal["noop", "wait", "update", "create", "replace", "delete"]
Resources: TypeAlias = Annotated[dict[str, Text], Field(description="What a model consists of, where it is several.")]
Money: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$", description="A decimal number.")]
Plain: TypeAlias = Text | bool | int | float | tuple[Text, ...] | None


class Part(BaseModel):
    """Base of every part of the document: frozen, camelCase, closed unless a later minor version is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _skip_additions(cls, content: Any, info: ValidationInfo) -> Any:
        """Leave out what this version does not know, where the reader asked for that."""
        if info.context != LENIENT or not isinstance(content, dict):
            return content
        known = {each.alias for each in cls.model_fields.values()}
        return {key: value for key, value in content.items() if key in known}

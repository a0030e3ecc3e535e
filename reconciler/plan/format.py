"""The published form of a plan: the models behind its JSON and its JSON Schema.

`formatVersion` is MAJOR.MINOR. A minor version adds keys, which older readers skip; a major one breaks, and is refused.
What the digest covers (context, wishes, acts) can only change with the major. Examples never get in here, and no path
says where the checkout lies.
"""

from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel

from reconciler.plan.change import Act
from reconciler.plan.digest import digest
from reconciler.plan.plan import Context, Wishes
from reconciler.resource.address import KIND, Address

LENIENT = "lenient"
"""Validation context that skips unknown keys: for documents of a later minor version."""


def _encodable(text: object) -> object:
    """Show lone surrogates, which JSON can carry and UTF-8 cannot, as escapes."""
    return text.encode(errors="backslashreplace").decode() if isinstance(text, str) else text


Text: TypeAlias = Annotated[str, BeforeValidator(_encodable)]
Word: TypeAlias = Literal["noop", "wait", "update", "create", "replace", "delete"]
Resources: TypeAlias = Annotated[dict[str, Text], Field(description="What a model consists of, where it is several.")]
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


class ContextPart(Part):
    """Where the plan is valid."""

    workspace: str
    owner: str
    provider: str
    service_version: str
    host: str
    project: str = ""
    location: str = ""
    policy: str = "sync"


class WishesPart(Part):
    """What was asked for beyond the manifests; addresses, sorted."""

    retry: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    unprotect: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()
    irreplaceable: tuple[str, ...] = ()
    new_attempt: tuple[str, ...] = ()


class SummaryPart(Part):
    """Rows by what they do; a refused row counts as refused and as nothing else."""

    create: int
    update: int
    replace: int
    delete: int
    training: int
    refused: int
    ignored: int
    notes: int


class FieldPart(Part):
    """One differing field."""

    path: str
    old: Plain
    new: Plain
    effect: Literal["write", "mark", "retrain", "ignored", "note"]
    reason: str
    why: Text


class ModelPart(Part):
    """A remote model that goes once the row's target is READY."""

    name: str
    state: Literal["READY", "TRAINING", "FAILED", "UNKNOWN"]
    created: str
    resources: Resources = {}


class StepsPart(Part):
    """Training steps. Not exact: the most there can be, because the service chooses the batch size."""

    count: int
    exact: bool


class GrantPart(Part):
    """Somebody who may use the old model and shall be able to use the new one."""

    grantee: str
    email: Text
    role: str


class DatasetPart(Part):
    """The declared training data: never its examples. `path` is `inline` for examples written in the manifest."""

    digest: str
    count: int
    input_characters: int
    output_characters: int
    estimated_tokens: int = 0
    path: Text


class OriginPart(Part):
    """Where the model is declared; line 0 means the whole file."""

    file: Text
    line: int


class ChangePart(Part):
    """One row: what happens to an address or to a leftover, and why. A refused row does nothing."""

    address: str
    action: Word
    reasons: tuple[str, ...]
    target: str
    refused: bool
    intended: Annotated[Word, Field(description="What a refused or ignored row would have done.")]
    detail: Text
    fields: tuple[FieldPart, ...]
    supersedes: tuple[ModelPart, ...]
    successor: str
    parent: Annotated[str, Field(description="The model that a training starts from.")] = ""
    resources: Resources = {}
    steps: StepsPart | None
    grants: tuple[GrantPart, ...]
    notes: tuple[Text, ...]
    dataset: DatasetPart | None
    origin: OriginPart | None
    inputs: Annotated[str, Field(description="SHA-256 of everything that only training can change.")]


class ActPart(Part):
    """One write to the remote."""

    address: str
    verb: Literal["create", "update", "delete"]
    name: str
    inputs: str
    fields: tuple[str, ...]
    successor: str


class PlanDocument(Part):
    """A whole plan. `digest` covers the format version, the context, the wishes and the acts."""

    format_version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    context: ContextPart
    wishes: WishesPart
    complete: Annotated[bool, Field(description="Whether the whole workspace was loaded and selected.")]
    summary: SummaryPart
    changes: tuple[ChangePart, ...]
    acts: tuple[ActPart, ...]
    warnings: tuple[Text, ...]
    owned: int
    foreign: int

    @property
    def place(self) -> Context:
        """Where the plan is valid, as the planner says it."""
        return Context(**self.context.model_dump())

    @property
    def wished(self) -> Wishes:
        """What was asked for, as the planner takes it."""
        named = self.wishes.model_dump().items()
        return Wishes(**{wish: frozenset(Address(a.removeprefix(f"{KIND}/")) for a in who) for wish, who in named})

    @property
    def writes(self) -> tuple[Act, ...]:
        """The acts, as the planner says them."""
        return tuple(Act(**act.model_dump()) for act in self.acts)

    @property
    def recomputed(self) -> str:
        """The digest that this document's own content gives."""
        return digest(self.format_version.partition(".")[0], asdict(self.place), self.wished.described(), self.writes)

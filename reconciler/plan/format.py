"""The published form of a plan: the models behind its JSON and its JSON Schema.

`formatVersion` is MAJOR.MINOR. A minor version adds keys, which older readers skip; a major one breaks, and is refused.
What the digest covers (context, wishes, acts) can only change with the major. Examples never get in here, and no path
says where the checkout lies.
"""

from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field

from reconciler.plan.change import Act
from reconciler.plan.digest import digest
from reconciler.plan.part import Money, Part, Text
from reconciler.plan.plan import Context, Wishes
from reconciler.plan.rowformat import ChangePart
from reconciler.resource.address import KIND, Address


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


class TotalPart(Part):
    """What the trainings that the plan begins take together. What is unknown is not in the sums."""

    trainings: int
    steps: int
    characters: Annotated[int, Field(description="Of the data, once; tokens are counted once an epoch.")]
    training_tokens: int
    seconds: Annotated[int, Field(description="Until the last one is READY; they run side by side.")]
    cost: Money
    thrown_away: Annotated[int, Field(description="Trainings under way that are superseded, and go on for nothing.")]
    wasted: Annotated[Money, Field(description="What those cost of which that is known.")]
    currency: Annotated[str, Field(description="Empty without prices.")]
    prices_as_of: str
    unknown_steps: Annotated[int, Field(description="Trainings of which the steps are not known; so with the others.")]
    unknown_tokens: int
    unknown_seconds: int
    unknown_cost: int
    unknown_wasted: Annotated[int, Field(description="How many of them nobody knows the cost of.")]


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
    environment: Annotated[str, Field(description="What people call the context; empty where there are none.")] = ""
    wishes: WishesPart
    complete: Annotated[bool, Field(description="Whether the whole workspace was loaded and selected.")]
    summary: SummaryPart
    total: TotalPart | None = None
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

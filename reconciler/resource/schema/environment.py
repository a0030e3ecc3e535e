"""What a document of kind Environment may say: how one set of manifests becomes the models of one workspace.

Patches are JSON merge patches (RFC 7396, before that RFC 7386): what they make of a document is what has to be valid,
so here they are mappings of anything.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from reconciler.resource.environment import GLOB_PATTERN
from reconciler.resource.schema.tunedmodel import Metadata, Part

MOST = 1000
"""Patches, and names left out: more than a person reviews, and no work without an end for what matches them."""

Glob = Annotated[str, Field(pattern=GLOB_PATTERN)]


class Target(Part):
    """Which models a patch is for: those that have the name and all the labels, as their own files say them."""

    name: Annotated[Glob | None, Field(description="metadata.name; * stands for any characters, ? for one.")] = None
    labels: Annotated[dict[str, str] | None, Field(description="Some of metadata.labels.")] = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        """All models are `name: "*"`: nobody should mean them by leaving something out."""
        if not self.name and not self.labels:
            raise PydanticCustomError("no_target", "needs name or labels, or name: '*' for all models")
        return self


class MetadataPatch(Part):
    """What may differ of the metadata; the name is what makes a model the same one everywhere."""

    labels: Annotated[dict[str, str | None], Field(default_factory=dict, description="Over metadata.labels.")]
    annotations: Annotated[dict[str, str | None], Field(default_factory=dict, description="Over metadata.annotations.")]


class ModelPatch(Part):
    """A merge patch: null removes a key, mappings are merged, anything else, lists too, replaces what was there."""

    metadata: Annotated[MetadataPatch, Field(default_factory=MetadataPatch)]
    spec: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="Over the spec. Paths of data start from the file that they are written in.",
        ),
    ]


class Patch(Part):
    """One change to some models."""

    target: Target
    patch: ModelPatch


class EnvironmentSpec(Part):
    """How this environment differs from the manifests; nothing at all makes it what they say themselves."""

    workspace: Annotated[
        dict[str, Any], Field(default_factory=dict, description="A merge patch over the spec of the Workspace.")
    ]
    patches: Annotated[
        tuple[Patch, ...], Field(strict=False, max_length=MOST, description="Applied one after the other.")
    ] = ()
    omit: Annotated[
        tuple[Glob, ...],
        Field(strict=False, max_length=MOST, description="Names of models that this environment does not declare."),
    ] = ()


class EnvironmentDocument(Part):
    """A whole document of kind Environment; metadata.name is what `-e` names."""

    api_version: Literal["reconciler.dev/v1alpha1"]
    kind: Literal["Environment"]
    metadata: Metadata
    spec: Annotated[EnvironmentSpec, Field(default_factory=EnvironmentSpec)]

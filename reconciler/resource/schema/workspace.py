"""What the document of kind Workspace may say."""

from typing import Annotated, Literal

from pydantic import Field

from reconciler.resource.prices import CURRENCY_PATTERN, DATE_PATTERN
from reconciler.resource.schema.tunedmodel import Lint, Metadata, Part
from reconciler.resource.workspace import (
    BUCKET_PATTERN,
    ENDPOINT_PATTERN,
    LOCATION_PATTERN,
    OWNER_PATTERN,
    PROJECT_PATTERN,
)

Owner = Annotated[str, Field(pattern=OWNER_PATTERN)]
Count = Annotated[int | None, Field(ge=0)]
Amount = Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]
Day = Annotated[str, Field(pattern=DATE_PATTERN)]
Base = Annotated[str, Field(min_length=1, max_length=200)]


class Limits(Part):
    """What one plan may do at most. Flags and environment can only tighten these."""

    max_creates: Count = None
    max_replaces: Count = None
    max_deletes: Count = None
    max_steps: Annotated[Count, Field(description="Training steps of all creates and replaces of a plan.")] = None
    max_cost: Annotated[
        Amount | None, Field(description="What all trainings of a plan may cost by `prices`, in their currency.")
    ] = None


class Prices(Part):
    """What training costs, as looked up by a person. Costs are estimated from it, and never known without it."""

    currency: Annotated[str, Field(pattern=CURRENCY_PATTERN, description="Its three letters (ISO 4217).")]
    as_of: Annotated[Day, Field(description="The day on which the prices were looked up.")]
    valid_until: Annotated[Day | None, Field(description="A later day gets a warning.")] = None
    per_million_tokens: Annotated[
        dict[Base, Amount],
        Field(
            min_length=1,
            description="By base model: the price of a million training tokens, those of the data once an epoch.",
        ),
    ]


class WorkspaceSpec(Part):
    """Where the models live and who owns them."""

    provider: Annotated[str | None, Field(pattern=r"^[a-z]{1,20}$", description="The remote service.")] = None
    service_version: Annotated[
        str | None,
        Field(pattern=r"^v[0-9]{1,3}((alpha|beta)[0-9]{0,3})?$", description="Version of the remote service's API."),
    ] = None
    endpoint: Annotated[
        str | None,
        Field(
            pattern=ENDPOINT_PATTERN,
            description="`emulator`: inside this process, state beside the manifests. Absent: the service itself.",
        ),
    ] = None
    project: Annotated[
        str | None,
        Field(pattern=PROJECT_PATTERN, description="Google Cloud project: of the models, or the quota of requests."),
    ] = None
    location: Annotated[
        str | None, Field(pattern=LOCATION_PATTERN, description="Region in which the models are trained and serve.")
    ] = None
    staging_bucket: Annotated[
        str | None,
        Field(pattern=BUCKET_PATTERN, description="gs://BUCKET or a folder in it: training data is put there."),
    ] = None
    owner: Annotated[
        Owner | None, Field(description="Mark on every model of this workspace; metadata.name if absent.")
    ] = None
    former_owners: Annotated[
        tuple[Owner, ...], Field(strict=False, description="Owners whose models this workspace takes over.")
    ] = ()
    keep_superseded: Annotated[int, Field(ge=0, le=100, description="How many replaced models of a name stay.")] = 0
    policy: Annotated[
        Literal["sync", "upsert-only", "create-only"],
        Field(description="Which kinds of change are made at all."),
    ] = "sync"
    limits: Limits = Limits()
    prices: Annotated[Prices | None, Field(description="For estimates of what a plan costs.")] = None
    lint: Lint = ()


class WorkspaceDocument(Part):
    """A whole document of kind Workspace."""

    api_version: Literal["reconciler.dev/v1alpha1"]
    kind: Literal["Workspace"]
    metadata: Metadata
    spec: WorkspaceSpec = WorkspaceSpec()

"""The service that tests are run against which are about no service in particular: `pytest --service NAME`.

What such a test needs to know of it stands here as data; everything else it takes from the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.plan.plan import Context
from reconciler.providers import services
from reconciler.providers.services import Service
from reconciler.resource.rules import Fields
from reconciler.resource.workspace import Workspace

OWNER = "acme"


@dataclass(frozen=True)
class Tested:
    """A service as the tests of the core see it.

    `paths` are its fields by the short names that tests use, `reported` what it says of a model for which nothing was
    declared.
    """

    workspace: Workspace
    base: str
    paths: Mapping[str, str]
    reported: Fields = field(default_factory=dict)

    @property
    def service(self) -> Service:
        """The service as the program knows it."""
        found = services.find(self.workspace)
        assert found is not None
        return found

    @property
    def context(self) -> Context:
        """Where plans are valid."""
        w = services.settle(self.workspace, self.service)
        return Context(
            w.name, w.owner, w.provider, w.service_version, "emulator", w.project or "", location=w.location or ""
        )


COMMON = {
    "base": "baseModel",
    "epochs": "hyperparameters.epochCount",
    "multiplier": "hyperparameters.learningRateMultiplier",
    "display_name": "displayName",
    "description": "description",
    "parent": "preTunedModel.address",
    "account": "serviceAccount",
    "last": "exportLastCheckpointOnly",
    "key": "kmsKeyName",
}
SERVICES = {
    "gemini": Tested(
        Workspace("ws", OWNER, "gemini"),
        "models/gemini-1.5-flash-001-tuning",
        {
            **COMMON,
            "source": "tunedModelSource.tunedModel",
            "batch": "hyperparameters.batchSize",
            "rate": "hyperparameters.learningRate",
            "temperature": "temperature",
            "projects": "readerProjectNumbers",
        },
        {
            "hyperparameters.epochCount": 5,
            "hyperparameters.batchSize": 4,
            "hyperparameters.learningRate": 0.001,
            "readerProjectNumbers": (),
            "description": "",
            "temperature": 0.9,
        },
    ),
    "vertex": Tested(
        Workspace("ws", OWNER, "vertex", project="a-project", location="us-central1", staging_bucket="gs://a-bucket"),
        "gemini-2.5-flash",
        {
            **COMMON,
            "source": "preTunedModel.name",
            "batch": "hyperparameters.adapterSize",
            "temperature": "labels.temperature",
        },
        {
            "hyperparameters.epochCount": 5,
            "hyperparameters.adapterSize": 4,
            "hyperparameters.learningRateMultiplier": 1.0,
            "exportLastCheckpointOnly": False,
            "description": "",
            "labels.temperature": "0.9",
        },
    ),
}

_chosen = "gemini"


def choose(name: str) -> None:
    """Run the tests against this service; before any test is collected."""
    global _chosen  # noqa: PLW0603 - the one setting of a whole run, given on its command line
    _chosen = name


def name() -> str:
    """The service that was chosen."""
    return _chosen


def tested() -> Tested:
    """The service that was chosen, as tests see it."""
    return SERVICES[_chosen]

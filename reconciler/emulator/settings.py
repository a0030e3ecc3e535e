"""What the emulated service does where the real one is not documented: one switch for each open question.

Every default is the behaviour that the public samples show, or, where they are silent, the most probable one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Echo = Literal["exact", "multiplier-as-rate", "omit-multiplier", "clamp", "resolve-base"]

JobState = Literal[
    "JOB_STATE_SUCCEEDED",
    "JOB_STATE_PARTIALLY_SUCCEEDED",
    "JOB_STATE_FAILED",
    "JOB_STATE_CANCELLED",
    "JOB_STATE_EXPIRED",
    "JOB_STATE_PAUSED",
    "JOB_STATE_UPDATING",
    "JOB_STATE_QUEUED",
]

TUNABLE_BASES = (
    "models/gemini-1.5-flash-001-tuning",
    "models/gemini-1.0-pro-001",
    "models/text-bison-001",
)

VERTEX_BASES: Mapping[str, tuple[int, ...]] = {
    "gemini-2.5-pro": (1, 2, 4, 8),
    "gemini-2.5-flash": (1, 2, 4, 8, 16),
    "gemini-2.5-flash-lite": (1, 2, 4, 8, 16),
    "gemini-2.0-flash-001": (1, 2, 4, 8),
    "gemini-2.0-flash-lite-001": (1, 2, 4, 8),
}

SLOWEST = 1e-6
"""Steps a second: eleven days for one. Much slower ones have no end that a record or a timestamp can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The behaviour of one emulator; immutable, and not stored in its state file.

    Speed, failure and the echoed values of a training are fixed in its record when it is created, so that
    a later process with other settings sees the same training. Raises ValueError for a speed below SLOWEST.
    """

    steps_per_second: float = 20.0
    """Speed of a training; `math.inf` ends it as soon as it starts."""
    start_delay: float = 0.3
    """Seconds from createTime to startTime; the samples show 0.1 to 0.7."""
    seed: int = 0
    """Enters every generated id, so that two emulators can be told apart or be made equal."""

    echo: Echo | frozenset[Echo] = "exact"
    """How hyperparameters and base come back:
    `exact` as sent; `multiplier-as-rate` resolves the multiplier to a learningRate; `omit-multiplier` shows
    neither; `clamp` cuts batchSize to the number of examples and epochCount to `epoch_max`; `resolve-base`
    shows the base that `base_aliases` names."""
    epoch_max: int = 50
    base_aliases: Mapping[str, str] = field(
        default_factory=lambda: {"models/gemini-1.5-flash-001-tuning": "models/gemini-1.5-flash-001"}
    )
    default_threshold: int = 100
    """From this number of examples on, the larger default batch size and its learning rate hold."""
    snapshot_limit: int | None = 1000
    """Most snapshots shown for one training outside v1beta3, thinned evenly; None shows all."""

    id_reuse: Literal["ok", "conflict"] = "ok"
    """Whether the id of a deleted model may be created again, or answers 409 for ever."""
    delete_creating: Literal["ok", "refuse"] = "ok"
    missing: Literal[403, 404] = 404
    """Answer for an id that does not exist; 403 does not disclose which ids are taken."""
    list_lag: int = 0
    """Number of lists (first pages) that miss a new model, or still show a deleted one."""
    after_cancel: Literal["failed", "active", "deleted"] = "failed"
    """What becomes of a model whose training is cancelled."""

    description_max: int | None = None
    """Longest description in characters, or None; `description_over` says what happens beyond it."""
    description_over: Literal["cut", "refuse"] = "cut"
    description_trim: bool = False
    """Whether white space around a description is dropped."""
    temperature_max: float = 1.0
    body_max: int = 4 * 1024 * 1024
    """Largest request body, in bytes."""

    tunable_bases: tuple[str, ...] = TUNABLE_BASES
    """Bases that can be tuned; the empty tuple is the public service since May 2025."""
    sources_refused: tuple[str, ...] = ("models/gemini-1.5",)
    """Prefixes of bases of which a tuned model cannot be tuned further (400)."""
    fail_after: Mapping[str, int] = field(default_factory=dict)
    """Text found in a model's id or displayName -> the step at which its training FAILS."""
    failure_code: int = 3
    """google.rpc.Code of such a failure in `Operation.error`."""
    failure_message: str = "The tuning job failed: the loss did not converge."

    operation_versions: tuple[str, ...] = ("v1", "v1beta", "v1beta3", "v1alpha")
    """API versions at which operations can be read."""
    cancel_versions: tuple[str, ...] = ("v1",)

    require_auth: bool = False
    """Whether a request must carry a credential that `accounts` knows."""
    account: str = "me@example.com"
    """Who calls with no credential, or with one that `accounts` does not know."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Bearer token or API key -> e-mail address of its account."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """E-mail address of a group -> its members."""
    pretty_print: bool = False
    """Whether answers are indented when the caller does not send `prettyPrint`."""

    project_numbers: Mapping[str, str] = field(default_factory=dict)
    """Vertex AI: id of a project -> the number that stands for it in the names of answers; both are accepted."""
    vertex_bases: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: VERTEX_BASES)
    """Vertex AI: bases that can be tuned -> their adapter sizes."""
    vertex_batch: int = 8
    """Vertex AI: examples a step; the service does not tell its own."""
    vertex_defaults: Literal["omit", "echo"] = "omit"
    """Vertex AI: whether hyperparameters that were not asked for are shown as resolved."""
    outcomes: Mapping[str, JobState] = field(default_factory=dict)
    """Vertex AI: text found in a job's tunedModelDisplayName -> the state that its training comes to instead of
    JOB_STATE_SUCCEEDED. JOB_STATE_PARTIALLY_SUCCEEDED has a Model and an Endpoint, every other state has none."""
    cancel_seconds: float = 0.0
    """Vertex AI: seconds in JOB_STATE_CANCELLING; a training that ends meanwhile has ended."""
    operation_seconds: float = 0.0
    """Vertex AI: seconds until an operation is done and has its effect; with 0 any later request finds it done."""
    busy: Literal["refuse", "ok"] = "refuse"
    """Vertex AI: whether a second operation on a resource is refused while one is under way, or begun too."""
    vertex_page_max: int = 1000
    """Vertex AI: largest page of a list; the service does not tell its own."""
    label_filter: Literal["ok", "refuse", "ignore", "nothing"] = "ok"
    """Vertex AI: whether the list of tuning jobs takes a filter on labels, answers 400, gives all jobs, or none."""
    label_level: Literal["model", "version"] = "model"
    """Vertex AI: whether the labels of a job go to the Model that it makes, or to its first version. Later versions
    have labels of their own. A Model is shown with both; where both have a key, the version's value is shown."""
    default_version: Literal["first", "newest"] = "newest"
    """Vertex AI: which version of a Model the alias `default` stands at after continuous tuning."""
    deployed_name: Literal["version", "model"] = "version"
    """Vertex AI: whether a DeployedModel names its Model with the version (`M@1`) or without."""

    buckets: tuple[str, ...] | None = None
    """Cloud Storage: buckets that exist; None means all."""
    bucket_location: str = "us-central1"
    """Cloud Storage: location of every bucket."""
    bucket_denials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Cloud Storage: bucket -> permissions that nobody has there, such as `storage.objects.delete` (403)."""
    object_versioning: bool = False
    """Cloud Storage: whether generations that were replaced or deleted can still be read by their number."""
    upload_seconds: float = 7 * 24 * 3600.0
    """Cloud Storage: life of the session of a resumable upload."""
    upload_gone: Literal[404, 410] = 404
    """Cloud Storage: answer for a session that has expired, was cancelled or never was."""
    upload_keeps: int | None = None
    """Cloud Storage: most bytes kept of one request of a resumable upload, a multiple of 256 KiB; None keeps all."""
    rewrite_bytes: int | None = None
    """Cloud Storage: most bytes that one rewrite request does; None does all at once."""

    def __post_init__(self) -> None:
        """Check the speed, which may come from a command line; NaN is none either."""
        if not self.steps_per_second >= SLOWEST:
            message = f"{self.steps_per_second:g} steps a second: expected {SLOWEST:f} or more"
            raise ValueError(message)

    def echoes(self, form: Echo) -> bool:
        """Tell whether the echo form is in force."""
        return self.echo == form if isinstance(self.echo, str) else form in self.echo

"""What a new workspace says at each service: its settings, and how its first model is trained."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Starter:
    """Lines of the workspace and of the first manifest.

    `called` is how the service is spoken of, `elsewhere` what is said to who gets it without having asked for it.
    """

    called: str
    settings: tuple[str, ...]
    base: str
    hyperparameters: tuple[str, ...]
    elsewhere: str = ""


STARTERS: Mapping[str, Starter] = {
    "gemini": Starter(
        "the Gemini API itself",
        (),
        "models/gemini-1.5-flash-001-tuning",
        ("epochCount: 5", "batchSize: 4"),
        "The Gemini API keeps the tuned models it has, and tunes no new ones: for Vertex AI add --provider vertex",
    ),
    "vertex": Starter(
        "Vertex AI itself",
        (
            "# For the service itself: your project, its region, and a bucket there for training data.",
            "project: my-project",
            "location: us-central1",
            "stagingBucket: gs://my-project-tuning",
        ),
        "gemini-2.5-flash",
        ("epochCount: 5", "adapterSize: 4"),
    ),
}

"""Short histories at Vertex AI, told for what they show: each ends well, and none would with the bug it is about."""

from dataclasses import dataclass
from typing import Any

from reconciler.emulator.settings import Settings
from tests.properties.steps import Apply, Declare, Edit, Meddle, Pass, Remove, Step, Strange

MODEL = Declare("a", "one", temperature=0.2)
OTHER = Edit(0, ("data", "two"))
FAMILY = (Declare("b", "one"), Declare("a", "two", parent="b"), Apply())
BEGINS = "POST .*/tuningJobs$"
"""The request that begins a training."""


LAGS = (2, 4, 6, 8, 10)
"""How many lists may not show a job. Which of them matters depends on how often the program looks. Lists that lagged
for longer than a claim is respected would be believed, so in random histories no such time goes by at once."""


@dataclass(frozen=True)
class Story:
    """What happens, and at what kind of service."""

    steps: tuple[Step, ...]
    settings: Settings


def _story(*steps: Step, **settings: Any) -> Story:
    return Story(steps, Settings(steps_per_second=5.0, **settings))


def _struck(trouble: Any, aim: str) -> Apply:
    return Apply(trouble=trouble, aim=aim)


STORIES = {
    **{
        f"killed when its training was begun, and {lag} lists lag": _story(
            MODEL, _struck("crash-after", BEGINS), list_lag=lag
        )
        for lag in LAGS
    },
    **{
        f"killed, and begun anew when its claim is old, and {lag} lists lag": _story(
            MODEL, _struck("crash-after", BEGINS), Pass(700), list_lag=lag
        )
        for lag in LAGS
    },
    "killed before its training was begun": _story(MODEL, _struck("crash-before", BEGINS)),
    "the answer is lost": _story(MODEL, _struck("lost-after", BEGINS)),
    "the answer is cut": _story(MODEL, _struck("cut", BEGINS)),
    "begun once more by hand": _story(MODEL, Apply(wait=False), Meddle("clone", 0), cancel_seconds=20.0),
    "changed in place": _story(MODEL, Apply(), Edit(0, ("temperature", 0.7))),
    "replaced": _story(MODEL, Apply(), OTHER),
    "replaced beside a guest with all the traffic": _story(MODEL, Apply(), Meddle("guest", 1), OTHER),
    "replaced beside a guest with none": _story(MODEL, Apply(), Meddle("guest", 0), OTHER),
    "replaced beside a version of somebody else": _story(MODEL, Apply(), Meddle("version", 0), Pass(100), OTHER),
    "failed, and changed": _story(
        MODEL, Edit(0, ("doomed", True)), Apply(), Edit(0, ("doomed", False)), Apply(), OTHER
    ),
    "failed, and not wanted any more": _story(MODEL, Edit(0, ("doomed", True)), Apply(), Remove(0)),
    "replaced in vain, and not wanted any more": _story(
        MODEL, Apply(), Edit(0, ("doomed", True)), OTHER, Apply(), Remove(0)
    ),
    "replaced in vain, and turned back": _story(
        MODEL, Apply(), OTHER, Apply(wait=False), Edit(0, ("doomed", True)), Edit(0, ("data", "three")), Apply(), OTHER
    ),
    "a part of the workspace is applied": _story(MODEL, Declare("b", "two"), Apply(), Apply(selected="a", folder=True)),
    "at a service that takes no filter": _story(
        MODEL, Declare("b", "two"), Strange(), Apply(), OTHER, label_filter="refuse"
    ),
    "the parent is replaced": _story(*FAMILY, Edit(1, ("data", "three"))),
    "the parent is replaced, and the run is killed": _story(
        *FAMILY, Edit(1, ("data", "three")), _struck("crash-after", "PATCH")
    ),
    "only an Endpoint is left of what was to be kept": _story(
        Declare("a", "one", on_removal="keep"), Apply(), Remove(0), Meddle("delete model", 0)
    ),
}

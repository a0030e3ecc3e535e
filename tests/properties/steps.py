"""What can happen in a history, one thing after the other, and how likely it is."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.properties.remote import land
from tests.properties.wire import REFUSALS, Trouble

NAMES = ("a", "b", "c")


@dataclass(frozen=True)
class Declare:
    """Write a manifest, new or other."""

    name: str
    data: str
    epochs: int | None = None
    temperature: float | None = None
    text: str | None = None
    keep: int = 0
    protect: bool = False
    on_removal: str = "delete"
    doomed: bool = False
    parent: str = ""
    measured: str | None = None


@dataclass(frozen=True)
class Edit:
    """Change one line of the nth manifest."""

    nth: int
    line: tuple[str, Any]


@dataclass(frozen=True)
class Remove:
    """Take the nth manifest away."""

    nth: int


@dataclass(frozen=True)
class Rename:
    """Give the nth manifest another name, with or without the annotation."""

    nth: int
    new: str
    annotated: bool = False


@dataclass(frozen=True)
class Apply:
    """Run the program; `trouble` strikes at the nth request, or at the nth of the kind `aim`, so many times in a row.

    A run may be about one selected name, of a workspace that it sees whole, or (`folder`) only this manifest of, with
    those that it builds upon.
    """

    wait: bool = True
    trouble: Trouble = ""
    at: int = 0
    times: int = 1
    retry: str = ""
    again: str = ""
    cancel: str = ""
    unprotect: str = ""
    selected: str = ""
    folder: bool = False
    policy: str = "sync"
    parallelism: int = 1
    aim: str = ""


@dataclass(frozen=True)
class Ponder:
    """Plan, show the plan to a person, and wait for the answer."""


@dataclass(frozen=True)
class Approve:
    """The answer is yes: carry out the plan as it was shown, whatever became of the world."""


@dataclass(frozen=True)
class Meddle:
    """Do something to the nth model by hand."""

    deed: str
    nth: int


@dataclass(frozen=True)
class Strange:
    """Somebody else's model comes to be."""


@dataclass(frozen=True)
class Forget:
    """Let a name go that no manifest declares any more: its models stay, and are nobody's."""

    name: str


@dataclass(frozen=True)
class Pass:
    """Time goes by."""

    seconds: int


Step: TypeAlias = Declare | Edit | Remove | Rename | Apply | Ponder | Approve | Meddle | Strange | Forget | Pass

_short, _long = land().reach
_lines = land().lines
_name = st.sampled_from(NAMES)
_nth = st.integers(0, 5)
_maybe = st.sampled_from(("", "", "", "", *NAMES))
_troubles = st.one_of(
    st.sampled_from(("crash-before", "crash-after")),
    st.sampled_from(("lost-before", "lost-after", "cut", "odd", *REFUSALS)),
)
_applies = st.one_of(
    st.builds(Apply),
    (_broken := st.builds(Apply, wait=st.booleans(), trouble=_troubles, at=st.integers(0, _short))),
    st.builds(
        Apply,
        wait=st.booleans(),
        trouble=_troubles,
        at=st.integers(0, _long),
        times=st.sampled_from((1, 1, 1, 8)),
        retry=_maybe,
        again=_maybe,
        cancel=_maybe,
        unprotect=_maybe,
        selected=_maybe,
        folder=st.booleans(),
        policy=st.sampled_from(("sync", "sync", "sync", "upsert-only", "create-only")),
    ),
    st.builds(Apply, wait=st.booleans(), again=_maybe, retry=_maybe, parallelism=st.sampled_from((1, 3))),
)
_aimed = [
    st.builds(Apply, wait=st.booleans(), trouble=_troubles, at=st.integers(0, 2), aim=st.sampled_from(land().aims))
    for _ in range(3 * bool(land().aims))
]
_edits = st.builds(Edit, _nth, st.sampled_from([(line, value) for line, values in _lines.items() for value in values]))
declares = st.builds(Declare, _name, **{line: st.sampled_from(values) for line, values in _lines.items()})
steps = st.one_of(
    declares,
    _edits,
    _edits,
    _applies,
    _applies,
    _broken,
    _broken,
    *_aimed,
    st.builds(Remove, _nth),
    st.builds(Rename, _nth, _name, st.booleans()),
    st.builds(Meddle, st.sampled_from(land().deeds), _nth),
    st.builds(Strange),
    st.builds(Forget, _name),
    st.builds(Ponder),
    st.builds(Approve),
    st.builds(Pass, st.sampled_from(land().moments)),
)

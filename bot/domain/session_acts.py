"""What people, the clock and a model may do about a session in a thread.

A click carries the turn that it was meant for; `domain/troubleshooting.py` says what becomes of each act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bot.domain.guidance import Check
from bot.domain.sessions import StepKind
from bot.domain.spending import Trouble
from bot.domain.trees import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the options that the flow offers, from 0."""

    by: str
    turn: int
    option: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SayElse:
    """An answer in own words. The flow is left, unless they are the words of an option."""

    by: str
    turn: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Leave the step out; the flow goes on where most sessions went."""

    by: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHelp:
    """The fix that the flow suggests did not help. The flow is left."""

    by: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStep:
    """What somebody checked or did where no flow leads, and what they found."""

    by: str
    turn: int
    kind: StepKind
    checked: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUp:
    """Have one of the suggested checks asked, from 0."""

    by: str
    turn: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """Take the last step back; it is asked anew."""

    by: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Follow the flow that was offered, from its first node."""

    by: str
    turn: int
    flow: tuple[int, int]
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """Ask once more what is asked, at the end of the thread."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Go on after a pause, or without the help that was asked for."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """`beside` are the turns of steps that did not matter: nothing is learnt from them.

    A flow that still asks something is left there: what fixed it is the answer.
    """

    by: str
    resolution: str
    rating: int | None = None
    flow_was_right: bool | None = None
    beside: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Ask a person or a channel (`to`, a Slack id) to take over."""

    by: str
    reason: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandon:
    """Give up. `by` is None when the clock does it."""

    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advise:
    """What may help in a turn where no flow leads; while `asks_model`, a model is still to propose a step."""

    turn: int
    suggested: tuple[Check, ...] = ()
    offered_flow: int | None = None
    asks_model: bool = False
    by: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """The step that a model proposes for the turn, or why it proposes none."""

    turn: int
    node: Node | None = None
    trouble: Trouble | None = None
    by: None = None


StepAct: TypeAlias = Answer | SayElse | Skip | NoHelp | LogStep | TakeUp | Back | Follow
"""What answers the step that is open, and is void for any other."""
Act: TypeAlias = (
    StepAct | AskAgain | Advise | Propose | Pause | Resume | Resolve | Escalate | TakeOver | Abandon
)

"""Capturing a conversation that is over as a resolved session: what somebody entered, and what may stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.conversations import ARROW, Account, Tried, read_tried
from bot.domain.errors import FlowPilotError
from bot.domain.merging import shortened
from bot.domain.proposals import MessageRef
from bot.domain.record_fields import UNSTORABLE
from bot.domain.sessions import (
    MAX_STEPS,
    NewSession,
    ProblemDomain,
    SessionSource,
    SessionStatus,
    Step,
    StepKind,
    id_from,
)
from bot.domain.threads import Learnt
from bot.domain.troubleshooting import Troubleshooting

MAX_PART = 500
"""Characters of what was checked, and of what was found."""
CLOCK_ALLOWANCE = timedelta(minutes=5)
"""How far the clock of somebody's computer may run ahead of ours."""
PICKED_TO = timedelta(minutes=1)
"""A moment is picked to the minute, a message has its microsecond."""


class InvalidCaptureError(FlowPilotError):
    """What was entered is no session: a sentence for each field that is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureEntered:
    """What somebody entered. `tried` has a line for each thing; `worked_by` is a Slack id."""

    problem: str
    tried: str
    resolution: str
    worked_by: str
    resolved_at: datetime
    domain: ProblemDomain | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A conversation that is a session; `is_new`: since just now. `learnt` is None as long as it is not analysed."""

    session_id: int
    is_new: bool = False
    learnt: Learnt | None = None


def captured_session(
    entered: CaptureEntered, at: MessageRef, *, people: tuple[str, ...], now: datetime
) -> NewSession:
    """The session of the conversation that begins `at` this message. `people` are names of those behind it.

    Raises:
        InvalidCaptureError: with all that is wrong.
    """
    problem, resolution = (UNSTORABLE.sub("", text).strip() for text in (entered.problem, entered.resolution))
    began_at, tried = moment_of(at), read_tried(UNSTORABLE.sub("", entered.tried))
    problems = {
        "problem": "" if problem else "Say what was wrong.",
        "tried": _wrong_with(tried),
        "resolution": "" if resolution else "Say what fixed it.",
        "resolved_at": _wrong_moment(entered.resolved_at, began_at, now),
    }
    if wrong := {name: words for name, words in problems.items() if words}:
        raise InvalidCaptureError(wrong)
    return NewSession(
        external_id=captured_id(at),
        source=SessionSource.CAPTURE,
        problem=problem,
        problem_domain=entered.domain,
        status=SessionStatus.RESOLVED,
        engineer=entered.worked_by,
        people=people,
        ticket=entered.ticket,
        created_at=began_at,
        resolved_at=max(began_at, entered.resolved_at),
        steps=tuple(_step(each) for each in tried),
        resolution=resolution,
    )


def captured_id(at: MessageRef) -> str:
    """What the session is known by that the conversation is captured as: always the same for the same thread."""
    return id_from(f"capture:{at.channel}:{at.ts}")


def account_of(worked: Troubleshooting, *, now: datetime) -> Account:
    """How far the session came until somebody took over, who tells now what fixed it."""
    session = worked.session
    steps = [(step.prompt, step.choice or step.answer_text) for step in session.steps]
    return Account(
        problem=session.problem,
        tried=tuple(Tried(_on_a_line(asked), _on_a_line(answer)) for asked, answer in steps if answer),
        domain=session.problem_domain,
        ticket=session.ticket,
        worked_by=worked.taken_by or "",
        fixed_at=now,
        is_from_session=True,
    )


def moment_of(at: MessageRef) -> datetime:
    """When the message was written."""
    return datetime.fromtimestamp(float(at.ts), UTC)


def _on_a_line(text: str) -> str:
    return shortened(" ".join(text.split()), MAX_PART)


def _step(tried: Tried) -> Step:
    is_question = tried.checked.endswith("?")
    return Step(
        kind=StepKind.QUESTION if is_question else StepKind.ACTION,
        prompt=tried.checked,
        answer_text=tried.found or None,
    )


def _wrong_with(tried: tuple[Tried, ...]) -> str:
    if not tried:
        return f"Say what was checked or done before, one a line: Is it plugged in? {ARROW} Yes"
    if len(tried) > MAX_STEPS:
        return f"{len(tried)} lines; {MAX_STEPS} is the most."
    long = next(
        (
            number
            for number, each in enumerate(tried, 1)
            if max(map(len, (each.checked, each.found))) > MAX_PART
        ),
        0,
    )
    return (
        f"Line {long} is too long; {MAX_PART} characters on each side of the arrow is the most."
        if long
        else ""
    )


def _wrong_moment(resolved_at: datetime, began_at: datetime, now: datetime) -> str:
    if resolved_at > now + CLOCK_ALLOWANCE:
        return "That lies in the future."
    return "The conversation began later than that." if resolved_at < began_at - PICKED_TO else ""

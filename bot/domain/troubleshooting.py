"""Troubleshooting in a thread: what is asked now, what people may do about it, and what becomes of the session.

Pure: `act` takes the session as it is and gives it as it will be, or says why not. What is asked has a number, its
`turn`, which no other question of the session ever gets; a click carries the turn that it was meant for. Every change
takes the next `revision`, and storage writes it only on the revision that it was made from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import FlowPilotError
from bot.domain.guidance import (
    NO_GUIDANCE,
    Check,
    CheckSource,
    Guidance,
    asked_again,
    is_asked_before,
)
from bot.domain.immaterial import immaterial
from bot.domain.session_acts import (
    Abandon,
    Act,
    Advise,
    Answer,
    AskAgain,
    Back,
    Escalate,
    Follow,
    LogStep,
    NoHelp,
    Pause,
    Propose,
    Resolve,
    Resume,
    SayElse,
    Skip,
    StepAct,
    TakeOver,
    TakeUp,
)
from bot.domain.sessions import MAX_STEPS, FlowPlace, Session, SessionStatus, Step, StepKind
from bot.domain.spending import Trouble
from bot.domain.trees import FlowTree, Node, NodeKind

OPEN = (SessionStatus.ACTIVE, SessionStatus.PAUSED, SessionStatus.REQUESTING_ESCALATION)
WORKED, NOT_WORKED = "It worked", "It did not help"
"""The answers to a fix that a flow suggests."""
ENDED_WORDS = {
    SessionStatus.RESOLVED: "resolved",
    SessionStatus.ESCALATED: "handed over",
    SessionStatus.ABANDONED: "given up",
}


class StepPassedError(FlowPilotError):
    """A click on what is no longer asked."""

    def __init__(self, passed: int | None, now: int) -> None:
        was = f"That was step {passed}" if passed else "That step was set aside"
        super().__init__(f"{was}; now it is step {now}. Answer the one at the end of the thread.")
        self.passed, self.now = passed, now


class SessionOverError(FlowPilotError):
    """The session has ended; ends are final."""

    def __init__(self, status: SessionStatus) -> None:
        ended = ENDED_WORDS[status]
        go_on = (
            "When it is solved, press Capture Resolution where it was handed over."
            if status is SessionStatus.ESCALATED
            else "To go on, start a new one outside of its thread."
        )
        super().__init__(f"This session is {ended} already. {go_on}")
        self.status = status


class SessionHaltedError(FlowPilotError):
    """The session is paused, or waits for somebody to take over."""

    def __init__(self, status: SessionStatus) -> None:
        paused = status is SessionStatus.PAUSED
        super().__init__(
            "This session is paused. Press Resume, then go on."
            if paused
            else "This session waits for somebody to take over. Press Carry On to go on yourself."
        )


class TooManyStepsError(FlowPilotError):
    def __init__(self) -> None:
        super().__init__(f"A session has at most {MAX_STEPS} steps. Resolve it, or escalate it.")


class SamePersonError(FlowPilotError):
    def __init__(self) -> None:
        super().__init__("You asked for help yourself, so somebody else has to take over.")


class NotPossibleNowError(FlowPilotError):
    """What was asked for makes no sense where the session is; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A note to the reviewers about a step, which counts from 1. `asked` is what it asks, empty where no flow does."""

    step: int
    note: str
    by: str
    asked: str = ""
    place: FlowPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubleshooting:
    """A session that is worked in a thread, and where it is.

    `flow` is the one that is followed (id, version), or was last; `node` is what it asks, None when it is left and
    people log what they do, with `guidance`. `offered_flow` fits what was found since. `asked_at` is when people were asked whether they
    go on. `reached_end`: it ended where the flow does. Of the last call for help: why, whom (a Slack id), by whom, and the turn it was made in. Times are aware.
    """

    session: Session
    revision: int
    turn: int
    flow: tuple[int, int] | None = None
    node: str | None = None
    offered_flow: int | None = None
    guidance: Guidance = NO_GUIDANCE
    paused_at: datetime | None = None
    asked_at: datetime | None = None
    touched_at: datetime
    flags: tuple[Flag, ...] = ()
    ended_by: str | None = None
    reached_end: bool = False
    escalation_reason: str | None = None
    escalated_to: str | None = None
    escalated_by: str | None = None
    escalated_turn: int | None = None
    taken_by: str | None = None
    flow_was_right: bool | None = None

    @property
    def status(self) -> SessionStatus:
        return self.session.status

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def step_number(self) -> int:
        """The number of the step that is open now, from 1."""
        return len(self.session.steps) + 1

    @property
    def place(self) -> FlowPlace | None:
        return FlowPlace(*self.flow, self.node) if self.flow and self.node else None

    @property
    def wants_advice(self) -> bool:
        """Whether people log what they do, and nobody has looked yet what could help them."""
        room = len(self.session.steps) < MAX_STEPS
        return self.status is SessionStatus.ACTIVE and self.node is None and self.guidance.is_open and room

    def asked(self, tree: FlowTree | None) -> Node | None:
        """What is asked: the flow's node (`tree` is the one that is followed), or a check off the flow."""
        if tree and self.node:
            return tree.nodes.get(self.node)
        return self.guidance.asked.node if self.guidance.asked else None


def act(now_is: Troubleshooting, wanted: Act, tree: FlowTree | None, *, at: datetime) -> Troubleshooting:
    """The session after the act, on its next revision. `tree` is the one of the flow version that is followed.

    Raises:
        SessionOverError, SessionHaltedError, StepPassedError, TooManyStepsError, SamePersonError, NotPossibleNowError
    """
    if not now_is.is_open:
        raise SessionOverError(now_is.status)
    if isinstance(wanted, StepAct):
        _require_asked(now_is, wanted.turn)
    node = now_is.asked(tree)
    after = _DO[type(wanted)](now_is, wanted, node, tree, at)
    if tree and after.node and after.node != now_is.node:
        after = replace(after, node=immaterial(tree).get(after.node, after.node))
    return replace(after, revision=now_is.revision + 1, touched_at=at, asked_at=None)


def is_repeated(now_is: Troubleshooting, wanted: Act) -> bool:
    """Whether this very act was carried out already: a double click, or a click that Slack delivered twice."""
    if isinstance(wanted, TakeOver):
        return now_is.taken_by == wanted.by
    if isinstance(wanted, TakeUp):
        taken = now_is.guidance.suggested[wanted.number : wanted.number + 1]
        return now_is.turn == wanted.turn and taken == (now_is.guidance.asked,)
    if not isinstance(wanted, Answer | SayElse | Skip | NoHelp | LogStep):
        return False
    done = next((step for step in now_is.session.steps if step.turn == wanted.turn), None)
    return done is not None and done.by == wanted.by and _is_answer(wanted, done)


def _is_answer(wanted: Answer | SayElse | Skip | NoHelp | LogStep, done: Step) -> bool:
    """Whether the step says what is wanted."""
    match wanted:
        case Answer(option=option):
            same = done.options[option : option + 1] == (done.choice,)
        case SayElse(text=text):
            same = text.strip() in (done.answer_text, done.choice)
        case LogStep(checked=checked, found=found):
            same = (checked.strip(), found.strip()) == (done.prompt, done.answer_text)
        case NoHelp():
            same = done.choice == NOT_WORKED
        case Skip():
            same = done.choice is None and done.answer_text is None
    return same


def usual_next(tree: FlowTree, node: Node) -> str | None:
    """Where most of the sessions went that the flow was learnt from; None from an end."""
    best = max(node.options, key=lambda option: len(tree.nodes[option.next].evidence), default=None)
    return best.next if best else None


def suggested_resolution(now_is: Troubleshooting, tree: FlowTree | None) -> str:
    """What the session's resolution probably is: the fix that the flow suggests."""
    node = now_is.asked(tree)
    return node.text if node and node.kind is NodeKind.RESOLUTION else ""


def _require_asked(now_is: Troubleshooting, turn: int) -> None:
    if turn != now_is.turn:
        passed = next((n for n, step in enumerate(now_is.session.steps, 1) if step.turn == turn), None)
        raise StepPassedError(passed, now_is.step_number)
    if now_is.status is not SessionStatus.ACTIVE:
        raise SessionHaltedError(now_is.status)


def _answer(
    now_is: Troubleshooting, wanted: Answer, node: Node | None, _tree: object, at: datetime
) -> Troubleshooting:
    if node is None or not 0 <= wanted.option < len(node.options):
        raise NotPossibleNowError("That answer is not offered any more.")
    option = node.options[wanted.option]
    return _stepped(now_is, _asked(now_is, node, wanted.by, at, choice=option.label), option.next or None)


def _say_else(
    now_is: Troubleshooting, wanted: SayElse, node: Node | None, _tree: object, at: datetime
) -> Troubleshooting:
    if node is None:
        raise NotPossibleNowError("No flow asks anything here. Log what you checked instead.")
    text = _in_words(wanted.text, "Say what you found.")
    if option := node.option_labelled(text):
        asked = _asked(now_is, node, wanted.by, at, choice=option.label)
        return _stepped(now_is, asked, option.next or None)
    return _stepped(now_is, _asked(now_is, node, wanted.by, at, answer_text=text), None)


def _skip(
    now_is: Troubleshooting, wanted: Skip, node: Node | None, tree: FlowTree | None, at: datetime
) -> Troubleshooting:
    if node is None or node.kind.is_end:
        raise NotPossibleNowError("There is nothing to skip here.")
    leads_to = usual_next(tree, node) if tree and now_is.node else None
    return _stepped(now_is, _asked(now_is, node, wanted.by, at), leads_to)


def _no_help(
    now_is: Troubleshooting, wanted: NoHelp, node: Node | None, _tree: object, at: datetime
) -> Troubleshooting:
    if node is None or node.kind is not NodeKind.RESOLUTION:
        raise NotPossibleNowError("The flow suggests no fix here.")
    step = _asked(now_is, node, wanted.by, at, choice=NOT_WORKED)
    return _stepped(now_is, replace(step, options=(WORKED, NOT_WORKED)), None)


def _log(
    now_is: Troubleshooting, wanted: LogStep, _node: object, _tree: object, at: datetime
) -> Troubleshooting:
    if now_is.node is not None:
        raise NotPossibleNowError("The flow asks something here. Answer it, or say Something Else.")
    step = Step(
        kind=wanted.kind,
        prompt=_in_words(wanted.checked, "Say what you checked."),
        answer_text=_in_words(wanted.found, "Say what you found."),
        at=at,
        by=wanted.by,
        turn=now_is.turn,
    )
    return _stepped(now_is, step, None)


def _back(
    now_is: Troubleshooting, _wanted: Back, _node: object, _tree: object, _at: datetime
) -> Troubleshooting:
    if not now_is.session.steps:
        raise NotPossibleNowError("This is the first step.")
    *steps, last = now_is.session.steps
    place = last.place
    return replace(
        now_is,
        session=replace(now_is.session, steps=tuple(steps)),
        turn=now_is.turn + 1,
        flow=(place.flow_id, place.version) if place else now_is.flow,
        node=place.node if place else None,
        offered_flow=None,
        guidance=replace(now_is.guidance.passed(), asked=asked_again(last)),
    )


def _follow(
    now_is: Troubleshooting, wanted: Follow, _node: object, _tree: object, _at: datetime
) -> Troubleshooting:
    if now_is.node is not None:
        raise NotPossibleNowError("This session follows a flow already.")
    return replace(
        now_is,
        turn=now_is.turn + 1,
        flow=wanted.flow,
        node=wanted.root,
        offered_flow=None,
        guidance=now_is.guidance.passed(),
    )


def _take_up(
    now_is: Troubleshooting, wanted: TakeUp, node: Node | None, _tree: object, _at: datetime
) -> Troubleshooting:
    if node is not None:
        raise NotPossibleNowError("Another check is asked already. Answer it, or log a step.")
    if not 0 <= wanted.number < len(now_is.guidance.suggested):
        raise NotPossibleNowError("That check is not suggested any more.")
    asked = now_is.guidance.suggested[wanted.number]
    return replace(now_is, guidance=replace(now_is.guidance, asked=asked, is_waiting=False))


def _advise(
    now_is: Troubleshooting, wanted: Advise, _node: object, _tree: object, _at: datetime
) -> Troubleshooting:
    if wanted.turn != now_is.turn or not now_is.wants_advice:
        raise NotPossibleNowError("The session has moved on.")
    guidance = replace(now_is.guidance, suggested=wanted.suggested, is_waiting=wanted.asks_model)
    return replace(now_is, guidance=guidance, offered_flow=wanted.offered_flow)


def _propose(
    now_is: Troubleshooting, wanted: Propose, _node: object, _tree: object, _at: datetime
) -> Troubleshooting:
    if wanted.turn != now_is.turn or not now_is.guidance.is_waiting:
        raise NotPossibleNowError("The session has moved on.")
    guidance = replace(now_is.guidance, is_waiting=False, trouble=wanted.trouble)
    if wanted.node is not None:
        if is_asked_before(now_is.session, now_is.guidance, wanted.node.text):
            guidance = replace(guidance, trouble=Trouble.UNREADABLE)
        else:
            guidance = replace(guidance, asked=Check(node=wanted.node, source=CheckSource.MODEL))
    return replace(now_is, guidance=guidance)


def _ask_again(
    now_is: Troubleshooting, _wanted: AskAgain, _node: object, _tree: object, _at: datetime
) -> Troubleshooting:
    return _shown_anew(now_is)


def _shown_anew(now_is: Troubleshooting) -> Troubleshooting:
    """The same in a new turn; what a model was to say about the old one comes too late."""
    guidance = replace(now_is.guidance, is_waiting=False)
    return replace(now_is, turn=now_is.turn + 1, guidance=guidance)


def _pause(
    now_is: Troubleshooting, _wanted: Pause, _node: object, _tree: object, at: datetime
) -> Troubleshooting:
    if now_is.status is not SessionStatus.ACTIVE:
        raise SessionHaltedError(now_is.status)
    return replace(now_is, session=replace(now_is.session, status=SessionStatus.PAUSED), paused_at=at)


def _resume(
    now_is: Troubleshooting, _wanted: Resume, _node: object, _tree: object, at: datetime
) -> Troubleshooting:
    if now_is.status is SessionStatus.ACTIVE:
        raise NotPossibleNowError("This session goes on already.")
    going_on = _without_pause(now_is, at)
    if now_is.status is SessionStatus.REQUESTING_ESCALATION:
        going_on = _shown_anew(going_on)
    return replace(going_on, session=replace(going_on.session, status=SessionStatus.ACTIVE))


def _resolve(
    now_is: Troubleshooting, wanted: Resolve, node: Node | None, _tree: object, at: datetime
) -> Troubleshooting:
    resolution = _in_words(wanted.resolution, "Say what fixed it: the next person finds it by your words.")
    reached_end = _is_end(now_is, node)
    ended = _without_pause(_left_with(now_is, node, resolution, wanted.by, at), at)
    session = replace(
        ended.session,
        status=SessionStatus.RESOLVED,
        resolution=resolution,
        rating=wanted.rating,
        resolved_at=max(at, ended.session.created_at),
        steps=_marked(ended, wanted, reached_end=reached_end),
    )
    return replace(
        ended,
        session=session,
        ended_by=wanted.by,
        reached_end=reached_end,
        flow_was_right=wanted.flow_was_right,
    )


def _left_with(
    now_is: Troubleshooting, node: Node | None, words: str, by: str, at: datetime
) -> Troubleshooting:
    """The session with what the flow asks last answered in these words, if it asks something and there is room."""
    is_asked_by_flow = now_is.node is not None and not _is_end(now_is, node)
    if node is None or not is_asked_by_flow or len(now_is.session.steps) >= MAX_STEPS:
        return now_is
    return _stepped(now_is, _asked(now_is, node, by, at, answer_text=words), None)


def _is_end(now_is: Troubleshooting, node: Node | None) -> bool:
    """Whether the flow leads no further from here, and so has done its part."""
    return now_is.node is not None and node is not None and node.kind.is_end


def _marked(now_is: Troubleshooting, wanted: Resolve, *, reached_end: bool) -> tuple[Step, ...]:
    """The steps, with those marked that did not matter: people say so, or a flow asked that was none for this problem.

    It was none when no answer of it applied, and people say that it was wrong or another flow led to its end.
    """
    steps = now_is.session.steps
    fitting = {step.place.flow_id for step in steps if step.place and step.choice is not None}
    last_followed = now_is.flow[0] if now_is.flow else None

    def was_none(place: FlowPlace) -> bool:
        another_led = reached_end and place.flow_id != last_followed
        return place.flow_id not in fitting and (wanted.flow_was_right is False or another_led)

    def is_beside(step: Step) -> bool:
        return step.turn in wanted.beside or (step.place is not None and was_none(step.place))

    return tuple(replace(step, is_beside=is_beside(step)) for step in steps)


def _escalate(
    now_is: Troubleshooting, wanted: Escalate, _node: object, _tree: object, at: datetime
) -> Troubleshooting:
    if now_is.status is SessionStatus.REQUESTING_ESCALATION:
        raise SessionHaltedError(now_is.status)
    asking = _without_pause(now_is, at)
    return replace(
        asking,
        session=replace(asking.session, status=SessionStatus.REQUESTING_ESCALATION),
        escalation_reason=_in_words(wanted.reason, "Say what the next person has to know."),
        escalated_to=wanted.to,
        escalated_by=wanted.by,
        escalated_turn=now_is.turn,
    )


def _take_over(
    now_is: Troubleshooting, wanted: TakeOver, node: Node | None, _tree: object, _at: datetime
) -> Troubleshooting:
    if now_is.status is not SessionStatus.REQUESTING_ESCALATION:
        raise NotPossibleNowError("Nobody asks for help with this session any more.")
    if wanted.by == now_is.escalated_by:
        raise SamePersonError
    taken = replace(now_is.session, status=SessionStatus.ESCALATED)
    reached_end = _is_end(now_is, node)
    return replace(now_is, session=taken, taken_by=wanted.by, ended_by=wanted.by, reached_end=reached_end)


def _abandon(
    now_is: Troubleshooting, wanted: Abandon, _node: object, _tree: object, at: datetime
) -> Troubleshooting:
    ended = _without_pause(now_is, at)
    return replace(ended, session=replace(ended.session, status=SessionStatus.ABANDONED), ended_by=wanted.by)


_DO: dict[
    type[Act], Callable[[Troubleshooting, Any, Node | None, FlowTree | None, datetime], Troubleshooting]
] = {
    Answer: _answer,
    SayElse: _say_else,
    Skip: _skip,
    NoHelp: _no_help,
    LogStep: _log,
    TakeUp: _take_up,
    Back: _back,
    Follow: _follow,
    AskAgain: _ask_again,
    Advise: _advise,
    Propose: _propose,
    Pause: _pause,
    Resume: _resume,
    Resolve: _resolve,
    Escalate: _escalate,
    TakeOver: _take_over,
    Abandon: _abandon,
}


def _asked(
    now_is: Troubleshooting,
    node: Node,
    by: str,
    at: datetime,
    *,
    choice: str | None = None,
    answer_text: str | None = None,
) -> Step:
    """The step that the node asked for, with its answer."""
    return Step(
        kind=StepKind.QUESTION if node.kind is NodeKind.QUESTION else StepKind.ACTION,
        prompt=node.text,
        options=tuple(option.label for option in node.options),
        choice=choice,
        answer_text=answer_text,
        help=node.help,
        at=at,
        by=by,
        place=now_is.place,
        turn=now_is.turn,
    )


def _stepped(now_is: Troubleshooting, step: Step, node: str | None) -> Troubleshooting:
    """One step further, with `node` asked next."""
    if len(now_is.session.steps) >= MAX_STEPS:
        raise TooManyStepsError
    return replace(
        now_is,
        session=replace(now_is.session, steps=(*now_is.session.steps, step)),
        turn=now_is.turn + 1,
        node=node,
        offered_flow=None,
        guidance=now_is.guidance.passed(step),
    )


def _without_pause(now_is: Troubleshooting, at: datetime) -> Troubleshooting:
    if now_is.paused_at is None:
        return now_is
    paused = now_is.session.paused + max(timedelta(0), at - now_is.paused_at)
    return replace(now_is, session=replace(now_is.session, paused=paused), paused_at=None)


def _in_words(text: str, otherwise: str) -> str:
    if not (words := text.strip()):
        raise NotPossibleNowError(otherwise)
    return words

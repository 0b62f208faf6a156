"""What people fill in about a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.domain.sessions import ProblemDomain, Step, StepKind
from bot.domain.words import domain_name
from bot.slack.ids import Callback, Field, SessionTurn
from bot.slack.mrkdwn import escape, plain
from bot.slack.views.blocks import (
    INPUT,
    Json,
    channel_input,
    choice_input,
    modal,
    person_input,
    section,
    several_input,
    text_input,
)

TICKET_CHARACTERS = 60
YES, NO, UNKNOWN = "yes", "no", "unknown"
FEWEST_STEPS = 2
RATINGS = {"5": "5, very well", "4": "4", "3": "3", "2": "2", "1": "1, badly"}
KINDS = {StepKind.QUESTION.value: "I checked something", StepKind.ACTION.value: "I changed something"}


def start_modal(
    problem: str = "", *, ticket: str | None = None, domain: ProblemDomain | None = None, place: str = ""
) -> Json:
    """Asks what is wrong. `place` is the thread ("C1:1.2") to work in; without one a channel is asked for."""
    domains = {domain.value: domain_name(domain.value) for domain in ProblemDomain}
    where = channel_input(
        Field.CHANNEL, "Channel", hint="The thread opens there. FlowPilot must be a member of the channel."
    )
    return modal(
        "Start a session",
        [
            text_input(Field.PROBLEM, "What is wrong?", plain(problem, INPUT), multiline=True),
            text_input(
                Field.TICKET,
                "Ticket",
                plain(ticket or "", TICKET_CHARACTERS),
                limit=TICKET_CHARACTERS,
                optional=True,
            ),
            choice_input(Field.DOMAIN, "Domain", domains, domain, optional=True),
            *([] if place else [where]),
        ],
        submit="Start",
        callback=Callback.SESSION_START.value,
        metadata=place or None,
    )


def else_modal(at: SessionTurn) -> Json:
    return modal(
        "Something else",
        [text_input(Field.TEXT, "What did you find?", multiline=True, limit=500)],
        submit="Save",
        callback=Callback.SESSION_ELSE.value,
        metadata=str(at),
    )


def log_modal(at: SessionTurn) -> Json:
    """What was done where no flow leads."""
    return modal(
        "Log a step",
        [
            text_input(Field.CHECKED, "What did you check or do?", limit=500),
            text_input(Field.FOUND, "What did you find?", limit=500),
            choice_input(Field.KIND, "Which was it?", KINDS, StepKind.QUESTION.value),
        ],
        submit="Save",
        callback=Callback.SESSION_LOG.value,
        metadata=str(at),
    )


def flag_modal(at: SessionTurn) -> Json:
    return modal(
        "Flag this step",
        [text_input(Field.TEXT, "What is wrong with it?", multiline=True, limit=1000)],
        submit="Flag",
        callback=Callback.SESSION_FLAG.value,
        metadata=str(at),
    )


def resolve_modal(
    at: SessionTurn, suggested: str, *, asks_about_flow: bool, steps: Sequence[Step] = ()
) -> Json:
    """Asks for the resolution; `suggested` is what the flow takes for it, `steps` what the session did."""
    right = choice_input(
        Field.FLOW_WAS_RIGHT, "Was the flow right?", {YES: "Yes", NO: "No", UNKNOWN: "Hard to say"}, UNKNOWN
    )
    return modal(
        "Resolved",
        [
            text_input(
                Field.RESOLUTION,
                "What fixed it?",
                plain(suggested, INPUT),
                multiline=True,
                hint="The next person with this problem finds it by your words.",
            ),
            *_beside_input(steps),
            choice_input(Field.RATING, "How well did FlowPilot help?", RATINGS, optional=True),
            *([right] if asks_about_flow else []),
        ],
        submit="Resolve",
        callback=Callback.SESSION_RESOLVE.value,
        metadata=str(at),
    )


def _beside_input(steps: Sequence[Step]) -> list[Json]:
    """Of several steps, those that led nowhere; of one there is nothing to choose."""
    answered = {
        str(step.turn): f"{number}. {step.prompt}"
        for number, step in enumerate(steps, 1)
        if step.turn is not None and (step.choice or step.answer_text)
    }
    if len(answered) < FEWEST_STEPS:
        return []
    return [
        several_input(
            Field.BESIDE,
            "Steps that did not matter",
            answered,
            hint="The next person is not asked them. Leave it empty when each of them led to the fix.",
        )
    ]


def escalate_modal(at: SessionTurn) -> Json:
    return modal(
        "Escalate",
        [
            text_input(Field.REASON, "What do you need help with?", multiline=True, limit=1000),
            person_input(Field.PERSON, "Ask a person", hint="By direct message.", optional=True),
            channel_input(
                Field.CHANNEL,
                "Or a channel",
                hint="FlowPilot must be a member of the channel.",
                optional=True,
            ),
        ],
        submit="Ask",
        callback=Callback.SESSION_ESCALATE.value,
        metadata=str(at),
    )


def help_modal(text: str) -> Json:
    """The help of a step."""
    return modal("Help", [section(escape(plain(text, INPUT)))])


_AT = SessionTurn(2, 3)
_STEPS = (
    Step(kind=StepKind.QUESTION, prompt="Is Windows <up to date>?", choice="Yes", turn=1),
    Step(kind=StepKind.QUESTION, prompt="Skipped", turn=2),
    Step(kind=StepKind.ACTION, prompt="Ping the gateway with large packets " * 4, answer_text="lost", turn=3),
)
EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "start": start_modal,
    "start with a ticket": partial(start_modal, ticket="INC<77>", domain=ProblemDomain.NETWORKING),
    "start in a thread": partial(start_modal, "VPN drops <again>", place="C0SUPPORT1:1795340000.000200"),
    "something else": partial(else_modal, _AT),
    "log": partial(log_modal, _AT),
    "flag": partial(flag_modal, _AT),
    "resolve": partial(resolve_modal, _AT, "Lower the MTU to 1350", asks_about_flow=True, steps=_STEPS),
    "resolve without a flow": partial(resolve_modal, _AT, "", asks_about_flow=False),
    "escalate": partial(escalate_modal, _AT),
    "help": partial(help_modal, "Unplug the <dock>, then try again"),
}

"""The Home tab: for reviewers the queue, for everybody what became of their work and how to help."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from bot.domain.cards import HomeFacts
from bot.domain.words import counted
from bot.slack.ids import COMMAND
from bot.slack.mrkdwn import inline
from bot.slack.views import samples
from bot.slack.views.blocks import Json, context, divider, header, section
from bot.slack.views.phrases import capitalised, names, waiting
from bot.slack.views.queue import NOTHING_WAITS, queue_blocks


def home_view(facts: HomeFacts, *, now: datetime) -> Json:
    """The Home tab of one member."""
    parts = _reviewer(facts, now) if facts.member.is_admin else _engineer(facts, now)
    note = context(f"Type `{COMMAND} help` in any channel to see what FlowPilot answers.")
    return {"type": "home", "blocks": [*parts, divider(), note]}


def _reviewer(facts: HomeFacts, now: datetime) -> Iterator[Json]:
    yield header("Review queue")
    if facts.queue.pending:
        yield from queue_blocks(facts.queue, facts.waiting, now=now)
    else:
        yield section(f"{NOTHING_WAITS} New proposals come when sessions are resolved.")
    yield section(_knowledge(facts))
    yield section(_own_work(facts))


def _engineer(facts: HomeFacts, now: datetime) -> Iterator[Json]:
    yield header("What you resolved")
    yield section(_own_work(facts))
    yield section(
        "FlowPilot learns from sessions that end with a resolution in words. Say what fixed the problem, "
        "and the next person finds it."
    )
    yield section(_knowledge(facts))
    reviewers = inline(names([each.name for each in facts.reviewers])) or "An admin"
    decides = f"{reviewers} decides what becomes a flow."
    yield section(f"{capitalised(waiting(facts.queue, now))}. {decides}")


def _own_work(facts: HomeFacts) -> str:
    count = facts.resolved_by_member
    if not count:
        return "FlowPilot knows of no session that you resolved yet."
    return f"You resolved {counted(count, 'session')}."


def _knowledge(facts: HomeFacts) -> str:
    if not facts.flows:
        return "No flow is published yet."
    verb = "is" if facts.flows == 1 else "are"
    return f"{counted(facts.flows, 'flow')} {verb} published."


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "reviewer": partial(home_view, samples.ADMIN_HOME, now=samples.NOW),
    "reviewer, empty queue": partial(home_view, samples.EMPTY_HOME, now=samples.NOW),
    "engineer": partial(home_view, samples.ENGINEER_HOME, now=samples.NOW),
}

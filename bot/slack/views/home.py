"""The Home tab: for reviewers the queue, for everybody what became of their work and how to help."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from bot.domain.dashboard import Dashboard
from bot.domain.homes import CLOSED_SESSIONS, HomeFacts
from bot.domain.review_queue import DEFAULT_FILTER, QueuePage
from bot.domain.sessions import ConfidenceTier
from bot.domain.statistics import Rate
from bot.domain.words import counted, share_of
from bot.slack.ids import COMMAND, Action
from bot.slack.mrkdwn import inline
from bot.slack.views import samples_homes as samples
from bot.slack.views.blocks import Json, actions, button, context, divider, header, section
from bot.slack.views.by_hand import propose_button
from bot.slack.views.gaps import stored_gap_buttons, stored_gap_line
from bot.slack.views.own_sessions import own_session_blocks
from bot.slack.views.phrases import capitalised, names, overdue, waiting
from bot.slack.views.proposals import NO_LINKS, Links
from bot.slack.views.queue import NOTHING_FITS, queue_title, workable_blocks
from bot.slack.views.sessions import start_button
from bot.slack.views.stats import headline_of

REVIEWERS_SESSIONS = 3
HOW_TO_HELP = (
    "FlowPilot learns from sessions that end with a resolution in words. Say what fixed the problem, "
    "and the next person finds it."
)


def home_view(facts: HomeFacts, links: Links = NO_LINKS, *, now: datetime) -> Json:
    """The Home tab of one member. `links` lead to the Slack threads of their sessions, by the sessions' ids."""
    if facts.page is not None:
        parts = [*_queue(facts, facts.page, now), *_month(facts), *_gaps(facts), *_own_sessions(facts, links)]
    else:
        parts = [*_own_sessions(facts, links), *_month(facts), *_queue_in_short(facts, now)]
    note = context(f"Type `{COMMAND} help` in any channel to see what FlowPilot answers.")
    return {"type": "home", "blocks": [*parts, divider(), note]}


def _queue(facts: HomeFacts, page: QueuePage, now: datetime) -> Iterator[Json]:
    """What a reviewer works through."""
    yield header(queue_title(facts.queue, now))
    if late := overdue(facts.queue, facts.remind_after_days):
        yield section(f"*{capitalised(late[0])}.*")
    if not facts.queue.pending:
        yield section(_nothing_to_review(facts.followed))
    yield from workable_blocks(page, now=now)
    if not page.rows and (facts.queue.pending or page.filter != DEFAULT_FILTER):
        yield section(NOTHING_FITS)


def _nothing_to_review(followed: int) -> str:
    if not followed:
        return "Nothing to review. New proposals come when sessions are resolved."
    if followed == 1:
        return "Nothing to review. The last session followed a flow you approved."
    return f"Nothing to review. The last {followed} sessions followed flows you approved."


def _queue_in_short(facts: HomeFacts, now: datetime) -> Iterator[Json]:
    """What those who do not decide may want to know of it."""
    yield header("Review")
    reviewers = inline(names([each.name for each in facts.reviewers])) or "An admin"
    state = [capitalised(waiting(facts.queue, now)), *overdue(facts.queue, facts.remind_after_days)]
    yield section(f"{'. '.join(state)}. {reviewers} decides what becomes a flow.")


def _month(facts: HomeFacts) -> Iterator[Json]:
    """The headline of the dashboard, and what is published."""
    yield header("Last 30 days")
    if facts.month is None or facts.month.is_empty:
        yield section(f"No sessions. {_knowledge(facts.flows)}")
        return
    words = f"{' · '.join(_headline(facts.month))}\n{_knowledge(facts.flows)}"
    yield section(words, button("Send Me the Dashboard", Action.HOME_DASHBOARD, "dashboard"))


def _headline(month: Dashboard) -> Iterator[str]:
    sessions, *figures = headline_of(month)
    yield sessions
    for figure in figures:
        changed = figure.endswith("resolved") and month.previous.sessions
        yield f"{figure} ({month.resolution_change.value})" if changed else figure
    guided = sum(row.sessions for row in month.tiers if row.tier == ConfidenceTier.GUIDED)
    if month.totals.sessions:
        yield f"{share_of(Rate(guided, month.totals.sessions))} guided by a flow"


def _knowledge(flows: int) -> str:
    if not flows:
        return "No flow is published yet."
    return f"{counted(flows, 'flow')} {'is' if flows == 1 else 'are'} published."


def _gaps(facts: HomeFacts) -> Iterator[Json]:
    """Where knowledge is missing, as the last look at it found."""
    if facts.gaps:
        yield header("Where knowledge is missing")
    for place, gap in enumerate(facts.gaps, 1):
        yield section(f"{place}. {stored_gap_line(gap)}")
        yield actions(stored_gap_buttons(gap))


def _own_sessions(facts: HomeFacts, links: Links) -> Iterator[Json]:
    """What the person works on, what came of what they resolved, and for engineers how to help."""
    yield header("My sessions")
    shown = REVIEWERS_SESSIONS if facts.page is not None else CLOSED_SESSIONS
    yield from own_session_blocks(facts.own, links, shown=shown)
    yield actions([start_button(), propose_button()])
    if facts.page is None:
        yield section(HOW_TO_HELP)


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "reviewer": partial(home_view, samples.ADMIN_HOME, samples.LINKS, now=samples.NOW),
    "reviewer, second page": partial(home_view, samples.LONG_HOME, now=samples.NOW),
    "reviewer, rejected ones": partial(home_view, samples.REJECTED_HOME, now=samples.NOW),
    "reviewer, empty queue": partial(home_view, samples.EMPTY_HOME, now=samples.NOW),
    "reviewer, nothing fits": partial(home_view, samples.FILTERED_HOME, now=samples.NOW),
    "engineer": partial(home_view, samples.ENGINEER_HOME, samples.LINKS, now=samples.NOW),
    "new engineer": partial(home_view, samples.NEW_ENGINEER_HOME, now=samples.NOW),
}

"""What waits for a review: as a list in a message, and in Home with all that it takes to work through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.domain.dashboard import UNKNOWN
from bot.domain.digests import QueueState
from bot.domain.proposals import REOPENABLE, Proposal, ProposalKind, ProposalStatus
from bot.domain.review_queue import AGES_DAYS, STATUSES, SUPPORTS, QueueKind, QueueOrder, QueuePage, QueueRow
from bot.domain.sessions import ProblemDomain
from bot.domain.trust import TrustLevel
from bot.domain.words import counted, domain_name, duration
from bot.slack.ids import Action, VersionedId
from bot.slack.mrkdwn import bold, escape, plain
from bot.slack.views import samples_homes as samples
from bot.slack.views.blocks import (
    OPTION,
    Json,
    actions,
    button,
    checkbox,
    context,
    message,
    modal,
    section,
    select,
)
from bot.slack.views.phrases import DECIDED, ago, came, capitalised, domain_words, lasting, waiting
from bot.slack.views.proposals import support_words, title_of
from bot.slack.views.replays import in_short, pending_warning
from bot.slack.views.trees import change_phrase

NOTHING_WAITS = "Nothing waits for a review."
NOTHING_FITS = "No proposal fits these filters."
TITLE_CHARACTERS = 120
NAMED = 3
DOUBTED = ":warning: *its flow is doubted*"
ALL = "all"
"""The value of the option that leaves nothing out."""
FILTERS = "queue.filters"
"""The block that holds the filters."""
_STATUS_WORDS = {
    ProposalStatus.PENDING: "Waiting",
    ProposalStatus.DISMISSED: "Parked",
    ProposalStatus.REJECTED: "Rejected",
    ProposalStatus.EXPIRED: "Expired",
}
_ORDER_WORDS: Mapping[str, str] = {
    QueueOrder.OLDEST: "Oldest first",
    QueueOrder.SUPPORT: "Most support first",
    QueueOrder.MINUTES: "Most time saved first",
}


def queue_answer(queue: QueueState, page: QueuePage, *, now: datetime) -> Json:
    """The queue as a message to the person who asked."""
    named = "; ".join(_named(row.proposal) for row in page.rows[:NAMED])
    first = f" {escape(named)}." if named else ""
    return message(f"{_headline(queue, now)}{first}", queue_blocks(queue, page, now=now))


def queue_modal(queue: QueueState, page: QueuePage, *, now: datetime) -> Json:
    return modal("Review queue", queue_blocks(queue, page, now=now))


def queue_blocks(queue: QueueState, page: QueuePage, *, now: datetime) -> list[Json]:
    """A headline, the proposals of the page, and how many more there are."""
    more = queue.pending - len(page.rows)
    rest = [context(f"{more} more wait. They move up as you decide.")] if more > 0 and page.rows else []
    rows = [section(_words(row, now), _review(row.proposal)) for row in page.rows]
    return [section(f"*{_headline(queue, now)}*"), *rows, *rest]


def workable_blocks(page: QueuePage, *, now: datetime) -> Iterator[Json]:
    """The page with its filters, a box to select each proposal, buttons for it, for the selected ones, and to turn the page."""
    yield _filters(page)
    for row in page.rows:
        yield from _workable(row, now)
    if buttons := [*_batch_buttons(page), *_page_buttons(page)]:
        yield actions(buttons)
    if page.pages > 1:
        yield context(
            f"Page {page.filter.page + 1} of {page.pages}, {counted(page.found, 'proposal')} in all."
        )


def queue_title(queue: QueueState, now: datetime) -> str:
    """For example "Review queue: 3 new flows · 2 changes · oldest 6 days"."""
    parts = [counted(queue.new_flows, "new flow")] * bool(queue.new_flows)
    parts += [counted(queue.changes, "change")] * bool(queue.changes)
    if queue.oldest_at is not None and now - queue.oldest_at >= timedelta(minutes=1):
        parts.append(f"oldest {lasting(now - queue.oldest_at)}")
    return f"Review queue: {' · '.join(parts)}" if parts else "Review queue"


def _headline(queue: QueueState, now: datetime) -> str:
    return f"{capitalised(waiting(queue, now))}." if queue.pending else NOTHING_WAITS


def _words(row: QueueRow, now: datetime) -> str:
    """What the proposal is, and in one line why it deserves a look."""
    proposal = row.proposal
    return f"{_kind(proposal)}: {bold(_title(proposal))}\n{_facts(row, now)}"


def _facts(row: QueueRow, now: datetime) -> str:
    proposal = row.proposal
    facts = [
        change_phrase(row.change) if row.change else None,
        DOUBTED if row.trust.level is TrustLevel.DOUBTED else None,
        _origin(proposal),
        in_short(proposal.replay) if proposal.replay else None,
        f"saves about {duration(row.minutes_saved)} a month" if row.minutes_saved >= 1 else None,
        domain_words(proposal.draft.problem_domain),
        _standing(proposal, now),
        pending_warning(proposal),
    ]
    return capitalised(" · ".join(fact for fact in facts if fact))


def _origin(proposal: Proposal) -> str | None:
    """Where it comes from; a proposal by hand may have sessions since."""
    if proposal.proposed_by is None:
        return support_words(proposal)
    sessions = proposal.support.sessions
    return "proposed by hand" + (f", {counted(sessions, 'session')} since" if sessions else "")


def _standing(proposal: Proposal, now: datetime) -> str:
    if proposal.decided_at is not None and proposal.status is not ProposalStatus.PENDING:
        return f"{DECIDED.get(proposal.status, proposal.status.value)} {ago(proposal.decided_at, now)}"
    return came(proposal.pending_since or proposal.created_at, now)


def _workable(row: QueueRow, now: datetime) -> Iterator[Json]:
    proposal = row.proposal
    shown = VersionedId(proposal.id, proposal.version)
    buttons = [_review(proposal)]
    if proposal.status in REOPENABLE:
        buttons.append(_button("Reopen", Action.PROPOSAL_REOPEN, proposal))
        yield section(_words(row, now))
    else:
        if proposal.kind is ProposalKind.NEW_FLOW:
            buttons.append(_button("Approve", Action.PROPOSAL_APPROVE, proposal))
        pick = actions([checkbox(Action.QUEUE_PICK, _named(proposal), str(shown))])
        yield {**pick, "block_id": f"{Action.QUEUE_PICK}.{shown}"}
        is_whole = len(_named(proposal)) <= OPTION
        yield section(_facts(row, now) if is_whole else _words(row, now))
    yield actions(buttons)


def _review(proposal: Proposal) -> Json:
    return _button("Review", Action.PROPOSAL_VIEW, proposal)


def _button(words: str, action: Action, proposal: Proposal) -> Json:
    shown = VersionedId(proposal.id, proposal.version)
    return button(words, action, str(shown), label=f"{words} {_kind(proposal).lower()}: {_title(proposal)}")


def _title(proposal: Proposal) -> str:
    return plain(title_of(proposal), TITLE_CHARACTERS)


def _kind(proposal: Proposal) -> str:
    return "New flow" if proposal.kind is ProposalKind.NEW_FLOW else "Change"


def _named(proposal: Proposal) -> str:
    """For example "New flow: VPN drops every ten minutes"."""
    return f"{_kind(proposal)}: {_title(proposal)}"


def _filters(page: QueuePage) -> Json:
    wanted = page.filter
    domains = {domain.value: domain_name(domain) for domain in ProblemDomain} | {UNKNOWN: "No domain"}
    kinds: dict[str, str] = {QueueKind.NEW_FLOW: "New flows", QueueKind.CHANGE: "Changes"}
    ages = {str(days): f"{counted(days, 'day')} or older" for days in AGES_DAYS}
    supports = {str(number): f"{counted(number, 'session')} or more" for number in SUPPORTS}
    elements = [
        select(
            Action.QUEUE_STATUS,
            "Status",
            {**{status: _STATUS_WORDS[status] for status in STATUSES}, ALL: "All statuses"},
            wanted.status or ALL,
        ),
        select(Action.QUEUE_DOMAIN, "Domain", {ALL: "All domains", **domains}, wanted.domain or ALL),
        select(Action.QUEUE_KIND, "Kind", {ALL: "All kinds", **kinds}, wanted.kind or ALL),
        select(Action.QUEUE_AGE, "Age", {ALL: "All ages", **ages}, str(wanted.min_age_days or ALL)),
        select(
            Action.QUEUE_SUPPORT,
            "Support",
            {ALL: "Any number of sessions", **supports},
            str(wanted.min_sessions or ALL),
        ),
        select(Action.QUEUE_ORDER, "Order", _ORDER_WORDS, wanted.order),
    ]
    return {**actions(elements), "block_id": FILTERS}


def _batch_buttons(page: QueuePage) -> Iterator[Json]:
    waiting_rows = [row for row in page.rows if row.proposal.status is ProposalStatus.PENDING]
    if any(row.proposal.kind is ProposalKind.NEW_FLOW for row in waiting_rows):
        yield button("Approve Selected", Action.QUEUE_APPROVE, "selected")
    if waiting_rows:
        yield button("Dismiss Selected", Action.QUEUE_DISMISS, "selected")


def _page_buttons(page: QueuePage) -> Iterator[Json]:
    shown = page.filter.page
    if shown > 0:
        yield button("Previous", Action.QUEUE_PREVIOUS, str(shown - 1), label="Previous page of the queue")
    if shown + 1 < page.pages:
        yield button("Next", Action.QUEUE_NEXT, str(shown + 1), label="Next page of the queue")


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "queue": partial(queue_answer, samples.QUEUE, samples.PAGE, now=samples.NOW),
    "empty queue": partial(queue_answer, samples.EMPTY_HOME.queue, QueuePage(), now=samples.NOW),
    "queue modal": partial(queue_modal, samples.QUEUE, samples.PAGE, now=samples.NOW),
}

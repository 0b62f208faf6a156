"""What waits for a review, as a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from bot.domain.digests import QueueState
from bot.domain.proposals import Proposal, ProposalKind
from bot.slack.ids import Action, VersionedId
from bot.slack.mrkdwn import bold, plain
from bot.slack.views import samples
from bot.slack.views.blocks import Json, button, context, message, modal, section
from bot.slack.views.phrases import came, capitalised, domain_words, waiting
from bot.slack.views.proposals import support_words, title_of
from bot.slack.views.replays import in_short, pending_warning

NOTHING_WAITS = "Nothing waits for a review."
TITLE_CHARACTERS = 120


def queue_answer(queue: QueueState, proposals: Sequence[Proposal], *, now: datetime) -> Json:
    """The queue as a message to the person who asked."""
    return message(_headline(queue, now), queue_blocks(queue, proposals, now=now))


def queue_modal(queue: QueueState, proposals: Sequence[Proposal], *, now: datetime) -> Json:
    return modal("Review queue", queue_blocks(queue, proposals, now=now))


def queue_blocks(queue: QueueState, proposals: Sequence[Proposal], *, now: datetime) -> list[Json]:
    """A headline, the proposals that are given (the oldest ones first), and how many more there are."""
    more = queue.pending - len(proposals)
    rest = [context(f"{more} more wait. They move up as you decide.")] if more > 0 and proposals else []
    return [section(f"*{_headline(queue, now)}*"), *(_row(each, now) for each in proposals), *rest]


def _headline(queue: QueueState, now: datetime) -> str:
    return f"{capitalised(waiting(queue, now))}." if queue.pending else NOTHING_WAITS


def _row(proposal: Proposal, now: datetime) -> Json:
    kind = "New flow" if proposal.kind is ProposalKind.NEW_FLOW else "Change"
    title = plain(title_of(proposal), TITLE_CHARACTERS)
    facts = [
        support_words(proposal.support),
        in_short(proposal.replay) if proposal.replay else None,
        domain_words(proposal.draft.problem_domain),
        came(proposal.pending_since or proposal.created_at, now),
        pending_warning(proposal),
    ]
    review = button(
        "Review",
        Action.PROPOSAL_VIEW,
        str(VersionedId(proposal.id, proposal.version)),
        label=f"Review: {title}",
    )
    return section(f"{kind}: {bold(title)}\n{' · '.join(fact for fact in facts if fact)}", review)


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "queue": partial(queue_answer, samples.QUEUE, samples.ADMIN_HOME.waiting, now=samples.NOW),
    "empty queue": partial(queue_answer, samples.EMPTY_HOME.queue, (), now=samples.NOW),
    "queue modal": partial(queue_modal, samples.QUEUE, samples.ADMIN_HOME.waiting, now=samples.NOW),
}

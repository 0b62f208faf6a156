"""Proposals by hand: the form that begins a new flow, and what its author is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.cards import ProposalCard
from bot.domain.proposals import REPEATABLE, ProposalStatus
from bot.domain.sessions import ProblemDomain
from bot.domain.words import domain_name
from bot.slack.ids import Action, Callback, DraftPlace, Field, VersionedId
from bot.slack.mrkdwn import bold, escape, inline
from bot.slack.views import samples_details
from bot.slack.views.blocks import Json, actions, button, message, modal, section, text_input
from bot.slack.views.details import withdraw_button
from bot.slack.views.proposals import record, title_of, view_flow_button
from bot.slack.views.step_forms import MAX_TITLE, option, select

TITLE = "Propose a flow"
MAX_QUESTION = 2000
MAX_ANSWERS = 800
FIRST_ANSWERS = "Yes\nNo"


def propose_button() -> Json:
    """For Home and wherever else somebody may want to begin."""
    return button("Propose a Flow", Action.PROPOSAL_BEGIN, "new")


def begin_form() -> Json:
    """What a new flow begins with; the editor takes it from there."""
    domains = [option(domain.value, domain_name(domain.value)) for domain in ProblemDomain]
    return modal(
        TITLE,
        [
            section("Begin with the first question. What comes behind its answers is written step by step."),
            text_input(Field.TITLE.value, "Title", limit=MAX_TITLE, hint="What is wrong, in a few words."),
            select(Field.DOMAIN.value, "Domain", domains, optional=True),
            text_input(Field.TEXT.value, "First question", multiline=True, limit=MAX_QUESTION),
            text_input(
                Field.LABEL.value,
                "Its answers",
                FIRST_ANSWERS,
                multiline=True,
                limit=MAX_ANSWERS,
                hint="One on each line.",
            ),
        ],
        submit="Begin",
        callback=Callback.PROPOSAL_BEGIN.value,
    )


def proposed_modal(card: ProposalCard) -> Json:
    """After it was proposed."""
    words = f"{bold(title_of(card.proposal))} waits for a review now. You are told what becomes of it."
    return modal("Proposed", [section(words), actions(_buttons(card))])


def kept_modal(words: str, place: DraftPlace) -> Json:
    """Somebody decided while a draft was in work; `words` (plain text) say who and what."""
    keep = button("Make It a Proposal", Action.DRAFT_KEEP, str(place), primary=True)
    more = "Your draft is kept. If the proposal is reopened, you go on with it there; or make it a proposal of your own now."
    return modal(
        "Edit proposal", [section(escape(words)), section(more), actions([keep])], metadata=str(place)
    )


def author_message(card: ProposalCard) -> Json:
    """How the proposal stands, for whoever made it."""
    proposal = card.proposal
    title = bold(title_of(proposal))
    if proposal.status is ProposalStatus.PENDING:
        reviewers = ", ".join(inline(each.name) for each in card.reviewers)
        by = f" by {reviewers}" if reviewers else ""
        sentence = f"Your proposal {title} waits for a review{by}."
    else:
        sentence = f"Your proposal {title}: {record(card)}."
    return message(sentence, [section(sentence), actions(_buttons(card))])


def _buttons(card: ProposalCard) -> list[Json]:
    proposal = card.proposal
    view = button(
        "View Details",
        Action.PROPOSAL_VIEW,
        str(VersionedId(proposal.id, proposal.version)),
        label=f"View Details: {title_of(proposal)}",
    )
    if proposal.status is ProposalStatus.PENDING:
        return [view, withdraw_button(card)]
    flow = view_flow_button(card)
    again = button(
        "Propose Again",
        Action.PROPOSAL_AGAIN,
        str(VersionedId(proposal.id, proposal.version)),
        label=f"Propose Again: {title_of(proposal)}",
    )
    can_repeat = proposal.status in REPEATABLE
    return [*([again] if can_repeat else []), *([flow] if flow else []), view]


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "begin": begin_form,
    "proposed": partial(proposed_modal, samples_details.BY_HAND),
    "draft kept": partial(kept_modal, "Chloe Marsh approved this 4 seconds ago.", DraftPlace(5, 3)),
    "to the author, waiting": partial(author_message, samples_details.BY_HAND),
    "to the author, expired": partial(author_message, samples_details.EXPIRED_BY_HAND),
    "to the author, rejected": partial(author_message, samples_details.REJECTED_BY_HAND),
}

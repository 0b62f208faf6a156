"""A proposal as reviewers see it: the card in the review channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.cards import ProposalCard
from bot.domain.proposals import REOPENABLE, Proposal, ProposalKind, ProposalStatus, Support
from bot.domain.redactions import redaction_words
from bot.domain.words import counted
from bot.slack.ids import Action, VersionedId
from bot.slack.mrkdwn import bold, day, escape, inline, mention, moment, one_line, plain
from bot.slack.views import samples
from bot.slack.views.blocks import Json, actions, button, context, header, message, section
from bot.slack.views.phrases import DECIDED, capitalised, domain_words
from bot.slack.views.trees import change_lines, first_steps

FIRST_STEPS = 5
EXAMPLE_CHARACTERS = 140
SUMMARY_CHARACTERS = 600
TITLE_CHARACTERS = 110
NO_PICTURE = "The picture of this flow could not be shown. View Details lists every step."


def proposal_card(card: ProposalCard, picture: Json | None) -> Json:
    """The card as a message. `picture` is the block that shows the tree; without one the card says so."""
    proposal = card.proposal
    parts = [
        header(_heading(card)),
        section("\n".join(_evidence(card))),
        picture or context(NO_PICTURE),
        section(_what_it_does(card)),
        context(_standing(proposal)),
        *_redactions(proposal.support),
        *([] if proposal.status is ProposalStatus.PENDING else [section(_record(card))]),
        actions(_buttons(card)),
    ]
    return message(_sentence(card), parts)


def support_words(support: Support) -> str:
    """For example "7 sessions by 4 engineers"."""
    by = f" by {counted(support.engineers, 'engineer')}" if support.engineers else ""
    return counted(support.sessions, "session") + by


def title_of(proposal: Proposal) -> str:
    """The title on one line; never empty."""
    return one_line(proposal.draft.title) or f"Proposal {proposal.id}"


def _heading(card: ProposalCard) -> str:
    if card.flow is None:
        return f"New flow: {title_of(card.proposal)}"
    return f"Change to {plain(card.flow.title, TITLE_CHARACTERS)} (version {card.flow.version})"


def _evidence(card: ProposalCard) -> list[str]:
    """Where it comes from, what it is about, and problems in people's own words; nothing is said twice."""
    draft = card.proposal.draft
    said = {_heading(card).casefold(), title_of(card.proposal).casefold(), ""}
    lines = [f"From {_support(card)}, {domain_words(draft.problem_domain)}."]
    summary = plain(draft.summary, SUMMARY_CHARACTERS)
    if summary.casefold() not in said:
        lines.append(escape(summary))
    said.add(summary.casefold())
    for example in (plain(words, EXAMPLE_CHARACTERS) for words in card.examples):
        if not any(text.startswith(example.casefold().rstrip("…")) for text in said):
            lines.append(f"“{escape(example)}”")
        said.add(example.casefold())
    return lines


def _support(card: ProposalCard) -> str:
    """What stands behind the proposal; two flows that are joined need no new session."""
    if card.absorbs and not card.proposal.support.sessions:
        return "the sessions behind the published flows"
    return support_words(card.proposal.support)


def _what_it_does(card: ProposalCard) -> str:
    tree = card.proposal.draft.tree
    if card.flow and card.change:
        lines = [
            f"Takes in the flow {bold(plain(each.title, TITLE_CHARACTERS))}, which is about the same problem; "
            "publishing archives it."
            for each in card.absorbs
        ]
        lines += change_lines(card.change, tree)
        return "\n".join(["*What changes*", *(f"• {line}" for line in lines)])
    return f"*Starts with*\n{first_steps(tree, FIRST_STEPS)}"


def _standing(proposal: Proposal) -> str:
    parts = [f"Version {proposal.version}"]
    if proposal.status is ProposalStatus.PENDING:
        parts.append(f"waiting since {day(proposal.pending_since or proposal.created_at)}")
    return " · ".join(parts)


def _redactions(support: Support) -> list[Json]:
    """What was taken out, by kind and number: "Taken out of 4 sessions before learning: 2 passwords and 1 IP address."."""
    if not support.redactions:
        return []
    of = counted(support.redacted, "session")
    return [context(f"Taken out of {of} before learning: {redaction_words(support.redactions)}.")]


def _record(card: ProposalCard) -> str:
    """What became of the proposal: "Approved by @ada · today at 14:02 · published as *VPN drops* version 1"."""
    proposal = card.proposal
    by = f" by {mention(proposal.decided_by)}" if proposal.decided_by else ""
    parts = [f"*{capitalised(DECIDED.get(proposal.status, proposal.status.value))}*{by}"]
    if proposal.decided_at:
        parts.append(moment(proposal.decided_at))
    parts += _consequence(card)
    return " · ".join(parts)


def _consequence(card: ProposalCard) -> list[str]:
    match card.proposal.status:
        case ProposalStatus.APPROVED | ProposalStatus.MODIFIED if card.published:
            version = card.proposal.published_version or card.published.version
            return [f"published as {bold(card.published.title)} version {version}"]
        case ProposalStatus.DISMISSED:
            return ["wakes when a new session supports it"]
        case ProposalStatus.REJECTED if card.proposal.reason:
            return [f"“{inline(card.proposal.reason)}”"]
        case ProposalStatus.EXPIRED:
            return ["nobody decided in time"]
        case ProposalStatus.MERGED if card.merged_into or card.published:
            into = card.merged_into or (card.published.title if card.published else "")
            return [f"became part of {bold(one_line(into))}, which is about the same problem"]
    return []


def _buttons(card: ProposalCard) -> list[Json]:
    proposal = card.proposal
    value = str(VersionedId(proposal.id, proposal.version))
    title = title_of(proposal)

    def click(words: str, action: Action, *, primary: bool = False) -> Json:
        return button(words, action, value, primary=primary, label=f"{words}: {title}")

    view = click("View Details", Action.PROPOSAL_VIEW)
    if proposal.status in REOPENABLE:
        return [click("Reopen", Action.PROPOSAL_REOPEN), view]
    if proposal.status is not ProposalStatus.PENDING:
        return [click("View Flow", Action.PROPOSAL_VIEW)]
    decisions = (
        [click("Approve", Action.PROPOSAL_APPROVE, primary=True), click("Edit", Action.PROPOSAL_EDIT)]
        if proposal.kind is ProposalKind.NEW_FLOW
        else [click("Edit & Publish", Action.PROPOSAL_EDIT, primary=True)]
    )
    later = [click("Dismiss", Action.PROPOSAL_DISMISS), click("Reject", Action.PROPOSAL_REJECT)]
    return [*decisions, *later, view]


def _sentence(card: ProposalCard) -> str:
    proposal = card.proposal
    what = inline(_heading(card))
    if proposal.status is ProposalStatus.PENDING:
        return f"{what}. From {_support(card)}; it waits for a review."
    return f"{what}: {DECIDED.get(proposal.status, proposal.status.value)}."


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "new flow": partial(proposal_card, samples.NEW_FLOW, samples.PICTURE),
    "new flow, picture missing": partial(proposal_card, samples.NEW_FLOW, None),
    "change": partial(proposal_card, samples.CHANGE, samples.PICTURE),
    "joining two flows": partial(proposal_card, samples.JOINING, samples.PICTURE),
    "merged": partial(proposal_card, samples.MERGED, samples.PICTURE),
    "approved": partial(proposal_card, samples.APPROVED, samples.PICTURE),
    "dismissed": partial(proposal_card, samples.DISMISSED, samples.PICTURE),
    "rejected": partial(proposal_card, samples.REJECTED, samples.PICTURE),
    "expired": partial(proposal_card, samples.EXPIRED, samples.PICTURE),
}

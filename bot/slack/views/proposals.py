"""A proposal as reviewers see it: the card in the review channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from bot.domain.cards import ProposalCard
from bot.domain.proposals import REOPENABLE, Proposal, ProposalKind, ProposalStatus, Support
from bot.domain.reasons import reason_words
from bot.domain.redactions import redaction_words
from bot.domain.words import counted, listed, percent
from bot.slack.ids import Action, VersionedId
from bot.slack.mrkdwn import bold, day, escape, inline, mention, moment, one_line, plain
from bot.slack.views import samples, samples_details
from bot.slack.views.blocks import Json, actions, button, context, header, message, section
from bot.slack.views.phrases import DECIDED, capitalised, domain_words, session_name
from bot.slack.views.replays import pending_warning, verdict
from bot.slack.views.trees import change_lines, change_phrase, first_steps

FIRST_STEPS = 5
EXAMPLE_CHARACTERS = 140
SUMMARY_CHARACTERS = 600
TITLE_CHARACTERS = 110
HEADING_CHARACTERS = 80
"""Characters of a title that leave room for what stands beside it in a header."""
NAME_CHARACTERS = 24
NO_PICTURE = "The picture of this flow could not be shown. View Details lists every step."


Links = Mapping[int, str]
NO_LINKS: Links = MappingProxyType({})


def proposal_card(card: ProposalCard, picture: Json | None, links: Links = NO_LINKS) -> Json:
    """The card as a message. `picture` is the block that shows the tree; without one the card says so.

    `links` lead to the Slack threads of sessions, by their ids.
    """
    proposal = card.proposal
    parts = [
        header(_heading(card)),
        section("\n".join(_evidence(card))),
        picture or context(NO_PICTURE),
        section(_what_it_does(card)),
        *([context(_sources(card, links))] if card.sources else []),
        context(_standing(proposal)),
        *_redactions(proposal.support),
        *([] if proposal.status is ProposalStatus.PENDING else [section(record(card))]),
        actions(_buttons(card)),
    ]
    return message(_sentence(card), parts)


def support_words(proposal: Proposal) -> str | None:
    """For example "7 sessions by 4 engineers"; None when its sessions stand behind the proposal that it became part of.

    Two flows that are joined need no new session.
    """
    support = proposal.support
    if not support.sessions and proposal.status is ProposalStatus.MERGED:
        return None
    if not support.sessions and proposal.absorbs:
        return "the sessions behind the published flows"
    by = f" by {counted(support.engineers, 'engineer')}" if support.engineers else ""
    return counted(support.sessions, "session") + by


def title_of(proposal: Proposal) -> str:
    """The title on one line; never empty."""
    return one_line(proposal.draft.title) or f"Proposal {proposal.id}"


def _heading(card: ProposalCard) -> str:
    """What will happen, and what stands behind it; a change for the worse says so instead."""
    what = _what(card)
    if pending_warning(card.proposal) and card.proposal.replay:
        return f"Leads {counted(len(card.proposal.replay.astray), 'session')} astray: {what[:1].lower()}{what[1:]}"
    return _with_origin(what, card)


def _with_origin(what: str, card: ProposalCard) -> str:
    origin = _origin(card)
    return f"{what}, {origin}" if origin else what


def _origin(card: ProposalCard) -> str:
    """For example "from 7 sessions by 4 engineers", or "proposed by Ben Okafor, 2 sessions since"; empty if unknown."""
    if card.proposal.proposed_by is None:
        support = support_words(card.proposal)
        return f"from {support}" if support else ""
    sessions = card.proposal.support.sessions
    also = f", {counted(sessions, 'session')} since" if sessions else ""
    return f"proposed by {plain(card.author or 'somebody', NAME_CHARACTERS)}{also}"


def _what(card: ProposalCard) -> str:
    if card.flow is None:
        title = one_line(card.draft.title) or title_of(card.proposal)
        return f"New flow: {plain(title, HEADING_CHARACTERS)}"
    version = card.proposal.base_version or card.flow.version
    return f"Change to {plain(card.flow.title, HEADING_CHARACTERS)} (version {version})"


def _evidence(card: ProposalCard) -> list[str]:
    """What it is about, how well it works, and problems in people's own words; nothing is said twice."""
    draft = card.draft
    said = {_what(card).casefold(), one_line(draft.title).casefold(), ""}
    domain = domain_words(draft.problem_domain)
    lines = [f"{capitalised(domain)}."]
    if worse := pending_warning(card.proposal):
        lines = [f"*{worse}*", f"{escape(capitalised(_origin(card)))}, {domain}."]
    if card.replay:
        lines[-1] += f" {verdict(card.replay)}"
    summary = plain(draft.summary, SUMMARY_CHARACTERS)
    if summary.casefold() not in said:
        lines.append(escape(summary))
    said.add(summary.casefold())
    for example in (plain(session.problem, EXAMPLE_CHARACTERS) for session in card.sources):
        if not any(text.startswith(example.casefold().rstrip("…")) for text in said):
            lines.append(f"“{escape(example)}”")
        said.add(example.casefold())
    return lines


def _what_it_does(card: ProposalCard) -> str:
    tree, as_edited = card.draft.tree, ", as edited" if card.edited else ""
    if card.flow and card.before:
        lines = [
            f"Takes in the flow {bold(plain(each.title, TITLE_CHARACTERS))}, which is about the same problem; "
            "publishing archives it."
            for each in card.absorbs
        ]
        lines += change_lines(card.before, tree)
        return "\n".join([f"*What changes{as_edited}*", *(f"• {line}" for line in lines)])
    return f"*Starts with{as_edited}*\n{first_steps(tree, FIRST_STEPS)}"


def _sources(card: ProposalCard, links: Links) -> str:
    """For example "Learnt from ticket 1042, T-77 and 5 more sessions"."""
    names = [session_name(session, links.get(session.id)) for session in card.sources]
    more = card.proposal.support.sessions - len(names)
    return "Learnt from " + listed([*names, *([counted(more, "more session")] if more > 0 else [])])


def _standing(proposal: Proposal) -> str:
    """Who says that it is worth a decision, its version, and since when it waits."""
    is_open = proposal.status in (ProposalStatus.FORMING, ProposalStatus.PENDING)
    by = f"proposed by {mention(proposal.proposed_by)}" if proposal.proposed_by else None
    parts = [by or (_certainty(proposal) if is_open else None), f"version {proposal.version}"]
    if proposal.status is ProposalStatus.PENDING:
        parts.append(f"waiting since {day(proposal.pending_since or proposal.created_at)}")
    return capitalised(" · ".join(part for part in parts if part))


def _certainty(proposal: Proposal) -> str:
    """What the analyst is sure of, which is not how good the flow is: for example "91 % sure that no known flow covers this"."""
    of = "it belongs to this flow"
    if proposal.kind is ProposalKind.NEW_FLOW:
        of = "no known flow covers this"
    elif proposal.absorbs and not proposal.support.sessions:
        of = "these flows are about the same problem"
    return f"{percent(proposal.confidence)} sure that {of}"


def _redactions(support: Support) -> list[Json]:
    """What was taken out, by kind and number: "Taken out of 4 sessions before learning: 2 passwords and 1 IP address."."""
    if not support.redactions:
        return []
    of = counted(support.redacted, "session")
    return [context(f"Taken out of {of} before learning: {redaction_words(support.redactions)}.")]


def record(card: ProposalCard) -> str:
    """What became of the proposal: "Approved by @ada · today at 14:02 · published as *VPN drops* version 1"."""
    proposal = card.proposal
    by = f" by {mention(proposal.decided_by)}" if proposal.decided_by else ""
    parts = [f"*{capitalised(DECIDED.get(proposal.status, proposal.status.value))}*{by}"]
    if proposal.decided_at:
        parts.append(moment(proposal.decided_at))
    parts.append(_consequence(card))
    return " · ".join(part for part in parts if part)


def _consequence(card: ProposalCard) -> str:
    proposal, flow = card.proposal, card.flow
    consequence = ""
    match proposal.status:
        case ProposalStatus.FORMING:
            consequence = "it waits for more sessions or for tomorrow before anybody is asked"
        case ProposalStatus.APPROVED | ProposalStatus.MODIFIED if card.published:
            version = proposal.published_version or card.published.version
            published = "published as" if proposal.status is ProposalStatus.APPROVED else "as"
            consequence = f"{published} {bold(card.published.title)} version {version}"
        case ProposalStatus.DISMISSED:
            consequence = " · ".join([*_reason(proposal), "wakes when a new session supports it"])
        case ProposalStatus.REJECTED:
            consequence = " · ".join(_reason(proposal))
        case ProposalStatus.EXPIRED if flow and card.is_superseded:
            again = "" if proposal.proposed_by else "; its sessions are analysed again"
            consequence = f"{bold(flow.title)} has changed since{again}"
        case ProposalStatus.EXPIRED:
            consequence = "nobody decided in time"
        case ProposalStatus.MERGED if card.merged_into or card.published:
            into = card.merged_into or (card.published.title if card.published else "")
            consequence = f"became part of {bold(one_line(into))}, which is about the same problem"
    return consequence


def _reason(proposal: Proposal) -> list[str]:
    """Why it was not taken, for example "outdated: “we left that gateway”"."""
    said = f"“{inline(proposal.reason)}”" if proposal.reason else None
    return [words] if (words := reason_words(proposal.reason_code, said)) else []


def _buttons(card: ProposalCard) -> list[Json]:
    proposal = card.proposal
    value = str(VersionedId(proposal.id, proposal.version))
    title = title_of(proposal)

    def click(words: str, action: Action, *, primary: bool = False) -> Json:
        return button(words, action, value, primary=primary, label=f"{words}: {title}")

    view = click("View Details", Action.PROPOSAL_VIEW)
    flow = view_flow_button(card)
    see = [*([flow] if flow else []), view]
    if card.is_superseded:
        return see
    if proposal.status in REOPENABLE:
        dismissed = proposal.status is ProposalStatus.DISMISSED
        why = [click("Say Why", Action.PROPOSAL_EXPLAIN)] if dismissed and not proposal.reason_code else []
        return [click("Reopen", Action.PROPOSAL_REOPEN), *why, view]
    if proposal.status is not ProposalStatus.PENDING:
        return see
    decisions = (
        [click("Approve", Action.PROPOSAL_APPROVE, primary=True), click("Edit", Action.PROPOSAL_EDIT)]
        if proposal.kind is ProposalKind.NEW_FLOW
        else [click("Edit & Publish", Action.PROPOSAL_EDIT, primary=True)]
    )
    later = [click("Dismiss", Action.PROPOSAL_DISMISS), click("Reject", Action.PROPOSAL_REJECT)]
    return [*decisions, *later, view]


def view_flow_button(card: ProposalCard) -> Json | None:
    """To what the proposal became, or to what it would have changed and cannot any more."""
    flow = card.published or (card.flow if card.is_superseded else None)
    if flow is None:
        return None
    words = "View Flow"
    return button(
        words, Action.FLOW_VIEW, str(VersionedId(flow.flow_id, flow.version)), label=f"{words}: {flow.title}"
    )


def _sentence(card: ProposalCard) -> str:
    """All that decides, for notifications and for those who hear it: what, from whom, how well it works, and its state."""
    proposal = card.proposal
    is_pending = proposal.status is ProposalStatus.PENDING
    parts = [
        pending_warning(card.proposal),
        f"{inline(_with_origin(_what(card), card))}.",
        f"It {change_phrase(card.change)}." if card.change else None,
        verdict(card.replay) if card.replay else None,
        "It waits for a review." if is_pending else f"{record(card)}.",
    ]
    return " ".join(part for part in parts if part)


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "new flow": partial(proposal_card, samples.NEW_FLOW, samples.PICTURE, samples.LINKS),
    "new flow, picture missing": partial(proposal_card, samples.NEW_FLOW, None),
    "change": partial(proposal_card, samples.CHANGE, samples.PICTURE),
    "change for the worse": partial(proposal_card, samples.WORSE, samples.PICTURE),
    "joining two flows": partial(proposal_card, samples.JOINING, samples.PICTURE),
    "forming": partial(proposal_card, samples.FORMING, samples.PICTURE),
    "merged": partial(proposal_card, samples.MERGED, samples.PICTURE),
    "approved": partial(proposal_card, samples.APPROVED, samples.PICTURE),
    "modified": partial(proposal_card, samples.MODIFIED, samples.PICTURE),
    "edited": partial(proposal_card, samples.EDITED, samples.PICTURE),
    "dismissed": partial(proposal_card, samples.DISMISSED, samples.PICTURE),
    "dismissed with a reason": partial(proposal_card, samples.PARKED, samples.PICTURE),
    "rejected": partial(proposal_card, samples.REJECTED, samples.PICTURE),
    "expired": partial(proposal_card, samples.EXPIRED, samples.PICTURE),
    "superseded": partial(proposal_card, samples.SUPERSEDED, samples.PICTURE),
    "by hand": partial(proposal_card, samples_details.BY_HAND, samples.PICTURE),
    "change by hand": partial(proposal_card, samples_details.CHANGE_BY_HAND, samples.PICTURE),
    "withdrawn": partial(proposal_card, samples_details.WITHDRAWN, samples.PICTURE),
}

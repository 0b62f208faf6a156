"""Everything about one proposal, to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.cards import ProposalCard, ProposalDetails
from bot.domain.proposals import ProposalStatus
from bot.domain.sessions import Session
from bot.slack.mrkdwn import bold, day, escape, link, plain
from bot.slack.views import samples
from bot.slack.views.blocks import Json, context, divider, modal, section, sections
from bot.slack.views.phrases import DECIDED, capitalised, domain_words, session_name
from bot.slack.views.proposals import NO_LINKS, Links, support_words, title_of
from bot.slack.views.replays import pending_warning, replay_lines
from bot.slack.views.trees import change_lines, step_lines

SHOWN_EVIDENCE = 20
SHOWN_CHANGES = 50
PROBLEM_CHARACTERS = 160
RESOLUTION_CHARACTERS = 200


def details_modal(details: ProposalDetails, permalink: str | None, links: Links = NO_LINKS) -> Json:
    """The whole tree, what it changes, how it works on sessions, and those behind it.

    `permalink` leads to the card, `links` to the Slack threads of sessions by their ids.
    """
    card, evidence = details.card, details.evidence
    proposal = card.proposal
    tree = proposal.draft.tree
    parts = [section(_introduction(card)), *([context(_where(card, permalink))] if permalink else [])]
    if lines := replay_lines(details, links):
        parts += sections("Replay", lines)
    if card.flow and card.before:
        changes = change_lines(card.before, tree, SHOWN_CHANGES)
        parts += sections("What changes", [f"• {line}" for line in changes])
    parts += [divider(), *sections("Steps", step_lines(tree)), divider()]
    parts += sections(
        "Learnt from", [_session(session, links.get(session.id)) for session in evidence[:SHOWN_EVIDENCE]]
    )
    more = proposal.support.sessions - min(len(evidence), SHOWN_EVIDENCE)
    parts += [context(f"… and {more} more")] if more > 0 else []
    return modal("Proposal", parts)


def _introduction(card: ProposalCard) -> str:
    proposal = card.proposal
    lines = [bold(title_of(proposal))]
    if worse := pending_warning(proposal):
        lines.insert(0, f"*{worse}*")
    if proposal.draft.summary.strip():
        lines.append(escape(plain(proposal.draft.summary, 1000)))
    state = capitalised(DECIDED.get(proposal.status, "waiting for a review"))
    domain = domain_words(proposal.draft.problem_domain)
    lines.append(f"{state} · {support_words(proposal.support)} · {domain} · version {proposal.version}")
    if card.flow:
        lines.append(f"Changes the flow {bold(card.flow.title)}, version {card.flow.version}.")
    return "\n".join(lines)


def _where(card: ProposalCard, permalink: str) -> str:
    is_open = card.proposal.status is ProposalStatus.PENDING
    return link(permalink, "Decide on its card" if is_open else "Open its card")


def _session(session: Session, permalink: str | None) -> str:
    facts = [day(session.created_at), session_name(session, permalink)]
    words = f"• “{escape(plain(session.problem, PROBLEM_CHARACTERS))}”, {', '.join(facts)}"
    if not session.resolution:
        return words
    return f"{words}: {escape(plain(session.resolution, RESOLUTION_CHARACTERS))}"


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "new flow": partial(
        details_modal,
        ProposalDetails(card=samples.NEW_FLOW, evidence=(samples.SESSION,)),
        "https://example.com/c/1",
    ),
    "change": partial(details_modal, ProposalDetails(card=samples.CHANGE, evidence=(samples.SESSION,)), None),
    "change for the worse": partial(
        details_modal,
        ProposalDetails(card=samples.WORSE, evidence=samples.SOURCES, failed=(samples.SESSION,)),
        None,
        samples.LINKS,
    ),
    "decided": partial(details_modal, ProposalDetails(card=samples.APPROVED), "https://example.com/c/1"),
}

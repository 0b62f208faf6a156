"""Everything about one proposal, to be read; each step and session of it opens on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from bot.domain.cards import ProposalCard, ProposalDetails, SimilarFlow
from bot.domain.evidence import sessions_at, written_at
from bot.domain.flags import touched
from bot.domain.proposals import ProposalStatus
from bot.domain.sessions import EXPLORING_FROM, GUIDED_FROM, Session
from bot.domain.trees import FlowTree, Node
from bot.domain.words import counted
from bot.slack.ids import Action, ProposalPart, VersionedId
from bot.slack.mrkdwn import bold, day, escape, link, mention, plain
from bot.slack.views import samples, samples_details
from bot.slack.views.blocks import (
    Json,
    actions,
    button,
    context,
    divider,
    modal,
    section,
    sections,
)
from bot.slack.views.evidence import menu, session_choice
from bot.slack.views.flags import flagged
from bot.slack.views.phrases import DECIDED, capitalised, domain_words, session_name
from bot.slack.views.proposals import NO_LINKS, Links, support_words, title_of
from bot.slack.views.replays import pending_warning, replay_lines
from bot.slack.views.trees import change_lines, step_lines

SHOWN_EVIDENCE = 12
SHOWN_STEPS = 15
"""Steps on a page: with what stands behind them, more than this is no overview."""
SHOWN_CHANGES = 20
SHOWN_QUOTES = 2
QUOTE_CHARACTERS = 80
CHOICE_CHARACTERS = 70
PROBLEM_CHARACTERS = 160
RESOLUTION_CHARACTERS = 200
TITLE_CHARACTERS = 120
SUMMARY_CHARACTERS = 1000
FITS = ((GUIDED_FROM, "about the same problem"), (EXPLORING_FROM, "perhaps about the same problem"))
"""How well a flow fits, in words: from the scores on at which a flow guides a session, or is tried."""
SHARES_WORDS = "shares some of its words"


def details_modal(
    details: ProposalDetails, permalink: str | None, links: Links = NO_LINKS, *, page: int = 0
) -> Json:
    """The tree with what stands behind each step, what it changes, how it works on sessions, and what is like it.

    `permalink` leads to the card, `links` to the Slack threads of sessions by their ids.
    """
    card = details.card
    tree = card.proposal.draft.tree
    parts = [section(_introduction(card)), *([context(_where(card, permalink))] if permalink else [])]
    parts.append(actions(_buttons(details)))
    if lines := replay_lines(details, links):
        parts += sections("Replay", lines)
    if card.flow and card.before:
        changes = change_lines(card.before, tree, SHOWN_CHANGES)
        parts += sections("What changes", [f"• {line}" for line in changes])
    parts += flagged("Flagged in the flow", details.flags, _changed_in(card))
    parts += [divider(), *_steps(details, page), divider(), *_sessions(details, links)]
    if details.similar:
        parts += [divider(), section("*Similar flows*"), *map(_similar, details.similar)]
    return modal("Proposal", parts)


def _changed_in(card: ProposalCard) -> frozenset[str]:
    """The steps of the published flow that the proposal changes."""
    return touched(card.before, card.proposal.draft.tree) if card.before else frozenset()


def _introduction(card: ProposalCard) -> str:
    proposal = card.proposal
    lines = [bold(title_of(proposal))]
    if worse := pending_warning(proposal):
        lines.insert(0, f"*{worse}*")
    summary = plain(proposal.draft.summary, SUMMARY_CHARACTERS)
    if summary.casefold() not in ("", title_of(proposal).casefold()):
        lines.append(escape(summary))
    state = capitalised(DECIDED.get(proposal.status, "waiting for a review"))
    by = f"proposed by {mention(proposal.proposed_by)}" if proposal.proposed_by else None
    facts = [
        state,
        by,
        support_words(proposal) if proposal.support.sessions or not by else None,
        domain_words(proposal.draft.problem_domain),
        f"version {proposal.version}",
    ]
    lines.append(" · ".join(fact for fact in facts if fact))
    if card.flow:
        lines.append(f"Changes the flow {bold(card.flow.title)}, version {card.flow.version}.")
    if card.edited:
        lines.append("This is what was proposed. A reviewer edited it; the card shows what was published.")
    return "\n".join(lines)


def _where(card: ProposalCard, permalink: str) -> str:
    is_open = card.proposal.status is ProposalStatus.PENDING
    return link(permalink, "Decide on its card" if is_open else "Open its card")


def _buttons(details: ProposalDetails) -> list[Json]:
    proposal = details.card.proposal
    history = button("History", Action.PROPOSAL_HISTORY, str(ProposalPart(proposal.id, 0)))
    is_author = details.seen_by is not None and proposal.proposed_by == details.seen_by.id
    can_withdraw = is_author and proposal.status is ProposalStatus.PENDING
    return [history, *([withdraw_button(details.card)] if can_withdraw else [])]


def withdraw_button(card: ProposalCard) -> Json:
    """For the author alone, while the proposal waits."""
    proposal = card.proposal
    return button(
        "Withdraw",
        Action.PROPOSAL_WITHDRAW,
        str(VersionedId(proposal.id, proposal.version)),
        label=f"Withdraw: {title_of(proposal)}",
        confirm=("Withdraw this proposal?", "It leaves the review queue for good. You can propose it anew."),
    )


def _steps(details: ProposalDetails, page: int) -> Iterator[Json]:
    """One page of the tree: each step with the sessions behind it and what engineers wrote there."""
    proposal = details.card.proposal
    tree = proposal.draft.tree
    lines = step_lines(tree)
    pages = max(1, -(-len(lines) // SHOWN_STEPS))
    page = min(max(0, page), pages - 1)
    first = page * SHOWN_STEPS
    known = {session.id: session for session in details.evidence}
    walked = list(tree.walk())[first : first + SHOWN_STEPS]
    shown = [
        f"{line}{_behind(node, known)}"
        for line, (_, node, _) in zip(lines[first : first + SHOWN_STEPS], walked, strict=True)
    ]
    label = "Step by step" if pages == 1 else f"Step by step, page {page + 1} of {pages}"
    yield from sections(label, shown)
    choices = {
        str(ProposalPart(proposal.id, first + at)): f"{first + at}. {plain(node.text, CHOICE_CHARACTERS)}"
        for at, (_, node, _) in enumerate(walked, 1)
    }
    back = ("Previous Steps", Action.PROPOSAL_PAGE_BACK, page - 1)
    on = ("More Steps", Action.PROPOSAL_PAGE_ON, page + 1)
    turning = [
        button(words, action, str(ProposalPart(proposal.id, number)))
        for words, action, number in (back, on)
        if 0 <= number < pages
    ]
    yield actions([menu(Action.PROPOSAL_STEP, "Look at a step", choices), *turning])


def _behind(node: Node, known: Mapping[int, Session]) -> str:
    """For example "↳ 5 sessions: “the light is off”, “it was unplugged”", on a line of its own."""
    sessions = sessions_at(node)
    if not sessions:
        return ""
    own_words = node.text.strip().casefold()
    written = [text for text in written_at(node, known) if text.casefold() != own_words]
    quotes = [f"“{escape(plain(text, QUOTE_CHARACTERS))}”" for text in written[:SHOWN_QUOTES]]
    said = f": {', '.join(quotes)}" if quotes else ""
    return f"\n      ↳ {counted(len(sessions), 'session')}{said}"


def _sessions(details: ProposalDetails, links: Links) -> Iterator[Json]:
    proposal, shown = details.card.proposal, details.evidence[:SHOWN_EVIDENCE]
    if not shown and proposal.proposed_by:
        yield context("Nothing was learnt for this: it was proposed by hand.")
        return
    yield from sections("Learnt from", [_session(session, links.get(session.id)) for session in shown])
    more = max(proposal.support.sessions, len(details.evidence)) - len(shown)
    if more > 0:
        yield context(f"… and {more} more")
    if shown:
        yield actions([session_choice(proposal.id, shown)])


def _session(session: Session, permalink: str | None) -> str:
    facts = [day(session.created_at), session_name(session, permalink)]
    words = f"• “{escape(plain(session.problem, PROBLEM_CHARACTERS))}”, {', '.join(facts)}"
    if not session.resolution:
        return words
    return f"{words}: {escape(plain(session.resolution, RESOLUTION_CHARACTERS))}"


def _similar(similar: SimilarFlow) -> Json:
    title = plain(similar.flow.title, TITLE_CHARACTERS) or f"Flow {similar.flow.flow_id}"
    fit = next((words for score, words in FITS if similar.score >= score), SHARES_WORDS)
    view = button(
        "View Flow",
        Action.FLOW_VIEW,
        str(VersionedId(similar.flow.flow_id, similar.flow.version)),
        label=f"View: {title}",
    )
    return section(f"{bold(title)}\n{capitalised(fit)}", view)


def _long_tree(steps: int) -> FlowTree:
    """A chain of questions, for the examples."""
    first = samples.TREE.nodes["n1"]
    nodes = {
        f"n{at}": replace(first, options=(replace(first.options[0], next=f"n{at + 1}"),))
        for at in range(1, steps)
    }
    return FlowTree("n1", nodes | {f"n{steps}": samples.TREE.nodes["n2"]})


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "new flow": partial(
        details_modal,
        ProposalDetails(
            card=samples_details.WITH_EVIDENCE,
            evidence=(samples_details.SESSION_WITH_STEPS,),
            similar=samples_details.SIMILAR,
            seen_by=samples.BEN,
        ),
        "https://example.com/c/1",
    ),
    "change": partial(
        details_modal,
        ProposalDetails(card=samples.CHANGE, evidence=(samples.SESSION,), flags=samples.FLAGS),
        None,
    ),
    "change for the worse": partial(
        details_modal,
        ProposalDetails(card=samples.WORSE, evidence=samples.SOURCES, failed=(samples.SESSION,)),
        None,
        samples.LINKS,
    ),
    "decided": partial(details_modal, ProposalDetails(card=samples.APPROVED), "https://example.com/c/1"),
    "edited": partial(details_modal, ProposalDetails(card=samples.EDITED, evidence=samples.SOURCES), None),
    "by hand, for its author": partial(
        details_modal, ProposalDetails(card=samples_details.BY_HAND, seen_by=samples.BEN), None
    ),
    "a later page": partial(
        details_modal,
        ProposalDetails(
            card=replace(
                samples.NEW_FLOW,
                proposal=replace(
                    samples.NEW_FLOW.proposal,
                    draft=replace(samples.NEW_FLOW.proposal.draft, tree=_long_tree(40)),
                ),
            ),
            evidence=(samples.SESSION,),
        ),
        None,
        page=1,
    ),
}

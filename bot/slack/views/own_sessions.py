"""The sessions of one person, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.homes import OwnSession, OwnSessions
from bot.domain.proposals import ProposalStatus
from bot.domain.sessions import AnalysisOutcome, AnalysisStatus, SessionStatus
from bot.domain.words import counted
from bot.slack.mrkdwn import bold, escape, inline, plain
from bot.slack.views.blocks import Json, section, sections
from bot.slack.views.phrases import DECIDED, session_name

PROBLEM_CHARACTERS = 100
REASON_CHARACTERS = 160
NOTHING_TO_LEARN = "nothing to learn: it has no answered steps, or no fix in words"
_OPEN_WORDS = {
    SessionStatus.PAUSED: "paused",
    SessionStatus.REQUESTING_ESCALATION: "waits for somebody to take it over",
}
_STANDS = {
    **DECIDED,
    ProposalStatus.PENDING: "waits for a review",
    ProposalStatus.FORMING: "waits for more sessions like it",
}


def own_session_blocks(own: OwnSessions, links: Mapping[int, str], *, shown: int) -> Iterator[Json]:
    """Open sessions, then the last `shown` that were resolved with what came of each. `links` lead to their threads."""
    if own.open:
        yield from sections("Open", [_open(each, links) for each in own.open])
    if own.closed:
        lines = [_closed(each, links) for each in own.closed[:shown]]
        yield from sections(f"Resolved, {counted(own.resolved, 'session')} in all", lines)
    if not own.open and not own.closed:
        yield section("FlowPilot knows of no session of yours yet.")


def _open(own: OwnSession, links: Mapping[int, str]) -> str:
    session = own.session
    step = f"step {len(session.steps) + 1}" if session.status is SessionStatus.ACTIVE else None
    return f"{_named(own, links)}: {step or _OPEN_WORDS.get(session.status, session.status.value)}"


def _closed(own: OwnSession, links: Mapping[int, str]) -> str:
    return f"{_named(own, links)}: {_fate(own)}"


def _named(own: OwnSession, links: Mapping[int, str]) -> str:
    problem = escape(plain(own.session.problem, PROBLEM_CHARACTERS))
    return f"• “{problem}”, {session_name(own.session, links.get(own.session.id))}"


def _fate(own: OwnSession) -> str:
    """What became of a resolved session."""
    if own.analysis is AnalysisStatus.FAILED:
        return "could not be analysed; an admin can have it tried again"
    if own.analysis is not AnalysisStatus.DONE:
        return "waits for its analysis"
    if own.outcome is AnalysisOutcome.REINFORCED and own.flow:
        return f"followed the flow {bold(own.flow.title)} and confirmed it"
    if own.outcome is AnalysisOutcome.SKIPPED and own.proposal:
        return f"looks like the proposal {bold(own.proposal.title)}, which was not taken"
    if own.proposal is None:
        reason = plain(own.reason or "", REASON_CHARACTERS)
        return f"nothing to learn: {inline(reason)}" if reason else NOTHING_TO_LEARN
    return _of_proposal(own, own.proposal.title, own.proposal.status)


def _of_proposal(own: OwnSession, title: str, status: ProposalStatus) -> str:
    if own.flow:
        return f"became part of the flow {bold(own.flow.title)}"
    began = {
        AnalysisOutcome.PROPOSED: "began the proposal",
        AnalysisOutcome.ENHANCED: "began a change to the flow",
    }
    verb = began.get(own.outcome, "supports the proposal") if own.outcome else "supports the proposal"
    return f"{verb} {bold(title)}, {_STANDS.get(status, status.value)}"

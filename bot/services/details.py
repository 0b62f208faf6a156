"""Looking at a proposal closely: what stands behind it, what is like it, and what happened to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.ai.matching import match
from bot.ai.redaction import redacted
from bot.domain.analysis import Candidate
from bot.domain.cards import (
    PastEvent,
    ProposalDetails,
    ProposalHistory,
    SessionSeen,
    SimilarFlow,
    StepSeen,
)
from bot.domain.evidence import sessions_at
from bot.domain.flags import OpenFlag
from bot.domain.flows import FlowMention
from bot.domain.members import Member
from bot.domain.proposals import Proposal
from bot.domain.replay import ReplayOutcome
from bot.domain.sessions import Session
from bot.domain.tree_edits import StepGoneError
from bot.services.flags import read_flags
from bot.services.matching import flow_candidates
from bot.services.proposals import card_of
from storage.database import Database
from storage.transaction import Transaction

MAX_READ = 40
"""The newest sessions that are read for what was written at the steps: a click waits for it."""
MAX_FAILED = 20
SIMILAR_FLOWS = 3
SIMILAR_BY = 5
"""Problems that a flow is compared by: those of the newest sessions behind the proposal."""
PAST_EVENTS = 40


async def read_details(
    database: Database, workspace_id: str, proposal_id: int, *, seen_by: Member, now: datetime
) -> ProposalDetails:
    """Everything about a proposal, with the newest sessions behind it. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        card = await card_of(tx, proposal)
        own = sorted({*proposal.support.session_ids, *proposal.draft.tree.session_ids}, reverse=True)
        evidence = await tx.sessions.get_many(own[:MAX_READ])
        failed = await tx.sessions.get_many(_failed(proposal)[:MAX_FAILED])
        candidates = await _candidates(tx, proposal)
        flags = await _flags(tx, proposal, seen_by=seen_by, now=now)

    def put_together() -> ProposalDetails:
        sessions = redacted(evidence)
        return ProposalDetails(
            card=card,
            evidence=sessions,
            failed=redacted(failed),
            similar=_similar(proposal, sessions, candidates),
            flags=flags,
            seen_by=seen_by,
        )

    return await asyncio.to_thread(put_together)


async def read_history(database: Database, workspace_id: str, proposal_id: int) -> ProposalHistory:
    """What happened to the proposal, newest first. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        events = await tx.audit.of("proposal", proposal_id, PAST_EVENTS)
        people = {event.actor for event in events if event.actor} | {proposal.proposed_by or ""}
        return ProposalHistory(
            proposal=proposal,
            events=tuple(
                PastEvent(action=event.action, by=event.actor, at=event.at, detail=event.detail)
                for event in events
            ),
            names=await tx.members.names(people),
        )


async def look_at_step(database: Database, workspace_id: str, proposal_id: int, number: int) -> StepSeen:
    """One step of the proposal's tree, by its number from 1, with the newest sessions that it was learnt from.

    Raises NotFoundError, StepGoneError.
    """
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        walked = list(proposal.draft.tree.walk())
        if not 1 <= number <= len(walked):
            raise StepGoneError
        node_id, node, _ = walked[number - 1]
        newest = sorted(sessions_at(node), reverse=True)[:MAX_READ]
        sessions = await tx.sessions.get_many(newest)
    seen = await asyncio.to_thread(redacted, sessions)
    return StepSeen(proposal=proposal, node_id=node_id, number=number, sessions=seen)


async def look_at_session(
    database: Database, workspace_id: str, proposal_id: int, session_id: int
) -> SessionSeen:
    """One session, without secrets. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        session = await tx.sessions.get(session_id)
        people = {session.engineer} if session.engineer else set()
        names = await tx.members.names(people)
    engineer = names.get(session.engineer or "")
    return SessionSeen(proposal=proposal, session=redacted([session])[0], engineer=engineer)


async def _candidates(tx: Transaction, proposal: Proposal) -> list[Candidate]:
    """Flows in use that the proposal is not about, and that share words with it."""
    draft = proposal.draft
    words = " ".join([draft.title, draft.summary, *(node.text for _, node, _ in draft.tree.walk())])
    about = {*proposal.speaks_for, proposal.published_flow_id}
    wanted = SIMILAR_FLOWS + len(about)
    flows = await tx.flows.candidates(words, draft.problem_domain, wanted)
    return await flow_candidates(tx, [flow for flow in flows if flow.id not in about])


async def _flags(
    tx: Transaction, proposal: Proposal, *, seen_by: Member, now: datetime
) -> tuple[OpenFlag, ...]:
    """What is to be mended in the flow that the proposal would change."""
    if proposal.flow_id is None:
        return ()
    flow, versions = await tx.flows.get(proposal.flow_id), await tx.flows.versions(proposal.flow_id)
    return await read_flags(tx, flow, versions, seen_by=seen_by, now=now)


def _similar(
    proposal: Proposal, sessions: Sequence[Session], candidates: Sequence[Candidate]
) -> tuple[SimilarFlow, ...]:
    """How well the flows fit the problems of the proposal's sessions, or without any its title; best first."""
    draft = proposal.draft
    problems = [session.problem for session in sessions[:SIMILAR_BY]] or [f"{draft.title} {draft.summary}"]
    best: dict[int, float] = {candidate.ref.id: 0.0 for candidate in candidates}
    for problem in problems:
        for found in match(problem, draft.problem_domain, candidates):
            best[found.flow_id] = max(best[found.flow_id], found.score)
    by_id = {candidate.ref.id: candidate for candidate in candidates}
    ranked = sorted(best, key=lambda flow_id: -best[flow_id])[:SIMILAR_FLOWS]
    return tuple(
        SimilarFlow(FlowMention(flow_id, by_id[flow_id].draft.title, 0), best[flow_id]) for flow_id in ranked
    )


def _failed(proposal: Proposal) -> Sequence[int]:
    """The sessions that the proposal does not lead to their fix, first those that the published flow does."""
    if proposal.replay is None:
        return ()
    walked = [*proposal.replay.astray, *proposal.replay.all]
    failed = [each.session_id for each in walked if each.outcome is not ReplayOutcome.REACHED_FIX]
    return list(dict.fromkeys(failed))

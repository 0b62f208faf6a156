"""Replaying a proposal: where its tree leads the sessions that went before, its own and others like them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from bot.ai.matching import MAX_PROBLEMS, match
from bot.ai.outline import similarity
from bot.ai.redaction import redacted
from bot.domain.analysis import Candidate, CandidateKind, CandidateRef
from bot.domain.flows import Flow
from bot.domain.proposals import Proposal, ProposalStatus
from bot.domain.replay import ProposalReplay, replay_all
from bot.domain.sessions import EXPLORING_FROM, Session
from bot.services.matching import flow_candidates
from storage.database import Database
from storage.transaction import Transaction

MAX_SESSIONS = 50
"""The newest sessions that a proposal is replayed on, of its own and of others each."""
MAX_ALIKE = 8
"""Other proposals like it, whose sessions may be of its kind, and as many flows that these may choose instead."""
ONE_AT_A_TIME = ThreadPoolExecutor(max_workers=1, thread_name_prefix="replay")
"""More of them would only take turns with each other and with the event loop."""
THE_PROPOSAL = 0
"""The id of the proposal among flows, which count from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """A proposal, the flow that it changes, and the sessions to replay it on, newest first.

    `evidence` are its own, `others` those that may choose it, unless one of the `rivals` fits them better.
    """

    proposal: Proposal
    flow: Flow | None
    evidence: tuple[Session, ...]
    others: tuple[Session, ...]
    rivals: tuple[Candidate, ...] = ()


async def replay_proposal(database: Database, workspace_id: str, proposal_id: int) -> None:
    """Replay the proposal and keep the result, if it waits for a decision in a version that has none yet."""
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        if proposal.status is not ProposalStatus.PENDING or proposal.replay is not None:
            return
        cases = await _gather_cases(tx, proposal)
    replay = await asyncio.get_running_loop().run_in_executor(ONE_AT_A_TIME, replayed, cases)
    async with database.transaction(workspace_id) as tx:
        await tx.proposals.set_replay(proposal_id, replay)


async def _gather_cases(tx: Transaction, proposal: Proposal) -> Cases:
    draft = proposal.draft
    own = {*proposal.support.session_ids, *draft.tree.session_ids}
    flow_ids = proposal.speaks_for
    words = " ".join([draft.title, draft.summary, *(node.text for _, node, _ in draft.tree.walk())])
    alike = [
        *await tx.proposals.candidates(words, draft.problem_domain, MAX_ALIKE),
        *await tx.proposals.rejected_like(words, draft.problem_domain, MAX_ALIKE),
    ]
    others = await tx.sessions.to_replay(
        flow_ids=flow_ids,
        proposal_ids=[each.id for each in alike if each.id != proposal.id],
        domain=draft.problem_domain,
        without=own,
        limit=MAX_SESSIONS,
    )
    rivals = [
        flow
        for flow in await tx.flows.candidates(words, draft.problem_domain, MAX_ALIKE)
        if flow.id not in flow_ids
    ]
    evidence = await tx.sessions.get_many(sorted(own, reverse=True)[:MAX_SESSIONS])
    return Cases(
        proposal=proposal,
        flow=await tx.flows.find(proposal.flow_id) if proposal.flow_id else None,
        evidence=tuple(evidence),
        others=tuple(others),
        rivals=tuple(await flow_candidates(tx, rivals)),
    )


def replayed(cases: Cases) -> ProposalReplay:
    """Where the proposal leads its sessions and those others that it would be chosen for; deterministic."""
    proposal, flow, alike = cases.proposal, cases.flow, cache(similarity)
    evidence = redacted(cases.evidence)
    others = _choosing(cases, evidence)
    tree = proposal.draft.tree
    return ProposalReplay(
        version=proposal.version,
        others=replay_all(tree, others, alike),
        evidence=replay_all(tree, evidence, alike),
        flow_version=flow.current.number if flow else None,
        before=replay_all(flow.tree, [*others, *evidence], alike) if flow else (),
    )


def _choosing(cases: Cases, evidence: Sequence[Session]) -> list[Session]:
    """The other sessions that would have tried the proposal, had it been a flow when they began."""
    as_flow = Candidate(
        ref=CandidateRef(CandidateKind.FLOW, THE_PROPOSAL),
        draft=cases.proposal.draft,
        problems=tuple(session.problem for session in evidence[:MAX_PROBLEMS]),
    )
    candidates = [as_flow, *cases.rivals]
    chosen = []
    for session in redacted(cases.others):
        best = match(session.problem, session.problem_domain, candidates)[0]
        if best.flow_id == THE_PROPOSAL and best.score >= EXPLORING_FROM:
            chosen.append(session)
    return chosen

"""Finding the flows that fit a new problem."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.ai.matching import MAX_PROBLEMS, match
from bot.ai.redaction import redact
from bot.domain.analysis import Candidate, CandidateKind, CandidateRef
from bot.domain.flows import Flow
from bot.domain.sessions import ConfidenceTier, ProblemDomain, tier_of
from storage.database import Database
from storage.transaction import Transaction

MAX_CANDIDATES = 8
"""Flows that share words with the problem and are compared closely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFlow:
    """A flow, and how well it fits: between 0 and 1, about how often such a match is right."""

    flow: Flow
    score: float

    @property
    def tier(self) -> ConfidenceTier:
        return tier_of(self.score)


async def find_flows(
    database: Database,
    workspace_id: str,
    problem: str,
    domain: ProblemDomain | None = None,
    *,
    limit: int = MAX_CANDIDATES,
) -> list[FoundFlow]:
    """Published flows that share words with the problem, best first. One that fits scores 0.4 and more.

    With a domain: flows of it and flows without one. The comparison runs beside the event loop.
    """
    async with database.transaction(workspace_id) as tx:
        flows = await tx.flows.candidates(problem, domain, MAX_CANDIDATES)
        candidates = await flow_candidates(tx, flows)
    matches = await asyncio.to_thread(match, redact(problem).text, domain, candidates)
    by_id = {flow.id: flow for flow in flows}
    return [FoundFlow(flow=by_id[found.flow_id], score=found.score) for found in matches[:limit]]


async def flow_candidates(tx: Transaction, flows: list[Flow]) -> list[Candidate]:
    """The flows with the problems that they are known by, redacted."""
    problems = await tx.sessions.problems_of_flows([flow.id for flow in flows], MAX_PROBLEMS)
    return [
        Candidate(
            ref=CandidateRef(CandidateKind.FLOW, flow.id),
            draft=flow.current.draft,
            problems=tuple(redact(problem).text for problem in problems[flow.id]),
        )
        for flow in flows
    ]

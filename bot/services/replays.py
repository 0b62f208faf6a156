"""Replaying sessions against flows from a file: which flow would have been chosen, and where it would have led."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.domain.analysis import Candidate, CandidateKind, CandidateRef, Match
from bot.domain.formats_reading import FlowRecord
from bot.domain.replay import ReplayOutcome, Similarity, replay
from bot.domain.sessions import NewSession, ProblemDomain

Matcher = Callable[[str, ProblemDomain | None, Sequence[Candidate]], Sequence[Match]]
"""Ranks flows for a problem and its domain, best first."""

TRIED_FROM = 0.02
"""Match score from which a replay tries a flow. It asks where the flow leads, so all but strangers are tried."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """`flow` is the id that the chosen flow has in its document, `ended_at` the words of the step where it ended."""

    session: str
    flow: str | None
    score: float
    outcome: ReplayOutcome
    path: tuple[str, ...]
    ended_at: str | None = None


def replay_sessions(
    flows: Sequence[FlowRecord], sessions: Iterable[NewSession], *, match: Matcher, similarity: Similarity
) -> list[Replayed]:
    """One result a session. The flow is chosen from problem and domain alone."""
    candidates = [
        Candidate(ref=CandidateRef(CandidateKind.FLOW, at), draft=flow.draft, problems=flow.problems)
        for at, flow in enumerate(flows)
    ]
    return [
        _replayed(flows, session, match(session.problem, session.problem_domain, candidates), similarity)
        for session in sessions
    ]


def _replayed(
    flows: Sequence[FlowRecord], session: NewSession, matches: Sequence[Match], similarity: Similarity
) -> Replayed:
    best = matches[0] if matches and matches[0].score >= TRIED_FROM else None
    chosen = flows[best.flow_id] if best else None
    walked = replay(chosen.draft.tree if chosen else None, session, similarity)
    return Replayed(
        session=session.external_id,
        flow=chosen.id if chosen else None,
        score=matches[0].score if matches else 0.0,
        outcome=walked.outcome,
        path=walked.path,
        ended_at=chosen.draft.tree.nodes[walked.path[-1]].text if chosen else None,
    )

"""A stored session as a JSON document: its record, where it was worked, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.records import to_record
from bot.domain.sessions import AnalysisOutcome, AnalysisStatus, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnalysis:
    """`flow_id` is the flow that the session reinforced or that was published from it; `reason` is why nothing was learnt."""

    status: AnalysisStatus
    outcome: AnalysisOutcome | None = None
    reason: str | None = None
    proposal_id: int | None = None
    flow_id: int | None = None


def session_document(session: Session, analysis: SessionAnalysis) -> dict[str, object]:
    return {
        "id": session.id,
        "source": session.source.value,
        **to_record(session),
        "thread": {"channel": session.channel, "ts": session.thread_ts} if session.thread_ts else None,
        "analysis": {
            "status": analysis.status.value,
            "outcome": analysis.outcome.value if analysis.outcome else None,
            "reason": analysis.reason,
            "proposal_id": analysis.proposal_id,
            "flow_id": analysis.flow_id,
        },
    }

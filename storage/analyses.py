"""What becomes of a session's analysis. The claim's attempt fences off a worker whose lease has run out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update

from bot.domain.errors import LeaseLostError, NotFoundError
from bot.domain.redactions import NOTHING_REDACTED, Redactions
from bot.domain.session_document import SessionAnalysis
from bot.domain.sessions import AnalysisOutcome, AnalysisStatus, ClaimedSession
from storage.statements import Statements
from storage.tables import sessions

MAX_ERROR = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAnalysis:
    """An analysis that was given up, and why."""

    session_id: int
    external_id: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """How many of some sessions are behind each proposal, and how many each flow was learnt from."""

    proposals: Counter[int]
    flows: Counter[int]


class Analyses:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def claim_waiting(
        self, session_ids: Sequence[int], now: datetime, lease: timedelta
    ) -> list[ClaimedSession]:
        """Those of the sessions whose analysis waits, for this worker alone until the lease ends, by id.

        They are claimed once the block commits: work on them after it.
        """
        waiting = (
            sessions.c.id.in_(session_ids),
            sessions.c.analysis_status == AnalysisStatus.PENDING,
        )
        claim = (
            update(sessions)
            .where(self._own_sessions, *waiting)
            .values(
                analysis_status=AnalysisStatus.CLAIMED,
                analysis_attempts=sessions.c.analysis_attempts + 1,
                lease_until=now + lease,
            )
            .returning(sessions.c.id, sessions.c.analysis_attempts)
        )
        claimed = await self._statements.rows(claim)
        return [
            ClaimedSession(
                workspace_id=self._statements.workspace_id,
                session_id=row["id"],
                attempt=row["analysis_attempts"],
                lease_until=now + lease,
            )
            for row in sorted(claimed, key=lambda row: row["id"])
        ]

    async def taught(self, session_ids: Sequence[int]) -> Taught:
        """What has become of the sessions' lessons."""
        query = select(sessions.c.proposal_id, sessions.c.learned_flow_id).where(
            self._own_sessions, sessions.c.id.in_(session_ids)
        )
        rows = await self._statements.rows(query)
        return Taught(
            proposals=Counter(row["proposal_id"] for row in rows if row["proposal_id"]),
            flows=Counter(row["learned_flow_id"] for row in rows if row["learned_flow_id"]),
        )

    async def finish_analysis(
        self,
        claim: ClaimedSession,
        *,
        outcome: AnalysisOutcome,
        analyst: str,
        proposal_id: int | None = None,
        flow_id: int | None = None,
        redactions: Redactions = NOTHING_REDACTED,
        reason: str | None = None,
        now: datetime,
    ) -> None:
        """Note the outcome, the proposal that the session joined, the flow that it reinforced, and what was redacted.

        `reason` says why there was nothing to learn.

        Raises LeaseLostError when another worker holds the session by now.
        """
        await self._end(
            claim,
            analysis_status=AnalysisStatus.DONE,
            analysis_outcome=outcome,
            analysis_error=reason and reason[:MAX_ERROR],
            analyst=analyst,
            analysed_at=now,
            proposal_id=proposal_id,
            learned_flow_id=flow_id,
            redactions=dict(redactions),
        )

    async def fail_analysis(
        self, claim: ClaimedSession, *, error: str, retry_at: datetime | None, now: datetime
    ) -> None:
        """Put the session back for `retry_at`; with None it has failed until an operator retries it.

        Raises LeaseLostError when another worker holds the session by now.
        """
        await self._end(
            claim,
            analysis_status=AnalysisStatus.FAILED if retry_at is None else AnalysisStatus.PENDING,
            analysis_error=error[:MAX_ERROR],
            analysed_at=now,
            not_before=retry_at,
        )

    async def analysis_of(self, session_id: int) -> SessionAnalysis:
        """Raises NotFoundError."""
        own = (sessions.c.workspace_id == self._statements.workspace_id, sessions.c.id == session_id)
        columns = (
            sessions.c.analysis_status,
            sessions.c.analysis_outcome,
            sessions.c.analysis_error,
            sessions.c.proposal_id,
            sessions.c.learned_flow_id,
        )
        row = await self._statements.row(select(*columns).where(*own))
        if row is None:
            raise NotFoundError("session", session_id)
        outcome = row["analysis_outcome"]
        return SessionAnalysis(
            status=AnalysisStatus(row["analysis_status"]),
            outcome=AnalysisOutcome(outcome) if outcome else None,
            reason=row["analysis_error"],
            proposal_id=row["proposal_id"],
            flow_id=row["learned_flow_id"],
        )

    async def failed_analyses(self) -> list[FailedAnalysis]:
        """Oldest first."""
        query = select(
            sessions.c.id, sessions.c.external_id, sessions.c.analysis_attempts, sessions.c.analysis_error
        ).where(self._own_sessions, sessions.c.analysis_status == AnalysisStatus.FAILED)
        return [
            FailedAnalysis(
                session_id=row["id"],
                external_id=row["external_id"],
                attempts=row["analysis_attempts"],
                error=row["analysis_error"] or "",
            )
            for row in await self._statements.rows(query.order_by(sessions.c.id))
        ]

    async def retry_failed(self) -> int:
        """Put every failed analysis back to the start; how many there were."""
        retry = (
            update(sessions)
            .where(self._own_sessions, sessions.c.analysis_status == AnalysisStatus.FAILED)
            .values(analysis_status=AnalysisStatus.PENDING, analysis_attempts=0, not_before=None)
        )
        return await self._statements.changed(retry)

    async def analyse_again(self, proposal_id: int) -> None:
        """Put the sessions of a proposal back to the start: what they were compared with is gone."""
        await self._analyse_again(sessions.c.proposal_id == proposal_id)

    async def _analyse_again(self, which: ColumnElement[bool]) -> None:
        await self._statements.run(
            update(sessions)
            .where(self._own_sessions, which)
            .values(
                analysis_status=AnalysisStatus.PENDING,
                analysis_attempts=0,
                analysis_outcome=None,
                not_before=None,
                proposal_id=None,
                learned_flow_id=None,
            )
        )

    async def analyse_these_again(self, session_ids: Sequence[int]) -> None:
        """Put the sessions back to the start: what they were part of has no place for them any more."""
        await self._analyse_again(sessions.c.id.in_(session_ids))

    async def support_instead(self, proposal_id: int, instead_of: int) -> None:
        """The sessions behind the one proposal are behind the other from now on."""
        moved = update(sessions).where(self._own_sessions, sessions.c.proposal_id == instead_of)
        await self._statements.run(
            moved.values(proposal_id=proposal_id, analysis_outcome=AnalysisOutcome.JOINED)
        )

    async def learnt_by_instead(self, flow_id: int, instead_of: int) -> None:
        """What the one flow was learnt from counts for the other from now on."""
        moved = update(sessions).where(self._own_sessions, sessions.c.learned_flow_id == instead_of)
        await self._statements.run(moved.values(learned_flow_id=flow_id))

    @property
    def _own_sessions(self) -> Any:
        return sessions.c.workspace_id == self._statements.workspace_id

    async def _end(self, claim: ClaimedSession, **values: Any) -> None:
        fenced = update(sessions).where(
            self._own_sessions,
            sessions.c.id == claim.session_id,
            sessions.c.analysis_status == AnalysisStatus.CLAIMED,
            sessions.c.analysis_attempts == claim.attempt,
        )
        if not await self._statements.changed(fenced.values(lease_until=None, **values)):
            raise LeaseLostError

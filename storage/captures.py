"""Sessions that were captured from conversations in Slack."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from bot.domain.proposals import MessageRef
from bot.domain.sessions import AnalysisStatus, NewSession, Session
from storage.session_intake import described, step_to_json
from storage.sessions import session_from_row
from storage.statements import Statements
from storage.tables import sessions


class Captures:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = sessions.c.workspace_id == statements.workspace_id

    async def add(self, session: NewSession, at: MessageRef, *, now: datetime) -> int | None:
        """Add a resolved session, its analysis to follow; None when its thread is a session already."""
        new = insert(sessions).values(
            workspace_id=self._statements.workspace_id,
            **described(session),
            resolution=session.resolution,
            resolved_at=session.resolved_at,
            steps=[step_to_json(step) for step in session.steps],
            channel=at.channel,
            thread_ts=at.ts,
            analysis_status=AnalysisStatus.PENDING,
            received_at=now,
        )
        added = await self._statements.value(new.on_conflict_do_nothing().returning(sessions.c.id))
        return None if added is None else int(added)

    async def find_in(self, at: MessageRef) -> Session | None:
        """The session of this thread, captured or worked there."""
        there = (sessions.c.channel == at.channel, sessions.c.thread_ts == at.ts)
        row = await self._statements.row(select(sessions).where(self._own, *there))
        return session_from_row(row) if row else None

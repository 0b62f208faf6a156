"""Sessions that were captured from conversations in Slack."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from bot.domain.captures import captured_id
from bot.domain.proposals import MessageRef
from bot.domain.sessions import AnalysisStatus, NewSession, Session, SessionSource
from storage.session_intake import described, step_to_json
from storage.sessions import session_from_row
from storage.statements import Statements
from storage.tables import sessions


class Captures:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = sessions.c.workspace_id == statements.workspace_id

    async def add(
        self, session: NewSession, at: MessageRef, *, is_follow_up: bool = False, now: datetime
    ) -> int | None:
        """Add a resolved session, its analysis to follow; None when its thread is a session already.

        A follow-up is added beside the one that was worked in the thread, once: its external id is the thread's.
        """
        new = insert(sessions).values(
            workspace_id=self._statements.workspace_id,
            **described(session),
            resolution=session.resolution,
            resolved_at=session.resolved_at,
            steps=[step_to_json(step) for step in session.steps],
            channel=at.channel,
            thread_ts=at.ts,
            is_follow_up=is_follow_up,
            analysis_status=AnalysisStatus.PENDING,
            received_at=now,
        )
        added = await self._statements.value(new.on_conflict_do_nothing().returning(sessions.c.id))
        return None if added is None else int(added)

    async def find_in(self, at: MessageRef) -> Session | None:
        """The session that this thread was captured as."""
        its = (sessions.c.source == SessionSource.CAPTURE, sessions.c.external_id == captured_id(at))
        row = await self._statements.row(select(sessions).where(self._own, *its))
        return session_from_row(row) if row else None

"""Slack's events, which arrive more than once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from storage.statements import Statements
from storage.tables import slack_events


class Events:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def first_seen(self, event_id: str, at: datetime) -> bool:
        """Whether the event is new. It counts as seen only if this transaction commits."""
        seen = insert(slack_events).values(
            workspace_id=self._statements.workspace_id, id=event_id, received_at=at
        )
        return await self._statements.changed(seen.on_conflict_do_nothing()) == 1

    async def forget_before(self, moment: datetime) -> int:
        """Forget the events received before; how many those were."""
        old = (
            slack_events.c.workspace_id == self._statements.workspace_id,
            slack_events.c.received_at < moment,
        )
        return await self._statements.changed(delete(slack_events).where(*old))

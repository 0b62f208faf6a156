"""Slack's event ids, kept long enough to notice a second delivery."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Database

KEPT = timedelta(hours=1)
"""Slack delivers an event again after about 0, 1 and 5 minutes."""


async def forget_old_events(database: Database, workspace_id: str, *, now: datetime) -> None:
    async with database.transaction(workspace_id) as tx:
        await tx.events.forget_before(now - KEPT)

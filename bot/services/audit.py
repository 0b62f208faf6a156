"""Who did what."""

from __future__ import annotations

from storage.audit import AuditEvent
from storage.database import Database


async def read_audit(
    database: Database, workspace_id: str, limit: int
) -> tuple[list[AuditEvent], dict[str, str]]:
    """The last events, newest first, and the names of those who acted, by id, as far as they are known."""
    async with database.transaction(workspace_id) as tx:
        events = await tx.audit.listed(limit)
        return events, await tx.members.names({event.actor for event in events if event.actor})

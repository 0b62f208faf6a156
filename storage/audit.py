"""Who did what to which object, when. The program may add and read, never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select

from storage.statements import Statements
from storage.tables import audit_events


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """`actor` is a member's id, None for the program itself."""

    actor: str | None
    action: str
    kind: str
    object_id: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


class Audit:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def record(
        self,
        actor: str | None,
        action: str,
        kind: str,
        object_id: object,
        detail: Mapping[str, Any],
        at: datetime,
    ) -> None:
        new = insert(audit_events).values(
            workspace_id=self._statements.workspace_id,
            actor=actor,
            action=action,
            kind=kind,
            object_id=str(object_id),
            detail=dict(detail),
            at=at,
        )
        await self._statements.run(new)

    async def listed(self, limit: int) -> list[AuditEvent]:
        """Newest first."""
        return await self._newest(limit)

    async def of(self, kind: str, object_id: object, limit: int) -> list[AuditEvent]:
        """What happened to one object, newest first."""
        its_own = (audit_events.c.kind == kind, audit_events.c.object_id == str(object_id))
        return await self._newest(limit, *its_own)

    async def _newest(self, limit: int, *which: ColumnElement[bool]) -> list[AuditEvent]:
        own = audit_events.c.workspace_id == self._statements.workspace_id
        query = select(audit_events).where(own, *which)
        rows = await self._statements.rows(query.order_by(audit_events.c.id.desc()).limit(limit))
        return [
            AuditEvent(
                actor=row["actor"],
                action=row["action"],
                kind=row["kind"],
                object_id=row["object_id"],
                at=row["at"],
                detail=row["detail"],
            )
            for row in rows
        ]

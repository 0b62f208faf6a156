"""Weekly digests: one row a workspace and due date makes each of them unique."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from bot.domain.errors import NotFoundError
from bot.domain.flows import FlowMention
from bot.domain.proposals import MessageRef
from storage.statements import Statements
from storage.tables import digests, flow_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRecord:
    """A digest that was opened; `message` and `posted_at` are None until it was posted."""

    id: int
    due_on: date
    opened_at: datetime
    message: MessageRef | None = None
    posted_at: datetime | None = None


class Digests:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = digests.c.workspace_id == statements.workspace_id

    async def open(self, due_on: date, now: datetime) -> int | None:
        """The id of a new digest; None when somebody has opened the one of this date already."""
        new = insert(digests).values(
            workspace_id=self._statements.workspace_id, due_on=due_on, status="open", opened_at=now
        )
        once = new.on_conflict_do_nothing(constraint="uq_digests_due_on").returning(digests.c.id)
        opened: int | None = await self._statements.value(once)
        return opened

    async def get(self, digest_id: int) -> DigestRecord:
        """Raises NotFoundError."""
        row = await self._statements.row(select(digests).where(self._own, digests.c.id == digest_id))
        if row is None:
            raise NotFoundError("digest", digest_id)
        return DigestRecord(
            id=row["id"],
            due_on=row["due_on"],
            opened_at=row["opened_at"],
            message=MessageRef(row["channel"], row["ts"]) if row["ts"] else None,
            posted_at=row["posted_at"],
        )

    async def mark_posted(self, digest_id: int, message: MessageRef, now: datetime) -> None:
        """Raises NotFoundError."""
        posted = (
            update(digests)
            .where(self._own, digests.c.id == digest_id)
            .values(status="posted", channel=message.channel, ts=message.ts, posted_at=now)
        )
        if not await self._statements.changed(posted):
            raise NotFoundError("digest", digest_id)

    async def published_between(self, start: datetime, end: datetime) -> tuple[FlowMention, ...]:
        """The flows that got a version from `start` to before `end`, each with the last of them, in their order."""
        newest = (
            select(flow_versions.c.flow_id, flow_versions.c.title, flow_versions.c.number)
            .ext(distinct_on(flow_versions.c.flow_id))
            .where(
                flow_versions.c.workspace_id == self._statements.workspace_id,
                flow_versions.c.published_at >= start,
                flow_versions.c.published_at < end,
            )
            .order_by(flow_versions.c.flow_id, flow_versions.c.number.desc())
        )
        rows = await self._statements.rows(newest)
        return tuple(FlowMention(row["flow_id"], row["title"], row["number"]) for row in rows)

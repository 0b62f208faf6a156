"""What was said already, by key, so that nothing is said twice."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.domain.proposals import MessageRef
from storage.statements import Statements
from storage.tables import utterances


class Utterances:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def find(self, key: str) -> MessageRef | None:
        """Where it was said; None when it was not."""
        own = utterances.c.workspace_id == self._statements.workspace_id
        row = await self._statements.row(select(utterances).where(own, utterances.c.id == key))
        return MessageRef(row["channel"], row["ts"]) if row else None

    async def found(self, keys: Collection[str]) -> dict[str, MessageRef]:
        """Where each of them was said; those that were not are left out."""
        wanted = (utterances.c.workspace_id == self._statements.workspace_id, utterances.c.id.in_(keys))
        rows = await self._statements.rows(select(utterances).where(*wanted))
        return {row["id"]: MessageRef(row["channel"], row["ts"]) for row in rows}

    async def forget_before(self, moment: datetime) -> int:
        """Forget what was said before; how many utterances those were."""
        old = (
            utterances.c.workspace_id == self._statements.workspace_id,
            utterances.c.said_at < moment,
        )
        return await self._statements.changed(delete(utterances).where(*old))

    async def remember(self, key: str, ref: MessageRef, at: datetime) -> bool:
        """Note that it was said; the first time stands. False when this is not the first."""
        said = insert(utterances).values(
            workspace_id=self._statements.workspace_id, id=key, channel=ref.channel, ts=ref.ts, said_at=at
        )
        return bool(await self._statements.changed(said.on_conflict_do_nothing()))

"""Batches: which sessions wait in which, and the answers that came. `not_before` keeps other workers off a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from bot.domain.analysis import CandidateKind, CandidateRef
from bot.domain.batches import AskedCandidate, BatchAnswer, OpenBatch
from bot.domain.sessions import AnalysisStatus, SessionSource
from storage.statements import Statements
from storage.tables import batch_items, batches, sessions


class Batches:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = batches.c.workspace_id == statements.workspace_id

    async def unbatched(self, limit: int) -> tuple[list[int], list[int]]:
        """Imported sessions that wait for a batch, oldest first: those that were in none, and those that were.

        They are locked for this transaction; those that another one has locked are left out.
        """
        items = select(batch_items.c.session_id).where(
            batch_items.c.workspace_id == sessions.c.workspace_id, batch_items.c.session_id == sessions.c.id
        )
        query = select(sessions.c.id, items.exists().label("was_in_one")).where(
            self._pending, sessions.c.source == SessionSource.IMPORT, sessions.c.not_before.is_(None)
        )
        locked = query.order_by(sessions.c.id).limit(limit).with_for_update(of=sessions, skip_locked=True)
        rows = await self._statements.rows(locked)
        return (
            [row["id"] for row in rows if not row["was_in_one"]],
            [row["id"] for row in rows if row["was_in_one"]],
        )

    async def open(
        self,
        asked: Mapping[int, Sequence[AskedCandidate]],
        *,
        analyst: str,
        model: str,
        until: datetime,
        now: datetime,
    ) -> int:
        """A new batch of these sessions, each with what it is asked about. Nobody else takes them until `until`."""
        workspace = {"workspace_id": self._statements.workspace_id}
        batch_id: int = await self._statements.value(
            insert(batches)
            .values(**workspace, analyst=analyst, model=model, submitted_at=now)
            .returning(batches.c.id)
        )
        rows = [
            {**workspace, "session_id": session_id, "batch_id": batch_id, "asked": _json(candidates)}
            for session_id, candidates in asked.items()
        ]
        await self._statements.run(insert(batch_items).values(rows))
        await self._hold(list(asked), until)
        return batch_id

    async def set_remote_id(self, batch_id: int, remote_id: str) -> None:
        sent = update(batches).where(self._own, batches.c.id == batch_id)
        await self._statements.run(sent.values(remote_id=remote_id))

    async def opened(self) -> list[OpenBatch]:
        """Batches that have not ended, oldest first."""
        its_items = (
            batch_items.c.workspace_id == batches.c.workspace_id,
            batch_items.c.batch_id == batches.c.id,
        )
        session_ids = select(func.array_agg(batch_items.c.session_id)).where(*its_items).scalar_subquery()
        query = select(batches, session_ids.label("session_ids")).where(
            self._own, batches.c.ended_at.is_(None)
        )
        return [
            OpenBatch(
                id=row["id"],
                model=row["model"],
                remote_id=row["remote_id"],
                submitted_at=row["submitted_at"],
                session_ids=tuple(sorted(row["session_ids"] or ())),
            )
            for row in await self._statements.rows(query.order_by(batches.c.id))
        ]

    async def end(self, batch: OpenBatch, answers: Mapping[int, str], *, now: datetime) -> bool:
        """Keep the answers and set the sessions free. False when somebody has done it already: then nothing happens."""
        ending = update(batches).where(self._own, batches.c.id == batch.id, batches.c.ended_at.is_(None))
        if not await self._statements.changed(ending.values(ended_at=now)):
            return False
        for session_id, answer in answers.items():
            item = update(batch_items).where(
                batch_items.c.workspace_id == self._statements.workspace_id,
                batch_items.c.batch_id == batch.id,
                batch_items.c.session_id == session_id,
            )
            await self._statements.run(item.values(answer=answer))
        await self.set_free(batch.session_ids, now=now)
        return True

    async def set_free(self, session_ids: Sequence[int], *, now: datetime) -> None:
        """Let the sessions be analysed one by one from now on."""
        await self._hold(session_ids, now)

    async def find_answer(self, session_id: int) -> BatchAnswer | None:
        joined = batch_items.join(
            batches,
            (batches.c.workspace_id == batch_items.c.workspace_id) & (batches.c.id == batch_items.c.batch_id),
        )
        query = (
            select(batches.c.analyst, batch_items.c.answer, batch_items.c.asked)
            .select_from(joined)
            .where(self._own, batch_items.c.session_id == session_id, batch_items.c.answer.is_not(None))
        )
        row = await self._statements.row(query)
        if row is None:
            return None
        asked = tuple(
            AskedCandidate(CandidateRef(CandidateKind(each["kind"]), each["id"]), each["tree"])
            for each in row["asked"]
        )
        return BatchAnswer(analyst=row["analyst"], text=row["answer"], asked=asked)

    @property
    def _pending(self) -> Any:
        return (sessions.c.workspace_id == self._statements.workspace_id) & (
            sessions.c.analysis_status == AnalysisStatus.PENDING
        )

    async def _hold(self, session_ids: Sequence[int], until: datetime) -> None:
        held = update(sessions).where(self._pending, sessions.c.id.in_(session_ids))
        await self._statements.run(held.values(not_before=until))


def _json(asked: Sequence[AskedCandidate]) -> list[dict[str, object]]:
    return [{"kind": each.ref.kind.value, "id": each.ref.id, "tree": each.tree_digest} for each in asked]

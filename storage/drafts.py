"""Drafts that people work on: one of each proposal or flow, changed only on the revision that was seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.editing import NEW_FLOW, DraftGoneError, DraftMovedError, Edited, EditingDraft, Subject
from bot.domain.flows import FlowDraft
from storage.statements import Statements
from storage.tables import drafts
from storage.trees import draft_columns, draft_from_row


class Drafts:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = drafts.c.workspace_id == statements.workspace_id

    async def find(self, subject: Subject) -> EditingDraft | None:
        """The draft of the proposal or flow, whoever works on it."""
        row = await self._statements.row(select(drafts).where(self._own, _of(subject)))
        return draft_of_row(row) if row else None

    async def get(self, draft_id: int) -> EditingDraft:
        """Raises DraftGoneError."""
        row = await self._statements.row(select(drafts).where(self._own, drafts.c.id == draft_id))
        if row is None:
            raise DraftGoneError
        return draft_of_row(row)

    async def begin(
        self,
        subject: Subject,
        content: FlowDraft,
        *,
        base_version: int,
        member_id: str,
        now: datetime,
        base: FlowDraft | None = None,
    ) -> EditingDraft | None:
        """A new draft of this content, begun from the same or from `base`; None when there is one already."""
        new = insert(drafts).values(
            workspace_id=self._statements.workspace_id,
            **_columns(subject),
            base_version=base_version,
            revision=1,
            member_id=member_id,
            base=draft_columns(base or content),
            undo=[],
            started_at=now,
            updated_at=now,
            **draft_columns(content),
        )
        row = await self._statements.row(new.on_conflict_do_nothing().returning(drafts))
        return draft_of_row(row) if row else None

    async def save(self, draft: EditingDraft, *, seen_revision: int) -> None:
        """Raises DraftMovedError: it has changed since, or is gone."""
        unmoved = (self._own, drafts.c.id == draft.id, drafts.c.revision == seen_revision)
        change = update(drafts).where(*unmoved)
        saved = change.values(
            base_version=draft.base_version,
            revision=draft.revision,
            member_id=draft.member_id,
            base=draft_columns(draft.base),
            undo=[draft_columns(each) for each in draft.undo],
            updated_at=draft.updated_at,
            **draft_columns(draft.content),
        )
        if not await self._statements.changed(saved):
            raise DraftMovedError

    async def forget(self, subject: Subject) -> None:
        await self._statements.run(delete(drafts).where(self._own, _of(subject)))

    async def take(self, draft: EditingDraft) -> None:
        """Forget the draft in this revision. Raises DraftMovedError: it has changed since, or is gone."""
        unmoved = (self._own, drafts.c.id == draft.id, drafts.c.revision == draft.revision)
        if not await self._statements.changed(delete(drafts).where(*unmoved)):
            raise DraftMovedError

    async def forget_idle(self, before: datetime) -> int:
        """Forget drafts untouched since before that moment; how many."""
        idle = delete(drafts).where(self._own, drafts.c.updated_at < before)
        return await self._statements.changed(idle)


def draft_of_row(row: RowMapping) -> EditingDraft:
    return EditingDraft(
        id=row["id"],
        subject=_subject(row),
        base_version=row["base_version"],
        revision=row["revision"],
        member_id=row["member_id"],
        content=draft_from_row(row),
        base=draft_from_row(row["base"]),
        undo=tuple(draft_from_row(each) for each in row["undo"]),
        started_at=row["started_at"],
        updated_at=row["updated_at"],
    )


def _subject(row: RowMapping) -> Subject:
    if row["author"]:
        return Subject(Edited.BY_HAND, row["flow_id"] or NEW_FLOW, row["author"], row["topic"])
    if row["proposal_id"] is not None:
        return Subject(Edited.PROPOSAL, row["proposal_id"])
    return Subject(Edited.FLOW, row["flow_id"])


def _columns(subject: Subject) -> dict[str, Any]:
    of_proposal = subject.kind is Edited.PROPOSAL
    return {
        "proposal_id": subject.id if of_proposal else None,
        "flow_id": None if of_proposal or subject.id == NEW_FLOW else subject.id,
        "author": subject.author,
        "topic": subject.topic,
    }


def _of(subject: Subject) -> ColumnElement[Any]:
    return and_(
        *(
            drafts.c[name].is_(None) if value is None else drafts.c[name] == value
            for name, value in _columns(subject).items()
        )
    )

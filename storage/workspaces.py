"""The workspace of the transaction: its settings, its knowledge version, and whether it has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update

from bot.domain.errors import KnowledgeMovedError, NotFoundError
from bot.domain.workspaces import DigestSection, Workspace, WorkspaceSettings
from storage.statements import Statements
from storage.tables import workspaces


class Workspaces:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = workspaces.c.id == statements.workspace_id

    async def get(self) -> Workspace:
        """Raises NotFoundError."""
        row = await self._statements.row(select(workspaces).where(self._own))
        if row is None:
            raise NotFoundError("workspace", self._statements.workspace_id)
        return workspace_from_row(row)

    async def change_settings(self, settings: WorkspaceSettings) -> None:
        await self._change(settings=asdict(settings))

    async def set_active(self, active: bool, at: datetime) -> None:  # noqa: FBT001  (reads well: set_active(False, at=now))
        """An inactive workspace was uninstalled at `at`: nothing of it is analysed or said any more."""
        await self._change(active=active, uninstalled_at=None if active else at)

    async def knowledge_version(self) -> int:
        version = await self._statements.value(select(workspaces.c.knowledge_version).where(self._own))
        if version is None:
            raise NotFoundError("workspace", self._statements.workspace_id)
        return int(version)

    async def advance_knowledge(self, seen: int) -> None:
        """Take the next version. Raises KnowledgeMovedError when it is no longer the one that was `seen`."""
        advance = (
            update(workspaces)
            .where(self._own, workspaces.c.knowledge_version == seen)
            .values(knowledge_version=seen + 1)
        )
        if not await self._statements.changed(advance):
            raise KnowledgeMovedError

    async def touch_knowledge(self) -> None:
        """Take the next version, whatever it was: analyses under way look at flows and proposals again."""
        await self._change(knowledge_version=workspaces.c.knowledge_version + 1)

    async def is_gone_since(self, moment: datetime) -> bool:
        """Whether the workspace was uninstalled at that moment and has stayed so.

        If so, it stays so until the transaction ends: whoever installs it again waits for that.
        """
        gone = select(workspaces.c.id).where(self._own, workspaces.c.uninstalled_at == moment)
        return await self._statements.value(gone.with_for_update(key_share=True)) is not None

    async def _change(self, **values: Any) -> None:
        if not await self._statements.changed(update(workspaces).where(self._own).values(**values)):
            raise NotFoundError("workspace", self._statements.workspace_id)


def settings_from_json(stored: Mapping[str, Any]) -> WorkspaceSettings:
    """What is not stored has its default; what a newer version stored is passed over."""
    known = {field.name for field in fields(WorkspaceSettings)}
    values = {name: value for name, value in stored.items() if name in known}
    left_out = values.get("digest_left_out", ())
    values["digest_left_out"] = tuple(section for section in DigestSection if section in left_out)
    return WorkspaceSettings(**values)


def workspace_from_row(row: RowMapping) -> Workspace:
    return Workspace(
        id=row["id"],
        name=row["name"],
        created_at=row["created_at"],
        settings=settings_from_json(row["settings"]),
        knowledge_version=row["knowledge_version"],
        active=row["active"],
    )

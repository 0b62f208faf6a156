"""Slack installations. Tokens arrive encrypted and leave so: this floor has no key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.statements import Statements
from storage.tables import installations


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Our app in one workspace. `expires_at` and `refresh_token` are set where Slack rotates tokens."""

    workspace_id: str
    app_id: str
    bot_user_id: str
    bot_token: bytes
    scopes: tuple[str, ...]
    installed_at: datetime
    refresh_token: bytes | None = None
    expires_at: datetime | None = None
    active: bool = True


class Installations:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = installations.c.workspace_id == statements.workspace_id

    async def save(self, installation: Installation) -> None:
        """Put it in the place of an earlier installation of the same app."""
        values = {
            "bot_user_id": installation.bot_user_id,
            "bot_token": installation.bot_token,
            "refresh_token": installation.refresh_token,
            "expires_at": installation.expires_at,
            "scopes": list(installation.scopes),
            "active": installation.active,
            "installed_at": installation.installed_at,
        }
        new = insert(installations).values(
            workspace_id=self._statements.workspace_id, id=installation.app_id, **values
        )
        await self._statements.run(
            new.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=values)
        )

    async def find(self) -> Installation | None:
        """The newest one."""
        return await self._newest(locked=False)

    async def lock(self) -> Installation | None:
        """As `find`; whoever else asks for the lock waits until this transaction ends. For rotating its token."""
        return await self._newest(locked=True)

    async def set_active(self, active: bool) -> None:  # noqa: FBT001  (reads well: set_active(False))
        await self._statements.run(update(installations).where(self._own).values(active=active))

    async def _newest(self, *, locked: bool) -> Installation | None:
        newest = select(installations).where(self._own).order_by(installations.c.installed_at.desc()).limit(1)
        row = await self._statements.row(newest.with_for_update() if locked else newest)
        return installation_from_row(row) if row else None


def installation_from_row(row: RowMapping) -> Installation:
    return Installation(
        workspace_id=row["workspace_id"],
        app_id=row["id"],
        bot_user_id=row["bot_user_id"],
        bot_token=row["bot_token"],
        scopes=tuple(row["scopes"]),
        installed_at=row["installed_at"],
        refresh_token=row["refresh_token"],
        expires_at=row["expires_at"],
        active=row["active"],
    )

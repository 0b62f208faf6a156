"""Tokens of the JSON API. Only their hashes are kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, insert, or_, select, update

from bot.domain.errors import NotFoundError
from bot.domain.tokens import USE_NOTED_EVERY, ApiToken
from storage.statements import Statements
from storage.tables import api_tokens


class Tokens:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = api_tokens.c.workspace_id == statements.workspace_id

    async def add(self, name: str, digest: bytes, *, is_admin: bool, now: datetime) -> ApiToken:
        new = insert(api_tokens).values(
            workspace_id=self._statements.workspace_id,
            name=name,
            hash=digest,
            is_admin=is_admin,
            created_at=now,
        )
        row = (await self._statements.run(new.returning(api_tokens))).mappings().one()
        return token_from_row(row)

    async def listed(self) -> list[ApiToken]:
        """Oldest first, revoked ones too."""
        rows = await self._statements.rows(select(api_tokens).where(self._own).order_by(api_tokens.c.id))
        return [token_from_row(row) for row in rows]

    async def revoke(self, token_id: int, now: datetime) -> None:
        """Raises NotFoundError when there is no such token in force."""
        in_force = update(api_tokens).where(
            self._own, api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None)
        )
        if not await self._statements.changed(in_force.values(revoked_at=now)):
            raise NotFoundError("token", token_id)

    async def used(self, token_id: int, now: datetime) -> None:
        """Note the use, unless one of less than a minute ago is noted: reading should not cost a write each time."""
        own = update(api_tokens).where(self._own, api_tokens.c.id == token_id)
        last = api_tokens.c.last_used_at
        await self._statements.run(
            own.where(or_(last.is_(None), last <= now - USE_NOTED_EVERY)).values(last_used_at=now)
        )


def token_from_row(row: RowMapping) -> ApiToken:
    return ApiToken(
        id=row["id"],
        workspace_id=row["workspace_id"],
        name=row["name"],
        is_admin=row["is_admin"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )

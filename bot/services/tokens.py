"""Tokens of the JSON API: made and revoked on a terminal, found by every request."""

from __future__ import annotations

from datetime import datetime

from bot.domain.errors import FlowPilotError
from bot.domain.members import Member, require_admin
from bot.domain.tokens import USE_NOTED_EVERY, ApiToken, check_name, digest_of
from storage.database import Database


class TokenNameTakenError(FlowPilotError):
    """Two tokens of one name could not be told apart in the audit log."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a token {name} already. Revoke it first, or take another name.")


async def create_token(
    database: Database, workspace_id: str, name: str, token: str, *, by: Member, now: datetime
) -> ApiToken:
    """Keep the hash of this new random token. Its holder may do what admins may.

    Raises:
        TokenNameError, TokenNameTakenError: another name, please.
    """
    require_admin(by, "make tokens")
    check_name(name)
    async with database.transaction(workspace_id) as tx:
        if any(each.name == name and each.revoked_at is None for each in await tx.tokens.listed()):
            raise TokenNameTakenError(name)
        made = await tx.tokens.add(name, digest_of(token), is_admin=True, now=now)
        detail = {"name": name}
        await tx.audit.record(
            actor=by.id, action="token.create", kind="token", object_id=made.id, detail=detail, at=now
        )
    return made


async def list_tokens(database: Database, workspace_id: str) -> list[ApiToken]:
    """Oldest first, revoked ones too."""
    async with database.transaction(workspace_id) as tx:
        return await tx.tokens.listed()


async def revoke_token(
    database: Database, workspace_id: str, token_id: int, *, by: Member, now: datetime
) -> None:
    """From now on the token is worth nothing. Raises NotFoundError when there is no such token in force."""
    require_admin(by, "revoke tokens")
    async with database.transaction(workspace_id) as tx:
        await tx.tokens.revoke(token_id, now)
        await tx.audit.record(
            actor=by.id, action="token.revoke", kind="token", object_id=token_id, detail={}, at=now
        )


async def find_token(database: Database, token: str, *, now: datetime) -> ApiToken | None:
    """Whose token it is, None when it is in force nowhere. Its use is noted, once a minute."""
    async with database.all_workspaces() as everyone:
        found = await everyone.find_token(digest_of(token))
    if found and (found.last_used_at is None or now - found.last_used_at >= USE_NOTED_EVERY):
        async with database.transaction(found.workspace_id) as tx:
            await tx.tokens.used(found.id, now)
    return found

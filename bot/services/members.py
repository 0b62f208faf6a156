"""Who is acting, and what they may do."""

from __future__ import annotations

from bot.domain.members import Member, Role
from storage.database import Database


async def recognise(
    database: Database, workspace_id: str, user_id: str, name: str, *, admin_ids: frozenset[str]
) -> Member:
    """The member behind a Slack user, made known at the first contact. `admin_ids` are admins from the settings."""
    role = Role.ADMIN if user_id in admin_ids else Role.ENGINEER
    async with database.transaction(workspace_id) as tx:
        known = await tx.members.find(user_id)
        if known is not None and known.name == name and known.role in (role, Role.ADMIN):
            return known  # nothing to write, so that a click does not wait for the disk
        return await tx.members.ensure(user_id, name, role)


async def find_member(database: Database, workspace_id: str, user_id: str) -> Member | None:
    async with database.transaction(workspace_id) as tx:
        return await tx.members.find(user_id)


async def list_reviewers(database: Database, workspace_id: str) -> list[Member]:
    """The members who may decide on proposals, by name."""
    async with database.transaction(workspace_id) as tx:
        return await tx.members.admins()

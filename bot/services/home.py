"""The Home tab of one person."""

from __future__ import annotations

from bot.domain.cards import HomeFacts
from bot.domain.members import Member
from bot.domain.proposals import ProposalStatus
from bot.services.desk import Desk
from storage.database import Database

ROWS = 10
"""Waiting proposals that Home lists."""


async def read_home(database: Database, workspace_id: str, member: Member) -> HomeFacts:
    async with database.transaction(workspace_id) as tx:
        return HomeFacts(
            member=member,
            queue=await tx.proposals.queue(),
            waiting=tuple(await tx.proposals.listed(ProposalStatus.PENDING, ROWS)),
            flows=await tx.flows.count(),
            resolved_by_member=await tx.sessions.resolved_by(member.id),
            reviewers=tuple(await tx.members.admins()),
        )


async def refresh_home(desk: Desk, workspace_id: str, user_id: str) -> None:
    """Publish the Home tab anew for a person who is known already."""
    async with desk.database.transaction(workspace_id) as tx:
        member = await tx.members.find(user_id)
    if member is not None:
        await desk.messenger.publish_home(workspace_id, await read_home(desk.database, workspace_id, member))

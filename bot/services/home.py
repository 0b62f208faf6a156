"""The Home tab of one person, and of all who look at theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.ai.redaction import redacted
from bot.domain.homes import GAPS, MONTH_DAYS, OPENED_RECENTLY, HomeFacts, HomeView, OwnSession, OwnSessions
from bot.domain.jobs import RefreshHome, RefreshHomes
from bot.domain.members import Member
from bot.domain.review_queue import DEFAULT_FILTER, QueueFilter
from bot.domain.windows import window_ending
from bot.services.desk import Desk
from bot.services.review_queue import overdue_before, read_page
from storage.database import Database
from storage.transaction import Transaction

BETWEEN_HOMES = timedelta(seconds=0.7)
"""Slack takes 100 views a minute; the Homes of a large team are published one after the other."""
PUBLISHED_AGAIN = 3
"""Attempts to publish over what stands there; the last one asks no more what that is."""


async def open_home(
    database: Database, workspace_id: str, member_id: str, *, wanted: QueueFilter | None = None, now: datetime
) -> None:
    """Somebody looks at Home: at what they looked at before, unless they want something else now."""
    async with database.transaction(workspace_id) as tx:
        await tx.homes.open(member_id, now=now, wanted=wanted)
        await tx.jobs.enqueue(RefreshHome(member_id))


async def refresh_homes_on_screen(desk: Desk, workspace_id: str, _job: RefreshHomes) -> None:
    """Have the Homes published anew that were opened recently, those that were opened last first."""
    async with desk.database.transaction(workspace_id) as tx:
        opened = await tx.homes.opened_since(desk.clock.now() - OPENED_RECENTLY)
        delays = {member_id: BETWEEN_HOMES * place for place, member_id in enumerate(opened)}
        for member_id in sorted(delays):  # in one order, so that two of these jobs never wait for each other
            delay = delays[member_id] or None
            await tx.jobs.enqueue(RefreshHome(member_id), delay=delay, dedupe_key=member_id)


async def refresh_home(desk: Desk, workspace_id: str, user_id: str) -> None:
    """Publish the Home tab anew for a person who is known already.

    What stands there is replaced only as it was when the facts were read: of two who publish at once, the one with the
    older facts reads them again.
    """
    for attempt in range(PUBLISHED_AGAIN):
        async with desk.database.transaction(workspace_id) as tx:
            member = await tx.members.find(user_id)
            view = await tx.homes.find(user_id)
        if member is None:
            return
        over = view.hash if view and attempt < PUBLISHED_AGAIN - 1 else None
        facts = await read_home(desk.database, workspace_id, member, view=view, now=desk.clock.now())
        published = await desk.messenger.publish_home(workspace_id, facts, over=over)
        if published is not None:
            async with desk.database.transaction(workspace_id) as tx:
                await tx.homes.set_hash(user_id, published)
            return


async def read_home(
    database: Database, workspace_id: str, member: Member, *, view: HomeView | None = None, now: datetime
) -> HomeFacts:
    """What the member's Home shows, as it was at one moment."""
    wanted = view.filter if view else DEFAULT_FILTER
    async with database.snapshot(workspace_id) as tx:
        settings = (await tx.workspaces.get()).settings
        queue = await tx.proposals.queue(overdue_before=overdue_before(settings, now))
        return HomeFacts(
            member=member,
            queue=queue,
            page=await read_page(tx, wanted, now=now) if member.is_admin else None,
            own=await _own_sessions(tx, member),
            flows=await tx.flows.count(),
            followed=0 if queue.pending else await tx.homes.followed_in_a_row(),
            remind_after_days=settings.remind_after_days,
            month=await tx.dashboards.dashboard(window_ending(now, MONTH_DAYS, settings.zone)),
            gaps=tuple(await tx.gaps.worst(GAPS)) if member.is_admin else (),
            reviewers=tuple(await tx.members.admins()),
        )


async def _own_sessions(tx: Transaction, member: Member) -> OwnSessions:
    own = await tx.homes.own_sessions(member.id)
    return replace(own, open=_redacted(own.open), closed=_redacted(own.closed))


def _redacted(own: tuple[OwnSession, ...]) -> tuple[OwnSession, ...]:
    sessions = redacted([each.session for each in own])
    return tuple(replace(each, session=session) for each, session in zip(own, sessions, strict=True))

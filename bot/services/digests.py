"""The weekly digest: open it when it is due, build it, post it once."""

from __future__ import annotations

from datetime import date, datetime

from bot.charts.registry import Chart
from bot.domain.digests import Digest, DoubtedFlow, digest_due
from bot.domain.errors import FlowPilotError
from bot.domain.flow_effects import joined_effects
from bot.domain.gaps import GapReport
from bot.domain.jobs import PostDigest, PreviewDigest
from bot.domain.proposals import MessageRef
from bot.domain.trust import TrustLevel
from bot.domain.windows import Window, week_before
from bot.domain.workspaces import Workspace
from bot.services.desk import Desk
from bot.services.gaps import USUAL_DAYS, read_gaps, refresh_gaps
from bot.services.review_queue import overdue_before
from storage.database import Database
from storage.transaction import Transaction

MAX_FLOWS = 20
"""Flows whose effect is looked at, those that guided most sessions."""


async def open_due_digest(database: Database, workspace: Workspace, *, now: datetime) -> bool:
    """Open this week's digest if it is due and nobody has yet; the row and its job are one commit."""
    due_on = digest_due(workspace.settings, now=now, since=workspace.created_at)
    if due_on is None or workspace.settings.digest_channel is None:
        return False
    async with database.transaction(workspace.id) as tx:
        digest_id = await tx.digests.open(due_on, now)
        if digest_id is not None:
            await tx.jobs.enqueue(PostDigest(digest_id))
    return digest_id is not None


async def request_digest(database: Database, workspace_id: str, *, now: datetime) -> None:
    """Have a digest up to today posted now; once a day at most.

    Raises:
        FlowPilotError: no digest channel is set.
    """
    async with database.transaction(workspace_id) as tx:
        settings = (await tx.workspaces.get()).settings
        if settings.digest_channel is None:
            raise FlowPilotError("No digest channel is set: set FLOWPILOT_DIGEST_CHANNEL to a channel's id.")
        digest_id = await tx.digests.open(now.astimezone(settings.zone).date(), now)
        if digest_id is not None:
            await tx.jobs.enqueue(PostDigest(digest_id))


async def preview_digest(database: Database, workspace_id: str, *, now: datetime) -> Digest:
    """What a digest would say today."""
    async with database.transaction(workspace_id) as tx:
        zone = (await tx.workspaces.get()).settings.zone
    found = await read_gaps(database, workspace_id, days=USUAL_DAYS, now=now)
    return await build_digest(database, workspace_id, now.astimezone(zone).date(), found)


async def build_digest(database: Database, workspace_id: str, due_on: date, found: GapReport) -> Digest:
    """The digest of the seven local days before `due_on`, from one snapshot, with the gaps that were `found`."""
    async with database.snapshot(workspace_id) as tx:
        settings = (await tx.workspaces.get()).settings
        window = week_before(due_on, settings.zone)
        return Digest(
            due_on=due_on,
            dashboard=await tx.dashboards.dashboard(window),
            queue=await tx.proposals.queue(overdue_before=overdue_before(settings, window.end)),
            remind_after_days=settings.remind_after_days,
            published=await tx.digests.published_between(window.start, window.end),
            effects=joined_effects(await tx.digests.effects(window, MAX_FLOWS), found.outcomes),
            doubted=await _doubted(tx, window),
            rejected=await tx.proposals.rejected_between(window.start, window.end),
            spending=await tx.spendings.between(window.start, window.end),
            gaps=found.alerts,
            watched=found.watched,
            gap_days=found.window.days,
            left_out=settings.digest_left_out,
        )


async def _doubted(tx: Transaction, window: Window) -> tuple[DoubtedFlow, ...]:
    """Those that people still follow."""
    followed = await tx.digests.followed_between(window.start, window.end)
    uses = await tx.flows.uses([flow.flow_id for flow in followed])
    trusts = [DoubtedFlow(flow, uses[flow.flow_id].trust) for flow in followed]
    return tuple(each for each in trusts if each.trust.level is TrustLevel.DOUBTED)


async def post_digest(desk: Desk, workspace_id: str, digest_id: int) -> None:
    """Post an opened digest to the digest channel and its details below it, each unless that has happened already."""
    async with desk.database.transaction(workspace_id) as tx:
        opened = await tx.digests.get(digest_id)
        channel = (await tx.workspaces.get()).settings.digest_channel
    if opened.posted_at is not None or channel is None:
        return
    digest = await _fresh_digest(desk, workspace_id, opened.due_on)
    at = await _say(desk, workspace_id, channel, digest, key=f"digest:{digest_id}")
    async with desk.database.transaction(workspace_id) as tx:
        await tx.digests.mark_posted(digest_id, at, desk.clock.now())


async def send_preview(desk: Desk, workspace_id: str, job: PreviewDigest) -> None:
    """Show the digest as it would be today to the person who asked, by direct message."""
    async with desk.database.transaction(workspace_id) as tx:
        zone = (await tx.workspaces.get()).settings.zone
    digest = await _fresh_digest(desk, workspace_id, desk.clock.now().astimezone(zone).date())
    await _say(desk, workspace_id, job.user, digest, key=f"digest-preview:{job.key}")


async def _fresh_digest(desk: Desk, workspace_id: str, due_on: date) -> Digest:
    """Its gaps are written down before, so that they have buttons."""
    found = await refresh_gaps(desk.database, workspace_id, now=desk.clock.now())
    return await build_digest(desk.database, workspace_id, due_on, found)


async def _say(desk: Desk, workspace_id: str, to: str, digest: Digest, *, key: str) -> MessageRef:
    """What a crash left unsaid is all that is said the next time."""
    picture = await desk.charts.draw(Chart.DIGEST, digest) if digest.has_chart else None
    at = await desk.messenger.post_digest(workspace_id, to, digest, picture, key=key)
    if digest.has_details:
        await desk.messenger.post_digest_details(workspace_id, at, digest, key=f"{key}:details")
    return at

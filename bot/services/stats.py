"""The dashboard: read it, draw it, send it."""

from __future__ import annotations

from bot.charts.registry import Chart
from bot.domain.cards import Asked, Picture
from bot.domain.dashboard import Dashboard
from bot.domain.jobs import RedrawStats, SendStats
from bot.domain.ports import Clock
from bot.domain.proposals import MessageRef
from bot.domain.windows import window_ending
from bot.services.desk import Desk
from storage.database import Database


async def read_dashboard(
    database: Database, clock: Clock, workspace_id: str, *, days: int, domain: str | None = None
) -> Dashboard:
    """The dashboard of the last `days` local days, from one snapshot."""
    async with database.snapshot(workspace_id) as tx:
        zone = (await tx.workspaces.get()).settings.zone
        return await tx.dashboards.dashboard(window_ending(clock.now(), days, zone), domain=domain)


async def send_stats(desk: Desk, workspace_id: str, job: SendStats) -> None:
    """Answer in words where the question was asked, and send the picture to the person or the channel."""
    dashboard, picture = await _drawn(desk, workspace_id, job.period_days, job.domain)
    if job.response_url is not None:
        asked = Asked(user=job.user, channel=job.channel, response_url=job.response_url)
        key = f"stats-answer:{job.key}"
        await desk.messenger.answer_stats(workspace_id, dashboard, at=asked, shared=job.share, key=key)
    if picture is None and not job.share:
        return
    to = job.channel if job.share else job.user
    await desk.messenger.send_dashboard(
        workspace_id, to, dashboard, picture, asked_by=job.user, key=f"stats:{job.key}"
    )


async def redraw_stats(desk: Desk, workspace_id: str, job: RedrawStats) -> None:
    """Replace the dashboard in a message that stands."""
    dashboard, picture = await _drawn(desk, workspace_id, job.period_days, job.domain)
    at = MessageRef(job.channel, job.ts)
    await desk.messenger.replace_dashboard(workspace_id, at, dashboard, picture, asked_by=job.user)


async def _drawn(
    desk: Desk, workspace_id: str, days: int, domain: str | None
) -> tuple[Dashboard, Picture | None]:
    dashboard = await read_dashboard(desk.database, desk.clock, workspace_id, days=days, domain=domain)
    return dashboard, None if dashboard.is_empty else await desk.charts.draw(Chart.DASHBOARD, dashboard)

"""Somebody opens the Home tab, or wants to see more there."""

from __future__ import annotations

from bot.domain.homes import MONTH_DAYS
from bot.domain.jobs import SendStats
from bot.services.home import open_home
from bot.services.jobs import leave_job
from bot.slack.deps import Ack, SlackDeps
from bot.slack.payloads.conversation import HomeClick, HomeOpened


async def handle_home_opened(opened: HomeOpened, _ack: Ack, deps: SlackDeps) -> None:
    """Bolt has acked events by itself."""
    if opened.is_home_tab:
        await deps.people.recognise(opened.by)
        await open_home(deps.database, opened.by.workspace_id, opened.by.id, now=deps.clock.now())


async def handle_dashboard_clicked(click: HomeClick, ack: Ack, deps: SlackDeps) -> None:
    """The dashboard comes by direct message: Home has no room for its picture."""
    await ack()
    job = SendStats(
        key=click.trigger_id,
        user=click.by.id,
        channel=click.by.id,
        period_days=MONTH_DAYS,
        domain=None,
        share=False,
    )
    await leave_job(deps.database, click.by.workspace_id, job)

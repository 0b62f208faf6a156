"""Somebody asks for numbers: by command, by a report's buttons, for a channel."""

from __future__ import annotations

from bot.domain.jobs import RedrawStats, SendStats
from bot.services.jobs import leave_job
from bot.slack.commands import StatsAsked
from bot.slack.deps import Ack, SlackDeps
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.payloads.stats import ShareSubmitted, StatsClick
from bot.slack.views.stats import period_value, share_modal


async def handle_stats_asked(command: CommandTyped, asked: StatsAsked, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await deps.people.recognise(command.by)
    job = SendStats(
        key=command.trigger_id,
        user=command.by.id,
        channel=command.channel,
        period_days=asked.days,
        domain=asked.domain.value if asked.domain else None,
        share=asked.share,
        response_url=command.reply.response_url,
    )
    await leave_job(deps.database, command.by.workspace_id, job)


async def handle_period_clicked(click: StatsClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    job = RedrawStats(
        user=click.by.id,
        channel=click.at.channel,
        ts=click.at.ts,
        period_days=click.days,
        domain=click.domain,
    )
    await leave_job(deps.database, click.by.workspace_id, job)


async def handle_share_clicked(click: StatsClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    view = share_modal(period_value(click.days, click.domain))
    await deps.api.call(click.by.workspace_id, "views.open", trigger_id=click.trigger_id, view=view)


async def handle_share_submitted(submitted: ShareSubmitted, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    job = SendStats(
        key=submitted.view_id,
        user=submitted.by.id,
        channel=submitted.channel,
        period_days=submitted.days,
        domain=submitted.domain,
        share=True,
    )
    await leave_job(deps.database, submitted.by.workspace_id, job)

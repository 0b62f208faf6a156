"""Somebody looks at knowledge gaps, wants a flow for one, or says that one is none."""

from __future__ import annotations

from bot.domain.jobs import DraftForGap
from bot.domain.members import require_admin
from bot.services.gaps import MUTE_DEED, mute_gap, read_gap, refresh_gaps
from bot.services.jobs import leave_job
from bot.slack.commands import GapsAsked
from bot.slack.deps import Ack, SlackDeps
from bot.slack.modals import show_modal
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.payloads.envelopes import Reply
from bot.slack.payloads.gaps import GapClick, GapMuted, GapsClick
from bot.slack.permalinks import thread_links
from bot.slack.replies import answer
from bot.slack.views.blocks import Json
from bot.slack.views.gaps import drafting_message, gap_modal, gaps_message, mute_modal, muted_message


async def handle_gaps_asked(command: CommandTyped, asked: GapsAsked, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await deps.people.recognise(command.by)
    await _show(asked.days, command.reply, deps)


async def handle_gaps_clicked(click: GapsClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _show(click.days, click.reply, deps)


async def handle_gap_clicked(click: GapClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        details = await read_gap(deps.database, click.by.workspace_id, click.gap_id)
        return gap_modal(details, await thread_links(deps.api, click.by.workspace_id, details.sessions))

    await show_modal(click, "Knowledge gap", make, deps)


async def handle_gap_draft_clicked(click: GapClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await deps.people.recognise(click.by)
    await read_gap(deps.database, click.by.workspace_id, click.gap_id)  # one that is gone is said at once
    job = DraftForGap(key=click.trigger_id, gap_id=click.gap_id, user=click.by.id)
    await leave_job(deps.database, click.by.workspace_id, job)
    await answer(deps.api, click.reply, drafting_message())


async def handle_gap_mute_clicked(click: GapClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        require_admin(await deps.people.recognise(click.by), MUTE_DEED)
        details = await read_gap(deps.database, click.by.workspace_id, click.gap_id)
        return mute_modal(details.gap)

    await show_modal(click, "Not a gap", make, deps)


async def handle_gap_muted(muted: GapMuted, ack: Ack, deps: SlackDeps) -> None:
    """Keep it, and say what follows; a reason that says nothing is asked for where it is missing."""
    gap = await mute_gap(
        deps.database,
        muted.by.workspace_id,
        muted.gap_id,
        by=await deps.people.recognise(muted.by),
        code=muted.code,
        reason=muted.reason,
        now=deps.clock.now(),
    )
    await ack()
    reply = Reply(workspace_id=muted.by.workspace_id, user=muted.by.id)
    await answer(deps.api, reply, muted_message(gap))


async def _show(days: int, reply: Reply, deps: SlackDeps) -> None:
    report = await refresh_gaps(deps.database, reply.workspace_id, days=days, now=deps.clock.now())
    await answer(deps.api, reply, gaps_message(report))

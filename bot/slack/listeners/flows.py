"""Somebody looks up flows, takes one along as a file, or changes which version is in use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.domain.errors import FlowPilotError
from bot.domain.flows import Flow
from bot.domain.jobs import DrawFlowPage, SendFlowFile
from bot.domain.members import Member
from bot.services.flows import archive_flow, list_page, read_flow_page, restore_flow, roll_back_flow
from bot.services.jobs import leave_job
from bot.slack.commands import FlowsAsked
from bot.slack.deps import Ack, SlackDeps
from bot.slack.errors import ViewGoneError
from bot.slack.modals import Shown, show_modal, shown_in
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.payloads.flows import FlowClick, FlowExportClick, FlowsTurned, RollBackClick
from bot.slack.refusals import words_for
from bot.slack.replies import answer
from bot.slack.views.blocks import Json
from bot.slack.views.flows import flow_list, flow_modal

Change = Callable[[Member], Awaitable[Flow]]

log = structlog.get_logger(__name__)


async def handle_flows_asked(command: CommandTyped, asked: FlowsAsked, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await deps.people.recognise(command.by)
    found = await list_page(deps.database, command.by.workspace_id, asked.words, 0)
    await answer(deps.api, command.reply, flow_list(found))


async def handle_flows_turned(turned: FlowsTurned, ack: Ack, deps: SlackDeps) -> None:
    """The next page takes the place of the one that was read."""
    await ack()
    found = await list_page(deps.database, turned.by.workspace_id, turned.words, turned.page)
    await answer(deps.api, turned.reply, {**flow_list(found), "replace_original": True})


async def handle_flow_clicked(click: FlowClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        member = await deps.people.recognise(click.by)
        workspace_id, now = click.by.workspace_id, deps.clock.now()
        page = await read_flow_page(deps.database, workspace_id, click.seen.id, seen_by=member, now=now)
        return flow_modal(page)

    place = click.view_id if click.is_full else None
    if shown := await show_modal(click, "Flow", make, deps, in_place_of=place):
        await _leave_drawing(click, shown, deps)


async def handle_export_clicked(click: FlowExportClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    job = SendFlowFile(
        key=click.flow.trigger_id,
        flow_id=click.flow.seen.id,
        format=click.format.value,
        user=click.flow.by.id,
    )
    await leave_job(deps.database, click.flow.by.workspace_id, job)
    member = await deps.people.recognise(click.flow.by)
    await _show(click.flow, member, "The file comes to your messages with FlowPilot.", deps)


async def handle_roll_back_clicked(click: RollBackClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def roll_back(member: Member) -> Flow:
        return await roll_back_flow(
            deps.database,
            click.flow.by.workspace_id,
            click.flow.seen.id,
            click.to_version,
            by=member,
            now=deps.clock.now(),
            seen_version=click.flow.seen.version,
        )

    await _change(click.flow, roll_back, f"Version {click.to_version} is in use again.", deps)


async def handle_archive_clicked(click: FlowClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def archive(member: Member) -> Flow:
        return await archive_flow(
            deps.database, click.by.workspace_id, click.seen.id, by=member, now=deps.clock.now()
        )

    await _change(click, archive, "This flow is archived.", deps)


async def handle_restore_clicked(click: FlowClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def restore(member: Member) -> Flow:
        return await restore_flow(
            deps.database, click.by.workspace_id, click.seen.id, by=member, now=deps.clock.now()
        )

    await _change(click, restore, "This flow is in use again.", deps)


async def _change(click: FlowClick, change: Change, done: str, deps: SlackDeps) -> None:
    """Carry it out, and show the flow as it stands then: with what was done, or with why it was not."""
    member = await deps.people.recognise(click.by)
    try:
        await change(member)
    except FlowPilotError as error:
        done = await words_for(error, deps, click.by.workspace_id)
    await _show(click, member, done, deps)


async def _show(click: FlowClick, member: Member, notice: str, deps: SlackDeps) -> None:
    workspace_id, view_id = click.by.workspace_id, click.view_id
    if view_id is None:
        return
    now = deps.clock.now()
    page = await read_flow_page(deps.database, workspace_id, click.seen.id, seen_by=member, now=now)
    view = flow_modal(page, notice=notice)
    try:
        updated = await deps.api.call(workspace_id, "views.update", view_id=view_id, view=view)
    except ViewGoneError:
        log.info("slack.modal_closed", workspace=workspace_id)
    else:
        await _leave_drawing(click, shown_in(updated), deps, notice)


async def _leave_drawing(click: FlowClick, shown: Shown, deps: SlackDeps, notice: str | None = None) -> None:
    """Drawing takes longer than a click may."""
    job = DrawFlowPage(
        flow_id=click.seen.id, view_id=shown.id, view_hash=shown.hash, user=click.by.id, notice=notice
    )
    await leave_job(deps.database, click.by.workspace_id, job)

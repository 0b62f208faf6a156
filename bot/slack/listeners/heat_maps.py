"""Somebody looks where a flow loses people. It opens on top of the flow, or in its place as the third modal."""

from __future__ import annotations

from bot.domain.jobs import DrawHeatMap
from bot.services.heat_maps import read_heat_map
from bot.services.jobs import leave_job
from bot.slack.deps import Ack, SlackDeps
from bot.slack.modals import show_modal
from bot.slack.payloads.flows import FlowClick
from bot.slack.views.blocks import Json
from bot.slack.views.heat_maps import heat_modal


async def handle_heat_map_clicked(click: FlowClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    workspace_id, flow_id = click.by.workspace_id, click.seen.id

    async def make() -> Json:
        await deps.people.recognise(click.by)
        heat = await read_heat_map(deps.database, workspace_id, flow_id, now=deps.clock.now())
        return heat_modal(heat, leads_back=click.is_full)

    place = click.view_id if click.is_full else None
    if shown := await show_modal(click, "Heat Map", make, deps, in_place_of=place):
        job = DrawHeatMap(flow_id=flow_id, view_id=shown.id, view_hash=shown.hash, leads_back=click.is_full)
        await leave_job(deps.database, workspace_id, job)

"""A flow's heat map: where its sessions go, and where it loses them."""

from __future__ import annotations

from datetime import datetime

from bot.charts.registry import Chart
from bot.domain.heat_maps import HeatMap
from bot.domain.jobs import DrawHeatMap
from bot.services.desk import Desk
from bot.services.flows import measure_steps
from storage.database import Database


async def read_heat_map(database: Database, workspace_id: str, flow_id: int, *, now: datetime) -> HeatMap:
    """Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        flow = await tx.flows.get(flow_id)
        versions = await tx.flows.versions(flow_id)
        return HeatMap(flow=flow, use=await measure_steps(tx, flow, versions, now=now))


async def draw_heat_map(desk: Desk, workspace_id: str, job: DrawHeatMap) -> None:
    """Put the picture into the heat map that somebody has opened."""
    heat = await read_heat_map(desk.database, workspace_id, job.flow_id, now=desk.clock.now())
    picture = await desk.charts.draw(Chart.HEAT_MAP, heat)
    await desk.messenger.show_heat_map(
        workspace_id, job.view_id, heat, picture, over=job.view_hash, leads_back=job.leads_back
    )

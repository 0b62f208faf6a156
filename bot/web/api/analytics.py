"""The dashboard's figures, as JSON or a table of them as CSV."""

from __future__ import annotations

from aiohttp import web

from bot.domain.dashboard_document import dashboard_document
from bot.domain.spending import spending_document
from bot.services.spending import read_spending
from bot.services.stats import read_dashboard
from bot.web.api.analytics_models import Dashboard, DashboardQuery
from bot.web.api.calls import Call, answered
from bot.web.api.csv_tables import CSV, csv_of, table_of


async def dashboard(call: Call) -> web.Response:
    query = call.query(DashboardQuery)
    days = query.period.days
    read = await read_dashboard(call.database, call.clock, call.workspace_id, days=days, domain=query.domain)
    spent = await read_spending(call.database, call.clock, call.workspace_id, days=days)
    document = dashboard_document(read) | {"analysis_costs": spending_document(spent)}
    found = Dashboard.model_validate(document)
    if not call.wants(CSV):
        return answered(found)
    name = f"flowpilot-{query.table}-{query.period}.csv"
    return web.Response(
        text=csv_of(*table_of(found, query.table)),
        content_type=CSV,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

"""Knowledge gaps, as `flowpilot gaps --json` has them."""

from __future__ import annotations

from aiohttp import web

from bot.domain.gap_document import gap_document
from bot.services.gaps import read_gaps
from bot.web.api.calls import Call, answered
from bot.web.api.gap_models import GapsQuery, KnowledgeGaps


async def knowledge_gaps(call: Call) -> web.Response:
    days = call.query(GapsQuery).period.days
    report = await read_gaps(call.database, call.workspace_id, days=days, now=call.now)
    return answered(KnowledgeGaps.model_validate(gap_document(report)))

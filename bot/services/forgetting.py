"""What is remembered for a while only: Slack's event ids, what was said, who looks at Home, drafts, and the log of jobs done."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.editing import DRAFTS_KEPT
from bot.domain.homes import HOMES_KEPT
from storage.database import Database

EVENTS_KEPT = timedelta(hours=1)
"""Slack delivers an event again after about 0, 1 and 5 minutes."""
UTTERANCES_KEPT = timedelta(days=90)
"""Longer than any job that could say a thing again is tried."""
JOB_LOG_KEPT = timedelta(days=7)


async def forget_old_talk(database: Database, workspace_id: str, *, now: datetime) -> None:
    async with database.transaction(workspace_id) as tx:
        await tx.events.forget_before(now - EVENTS_KEPT)
        await tx.utterances.forget_before(now - UTTERANCES_KEPT)
        await tx.homes.forget_before(now - HOMES_KEPT)


async def forget_old_drafts(database: Database, workspace_id: str, *, now: datetime) -> int:
    """Forget what nobody has worked on for long, and what is of no use any more; how many drafts those were."""
    async with database.transaction(workspace_id) as tx:
        return await tx.drafts.forget_idle(now - DRAFTS_KEPT)


async def forget_old_job_log(database: Database, *, now: datetime) -> None:
    """Jobs that are done leave a line in the queue's log."""
    async with database.all_workspaces() as everyone:
        await everyone.forget_job_log(now - JOB_LOG_KEPT)

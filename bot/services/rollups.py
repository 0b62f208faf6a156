"""Roll-ups: what a dashboard reads quickly instead of every session."""

from __future__ import annotations

from datetime import datetime

from bot.domain.windows import PERIODS, whole_days_before
from storage.database import Database

DAYS_KEPT = 2 * max(PERIODS)
"""The longest period and the one before it."""
DAYS_AT_ONCE = 30
"""In one transaction, so that it stays short on a large workspace."""


async def renew_rollups(database: Database, workspace_id: str, *, now: datetime) -> int:
    """Roll up the days that are over and are not rolled up or have changed since; how many those were."""
    renewed = 0
    while True:
        async with database.transaction(workspace_id) as tx:
            zone = (await tx.workspaces.get()).settings.zone
            added = await tx.rollups.renew(whole_days_before(now, DAYS_KEPT, zone), at_most=DAYS_AT_ONCE)
        renewed += added
        if added < DAYS_AT_ONCE:
            return renewed

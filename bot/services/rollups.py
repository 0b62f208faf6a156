"""Roll-ups: what a dashboard reads instead of every session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.windows import PERIODS, Span, window_ending
from storage.database import Database

DAYS_KEPT = 2 * max(PERIODS)
"""The longest period and the one before it."""
BY_THE_HOUR = frozenset({0, 1, *PERIODS})
"""So many days ago: today and the days that the windows before this one break off in, because a part of them is read; and
yesterday, because much of it still changes."""
SPANS_AT_ONCE = 10
"""In one transaction, so that it stays short on a large workspace."""
WORTH_IT = 10_000
"""With fewer sessions than this a dashboard is read as quickly from them (benchmarks/dashboard.py)."""


async def renew_rollups(
    database: Database, workspace_id: str, *, now: datetime, worth_it: int = WORTH_IT
) -> int:
    """Roll up what is over and is not rolled up or has changed since; how many spans of time those were.

    With no more than `worth_it` sessions there is nothing to roll up, and roll-ups that were there are forgotten.
    """
    renewed = 0
    while True:
        async with database.transaction(workspace_id) as tx:
            zone = (await tx.workspaces.get()).settings.zone
            spans = spans_to_roll_up(now, zone)
            large = await tx.rollups.has_sessions(worth_it, since=spans[0].start)
            added = await tx.rollups.renew(spans if large else (), at_most=SPANS_AT_ONCE)
        renewed += added
        if added < SPANS_AT_ONCE:
            return renewed


def spans_to_roll_up(now: datetime, zone: ZoneInfo) -> Sequence[Span]:
    """Local days that are over, and the hours of some days."""
    *over, today = (day.span for day in window_ending(now, DAYS_KEPT, zone).local_days)
    by_the_hour = (span for ago, span in enumerate([today, *reversed(over)]) if ago in BY_THE_HOUR)
    hours = [hour for span in by_the_hour for hour in span.hours]
    return [*(span for span in over if span.start < span.end), *hours]

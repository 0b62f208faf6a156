"""The clock: APScheduler rings, the database decides what is due.

Nothing is remembered here. A bell that was missed costs nothing, because the next one finds the same rows due; and
several clocks may ring at once, because rows are claimed with SKIP LOCKED or opened under a unique key.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ai.claude_batches import ClaudeBatches
from bot.domain.ports import Analyst, ChargingAnalyst, Clock
from bot.domain.workspaces import Workspace
from bot.services.analysis import analyze_pending, show_waiting_proposals
from bot.services.batches import collect_batches, submit_batch
from bot.services.digests import open_due_digest
from bot.services.forgetting import forget_old_drafts, forget_old_job_log, forget_old_talk
from bot.services.gaps import refresh_gaps
from bot.services.proposals import expire_proposals
from bot.services.rollups import renew_rollups
from bot.services.troubleshooting import ask_silent_sessions
from bot.services.uniting import unite_knowledge
from bot.services.workspaces import active_workspaces
from storage.database import Database

MISFIRE_GRACE_SECONDS = 60
"""A bell that is late by up to a minute still rings (APScheduler's default drops it after one second)."""
ANALYSES_A_TICK = 200
COMPARISONS_A_TICK = 20
STOPPING_SECONDS = 10.0
"""How long a bell that rings may take to end when the process stops; what is left is claimed again later."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bell:
    """What is rung for, and how often."""

    name: str
    every: timedelta
    ring: Callable[[], Awaitable[None]]


def bells(
    database: Database, analyst: Analyst, clock: Clock, batches: ClaudeBatches | None = None
) -> tuple[Bell, ...]:
    """The table of schedules. With `batches`, the backlog of imported sessions goes there."""

    async def analyse() -> None:
        await analyze_pending(database, analyst, clock, limit=ANALYSES_A_TICK, backlog=batches is None)
        await _for_each_workspace(
            database, lambda each: unite_knowledge(database, each.id, clock, limit=COMPARISONS_A_TICK)
        )

    async def batch() -> None:
        if batches is not None and isinstance(analyst, ChargingAnalyst):
            await _for_each_workspace(database, lambda each: collect_batches(database, batches, clock, each))
            await _for_each_workspace(
                database, lambda each: submit_batch(database, batches, analyst, clock, each)
            )

    async def open_digests() -> None:
        await _for_each_workspace(database, lambda each: open_due_digest(database, each, now=clock.now()))

    async def ask_silent() -> None:
        await _for_each_workspace(database, lambda each: ask_silent_sessions(database, each, now=clock.now()))

    async def roll_up() -> None:
        await _for_each_workspace(database, lambda each: renew_rollups(database, each.id, now=clock.now()))

    async def tidy() -> None:
        now = clock.now()
        await _for_each_workspace(database, lambda each: expire_proposals(database, each.id, now=now))
        await _for_each_workspace(database, lambda each: show_waiting_proposals(database, each.id, now=now))
        await _for_each_workspace(database, lambda each: forget_old_talk(database, each.id, now=now))
        await _for_each_workspace(database, lambda each: forget_old_drafts(database, each.id, now=now))
        await forget_old_job_log(database, now=now)

    async def look_for_gaps() -> None:
        await _for_each_workspace(database, lambda each: refresh_gaps(database, each.id, now=clock.now()))

    return (
        Bell("analyses", timedelta(seconds=5), analyse),
        *([Bell("batches", timedelta(minutes=1), batch)] if batches else []),
        Bell("digests", timedelta(minutes=1), open_digests),
        Bell("silence", timedelta(minutes=5), ask_silent),
        Bell("gaps", timedelta(days=1), look_for_gaps),
        Bell("roll-ups", timedelta(minutes=1), roll_up),
        Bell("tidying", timedelta(hours=1), tidy),
    )


async def _for_each_workspace(database: Database, act: Callable[[Workspace], Awaitable[object]]) -> None:
    """One workspace's trouble is logged and does not keep the others waiting."""
    for workspace in await active_workspaces(database):
        try:
            await act(workspace)
        except Exception:
            log.exception("clock.workspace_failed", workspace=workspace.id)


@asynccontextmanager
async def clock_running(
    table: tuple[Bell, ...], clock: Clock, *, stopping_seconds: float = STOPPING_SECONDS
) -> AsyncIterator[None]:
    """Ring each bell at once and then at its interval.

    When the block ends, what is being done has a while to be finished, then it is cut off: its rows are due again.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    under_way: set[asyncio.Task[None]] = set()
    for bell in table:
        scheduler.add_job(
            _ringing(bell, under_way),
            "interval",
            seconds=bell.every.total_seconds(),
            id=bell.name,
            name=bell.name,
            next_run_time=clock.now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=MISFIRE_GRACE_SECONDS,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=stopping_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        scheduler.shutdown(wait=False)


def _ringing(bell: Bell, under_way: set[asyncio.Task[None]]) -> Callable[[], Awaitable[None]]:
    async def ring() -> None:
        task = asyncio.create_task(_guarded(bell))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        await asyncio.wait([task])  # unlike awaiting it, no trouble of the scheduler's when it is cut off

    return ring


async def _guarded(bell: Bell) -> None:
    try:
        await bell.ring()
    except Exception:
        log.exception("clock.bell_failed", bell=bell.name)

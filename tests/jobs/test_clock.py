"""The clock rings, and nothing that goes wrong stops it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.domain.jobs import JOBS
from bot.domain.workspaces import Workspace
from bot.jobs.clock import Bell, bells, clock_running
from bot.jobs.handlers import job_handlers
from storage.database import Database
from tests.services.scripted import ScriptedAnalyst, StoppedClock
from tests.storage.makers import a_session, stored


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  (APScheduler compares it with the machine's)


async def test_bell_rings_again_after_it_failed() -> None:
    rung = 0
    twice = asyncio.Event()

    async def ring() -> None:
        nonlocal rung
        rung += 1
        if rung == 1:
            raise RuntimeError("The database is away.")
        twice.set()

    with capture_logs() as logs:
        async with clock_running((Bell("often", timedelta(milliseconds=20), ring),), WallClock()):
            await asyncio.wait_for(twice.wait(), 5)
    assert [(entry["event"], entry["bell"]) for entry in logs] == [("clock.bell_failed", "often")]


async def test_bell_never_rings_twice_at_once() -> None:
    under_way, most, rung = 0, 0, 0
    enough = asyncio.Event()

    async def ring() -> None:
        nonlocal under_way, most, rung
        under_way += 1
        most, rung = max(most, under_way), rung + 1
        await asyncio.sleep(0.05)
        under_way -= 1
        if rung >= 3:
            enough.set()

    async with clock_running((Bell("slow", timedelta(milliseconds=10), ring),), WallClock()):
        await asyncio.wait_for(enough.wait(), 5)
    assert most == 1


async def test_what_is_under_way_ends_before_the_clock_has_stopped() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def ring() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()

    async with clock_running((Bell("once", timedelta(hours=1), ring),), WallClock()):
        await begun.wait()
    assert ended.is_set()


async def test_what_takes_too_long_is_cut_off_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    begun, cut_off = asyncio.Event(), asyncio.Event()

    async def ring() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    table = (Bell("once", timedelta(hours=1), ring),)
    async with clock_running(table, WallClock(), stopping_seconds=0):
        await begun.wait()
    assert cut_off.is_set()
    assert caplog.messages == []


async def test_analyses_bell_works_through_what_is_pending(database: Database, workspace: Workspace) -> None:
    await stored(database, workspace.id, a_session(), a_session())
    table = {bell.name: bell for bell in bells(database, ScriptedAnalyst(), StoppedClock())}
    await table["analyses"].ring()
    async with database.all_workspaces() as everyone:
        assert await everyone.pending_analyses() == 0


async def test_roll_ups_bell_takes_the_marks_of_changes(database: Database, workspace: Workspace) -> None:
    await stored(database, workspace.id, a_session())
    table = {bell.name: bell for bell in bells(database, ScriptedAnalyst(), StoppedClock())}
    await table["roll-ups"].ring()
    async with database.transaction(workspace.id) as tx:
        assert not await tx.statements.value(text("SELECT count(*) FROM stale_hours"))


def test_every_job_has_a_handler() -> None:
    desk = object()
    assert set(job_handlers(desk)) == set(JOBS)  # type: ignore[arg-type]  # the table is made without a look at the desk

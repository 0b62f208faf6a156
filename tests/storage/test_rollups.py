"""Roll-ups change what a dashboard costs and never what it says."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.domain.dashboard import Dashboard
from bot.domain.dashboard_document import dashboard_document
from bot.domain.sessions import ConfidenceTier, NewSession, ProblemDomain, SessionStatus
from bot.domain.windows import PERIODS, Window, window_ending
from bot.domain.workspaces import Workspace, WorkspaceSettings
from bot.services.rollups import renew_rollups, spans_to_roll_up
from storage.database import Database
from storage.transaction import Transaction
from tests.conftest import NOW
from tests.independent_figures import differences
from tests.storage.makers import a_session, a_step, stored

ZONE = WorkspaceSettings().zone
WEEK = window_ending(NOW, 7, ZONE)
HOUR = timedelta(hours=1)
DOMAINS = (ProblemDomain.NETWORKING, ProblemDomain.EMAIL, None)

CHANGES = {
    "rate": "rating = 6 - coalesce(rating, 1)",
    "move": "problem_domain = CASE WHEN problem_domain IS NULL THEN 'email' END",
    "guide": "confidence_tier = CASE WHEN confidence_tier = 'guided' THEN NULL ELSE 'guided' END",
    "link": "ticket = CASE WHEN ticket IS NULL THEN '7' END",
    "reopen": "status = 'active', resolved_at = NULL",
    "escalate": "status = 'escalated'",
    "resolve": "status = 'resolved', resolved_at = created_at + interval '1 second' * :seconds",
    "date back": "created_at = created_at - interval '1 second' * :seconds",
    "pause": "paused_seconds = paused_seconds + 60",
    "go on": "steps = steps || steps",
}
PUSH = text(
    """
    INSERT INTO pushes (workspace_id, session_id, provider, kind, ticket, body, hours, status, attempts, created_at, ended_at)
    SELECT workspace_id, id, 'halopsa', 'time_entry', '1', '{}', :hours, 'succeeded', :attempts, :ended_at, :ended_at
    FROM sessions ORDER BY id OFFSET :number LIMIT 1
    """
)
TRY_AGAIN = text("UPDATE pushes SET attempts = attempts + 1, ended_at = ended_at + interval '100 days'")
FORGET_ROLLUPS = text("DELETE FROM rolled_spans")
ONE = "WHERE id = (SELECT id FROM sessions ORDER BY id OFFSET :number LIMIT 1)"
COUNT_MARKS = text("SELECT count(*) FROM stale_hours")
COUNT_SPANS = text("SELECT count(*) FROM rolled_spans")


@asynccontextmanager
async def undone(database: Database, workspace_id: str) -> AsyncIterator[Transaction]:
    """A transaction of which nothing stays."""
    async with database.transaction(workspace_id) as tx:
        try:
            yield tx
        finally:
            await tx.statements.connection.rollback()


def drawn_session(rng: random.Random) -> NewSession:
    values = drawn_values(rng)
    return a_session(
        status=values["status"],
        problem_domain=values["domain"],
        confidence_tier=values["tier"],
        rating=values["rating"],
        ticket=values["ticket"],
        created_at=values["created_at"],
        resolved_at=values["resolved_at"],
        paused=timedelta(seconds=values["paused"]),
        steps=(a_step(),) * rng.randrange(4),
    )


def drawn_values(rng: random.Random) -> dict[str, Any]:
    """Anything that a session may become, near now or up to a window and more ago."""
    created = NOW - timedelta(seconds=rng.choice((rng.randrange(7_200), rng.randrange(13 * 86_400))))
    status = rng.choice((*SessionStatus, *[SessionStatus.RESOLVED] * 6))
    took = timedelta(seconds=rng.choice((0, rng.randrange(7_200), rng.randrange(9 * 86_400))))
    return {
        "status": status,
        "domain": rng.choice(DOMAINS),
        "tier": rng.choice((*ConfidenceTier, None)),
        "rating": rng.choice((None, 1, 3, 5)),
        "ticket": rng.choice((None, "1")),
        "created_at": created,
        "resolved_at": created + took if status is SessionStatus.RESOLVED or rng.random() < 0.1 else None,
        "paused": rng.choice((0, 0.1, 600)),
    }


RECENT = [span for span in spans_to_roll_up(NOW, ZONE) if span.start >= WEEK.previous.start - HOUR]
SESSIONS = 12
ACTIONS = (*CHANGES, "add", "push", "try again", "forget push", "delete", "roll up")


async def act(tx: Transaction, action: str, rng: random.Random) -> None:
    number = {"number": rng.randrange(SESSIONS)}
    seconds = {"seconds": rng.choice((5, rng.randrange(7_200), rng.randrange(9 * 86_400)))}
    match action:
        case "add":
            await tx.sessions.add_many([drawn_session(rng) for _ in range(SESSIONS)], now=NOW)
        case "push":
            ended_at = {"ended_at": NOW - timedelta(seconds=rng.randrange(7 * 86_400))}
            figures = {"hours": rng.choice((0.25, 0.1)), "attempts": rng.choice((1, 2))}
            await tx.statements.run(PUSH, number | figures | ended_at)
        case "try again":
            await tx.statements.run(TRY_AGAIN)
        case "forget push":
            await tx.statements.run(text("DELETE FROM pushes"))
        case "delete":
            await tx.statements.run(text(f"DELETE FROM sessions {ONE}"), number)  # noqa: S608
        case "roll up":
            await tx.rollups.renew(RECENT, at_most=rng.choice((5, 400)))
        case _:
            given = number | (seconds if ":seconds" in CHANGES[action] else {})
            await tx.statements.run(text(f"UPDATE sessions SET {CHANGES[action]} {ONE}"), given)  # noqa: S608


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    actions=st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=8),
    seed=st.integers(0, 2**32),
    ago=st.integers(0, 30_000),
    domain=st.sampled_from([None, None, "email", "unknown"]),
)
async def test_a_dashboard_says_the_same_with_and_without_roll_ups(
    database: Database, workspace: Workspace, actions: list[str], seed: int, ago: int, domain: str | None
) -> None:
    rng = random.Random(seed)  # noqa: S311  (sample data)
    window = window_ending(NOW - timedelta(seconds=ago), 7, ZONE)
    async with undone(database, workspace.id) as tx:
        for action in ("add", "push", "push", "push"):
            await act(tx, action, rng)
        await tx.rollups.renew(RECENT, at_most=400)
        for action in actions:
            await act(tx, action, rng)
        rolled = await tx.dashboards.dashboard(window, domain=domain)
        await tx.statements.run(FORGET_ROLLUPS)
        assert rolled == await tx.dashboards.dashboard(window, domain=domain)


@pytest.mark.parametrize("action", sorted({*ACTIONS} - {"roll up"}))
async def test_each_change_is_seen_in_spite_of_roll_ups(
    database: Database, workspace: Workspace, action: str
) -> None:
    """Done to everything that is there, so that it is sure to be counted."""
    rng = random.Random(3)  # noqa: S311  (sample data)
    async with undone(database, workspace.id) as tx:
        await act(tx, "add", rng)
        for number in range(SESSIONS):
            push = {"hours": 0.5, "attempts": 1, "number": number}
            await tx.statements.run(PUSH, push | {"ended_at": NOW - number * 12 * HOUR - HOUR})
        await tx.rollups.renew(RECENT, at_most=400)
        assert await tx.statements.value(COUNT_MARKS) == 0
        for _ in range(SESSIONS):
            await act(tx, action, rng)
        asked = (None, "email", "unknown")
        rolled = [await tx.dashboards.dashboard(WEEK, domain=domain) for domain in asked]
        await tx.statements.run(FORGET_ROLLUPS)
        assert rolled == [await tx.dashboards.dashboard(WEEK, domain=domain) for domain in asked]


async def dashboard_of(database: Database, window: Window = WEEK) -> Dashboard:
    async with database.snapshot("T0001") as tx:
        return await tx.dashboards.dashboard(window)


async def roll_up(database: Database) -> int:
    return await renew_rollups(database, "T0001", now=NOW, worth_it=0)


async def count(database: Database, query: Any) -> int:
    async with database.transaction("T0001") as tx:
        return int(await tx.statements.value(query))


async def test_days_with_more_durations_than_are_read_say_the_same(
    database: Database, workspace: Workspace
) -> None:
    """Some thousands on each of three days, many of them equal."""
    rng = random.Random(1)  # noqa: S311  (sample data)
    given = []
    for _ in range(4_500):
        created = NOW - timedelta(days=rng.choice((3, 4, 11)), seconds=rng.randrange(20_000))
        took = timedelta(seconds=rng.choice((0, 60, rng.randrange(600), round(rng.lognormvariate(7, 1), 6))))
        given.append(a_session(created_at=created, resolved_at=created + took, steps=()))
    async with database.transaction(workspace.id) as tx:
        await tx.sessions.add_many(given, now=NOW)
    before = await dashboard_of(database)
    assert await roll_up(database)
    assert await dashboard_of(database) == before


async def test_an_unfinished_change_counts_once_it_is_committed(
    database: Database, workspace: Workspace
) -> None:
    """The roll-up is written while the writer has not committed, and cannot see the session."""
    long_ago = NOW - timedelta(days=100)
    await stored(database, workspace.id, a_session(created_at=long_ago, resolved_at=long_ago))
    async with database.transaction(workspace.id) as tx:
        at = NOW - timedelta(days=2)
        await tx.sessions.add_many([a_session(created_at=at, resolved_at=at + HOUR)], now=NOW)
        assert await roll_up(database)
        assert (await dashboard_of(database)).totals.sessions == 0
    found = await dashboard_of(database)
    assert (found.totals.sessions, found.wall.n) == (1, 1)
    assert await roll_up(database)
    assert await dashboard_of(database) == found


async def test_writers_of_the_same_hour_do_not_wait_for_each_other(
    database: Database, workspace: Workspace
) -> None:
    first, second = await stored(database, workspace.id, a_session(), a_session())
    rate = text("UPDATE sessions SET rating = 5 WHERE id = :id")
    async with database.transaction(workspace.id) as one:
        await one.statements.run(rate, {"id": first.id})
        async with database.transaction(workspace.id) as two:
            await two.statements.run(text("SET LOCAL lock_timeout = '1s'"))
            await two.statements.run(rate, {"id": second.id})
    assert (await dashboard_of(database)).totals.ratings.n == 2


async def test_few_sessions_are_not_rolled_up_and_their_marks_go(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session(), a_session())
    assert await roll_up(database)
    assert await renew_rollups(database, workspace.id, now=NOW, worth_it=2) == 0
    assert (await count(database, COUNT_SPANS), await count(database, COUNT_MARKS)) == (0, 0)
    assert (await dashboard_of(database)).totals.sessions == 2


async def test_only_one_rolls_up_at_a_time(database: Database, workspace: Workspace) -> None:
    await stored(database, workspace.id, a_session())
    async with database.transaction(workspace.id) as tx:
        assert await tx.rollups.renew(spans_to_roll_up(NOW, ZONE), at_most=3) == 3
        assert await roll_up(database) == 0
    assert await roll_up(database) == len(spans_to_roll_up(NOW, ZONE)) - 3
    assert await roll_up(database) == 0


async def test_a_change_makes_its_hours_stale_and_no_more(database: Database, workspace: Workspace) -> None:
    at = NOW - timedelta(days=3)
    (session,) = await stored(
        database, workspace.id, a_session(created_at=at, resolved_at=at + timedelta(days=1))
    )
    await roll_up(database)
    async with database.transaction(workspace.id) as tx:
        await tx.statements.run(text("UPDATE sessions SET rating = 2 WHERE id = :id"), {"id": session.id})
    assert await count(database, COUNT_MARKS) == 2
    assert await roll_up(database) == 2
    assert await count(database, COUNT_MARKS) == 0


async def test_a_step_more_and_an_analysis_leave_no_mark(database: Database, workspace: Workspace) -> None:
    (session,) = await stored(
        database, workspace.id, a_session(status=SessionStatus.ACTIVE, resolved_at=None)
    )
    await roll_up(database)
    async with database.transaction(workspace.id) as tx:
        for change in ("steps = steps || steps", "analysis_status = 'done'", "resolution = 'Later'"):
            await tx.statements.run(text(f"UPDATE sessions SET {change} WHERE id = :id"), {"id": session.id})  # noqa: S608
    assert await count(database, COUNT_MARKS) == 0


async def test_another_time_zone_is_rolled_up_anew(database: Database, workspace: Workspace) -> None:
    at = NOW - timedelta(days=2, hours=11)
    await stored(database, workspace.id, a_session(created_at=at, resolved_at=at + HOUR))
    await roll_up(database)
    kathmandu = ZoneInfo("Asia/Kathmandu")
    window = window_ending(NOW, 7, kathmandu)
    found = await dashboard_of(database, window)
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(WorkspaceSettings(time_zone=kathmandu.key))
    await roll_up(database)
    assert await dashboard_of(database, window) == found
    assert found.totals.sessions == 1
    assert await count(database, COUNT_SPANS) == len(spans_to_roll_up(NOW, kathmandu))


TRANSITIONS = {
    "Europe/Berlin": datetime(2026, 10, 28, 9, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 11, 20, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 7, 2, 3, 17, tzinfo=UTC),
    "America/St_Johns": datetime(2026, 11, 3, 12, tzinfo=UTC),
    "America/Santiago": datetime(2026, 9, 8, 15, tzinfo=UTC),
    "Africa/Cairo": datetime(2026, 4, 27, 21, 30, tzinfo=UTC),
}
"""A few days after the clocks were changed, in the last two at midnight: that day begins at one."""


async def test_every_field_agrees_with_an_independent_count(database: Database, workspace: Workspace) -> None:
    rng = random.Random(5)  # noqa: S311  (sample data)
    given = []
    for now in TRANSITIONS.values():
        for _ in range(340):
            created = now - timedelta(seconds=rng.randrange(-86_400, 16 * 86_400))
            values = drawn_values(rng)
            took = timedelta(minutes=rng.choice((0, 3, rng.lognormvariate(3.5, 1.4))))
            given.append(
                a_session(
                    status=values["status"],
                    problem_domain=values["domain"],
                    confidence_tier=values["tier"],
                    rating=values["rating"],
                    ticket=values["ticket"],
                    created_at=created,
                    resolved_at=created + took if values["status"] is SessionStatus.RESOLVED else None,
                    paused=took * rng.choice((0, 0.3)),
                    steps=(a_step(),) * rng.randrange(4),
                )
            )
    async with database.transaction(workspace.id) as tx:
        await tx.sessions.add_many(given, now=NOW)
    records = [record_of(session) for session in given]
    for zone, now in TRANSITIONS.items():
        async with database.transaction(workspace.id) as tx:
            await tx.rollups.renew(spans_to_roll_up(now, ZoneInfo(zone)), at_most=1_000)
        document = dashboard_document(await dashboard_of(database, window_ending(now, 7, ZoneInfo(zone))))
        assert document["total_sessions"]
        assert differences(document, records, now=now, days=7, zone=zone) == []


def record_of(session: NewSession) -> dict[str, Any]:
    return {
        "created_at": session.created_at,
        "resolved_at": session.resolved_at,
        "status": session.status,
        "problem_domain": session.problem_domain,
        "confidence_tier": session.confidence_tier,
        "rating": session.rating,
        "ticket": session.ticket,
        "steps": len(session.steps),
        "paused_seconds": session.paused.total_seconds(),
    }


@pytest.mark.parametrize("days", PERIODS)
def test_windows_are_made_of_spans_that_are_rolled_up(days: int) -> None:
    """Everything but what remains of an hour, now and at the end of the window before."""
    rolled = set(spans_to_roll_up(NOW, ZONE))
    window = window_ending(NOW, days, ZONE)
    for each in (window, window.previous):
        *over, last = (day.span for day in each.local_days)
        assert set(over) <= rolled
        assert set(last.hours) <= rolled

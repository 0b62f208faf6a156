"""What reading the dashboard costs beside one query a figure, how it grows with the sessions, and what writing pays for it.

dashboard.py [--sizes N N N] [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import asyncpg
from dashboard_by_query import FIGURES
from scale_sessions import made_up_sessions

from bot.domain.dashboard import Dashboard
from bot.domain.dashboard_document import dashboard_document
from bot.domain.windows import Window, window_ending
from bot.domain.workspaces import Workspace, WorkspaceSettings
from bot.services.rollups import renew_rollups
from storage.connecting import connect
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import upgrade

NOW = datetime(2026, 11, 23, 15, 40, tzinfo=UTC)
DAYS = 30
TENANT = "TLARGE"
SIZES = (10_000, 100_000, 1_000_000, 3_000_000)
MEASURED = 1_000_000
IMPORTED, AT_ONCE = 25_000, 1_000
FILLED_AT_ONCE = 100_000
GOAL_TIMES, GOAL_RATIO = 25.0, 1.1
Figure = TypeVar("Figure")

# Half of them in the period, half in the one before; resolution times are skewed, one in four is not resolved.
SESSIONS = """
    INSERT INTO sessions (
        workspace_id, external_id, source, problem, problem_domain, status, engineer, ticket, rating, confidence_tier,
        resolution, created_at, resolved_at, paused_seconds, steps, analysis_status, analysis_outcome, received_at
    )
    SELECT
        $1, 'S-' || number, 'import', 'VPN drops every ten minutes, user ' || number,
        (ARRAY['active_directory', 'networking', 'm365', 'hardware', 'email', 'printing', NULL])[1 + number % 7],
        status, 'U' || number % 40, CASE WHEN number % 5 < 3 THEN number::text END,
        CASE WHEN number % 3 = 0 THEN 1 + (luck * 5)::int % 5 END,
        (ARRAY['guided', 'exploring', 'discovery'])[1 + (number / 7) % 3],
        CASE WHEN status = 'resolved' THEN 'Lowered the MTU to 1350 on the gateway profile.' END,
        created_at,
        CASE WHEN status IN ('resolved', 'escalated') THEN created_at + took END,
        CASE WHEN number % 4 = 0 THEN extract(epoch FROM took) * luck ELSE 0 END,
        jsonb_path_query_array(
            '[{"kind": "question", "prompt": "Is split tunnelling on?", "options": ["Yes", "No"], "choice": "No",
               "answer_text": null, "help": null, "at": null},
              {"kind": "question", "prompt": "Does it drop on a cable too?", "options": ["Yes", "No"], "choice": "Yes",
               "answer_text": null, "help": null, "at": null},
              {"kind": "action", "prompt": "Lower the MTU to 1350.", "options": [], "choice": null,
               "answer_text": "did it", "help": null, "at": null}]',
            (ARRAY['$[0]', '$[0 to 1]', '$[*]'])[1 + number % 3]::jsonpath
        ),
        'done', 'skipped', created_at
    FROM (
        SELECT
            number, random() AS luck,
            $2::timestamptz - interval '60 days' * number / $3::int AS created_at,
            make_interval(secs => exp(7.5 + 1.2 * sqrt(-2 * ln(1 - random())) * cos(6.2831853 * random()))) AS took,
            (ARRAY['resolved', 'resolved', 'resolved', 'resolved', 'resolved', 'resolved', 'escalated', 'abandoned',
                   'active'])[1 + (random() * 9)::int % 9] AS status
        FROM generate_series($4::int, least($4 + $5, $3) - 1) AS number
    ) AS made
"""
PUSHES = """
    INSERT INTO pushes (
        workspace_id, session_id, provider, kind, ticket, body, hours, status, attempts, created_at, ended_at
    )
    SELECT
        workspace_id, id, 'halopsa', CASE id % 2 WHEN 0 THEN 'note' ELSE 'time_entry' END, ticket, '{}',
        (id % 2) * 0.25, CASE WHEN id % 11 = 0 THEN 'failed' ELSE 'succeeded' END, 1 + (id % 7 = 0)::int,
        resolved_at, resolved_at
    FROM sessions WHERE workspace_id = $1 AND ticket IS NOT NULL AND resolved_at >= $2 AND resolved_at < $3
"""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds, each the median of some rounds. `ours` has everything rolled up, `unrolled` nothing."""

    one_query_a_figure: float
    ours: float
    busy: float
    unrolled: float
    rolling_up: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="sessions of each workspace")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(
        f"{'sessions':>10} {'a query a figure':>17} {'ours':>8} {'busy':>8} {'unrolled':>9} {'times':>7} {'roll-up s':>10}"
    )
    found = {size: _on_a_new_server(_times, size, arguments.rounds) for size in arguments.sizes}
    ratio = _on_a_new_server(_import_ratio, IMPORTED, arguments.rounds)
    times = found.get(MEASURED) or found[max(found)]
    small, large = min(found), max(found)
    growth = found[large].ours / found[small].ours
    print(f"dashboard of {large:,} sessions against {small:,}: {growth:.1f} times (goal: none)")
    print(
        "dashboard while sessions come in against one query a figure:"
        f" {times.one_query_a_figure / times.busy:.1f} times faster (goal: none)"
    )
    print(
        f"import of {IMPORTED:,} sessions with marks against without: {ratio:.2f} times (goal <= {GOAL_RATIO})"
    )
    against = times.one_query_a_figure / times.ours
    print(f"dashboard against one query a figure: {against:.1f} times faster (goal >= {GOAL_TIMES:.0f})")


def _on_a_new_server(
    measure: Callable[[Database, asyncpg.Connection, int, int], Awaitable[Figure]], size: int, rounds: int
) -> Figure:
    """Deleting a million sessions takes longer than starting anew."""

    async def measured(url: str) -> Figure:
        await upgrade(url)
        superuser = await connect(url)
        async with Database.open(url) as database:
            async with database.all_workspaces() as door:
                await door.add(Workspace(id=TENANT, name="Large", created_at=NOW))
            found = await measure(database, superuser, size, rounds)
        await superuser.close()
        return found

    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="flowpilot-dashboard-", ignore_cleanup_errors=True)
        server = stack.enter_context(EmbeddedServer.start(Path(stack.enter_context(folder))))
        return asyncio.run(measured(server.url))


async def _times(database: Database, superuser: asyncpg.Connection, size: int, rounds: int) -> Times:
    await _fill(superuser, size)
    window = window_ending(NOW, DAYS, WorkspaceSettings().zone)

    async def ours() -> Dashboard:
        async with database.snapshot(TENANT) as tx:
            return await tx.dashboards.dashboard(window)

    async def one_query_a_figure() -> None:
        async with database.snapshot(TENANT) as tx:
            for query in FIGURES:
                await tx.statements.rows(query, _parameters(window, query.compile().params))

    unrolled = await _median_ms(ours, rounds)
    before = dashboard_document(await ours())
    started = time.perf_counter()
    await renew_rollups(database, TENANT, now=NOW, worth_it=0)
    rolling_up = (time.perf_counter() - started) * 1_000
    await superuser.execute("VACUUM ANALYZE")
    rolled = await _median_ms(ours, rounds)
    assert dashboard_document(await ours()) == before
    theirs = await _median_ms(one_query_a_figure, rounds)
    # As the last minute leaves them: sessions of the last days were rated and resolved, and nobody has rolled up since.
    await superuser.execute(
        "UPDATE sessions SET rating = 5 WHERE id IN"
        " (SELECT id FROM sessions WHERE created_at > $1 ORDER BY id LIMIT $2)",
        NOW - timedelta(days=2), size // 100_000 + 1,
    )  # fmt: skip
    times = Times(theirs, rolled, await _median_ms(ours, rounds), unrolled, rolling_up)
    print(
        f"{size:10,} {times.one_query_a_figure:14.1f} ms {times.ours:5.1f} ms {times.busy:5.1f} ms"
        f" {times.unrolled:6.1f} ms {times.one_query_a_figure / times.ours:7.1f}"
        f" {times.rolling_up / 1_000:10.2f}",
        flush=True,
    )
    return times


def _parameters(window: Window, names: dict[str, object]) -> dict[str, object]:
    known = {
        "workspace": TENANT,
        "start": window.start,
        "end": window.end,
        "zone": window.zone,
    }
    return {name: known[name] for name in names}


async def _fill(superuser: asyncpg.Connection, size: int) -> None:
    await superuser.execute("SELECT setseed(0.5)")
    for at in range(0, size, FILLED_AT_ONCE):
        await superuser.execute(SESSIONS, TENANT, NOW, size, at, FILLED_AT_ONCE)
    for ago in range(2 * DAYS):
        day = NOW - timedelta(days=ago)
        await superuser.execute(PUSHES, TENANT, day - timedelta(days=1), day)
    await superuser.execute("VACUUM ANALYZE")


async def _median_ms(act: Callable[[], Awaitable[object]], rounds: int) -> float:
    await act()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - started) * 1_000)
    return statistics.median(taken)


async def _import_ratio(database: Database, superuser: asyncpg.Connection, size: int, rounds: int) -> float:
    """With the triggers that mark what changed, and without them; in turns, the median of each."""
    sessions = list(made_up_sessions(size, until=NOW))

    async def take_in() -> float:
        started = time.perf_counter()
        for at in range(0, size, AT_ONCE):
            async with database.transaction(TENANT) as tx:
                await tx.sessions.add_many(sessions[at : at + AT_ONCE], now=NOW)
        taken = time.perf_counter() - started
        await superuser.execute("TRUNCATE sessions, stale_hours CASCADE")
        return taken

    with_marks, without = [], []
    for _ in range(rounds):
        with_marks.append(await take_in())
        await superuser.execute("ALTER TABLE sessions DISABLE TRIGGER USER")
        without.append(await take_in())
        await superuser.execute("ALTER TABLE sessions ENABLE TRIGGER USER")
    return statistics.median(with_marks) / statistics.median(without)


if __name__ == "__main__":
    main()

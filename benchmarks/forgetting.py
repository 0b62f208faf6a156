"""How long a large workspace that has left takes to be forgotten, and how long the longest statement of it.

forgetting.py [--sessions N] [--flows N] [--old-snapshot]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from dashboard import DAYS, FILLED_AT_ONCE, NOW, PUSHES, SESSIONS, TENANT
from sqlalchemy import Engine, event

from bot.domain.workspaces import Workspace
from bot.services.rollups import renew_rollups
from bot.services.workspaces import forget_workspace, leave_workspace
from storage.connecting import connect
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import upgrade
from storage.tables import metadata

GOAL_SECONDS = 2.0
"""A machine that is thirty times as slow as this one then still is below the limit of a statement."""

# What hangs on sessions, and is as much.
BESIDE_SESSIONS = (
    """
    INSERT INTO threads (workspace_id, session_id, revision, turn, touched_at)
    SELECT workspace_id, id, 1, 1, created_at FROM sessions WHERE id % 2 = 0
    """,
    """
    INSERT INTO spendings (
        workspace_id, session_id, analyst, model, requests, fresh_tokens, output_tokens, cache_write_tokens,
        cache_read_tokens, at
    )
    SELECT workspace_id, id, 'claude', 'claude', 1, 1, 1, 1, 1, created_at FROM sessions
    """,
    """
    INSERT INTO utterances (workspace_id, id, channel, ts, said_at)
    SELECT workspace_id, 'session ' || id, 'C1', '1.1', created_at FROM sessions
    """,
    """
    INSERT INTO audit_events (workspace_id, actor, action, kind, object_id, detail, at)
    SELECT workspace_id, 'U1', 'escalate', 'session', id::text, '{}', created_at FROM sessions
    """,
)
# Each flow was proposed, and two more proposals for it came to nothing: one was merged into the next one's.
WORDS = "to_tsvector('simple', (SELECT string_agg('word' || (number * 7 + each * each) % 5000, ' ') FROM generate_series(1, 80) AS each))"
PROPOSALS = f"""
    INSERT INTO proposals (
        workspace_id, id, kind, status, version, title, summary, keywords, tree, search, confidence, analyst,
        created_at, updated_at
    )
    SELECT $1, number, 'new_flow', (ARRAY['approved', 'rejected', 'merged'])[1 + number % 3], 1, 'VPN drops', '', '[]',
        jsonb_build_object('tree', repeat('Is split tunnelling on? ', 100)), {WORDS}, 0.9, 'outline', $2, $2
    FROM generate_series(1, 3 * $3::int) AS number
"""  # noqa: S608
FLOWS = f"""
    INSERT INTO flows (workspace_id, id, origin, current_version, title, search, created_at, updated_at)
    SELECT $1, number, 'ai_generated', 1, 'VPN drops', {WORDS}, $2, $2 FROM generate_series(1, $3::int) AS number
"""  # noqa: S608
KNOWLEDGE = (
    "UPDATE proposals SET merged_into = 1 + id % (SELECT count(*) FROM proposals) WHERE status = 'merged'",
    "UPDATE proposals SET published_flow_id = id / 3 WHERE status = 'approved'",
    """
    INSERT INTO flow_versions (
        workspace_id, flow_id, number, title, summary, keywords, tree, published_by, published_at, change, proposal_id
    )
    SELECT flows.workspace_id, flows.id, 1, flows.title, '', '[]', tree, 'U1', flows.created_at, 'New', proposals.id
    FROM flows JOIN proposals ON proposals.id = flows.id * 3
    """,
    "UPDATE sessions SET followed_flow_id = 1 + id % (SELECT count(*) FROM flows) WHERE id % 3 = 0",
)


@dataclass
class Watch:
    """Times each statement of the program."""

    began: float = 0.0
    longest: float = 0.0
    statement: str = ""
    statements: int = 0

    def start(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def _before(self, *_: Any) -> None:
        self.began = time.perf_counter()

    def _after(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        taken = time.perf_counter() - self.began
        self.statements += 1
        if taken > self.longest:
            self.longest, self.statement = taken, " ".join(statement.split())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=200_000)
    parser.add_argument("--flows", type=int, default=3_000)
    parser.add_argument(
        "--old-snapshot", action="store_true", help="somebody reads all the while, as a backup does"
    )
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="flowpilot-forgetting-", ignore_cleanup_errors=True)
        server = stack.enter_context(EmbeddedServer.start(Path(stack.enter_context(folder))))
        asyncio.run(
            _measure(server.url, arguments.sessions, arguments.flows, old_snapshot=arguments.old_snapshot)
        )


async def _measure(url: str, sessions: int, flows: int, *, old_snapshot: bool) -> None:
    await upgrade(url)
    superuser, reader = await connect(url), await connect(url)
    async with Database.open(url) as database:
        async with database.all_workspaces() as door:
            await door.add(Workspace(id=TENANT, name="Large", created_at=NOW))
        await _fill(superuser, sessions, flows)
        await renew_rollups(database, TENANT, now=NOW, worth_it=0)
        await leave_workspace(database, TENANT, now=NOW)
        reading = reader.transaction(isolation="repeatable_read")
        if old_snapshot:
            await reading.start()
            await reader.fetchval("SELECT count(*) FROM workspaces")
        watch, started = Watch(), time.perf_counter()
        watch.start()
        await forget_workspace(database, TENANT, uninstalled_at=NOW)
        seconds = time.perf_counter() - started
    for table in set(metadata.tables) - {"oauth_states"}:
        assert not await superuser.fetchval(f"SELECT count(*) FROM {table}"), table  # noqa: S608
    await superuser.close()
    await reader.close()
    print(f"{watch.statements:,} statements; the longest: {watch.statement[:100]}")
    print(f"forgetting {sessions:,} sessions and {flows:,} flows: {seconds:.0f} s (goal: none)")
    print(f"longest statement of it: {watch.longest:.2f} s (goal <= {GOAL_SECONDS:.0f})")


async def _fill(superuser: asyncpg.Connection, sessions: int, flows: int) -> None:
    for at in range(0, sessions, FILLED_AT_ONCE):
        await superuser.execute(SESSIONS, TENANT, NOW, sessions, at, FILLED_AT_ONCE)
    for ago in range(2 * DAYS):
        day = NOW - timedelta(days=ago)
        await superuser.execute(PUSHES, TENANT, day - timedelta(days=1), day)
    for statement in (PROPOSALS, FLOWS):
        await superuser.execute(statement, TENANT, NOW, flows, timeout=600)
    for statement in (*BESIDE_SESSIONS, *KNOWLEDGE):
        await superuser.execute(statement, timeout=600)


if __name__ == "__main__":
    main()

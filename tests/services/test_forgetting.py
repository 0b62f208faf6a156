"""A workspace that left is forgotten: all of it, in portions, and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import asyncpg
import pytest

from bot.domain.jobs import RefreshHome
from bot.domain.workspaces import Workspace
from bot.services.workspaces import forget_workspace, leave_workspace
from storage.connecting import connect
from storage.database import Database
from storage.errors import StorageUnavailableError
from tests.conftest import NOW
from tests.storage.belongings import Belongings, everything
from tests.storage.makers import a_session, proposed, stored

SESSIONS = 20
PORTION = 4
BLOCKED_AT = 13
LAST_OF_ALL = {"api_tokens", "batches", "installations", "members", "workspaces"}
"""Few rows, which go with the workspace's own."""
SESSION_IN_THE_MIDDLE = """
    SELECT FROM sessions
    WHERE id = (SELECT id FROM sessions WHERE workspace_id = $1 ORDER BY id OFFSET $2 LIMIT 1) FOR UPDATE
"""
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ^@ $1"


async def settle(database: Database, superuser: asyncpg.Connection, *workspaces: Workspace) -> None:
    """Rows in every table, and more sessions than go into one portion."""
    for workspace in workspaces:
        await Belongings(database, workspace.id).settle()
    for workspace in workspaces:
        await add_more(database, superuser, workspace)


async def add_more(database: Database, superuser: asyncpg.Connection, workspace: Workspace) -> None:
    sessions = await stored(database, workspace.id, *(a_session() for _ in range(SESSIONS)))
    await superuser.execute(
        "INSERT INTO pushes (workspace_id, session_id, provider, kind, ticket, body, status, created_at, ended_at)"
        " VALUES ($1, $2, 'halopsa', 'note', '1', '{}', 'succeeded', $3, $3)",
        workspace.id, sessions[0].id, NOW,
    )  # fmt: skip
    await superuser.execute(
        "INSERT INTO rolled_pushes SELECT workspace_id, starts_at, ends_at, '*', 1, 1, 0, 0, 0"
        " FROM rolled_spans WHERE workspace_id = $1",
        workspace.id,
    )
    merged = [await proposed(database, workspace.id) for _ in range(3)]
    for given, kept in pairwise(merged):
        async with database.transaction(workspace.id) as tx:
            await tx.proposals.merge_into(kept, given.id, seen_version=given.version, now=NOW)
    await superuser.execute(
        "UPDATE flow_versions SET proposal_id = $2 WHERE workspace_id = $1", workspace.id, merged[0].id
    )


async def leave(database: Database, workspace: Workspace) -> None:
    await leave_workspace(database, workspace.id, now=NOW)


async def forget(database: Database, workspace: Workspace) -> None:
    await forget_workspace(database, workspace.id, uninstalled_at=NOW, portion=PORTION)


@asynccontextmanager
async def held(url: str, rows: str, *parameters: object) -> AsyncIterator[None]:
    """Somebody holds these rows, so that whoever deletes them waits."""
    holder = await connect(url)
    try:
        async with holder.transaction():
            await holder.execute(rows, *parameters)
            yield
    finally:
        await holder.close()


async def process_that_waits(superuser: asyncpg.Connection, statement: str) -> int:
    async with asyncio.timeout(10):
        while (pid := await superuser.fetchval(WAITING, statement)) is None:  # noqa: ASYNC110  (nothing else tells)
            await asyncio.sleep(0.02)
    return int(pid)


async def sessions_of(superuser: asyncpg.Connection, workspace: Workspace) -> int:
    return int(
        await superuser.fetchval("SELECT count(*) FROM sessions WHERE workspace_id = $1", workspace.id)
    )


async def test_nothing_is_left_and_nobody_else_is_touched(
    database: Database, workspace: Workspace, other_workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    await settle(database, superuser, workspace, other_workspace)
    assert not [name for name, rows in (await everything(superuser, workspace.id)).items() if not rows]
    before = await everything(superuser, other_workspace.id)
    await leave(database, workspace)
    await forget(database, workspace)
    assert not any((await everything(superuser, workspace.id)).values())
    assert await everything(superuser, other_workspace.id) == before


async def test_a_workspace_that_is_there_is_not_forgotten(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    await settle(database, superuser, workspace)
    async with database.transaction(workspace.id) as tx:
        await tx.jobs.enqueue(RefreshHome("U1"))
    before = await everything(superuser, workspace.id)
    await forget(database, workspace)
    assert await everything(superuser, workspace.id) == before
    assert await superuser.fetchval("SELECT count(*) FROM queue.pgqueuer") == 1


async def test_one_that_left_again_is_kept_for_its_own_day(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    await settle(database, superuser, workspace)
    await leave(database, workspace)
    async with database.all_workspaces() as door:
        await door.add(workspace)
    await leave_workspace(database, workspace.id, now=NOW + timedelta(hours=1))
    await forget(database, workspace)
    assert all((await everything(superuser, workspace.id)).values())


async def test_what_a_process_that_died_has_forgotten_is_gone_and_the_next_one_goes_on(
    database: Database,
    workspace: Workspace,
    other_workspace: Workspace,
    superuser: asyncpg.Connection,
    migrated_url: str,
) -> None:
    await settle(database, superuser, workspace)
    await leave(database, workspace)
    there = await sessions_of(superuser, workspace)
    async with held(migrated_url, SESSION_IN_THE_MIDDLE, workspace.id, BLOCKED_AT):
        forgetting = asyncio.create_task(forget(database, workspace))
        pid = await process_that_waits(superuser, "DELETE FROM sessions")
        await stored(database, other_workspace.id, a_session())  # others go on meanwhile
        await superuser.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(StorageUnavailableError):
            await forgetting
    left = await everything(superuser, workspace.id)
    assert len(left["sessions"]) == there - BLOCKED_AT // PORTION * PORTION
    assert left["flow_versions"]
    assert left["audit_events"]
    await forget(database, workspace)
    assert not any((await everything(superuser, workspace.id)).values())
    assert await sessions_of(superuser, other_workspace) == 1


async def test_one_installed_again_meanwhile_keeps_what_is_left_of_it_whole(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, migrated_url: str
) -> None:
    await settle(database, superuser, workspace)
    await leave(database, workspace)
    async with held(migrated_url, SESSION_IN_THE_MIDDLE, workspace.id, BLOCKED_AT):
        forgetting = asyncio.create_task(forget(database, workspace))
        await process_that_waits(superuser, "DELETE FROM sessions")

        async def install() -> None:
            async with database.all_workspaces() as door:
                await door.add(workspace)

        installing = asyncio.create_task(install())
    await asyncio.gather(forgetting, installing)
    left = await sessions_of(superuser, workspace)
    assert 0 < left < SESSIONS
    await forget(database, workspace)
    assert await sessions_of(superuser, workspace) == left
    assert (await everything(superuser, workspace.id))["flow_versions"]


async def test_few_rows_are_left_to_the_last_statement_and_no_mark_of_what_went(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, migrated_url: str
) -> None:
    await settle(database, superuser, workspace)
    await leave(database, workspace)
    async with held(migrated_url, "SELECT FROM members WHERE workspace_id = $1 FOR UPDATE", workspace.id):
        forgetting = asyncio.create_task(forget(database, workspace))
        await process_that_waits(superuser, "DELETE FROM workspaces")
        left = await everything(superuser, workspace.id)
    await forgetting
    assert {name for name, rows in left.items() if rows} == LAST_OF_ALL


async def test_jobs_go_too_even_when_the_process_died_before(
    database: Database, workspace: Workspace, other_workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    for tenant in (workspace, other_workspace):
        async with database.transaction(tenant.id) as tx:
            await tx.jobs.enqueue(RefreshHome("U1"))
    await leave(database, workspace)
    await superuser.execute("DELETE FROM workspaces WHERE id = $1", workspace.id)
    await forget(database, workspace)
    payloads = await superuser.fetch("SELECT convert_from(payload, 'UTF8') AS job FROM queue.pgqueuer")
    assert [other_workspace.id in row["job"] for row in payloads] == [True]

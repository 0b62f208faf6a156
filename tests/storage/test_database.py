import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import InvalidRecordError
from bot.domain.workspaces import Workspace, WorkspaceSettings
from storage.connecting import DatabaseUrlError, asyncpg_url
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.errors import StorageUnavailableError
from tests.conftest import NOW
from tests.storage.makers import a_session, stored


async def test_an_error_rolls_everything_back(database: Database, workspace: Workspace) -> None:
    async def change_and_fail() -> None:
        async with database.transaction(workspace.id) as tx:
            await tx.sessions.add_many([a_session()], now=NOW)
            raise KeyError

    with pytest.raises(KeyError):
        await change_and_fail()
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.count() == 0


async def test_a_snapshot_stays_at_its_moment(database: Database, workspace: Workspace) -> None:
    async with database.snapshot(workspace.id) as tx:
        assert await tx.sessions.count() == 0
        await stored(database, workspace.id, a_session())
        assert await tx.sessions.count() == 0


async def test_a_snapshot_is_read_only(database: Database, workspace: Workspace) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with database.snapshot(workspace.id) as tx:
            await tx.workspaces.change_settings(WorkspaceSettings())


async def test_a_connection_keeps_nothing_of_the_tenant_before(
    database: Database, workspace: Workspace
) -> None:
    async with Database.open(database.url, pool_size=1) as narrow:
        await stored(narrow, workspace.id, a_session())
        async with narrow.all_workspaces() as door:
            assert await door.statements.value(text("SELECT current_setting('flowpilot.workspace')")) == ""
        async with narrow.transaction("T0002") as tx:
            assert await tx.sessions.count() == 0


async def test_text_that_cannot_be_stored_is_refused_in_words(
    database: Database, workspace: Workspace
) -> None:
    with pytest.raises(InvalidRecordError):
        async with database.transaction(workspace.id) as tx:
            await tx.members.ensure("U1", "a\0b")


async def test_a_migrated_database_is_ready(database: Database) -> None:
    assert await database.is_ready()


async def test_an_empty_database_is_not_ready_and_says_what_to_do(
    server: EmbeddedServer, database: Database, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("CREATE DATABASE empty")
    async with Database.open(server.url.replace("/postgres?", "/empty?")) as empty:
        assert not await empty.is_ready()
        assert not await empty.is_current()
        with pytest.raises(StorageUnavailableError, match="flowpilot migrate"):
            async with empty.transaction("T0001") as tx:
                await tx.sessions.count()
    await superuser.execute("DROP DATABASE empty")


async def test_a_database_out_of_reach_is_one_kind_of_error(database: Database) -> None:
    async with Database.open("postgresql://nobody@127.0.0.1:1/none") as away:
        assert not await away.is_ready()
        with pytest.raises(StorageUnavailableError):
            await away.is_current()
        with pytest.raises(StorageUnavailableError):
            async with away.transaction("T0001"):
                pass


async def test_a_lost_connection_is_one_kind_of_error_and_the_next_works(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    async def lose_it() -> None:
        async with database.transaction(workspace.id) as tx:
            pid = await tx.statements.value(text("SELECT pg_backend_pid()"))
            await superuser.execute("SELECT pg_terminate_backend($1)", pid)
            await tx.sessions.count()

    with pytest.raises(StorageUnavailableError):
        await lose_it()
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.count() == 0


async def test_a_deadlock_is_one_kind_of_error(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        for member in ("U1", "U2"):
            await tx.members.ensure(member, "x")
    both_hold_one = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async with database.transaction(workspace.id) as tx:
            await tx.members.ensure(first, "y")
            await both_hold_one.wait()
            await tx.members.ensure(second, "y")

    results = await asyncio.gather(cross("U1", "U2"), cross("U2", "U1"), return_exceptions=True)
    assert {type(result) for result in results} == {type(None), StorageUnavailableError}


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://u:p@host/db", "postgresql://u:p@host/db"),
        (
            "postgresql+asyncpg://u@host:5433/db?sslmode=require",
            "postgresql://u@host:5433/db?sslmode=require",
        ),
        ("postgresql://h/db?sslmode=require&channel_binding=require", "postgresql://h/db?sslmode=require"),
        ("postgresql://u:@/db?host=/run/my postgres", "postgresql://u:@/db?host=/run/my%20postgres"),
        ("postgresql:///db?host=/run/pg", "postgresql:///db?host=/run/pg"),
    ],
)
def test_urls_of_all_kinds_are_understood(given: str, understood: str) -> None:
    assert asyncpg_url(given) == understood


def test_a_url_of_another_database_is_refused() -> None:
    with pytest.raises(DatabaseUrlError):
        asyncpg_url("sqlite:///flowpilot.db")

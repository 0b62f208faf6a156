import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage.connecting import connect
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.roles import RolesMissingError
from storage.schema import differences, newest_version, upgrade


@pytest.fixture
async def empty_url(server: EmbeddedServer, superuser: asyncpg.Connection) -> AsyncIterator[str]:
    """A database without a schema, whose owner is no superuser but may create roles."""
    await superuser.execute("CREATE ROLE landlord LOGIN CREATEROLE")
    await superuser.execute("CREATE DATABASE hired OWNER landlord")
    yield server.url.replace("postgres:@/postgres?", "landlord:@/hired?")
    await superuser.execute("DROP DATABASE hired WITH (FORCE)")
    await superuser.execute("DROP OWNED BY landlord; DROP ROLE landlord")


async def grant_roles(superuser: asyncpg.Connection, migrated_url: str) -> None:
    """The roles are there already, made for the shared database by somebody else."""
    await superuser.execute("GRANT flowpilot_app, flowpilot_all TO landlord")


async def test_migrations_lead_to_the_tables_in_the_code(migrated_url: str) -> None:
    assert await differences(migrated_url) == []


async def test_upgrading_again_changes_nothing(migrated_url: str) -> None:
    await upgrade(migrated_url)


async def test_an_owner_who_is_no_superuser_will_do(
    empty_url: str, superuser: asyncpg.Connection, migrated_url: str
) -> None:
    await grant_roles(superuser, migrated_url)
    await upgrade(empty_url)
    async with Database.open(empty_url) as database:
        assert await database.is_ready()
        async with database.transaction("T0001") as tx:
            assert await tx.sessions.count() == 0
    # Row security holds the owner too, and the owner is a member of both roles.
    assert await differences(empty_url) == []


async def test_several_who_upgrade_at_once_take_turns(
    empty_url: str, superuser: asyncpg.Connection, migrated_url: str
) -> None:
    await grant_roles(superuser, migrated_url)
    await asyncio.gather(*(upgrade(empty_url) for _ in range(3)))
    connection = await connect(empty_url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == newest_version()
    await connection.close()


async def test_a_user_who_may_not_set_up_roles_is_told_the_statement(
    empty_url: str, migrated_url: str
) -> None:
    with pytest.raises(RolesMissingError, match='GRANT flowpilot_app, flowpilot_all TO "landlord"'):
        await upgrade(empty_url)


async def test_a_failed_upgrade_leaves_the_database_as_it_was(
    empty_url: str, superuser: asyncpg.Connection, migrated_url: str
) -> None:
    await grant_roles(superuser, migrated_url)
    connection = await connect(empty_url)
    await connection.execute("CREATE TABLE workspaces (id text)")
    with pytest.raises(Exception, match="already exists"):
        await upgrade(empty_url)
    assert await connection.fetchval("SELECT to_regclass('members')") is None
    await connection.close()

"""Fixtures for tests that need the real PostgreSQL: one server a test process, one migrated database, clean per test."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from bot.domain.workspaces import Workspace
from storage.connecting import connect
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import upgrade

# How fast this machine happens to be says nothing about the product.
settings.register_profile("flowpilot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("flowpilot")

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLEAN_UP = "DELETE FROM workspaces; DELETE FROM oauth_states; DELETE FROM queue.pgqueuer; DELETE FROM queue.pgqueuer_log"


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """PostgreSQL without durability. Not below pytest's own folder, which only its user may enter."""
    with (
        tempfile.TemporaryDirectory(prefix="flowpilot-tests-", ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder), durable=False) as running,
    ):
        yield running


@pytest.fixture(scope="session")
async def superuser(server: EmbeddedServer) -> AsyncIterator[asyncpg.Connection]:
    """Sees and may do everything: for arranging what the program cannot, and for looking behind its back."""
    connection = await connect(server.url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def migrated_url(server: EmbeddedServer) -> str:
    """A database with the newest schema."""
    await upgrade(server.url)
    return server.url


@pytest.fixture(scope="session")
async def shared_database(migrated_url: str) -> AsyncIterator[Database]:
    async with Database.open(migrated_url) as opened:
        yield opened


@pytest.fixture
async def database(shared_database: Database, superuser: asyncpg.Connection) -> AsyncIterator[Database]:
    """An empty database; what the test commits is deleted after it."""
    yield shared_database
    await superuser.execute(CLEAN_UP)


@pytest.fixture
async def workspace(database: Database) -> Workspace:
    """A workspace that is there."""
    there = Workspace(id="T0001", name="Contoso IT", created_at=NOW)
    async with database.all_workspaces() as door:
        await door.add(there)
    return there


@pytest.fixture
async def other_workspace(database: Database) -> Workspace:
    """A second workspace, which must not see anything of the first."""
    there = Workspace(id="T0002", name="Fabrikam Support", created_at=NOW)
    async with database.all_workspaces() as door:
        await door.add(there)
    return there

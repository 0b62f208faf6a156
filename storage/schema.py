"""The schema's version: bring a database up to it, ask whether it is there, compare it with the tables in the code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.connecting import connect
from storage.errors import speaking_our_errors
from storage.roles import ensure_roles
from storage.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_NUMBER = 0x464C4F57
"""Advisory lock of whoever migrates; no other meaning than being ours."""
WAIT_FOR_OTHERS = "60s"
WAIT_FOR_TABLES = "5s"
"""A migration that waits for a table makes everybody behind it wait too: better give up and try again."""


async def upgrade(url: str) -> None:
    """Bring the database to the newest version, or leave it as it was. Several at once take turns.

    Raises:
        RolesMissingError: the user may not create the roles; the sentence has the statement for an administrator.
        StorageUnavailableError: the database is out of reach, or busy for too long.
    """
    with speaking_our_errors():
        async with _owner(url) as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_FOR_OTHERS}'"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK_NUMBER})
            await connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_FOR_TABLES}'"))
            await ensure_roles(connection)
            await connection.run_sync(_run_migrations)
            await connection.commit()


async def differences(url: str) -> list[str]:
    """How the database differs from the tables in the code; empty when a migration was written for every change."""
    with speaking_our_errors():
        async with _owner(url) as connection:
            return await connection.run_sync(_compare)


@cache
def newest_version() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"There is no migration in {MIGRATIONS}.")
    return head


def comparison() -> dict[str, Any]:
    """How Alembic compares: types and defaults too. PgQueuer's tables live in a schema of their own, out of sight."""
    return {"target_metadata": metadata, "compare_type": True, "compare_server_default": True}


@asynccontextmanager
async def _owner(url: str) -> AsyncIterator[AsyncConnection]:
    """One connection as the URL's own user."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: connect(url), poolclass=pool.NullPool
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _run_migrations(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _compare(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts=comparison())
    return [str(difference) for difference in compare_metadata(context, metadata)]

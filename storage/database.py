"""The database: transactions in one workspace, and the one door to all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.all_workspaces import AllWorkspaces
from storage.connecting import asyncpg_url, connect
from storage.errors import NotSetUpError, StorageUnavailableError, speaking_our_errors
from storage.json_text import as_json
from storage.roles import ALL, TENANT
from storage.schema import newest_version
from storage.statements import Statements
from storage.transaction import Transaction

POOL_SIZE = 10
WAIT_SECONDS = 10.0
"""How long a transaction waits for a free connection."""

# Also what opens the transaction: asyncpg's own connection is outside of one until SQLAlchemy has run a statement.
_ENTER = text("SELECT set_config('role', :role, true), set_config('flowpilot.workspace', :workspace, true)")
_VERSION = text("SELECT version_num FROM alembic_version")


class Database:
    """A pool of connections. Nothing is connected before the first transaction."""

    def __init__(self, engine: AsyncEngine, url: str) -> None:
        self.url = url
        self._engine = engine
        self._snapshots = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @classmethod
    def open(cls, url: str, *, pool_size: int = POOL_SIZE) -> Database:
        """For `async with`, or to be closed by `close`. Raises DatabaseUrlError."""
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: connect(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            pool_pre_ping=True,
            json_serializer=as_json,
        )
        return cls(engine, asyncpg_url(url))

    async def close(self) -> None:
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(self, workspace_id: str) -> AsyncIterator[Transaction]:
        """READ COMMITTED, in one workspace: committed at the end of the block, rolled back by an error."""
        async with _begin(self._engine, TENANT, workspace_id) as connection:
            tx = Transaction(Statements(connection, workspace_id))
            yield tx
            await tx.jobs.enqueue_left_over()

    @asynccontextmanager
    async def snapshot(self, workspace_id: str) -> AsyncIterator[Transaction]:
        """Read only; everything is read as it was at one moment."""
        async with _begin(self._snapshots, TENANT, workspace_id) as connection:
            yield Transaction(Statements(connection, workspace_id))

    @asynccontextmanager
    async def all_workspaces(self) -> AsyncIterator[AllWorkspaces]:
        """The door past the tenants, for what belongs to none of them yet. Committed like a transaction."""
        async with _begin(self._engine, ALL, "") as connection:
            yield AllWorkspaces(Statements(connection, ""))

    async def is_ready(self) -> bool:
        """Whether the database answers and has the schema of this version."""
        try:
            return await self.is_current()
        except StorageUnavailableError:
            return False

    async def is_current(self) -> bool:
        """Whether the database has the schema of this version. Raises StorageUnavailableError if it does not answer."""
        try:
            async with _begin(self._engine, ALL, "") as connection:
                with speaking_our_errors():
                    return (await connection.execute(_VERSION)).scalar() == newest_version()
        except NotSetUpError:
            return False


@asynccontextmanager
async def _begin(engine: AsyncEngine, role: str, workspace_id: str) -> AsyncIterator[AsyncConnection]:
    """A transaction as one of our roles: an error inside passes as it is, those of beginning and ending are ours."""
    with speaking_our_errors():
        connection = await engine.connect()
    try:
        with speaking_our_errors():
            await connection.execute(_ENTER, {"role": role, "workspace": workspace_id})
        yield connection
        with speaking_our_errors():
            await connection.commit()
    finally:
        await connection.close()

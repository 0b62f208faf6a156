"""Statements of one transaction in one workspace: the only thing that a store needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import CursorResult, Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import speaking_our_errors

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statements:
    """Runs statements and raises our errors. Row-level security holds them to `workspace_id` whatever they say."""

    connection: AsyncConnection
    workspace_id: str

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        with speaking_our_errors(self.workspace_id):
            return await self.connection.execute(statement, parameters)

    async def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[RowMapping]:
        return (await self.run(statement, parameters)).mappings().all()

    async def row(self, statement: Executable, parameters: Parameters | None = None) -> RowMapping | None:
        """The only row, or None."""
        return (await self.run(statement, parameters)).mappings().one_or_none()

    async def value(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """The first column of the only row; None without a row."""
        return (await self.run(statement, parameters)).scalar_one_or_none()

    async def changed(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """How many rows the statement wrote."""
        return (await self.run(statement, parameters)).rowcount

    async def driver(self) -> asyncpg.Connection:
        """The connection of asyncpg itself, inside this transaction: the first statement has opened it (see `database.py`)."""
        return (await self.connection.get_raw_connection()).driver_connection

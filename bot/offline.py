"""The part of the composition root that needs no Slack: the clock, the database, the analyst.

Most commands need nothing else, and Slack's libraries take longer to import than all the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.ai.outline import OutlineAnalyst
from bot.domain.members import Member, Role
from bot.domain.ports import Analyst
from bot.settings import Settings
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import upgrade

TERMINAL = Member(id="terminal", name="the terminal", role=Role.ADMIN)
"""Decides on behalf of whoever has a shell on the machine."""


class SystemClock:
    """The machine's clock; nobody below asks it directly."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  (the one place)


def analyst_of(_settings: Settings) -> Analyst:
    """The analyst that the settings ask for."""
    return OutlineAnalyst()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings. The embedded one is started, and brought to this version's schema, on the way."""
    if settings.database_url is not None:
        async with Database.open(settings.database_url.get_secret_value()) as database:
            yield database
        return
    server = await asyncio.to_thread(EmbeddedServer.start, settings.data_dir)
    try:
        async with Database.open(server.url) as database:
            if not await database.is_ready():
                await upgrade(server.url)
            yield database
    finally:
        await asyncio.to_thread(server.stop)


async def migrate_database(settings: Settings) -> None:
    """Bring the database of the settings to this version's schema."""
    async with open_database(settings) as database:
        await upgrade(database.url)


async def find_database_trouble(database: Database) -> str | None:
    """What keeps the database from being used, as a sentence."""
    if await database.is_ready():
        return None
    return "The database does not answer, or its schema is not this version's: run flowpilot migrate."

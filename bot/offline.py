"""The part of the composition root that needs no Slack: the clock, the database, the analyst.

Most commands need nothing else, and Slack's libraries take longer to import than all the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.ai.claude import ClaudeAnalyst
from bot.ai.claude_batches import ClaudeBatches
from bot.ai.claude_guide import ClaudeGuide
from bot.ai.outline import OutlineAnalyst
from bot.ai.recounting import ClaudeRecounter
from bot.ai.script_writing import ClaudeScriptWriter
from bot.domain.members import Member, Role
from bot.domain.ports import Analyst, Guide, Recounter, ScriptAdviser, ScriptWriter
from bot.scripting.outside import OutsideAdviser, programs_on
from bot.settings import Settings
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.errors import StorageUnavailableError
from storage.schema import upgrade

if TYPE_CHECKING:
    from bot.ai.messages_api import MessagesApi

TERMINAL = Member(id="terminal", name="the terminal", role=Role.ADMIN)
"""Decides on behalf of whoever has a shell on the machine."""


class SystemClock:
    """The machine's clock; nobody below asks it directly."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  (the one place)


def analyst_of(settings: Settings) -> Analyst:
    """Claude when there is a key, else rules."""
    rules = OutlineAnalyst()
    if settings.anthropic_api_key is None:
        return rules
    return ClaudeAnalyst(
        _connecting(settings, settings.anthropic_api_key),
        rules,
        SystemClock(),
        model=settings.anthropic_model,
        cents_per_day=settings.anthropic_cents_per_day,
    )


def guide_of(settings: Settings) -> Guide | None:
    """Who proposes steps in sessions; nobody without a key."""
    if settings.anthropic_api_key is None:
        return None
    return ClaudeGuide(
        _connecting(settings, settings.anthropic_api_key),
        SystemClock(),
        model=settings.anthropic_model,
        cents_per_day=settings.anthropic_cents_per_day,
    )


def recounter_of(settings: Settings) -> Recounter | None:
    """What reads conversations for people who capture them; None without a key, then rules do."""
    if settings.anthropic_api_key is None:
        return None
    return ClaudeRecounter(
        _connecting(settings, settings.anthropic_api_key),
        model=settings.anthropic_model,
        cents_per_day=settings.anthropic_cents_per_day,
    )


def batches_of(settings: Settings) -> ClaudeBatches | None:
    """Where the backlog of imported sessions is sent, if the settings ask for it."""
    if settings.anthropic_api_key is None or not settings.anthropic_batches:
        return None
    return ClaudeBatches(_connecting(settings, settings.anthropic_api_key), model=settings.anthropic_model)


def script_writer_of(settings: Settings) -> ScriptWriter | None:
    """Claude when there is a key; without one scripts come from templates, or are typed."""
    if settings.anthropic_api_key is None:
        return None
    return ClaudeScriptWriter(
        _connecting(settings, settings.anthropic_api_key),
        model=settings.anthropic_model,
        cents_per_day=settings.anthropic_cents_per_day,
    )


def script_adviser_of_machine() -> ScriptAdviser:
    """The programs on the PATH that know scripts; there may be none."""
    return OutsideAdviser(programs_on(None))


def _connecting(settings: Settings, key: SecretStr) -> Callable[[], MessagesApi]:
    def connect() -> MessagesApi:
        from bot.ai.messages_api import Access, MessagesApi  # noqa: PLC0415  (the import takes over a second)

        return MessagesApi(
            Access(
                base_url=settings.anthropic_base_url,
                api_key=key.get_secret_value(),
                model=settings.anthropic_model,
            )
        )

    return connect


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings. The embedded one is started, and brought to this version's schema, on the way."""
    if settings.database_url is not None:
        async with Database.open(settings.database_url.get_secret_value()) as database:
            yield database
        return
    starting = asyncio.create_task(asyncio.to_thread(EmbeddedServer.start, settings.data_dir))
    try:
        server = await asyncio.shield(starting)
        async with Database.open(server.url) as database:
            if not await database.is_ready():
                await upgrade(server.url)
            yield database
    finally:
        # Also when interrupted before it was up: the thread that starts it goes on, and has to be waited for.
        await asyncio.to_thread((await starting).stop)


async def migrate_database(settings: Settings) -> None:
    """Bring the database of the settings to this version's schema."""
    async with open_database(settings) as database:
        await upgrade(database.url)


async def find_database_trouble(database: Database, *, in_detail: bool = False) -> str | None:
    """What keeps the database from being used, as a sentence; details are for those who have set its address."""
    try:
        if await database.is_current():
            return None
    except StorageUnavailableError as error:
        return (
            f"The database does not answer: {error.reason}." if in_detail else "The database does not answer."
        )
    return "The database's schema is not this version's: run flowpilot migrate."

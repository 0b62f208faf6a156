"""Databases of one server: each test gets its own, as a copy of one that stands at the stage it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bot.domain.flows import Flow
from bot.domain.proposals import Proposal, ProposalStatus
from bot.services.flows import list_flows
from bot.services.proposals import list_proposals
from storage.connecting import connect
from storage.database import Database
from tests.cli.processes import CONFIG

BLANK = "template1"


class Databases:
    """What a server holds. `url` is one of it."""

    def __init__(self, url: str, superuser: asyncpg.Connection) -> None:
        self._url = url
        self._superuser = superuser
        self._numbers = count(1)

    def url_of(self, name: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    @asynccontextmanager
    async def copy_of(self, template: str) -> AsyncIterator[str]:
        """The name of a new database with all that the template holds. Nobody may be connected to the template."""
        name = f"cli{next(self._numbers)}"
        await self._superuser.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield name
        await self._superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def execute_in(self, name: str, statement: str) -> None:
        connection = await connect(self.url_of(name))
        await connection.execute(statement)
        await connection.close()


async def waiting_in(url: str) -> list[Proposal]:
    """The proposals of the sandbox's workspace that wait for a decision."""
    async with Database.open(url) as database:
        return await list_proposals(database, CONFIG.team_id, status=ProposalStatus.PENDING)


async def flows_in(url: str) -> list[Flow]:
    """The flows of the sandbox's workspace."""
    async with Database.open(url) as database:
        return await list_flows(database, CONFIG.team_id)

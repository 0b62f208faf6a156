"""Databases of one server: each test gets its own, as a copy of one that stands at the stage it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg

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

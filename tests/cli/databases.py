"""Databases of one server: each test gets its own, as a copy of one that stands at the stage it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg

_numbers = count(1)


class Databases:
    def __init__(self, url: str, superuser: asyncpg.Connection) -> None:
        self._url = url
        self._superuser = superuser

    def url(self, name: str) -> str:
        parts = urlsplit(self._url)
        return urlunsplit(parts._replace(path=f"/{name}")).replace("postgresql:/", "postgresql:///", 1) if not parts.netloc else urlunsplit(parts._replace(path=f"/{name}"))

    @asynccontextmanager
    async def copy(self, template: str = "template1") -> AsyncIterator[str]:
        """The name of a new database with all that the template holds; nobody may be connected to that one."""
        name = f"cli{next(_numbers)}"
        await self._superuser.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield name
        await self._superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")

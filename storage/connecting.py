"""How a database URL becomes an asyncpg connection, whoever wrote the URL."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from bot.domain.errors import FlowPilotError

CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 60.0
FOREIGN_OPTIONS = frozenset({"channel_binding", "gssencmode"})
"""Options of libpq that hosting providers put into URLs and asyncpg would send to the server as settings."""


class DatabaseUrlError(FlowPilotError):
    """The database URL is not one of PostgreSQL."""


def asyncpg_url(url: str) -> str:
    """The URL as asyncpg reads it.

    Raises:
        DatabaseUrlError: it names another kind of database.
    """
    parts = urlsplit(url)
    if parts.scheme.partition("+")[0] not in {"postgres", "postgresql"}:
        raise DatabaseUrlError("FLOWPILOT_DATABASE_URL must begin with postgresql://.")
    options = [(name, value) for name, value in parse_qsl(parts.query) if name not in FOREIGN_OPTIONS]
    rebuilt = urlunsplit(
        ("postgresql", parts.netloc, parts.path, urlencode(options, safe="/,:", quote_via=quote), "")
    )
    return rebuilt.replace("postgresql:/", "postgresql:///", 1) if not parts.netloc else rebuilt


async def connect(url: str, *, settings: dict[str, str] | None = None) -> asyncpg.Connection:
    """A new connection; `settings` are server settings for as long as it lives."""
    return await asyncpg.connect(
        asyncpg_url(url),
        timeout=CONNECT_SECONDS,
        command_timeout=STATEMENT_SECONDS,
        server_settings={"application_name": "flowpilot", "timezone": "UTC", **(settings or {})},
    )

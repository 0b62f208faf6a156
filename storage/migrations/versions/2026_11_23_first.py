"""The first schema: tables, queue, access.

Revision ID: 2026_11_23_first
Revises:
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import asyncpg
from alembic import op
from sqlalchemy.engine.interfaces import AdaptedConnection

revision = "2026_11_23_first"
down_revision = None

SCRIPTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    connection = cast(AdaptedConnection, op.get_bind().connection.dbapi_connection)
    for name in ("tables", "queue", "access"):
        connection.run_async(partial(_execute, script=(SCRIPTS / f"{name}.sql").read_text()))


async def _execute(driver: asyncpg.Connection, script: str) -> None:
    """Many statements at once, which only asyncpg's own connection takes."""
    await driver.execute(script)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup to go back before the first schema.")

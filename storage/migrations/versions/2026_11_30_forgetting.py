"""A workspace that has left can be deleted in portions, and what is left of it at each moment makes sense.

Revision ID: 2026_11_30_forgetting
Revises: 2026_11_30_step_scripts
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import asyncpg
from alembic import op
from sqlalchemy.engine.interfaces import AdaptedConnection

revision = "2026_11_30_forgetting"
down_revision = "2026_11_30_step_scripts"

SCRIPT = Path(__file__).with_suffix("") / "changes.sql"


def upgrade() -> None:
    connection = cast(AdaptedConnection, op.get_bind().connection.dbapi_connection)
    connection.run_async(partial(_execute, script=SCRIPT.read_text()))


async def _execute(driver: asyncpg.Connection, script: str) -> None:
    """Many statements at once, which only asyncpg's own connection takes."""
    await driver.execute(script)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup to go back before workspaces were deleted in portions.")

"""Roll-ups of the dashboard's figures by spans of time, and the hours that have changed since. They fill up by themselves.

Revision ID: 2026_11_23_rollups
Revises: 2026_11_23_homes
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import asyncpg
from alembic import op
from sqlalchemy.engine.interfaces import AdaptedConnection

revision = "2026_11_23_rollups"
down_revision = "2026_11_23_homes"

SCRIPTS = Path(__file__).with_suffix("")
TRIGGERS = ("mark_hours_added", "mark_hours_deleted", "mark_hours_changed")
FUNCTIONS = (
    "mark_hours_of_sessions",
    "mark_hours_of_changed_session",
    "mark_hours_of_pushes",
    "mark_hours_of_changed_push",
)


def upgrade() -> None:
    connection = cast(AdaptedConnection, op.get_bind().connection.dbapi_connection)
    for name in ("tables", "triggers"):
        connection.run_async(partial(_execute, script=(SCRIPTS / f"{name}.sql").read_text()))


async def _execute(driver: asyncpg.Connection, script: str) -> None:
    """Many statements at once, which only asyncpg's own connection takes."""
    await driver.execute(script)


def downgrade() -> None:
    for table in ("sessions", "pushes"):
        for trigger in TRIGGERS:
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION hour_of(timestamptz)")
    for table in ("stale_hours", "rolled_pushes", "rolled_resolved", "rolled_created", "rolled_spans"):
        op.drop_table(table)

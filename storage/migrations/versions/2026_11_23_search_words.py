"""Words that flows and proposals are found by, in a table whose index serves below row-level security.

Revision ID: 2026_11_23_search_words
Revises: 2026_11_23_redaction
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import asyncpg
from alembic import op
from sqlalchemy.engine.interfaces import AdaptedConnection

revision = "2026_11_23_search_words"
down_revision = "2026_11_23_redaction"

SCRIPTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    connection = cast(AdaptedConnection, op.get_bind().connection.dbapi_connection)
    for name in ("table", "triggers", "fill"):
        connection.run_async(partial(_execute, script=(SCRIPTS / f"{name}.sql").read_text()))


async def _execute(driver: asyncpg.Connection, script: str) -> None:
    """Many statements at once, which only asyncpg's own connection takes."""
    await driver.execute(script)


def downgrade() -> None:
    for table in ("flows", "proposals"):
        op.execute(f"DROP TRIGGER keep_search_words ON {table}")
        op.execute(f"DROP FUNCTION keep_search_words_of_{table}()")
    op.execute("DROP FUNCTION change_search_words(text, bigint, text, tsvector, text, tsvector)")
    op.drop_table("search_words")

"""What fixed a session that somebody took over is captured beside it, in the same thread.

Revision ID: 2026_11_30_follow_ups
Revises: 2026_11_30_flags
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_30_follow_ups"
down_revision = "2026_11_30_flags"

UPGRADE = (
    "ALTER TABLE sessions ADD COLUMN is_follow_up boolean NOT NULL DEFAULT false",
    "DROP INDEX uq_sessions_thread",
    """
    CREATE UNIQUE INDEX uq_sessions_thread ON sessions (workspace_id, channel, thread_ts)
    WHERE thread_ts IS NOT NULL AND NOT is_follow_up
    """,
)
DOWNGRADE = (
    "UPDATE sessions SET channel = NULL, thread_ts = NULL WHERE is_follow_up",
    "DROP INDEX uq_sessions_thread",
    "ALTER TABLE sessions DROP COLUMN is_follow_up",
    """
    CREATE UNIQUE INDEX uq_sessions_thread ON sessions (workspace_id, channel, thread_ts)
    WHERE thread_ts IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)

"""An index of the sessions in which somebody flagged a step: they are few.

Revision ID: 2026_11_30_flags
Revises: 2026_11_30_forgetting
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_30_flags"
down_revision = "2026_11_30_forgetting"


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX ix_threads_flagged ON threads (workspace_id, session_id) WHERE flags <> '[]'::jsonb
        """
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_threads_flagged")

"""What a session is told where no flow leads, whether it ended where its flow does, and a flow's sessions by age.

Revision ID: 2026_11_23_guidance
Revises: 2026_11_23_scripts
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_guidance"
down_revision = "2026_11_23_scripts"

STATEMENTS = (
    "ALTER TABLE threads ADD COLUMN guidance jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE threads ADD COLUMN reached_end boolean NOT NULL DEFAULT false",
    "DROP INDEX ix_sessions_followed_flow_id",
    """
    CREATE INDEX ix_sessions_followed_flow_id ON sessions (workspace_id, followed_flow_id, created_at)
    WHERE followed_flow_id IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("threads", "guidance")
    op.drop_column("threads", "reached_end")
    op.drop_index("ix_sessions_followed_flow_id")
    op.execute(
        """
        CREATE INDEX ix_sessions_followed_flow_id ON sessions (workspace_id, followed_flow_id)
        WHERE followed_flow_id IS NOT NULL
        """
    )

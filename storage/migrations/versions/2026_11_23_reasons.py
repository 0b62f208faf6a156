"""Why proposals were not taken, in words that can be counted; which sessions followed a flow, found by an index.

Revision ID: 2026_11_23_reasons
Revises: 2026_11_23_hot_indexes
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_reasons"
down_revision = "2026_11_23_hot_indexes"

STATEMENTS = (
    "ALTER TABLE proposals ADD COLUMN reason_code text",
    """
    ALTER TABLE proposals ADD CONSTRAINT ck_proposals_reason_code CHECK (reason_code IN ('wrong_fix', 'outdated',
        'not_for_team', 'duplicate', 'unsafe', 'too_rare', 'unclear', 'not_now', 'other'))
    """,
    """
    CREATE INDEX ix_sessions_followed_flow_id ON sessions (workspace_id, followed_flow_id)
    WHERE followed_flow_id IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_sessions_followed_flow_id")
    op.drop_column("proposals", "reason_code")

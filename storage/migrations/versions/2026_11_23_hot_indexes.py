"""Indexes for what every analysis reads: the newest sessions behind a flow, what changes it, what is not compared.

Revision ID: 2026_11_23_hot_indexes
Revises: 2026_11_23_replay
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_hot_indexes"
down_revision = "2026_11_23_replay"

UPGRADE = (
    "DROP INDEX ix_sessions_proposal_id",
    """
    CREATE INDEX ix_sessions_proposal_id ON sessions (workspace_id, proposal_id, created_at, id)
    WHERE proposal_id IS NOT NULL
    """,
    "DROP INDEX ix_sessions_learned_flow_id",
    """
    CREATE INDEX ix_sessions_learned_flow_id ON sessions (workspace_id, learned_flow_id, created_at, id)
    WHERE learned_flow_id IS NOT NULL
    """,
    """
    CREATE INDEX ix_flows_not_compared ON flows (workspace_id, id)
    WHERE NOT archived AND compared_version < current_version
    """,
    """
    CREATE INDEX ix_proposals_not_compared ON proposals (workspace_id, id)
    WHERE status IN ('forming', 'pending') AND compared_version < version
    """,
    """
    CREATE INDEX ix_proposals_changing ON proposals (workspace_id, flow_id)
    WHERE flow_id IS NOT NULL AND status IN ('dismissed', 'forming', 'pending')
    """,
)
DOWNGRADE = (
    "DROP INDEX ix_proposals_changing",
    "DROP INDEX ix_proposals_not_compared",
    "DROP INDEX ix_flows_not_compared",
    "DROP INDEX ix_sessions_learned_flow_id",
    "CREATE INDEX ix_sessions_learned_flow_id ON sessions (workspace_id, learned_flow_id) WHERE learned_flow_id IS NOT NULL",
    "DROP INDEX ix_sessions_proposal_id",
    "CREATE INDEX ix_sessions_proposal_id ON sessions (workspace_id, proposal_id) WHERE proposal_id IS NOT NULL",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)

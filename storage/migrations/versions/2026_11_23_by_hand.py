"""Proposals that people make by hand, and take back; drafts of those; what happened to one object, found by an index.

Revision ID: 2026_11_23_by_hand
Revises: 2026_11_23_rollups
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_by_hand"
down_revision = "2026_11_23_rollups"

STATEMENTS = (
    """
    ALTER TABLE proposals
        ADD COLUMN proposed_by text,
        DROP CONSTRAINT ck_proposals_status,
        ADD CONSTRAINT ck_proposals_status CHECK (status IN ('forming', 'pending', 'approved', 'modified',
            'dismissed', 'rejected', 'expired', 'merged', 'withdrawn'))
    """,
    """
    ALTER TABLE drafts
        ADD COLUMN author text NOT NULL DEFAULT '',
        ADD COLUMN topic text NOT NULL DEFAULT '',
        DROP CONSTRAINT uq_drafts_proposal_id,
        DROP CONSTRAINT uq_drafts_flow_id,
        DROP CONSTRAINT ck_drafts_subject,
        ADD CONSTRAINT uq_drafts_subject
            UNIQUE NULLS NOT DISTINCT (workspace_id, proposal_id, flow_id, author, topic),
        ADD CONSTRAINT ck_drafts_subject CHECK (
            CASE WHEN author = '' THEN num_nonnulls(proposal_id, flow_id) = 1 ELSE proposal_id IS NULL END
        )
    """,
    "CREATE INDEX ix_audit_events_object ON audit_events (workspace_id, kind, object_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup to go back before people could propose by hand.")

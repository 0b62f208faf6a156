"""Proposals that take flows and other proposals in, and what was compared with what.

Revision ID: 2026_11_23_uniting
Revises: 2026_11_23_first
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_uniting"
down_revision = "2026_11_23_first"


def upgrade() -> None:
    op.execute("ALTER TABLE flows ADD COLUMN compared_version INTEGER NOT NULL DEFAULT 0")
    op.execute(
        """
        ALTER TABLE proposals
            ADD COLUMN absorbs BIGINT[] NOT NULL DEFAULT '{}'::bigint[],
            ADD COLUMN merged_into BIGINT,
            ADD COLUMN compared_version INTEGER NOT NULL DEFAULT 0,
            ADD CONSTRAINT fk_proposals_merged_into
                FOREIGN KEY (workspace_id, merged_into) REFERENCES proposals (workspace_id, id),
            DROP CONSTRAINT ck_proposals_status,
            ADD CONSTRAINT ck_proposals_status CHECK (status IN (
                'forming', 'pending', 'approved', 'modified', 'dismissed', 'rejected', 'expired', 'merged'
            ))
        """
    )


def downgrade() -> None:
    raise NotImplementedError("Restore a backup to go back before proposals could be merged.")

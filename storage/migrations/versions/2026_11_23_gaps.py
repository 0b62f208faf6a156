"""Gaps keep what they are about, who called one none and at which figures, and the proposal that was drafted for one.

What a figure says (severity, sentence) is worked out from it and no longer stored.

Revision ID: 2026_11_23_gaps
Revises: 2026_11_23_threads
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_gaps"
down_revision = "2026_11_23_threads"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE gaps
            DROP COLUMN severity,
            DROP COLUMN sentence,
            ADD COLUMN subject TEXT NOT NULL,
            ADD COLUMN muted_at TIMESTAMPTZ,
            ADD COLUMN muted_by TEXT,
            ADD COLUMN muted_code TEXT,
            ADD COLUMN muted_reason TEXT,
            ADD COLUMN muted_figures JSONB,
            ADD COLUMN proposal_id BIGINT,
            ADD COLUMN drafted_figures JSONB,
            ADD CONSTRAINT fk_gaps_proposal
                FOREIGN KEY (workspace_id, proposal_id) REFERENCES proposals (workspace_id, id),
            ADD CONSTRAINT ck_gaps_muted_code
                CHECK (muted_code IN ('by_design', 'misfiled', 'one_off', 'handled', 'other')),
            ADD CONSTRAINT ck_gaps_muted
                CHECK ((muted_at IS NULL) = (muted_figures IS NULL))
        """
    )


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE gaps
            DROP COLUMN subject,
            DROP COLUMN muted_at,
            DROP COLUMN muted_by,
            DROP COLUMN muted_code,
            DROP COLUMN muted_reason,
            DROP COLUMN muted_figures,
            DROP COLUMN proposal_id,
            DROP COLUMN drafted_figures,
            ADD COLUMN severity TEXT NOT NULL DEFAULT 'low' CHECK (severity IN ('high', 'medium', 'low')),
            ADD COLUMN sentence TEXT NOT NULL DEFAULT ''
        """
    )

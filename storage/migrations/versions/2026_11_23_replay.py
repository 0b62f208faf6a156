"""Replays of proposals, and jobs that wait can be done at once.

Revision ID: 2026_11_23_replay
Revises: 2026_11_23_drafts
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_replay"
down_revision = "2026_11_23_drafts"


def upgrade() -> None:
    op.execute("GRANT UPDATE (execute_after) ON queue.pgqueuer TO flowpilot_app")
    op.execute("ALTER TABLE proposals ADD COLUMN replay JSONB")


def downgrade() -> None:
    op.execute("ALTER TABLE proposals DROP COLUMN replay")
    op.execute("REVOKE UPDATE (execute_after) ON queue.pgqueuer FROM flowpilot_app")

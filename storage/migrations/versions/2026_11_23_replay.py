"""Jobs that wait can be done at once.

Revision ID: 2026_11_23_replay
Revises: 2026_11_23_batches
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_replay"
down_revision = "2026_11_23_batches"


def upgrade() -> None:
    op.execute("GRANT UPDATE (execute_after) ON queue.pgqueuer TO flowpilot_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (execute_after) ON queue.pgqueuer FROM flowpilot_app")

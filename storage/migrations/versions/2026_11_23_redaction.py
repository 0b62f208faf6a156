"""Names of the people of a session, and how many values were taken out of its words.

Both columns have a constant default, so that no row is written anew.

Revision ID: 2026_11_23_redaction
Revises: 2026_11_23_uniting
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_redaction"
down_revision = "2026_11_23_uniting"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE sessions
            ADD COLUMN people jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN redactions jsonb NOT NULL DEFAULT '{}'
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE sessions DROP COLUMN people, DROP COLUMN redactions")

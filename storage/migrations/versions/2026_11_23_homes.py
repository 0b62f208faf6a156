"""Who looks at the Home tab and at what; sessions by their engineer.

Revision ID: 2026_11_23_homes
Revises: 2026_11_23_gaps
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_homes"
down_revision = "2026_11_23_gaps"

STATEMENTS = (
    """
    CREATE TABLE home_views (
        workspace_id text NOT NULL,
        id text NOT NULL,
        opened_at timestamptz NOT NULL,
        filter jsonb NOT NULL,
        hash text,
        CONSTRAINT pk_home_views PRIMARY KEY (workspace_id, id),
        CONSTRAINT fk_home_views_workspace
            FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
    )
    """,
    "COMMENT ON COLUMN home_views.id IS 'the member''s id'",
    "CREATE INDEX ix_home_views_opened_at ON home_views (workspace_id, opened_at)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON home_views TO flowpilot_app",
    "ALTER TABLE home_views ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE home_views FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY tenant ON home_views TO flowpilot_app
    USING (workspace_id = (SELECT current_setting('flowpilot.workspace', true)))
    """,
    """
    CREATE INDEX ix_sessions_engineer ON sessions (workspace_id, engineer, status, created_at, id)
    WHERE engineer IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_sessions_engineer", "sessions")
    op.drop_table("home_views")

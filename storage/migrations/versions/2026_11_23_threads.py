"""Sessions that are worked in Slack threads: where each one is, and what belongs to that alone.

Revision ID: 2026_11_23_threads
Revises: 2026_11_23_reasons
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_23_threads"
down_revision = "2026_11_23_reasons"

STATEMENTS = (
    """
    CREATE TABLE threads (
        workspace_id text NOT NULL,
        session_id bigint NOT NULL,
        revision integer NOT NULL,
        turn integer NOT NULL,
        node text,
        offered_flow_id bigint,
        paused_at timestamptz,
        asked_at timestamptz,
        touched_at timestamptz NOT NULL,
        flags jsonb NOT NULL DEFAULT '[]',
        ended_by text,
        escalated_to text,
        escalated_by text,
        escalated_turn integer,
        taken_by text,
        flow_was_right boolean,
        CONSTRAINT pk_threads PRIMARY KEY (workspace_id, session_id),
        CONSTRAINT fk_threads_workspace
            FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
        CONSTRAINT fk_threads_session
            FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_threads_offered_flow
            FOREIGN KEY (workspace_id, offered_flow_id) REFERENCES flows (workspace_id, id)
    )
    """,
    "GRANT SELECT, INSERT, UPDATE, DELETE ON threads TO flowpilot_app",
    "ALTER TABLE threads ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE threads FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY tenant ON threads TO flowpilot_app
    USING (workspace_id = (SELECT current_setting('flowpilot.workspace', true)))
    """,
    """
    CREATE UNIQUE INDEX uq_sessions_thread ON sessions (workspace_id, channel, thread_ts)
    WHERE thread_ts IS NOT NULL
    """,
    """
    CREATE INDEX ix_sessions_open ON sessions (workspace_id, engineer)
    WHERE status IN ('active', 'paused', 'requesting_escalation')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("threads")
    op.drop_index("uq_sessions_thread")
    op.drop_index("ix_sessions_open")

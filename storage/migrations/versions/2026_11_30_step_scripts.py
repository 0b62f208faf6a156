"""Templates know the step that they were written at, and can be withdrawn.

Revision ID: 2026_11_30_step_scripts
Revises: 2026_11_23_guidance
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_30_step_scripts"
down_revision = "2026_11_23_guidance"

UPGRADE = (
    """
    ALTER TABLE script_templates
        ADD COLUMN flow_id bigint,
        ADD COLUMN flow_version integer,
        ADD COLUMN node text,
        ADD CONSTRAINT ck_script_templates_step CHECK (num_nulls(flow_id, flow_version, node) IN (0, 3)),
        ADD CONSTRAINT fk_script_templates_flow
            FOREIGN KEY (workspace_id, flow_id) REFERENCES flows (workspace_id, id),
        DROP CONSTRAINT ck_script_templates_status,
        ADD CONSTRAINT ck_script_templates_status
            CHECK (status IN ('draft', 'proposed', 'approved', 'declined', 'withdrawn'))
    """,
)
DOWNGRADE = (
    "UPDATE script_templates SET status = 'declined' WHERE status = 'withdrawn'",
    """
    ALTER TABLE script_templates
        DROP COLUMN flow_id,
        DROP COLUMN flow_version,
        DROP COLUMN node,
        DROP CONSTRAINT ck_script_templates_status,
        ADD CONSTRAINT ck_script_templates_status CHECK (status IN ('draft', 'proposed', 'approved', 'declined'))
    """,
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)

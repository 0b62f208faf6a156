"""Generated scripts, and the workspace's own templates for them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain.scripts import Effect, Language, Origin, ScriptStatus, TemplateStatus
from storage.tables.metadata import (
    metadata,
    moment,
    number,
    of_workspace,
    one_of,
    refers,
    text,
    workspace_key,
)

script_templates = Table(
    "script_templates",
    metadata,
    workspace_key(),
    number(),
    text("language"),
    text("title"),
    text("explanation"),
    text("body"),
    Column("parameters", JSONB, nullable=False),
    text("effect"),
    text("origin"),
    text("hash"),
    text("status"),
    # Where the session was in which it was written: of these all or none.
    Column("flow_id", BigInteger),
    Column("flow_version", Integer),
    text("node", nullable=True),
    text("created_by"),
    moment("created_at"),
    text("decided_by", nullable=True),
    moment("decided_at", nullable=True),
    of_workspace(),
    refers("flow_id", "flows"),
    one_of("language", Language),
    one_of("effect", Effect),
    one_of("origin", Origin),
    one_of("status", TemplateStatus),
    CheckConstraint("num_nulls(flow_id, flow_version, node) IN (0, 3)", name="step"),
    Index("ix_script_templates_status", "workspace_id", "status", "language"),
)

scripts = Table(
    "scripts",
    metadata,
    workspace_key(),
    number(),
    Column("session_id", BigInteger),
    Column("template_id", BigInteger),
    text("language"),
    text("title"),
    text("explanation"),
    text("body"),
    text("effect"),
    text("origin"),
    text("hash"),
    # What was entered; a secret is never entered, it is asked for when the script runs.
    Column("parameters", JSONB, nullable=False),
    Column("commands", JSONB, nullable=False),
    text("status"),
    text("channel", nullable=True),
    text("thread_ts", nullable=True),
    text("created_by"),
    moment("created_at"),
    text("confirmed_by", nullable=True),
    moment("confirmed_at", nullable=True),
    of_workspace(),
    refers("session_id", "sessions", cascade=True),
    refers("template_id", "script_templates", cascade=True),
    one_of("language", Language),
    one_of("effect", Effect),
    one_of("origin", Origin),
    one_of("status", ScriptStatus),
    CheckConstraint("confirmed_by <> created_by", name="second_person"),
    CheckConstraint(
        "effect <> 'destructive' OR status = 'waiting' OR confirmed_by IS NOT NULL", name="confirmed"
    ),
    Index("ix_scripts_session_id", "workspace_id", "session_id"),
    Index("ix_scripts_template_id", "workspace_id", "template_id"),
)

"""Workspaces, their people and how we speak for them in Slack."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Table,
    Text,
    false,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain.members import Role
from storage.tables.metadata import metadata, moment, number, of_workspace, one_of, text, workspace_key

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Text, primary_key=True),
    text("name"),
    Column("settings", JSONB, nullable=False),
    Column("knowledge_version", BigInteger, nullable=False, server_default=sql("0")),
    Column("active", Boolean, nullable=False, server_default=sql("true")),
    moment("created_at"),
    moment("uninstalled_at", nullable=True),
    CheckConstraint("id <> ''", name="id"),
)

members = Table(
    "members",
    metadata,
    workspace_key(),
    Column("id", Text, primary_key=True),
    text("name"),
    text("role"),
    text("dm_channel", nullable=True),
    of_workspace(),
    one_of("role", Role),
)

installations = Table(
    "installations",
    metadata,
    workspace_key(),
    Column("id", Text, primary_key=True, comment="Slack's app id"),
    text("bot_user_id"),
    Column("bot_token", LargeBinary, nullable=False, comment="encrypted"),
    Column("refresh_token", LargeBinary, nullable=True, comment="encrypted"),
    moment("expires_at", nullable=True),
    Column("scopes", JSONB, nullable=False),
    Column("active", Boolean, nullable=False, server_default=sql("true")),
    moment("installed_at"),
    of_workspace(),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    workspace_key(),
    number(),
    text("name"),
    Column("hash", LargeBinary, nullable=False),
    Column("is_admin", Boolean, nullable=False, server_default=false()),
    moment("created_at"),
    moment("last_used_at", nullable=True),
    moment("revoked_at", nullable=True),
    of_workspace(),
    Index("ix_api_tokens_hash", "hash"),
)

slack_events = Table(
    "slack_events",
    metadata,
    workspace_key(),
    Column("id", Text, primary_key=True, comment="Slack's event id"),
    moment("received_at"),
    of_workspace(),
)

utterances = Table(
    "utterances",
    metadata,
    workspace_key(),
    Column("id", Text, primary_key=True, comment="the key of what was said"),
    text("channel"),
    text("ts"),
    moment("said_at"),
    of_workspace(),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("id", Text, primary_key=True, comment="the state that was handed out"),
    moment("expires_at"),
)

audit_events = Table(
    "audit_events",
    metadata,
    workspace_key(),
    number(),
    text("actor", nullable=True),
    text("action"),
    text("kind"),
    text("object_id"),
    Column("detail", JSONB, nullable=False),
    moment("at"),
    of_workspace(),
    Index("ix_audit_events_object", "workspace_id", "kind", "object_id"),
)

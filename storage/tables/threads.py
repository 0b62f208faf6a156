"""Where a session is that people work in a Slack thread, beside what every session has."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from storage.tables.metadata import found_by, metadata, moment, of_workspace, refers, text, workspace_key

threads = Table(
    "threads",
    metadata,
    workspace_key(),
    Column("session_id", BigInteger, primary_key=True, autoincrement=False),
    # A change is written only on the revision that it was made from.
    Column("revision", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    text("node", nullable=True),
    Column("offered_flow_id", BigInteger),
    # What is suggested where no flow leads; of a turn and never looked for: a value.
    Column("guidance", JSONB, nullable=False, server_default=sql("'{}'")),
    moment("paused_at", nullable=True),
    moment("asked_at", nullable=True),
    moment("touched_at"),
    Column("flags", JSONB, nullable=False, server_default=sql("'[]'")),
    text("ended_by", nullable=True),
    Column("reached_end", Boolean, nullable=False, server_default=sql("false")),
    text("escalated_to", nullable=True),
    text("escalated_by", nullable=True),
    Column("escalated_turn", Integer),
    text("taken_by", nullable=True),
    Column("flow_was_right", Boolean),
    of_workspace(),
    refers("session_id", "sessions", cascade=True),
    refers("offered_flow_id", "flows"),
    found_by("threads", "offered_flow_id"),
    Index("ix_threads_flagged", "workspace_id", "session_id", postgresql_where=sql("flags <> '[]'::jsonb")),
)

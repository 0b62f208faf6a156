"""Analyses that wait for the answers of a batch."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from storage.tables.metadata import metadata, moment, number, of_workspace, refers, text, workspace_key

batches = Table(
    "batches",
    metadata,
    workspace_key(),
    number(),
    text("analyst"),
    text("model"),
    text("remote_id", nullable=True),
    moment("submitted_at"),
    moment("ended_at", nullable=True),
    of_workspace(),
    Index("ix_batches_open", "workspace_id", "id", postgresql_where=sql("ended_at IS NULL")),
)

batch_items = Table(
    "batch_items",
    metadata,
    workspace_key(),
    # A session is in one batch in its life: what comes to nothing there is asked about by itself.
    Column("session_id", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("asked", JSONB, nullable=False),
    text("answer", nullable=True),
    of_workspace(),
    refers("session_id", "sessions", cascade=True),
    refers("batch_id", "batches", cascade=True),
    Index("ix_batch_items_batch_id", "workspace_id", "batch_id"),
)

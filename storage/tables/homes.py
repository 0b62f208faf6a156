"""Who looks at the Home tab, and at what in it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from storage.tables.metadata import metadata, moment, of_workspace, text, workspace_key

home_views = Table(
    "home_views",
    metadata,
    workspace_key(),
    Column("id", Text, primary_key=True, comment="the member's id"),
    moment("opened_at"),
    Column("filter", JSONB, nullable=False),
    text("hash", nullable=True),
    of_workspace(),
    Index("ix_home_views_opened_at", "workspace_id", "opened_at"),
)

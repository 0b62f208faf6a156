"""What asking models has cost."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from bot.domain.spending import Trouble
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

spendings = Table(
    "spendings",
    metadata,
    workspace_key(),
    number(),
    Column("session_id", BigInteger, comment="none: not an analysis, a script"),
    text("analyst"),
    text("model"),
    Column("requests", Integer, nullable=False),
    Column("fresh_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, comment="micro-dollars; unknown without a price"),
    text("trouble", nullable=True),
    moment("at"),
    of_workspace(),
    refers("session_id", "sessions", cascade=True),
    one_of("trouble", Trouble),
    Index("ix_spendings_at", "workspace_id", "at"),
    Index("ix_spendings_session_id", "workspace_id", "session_id"),
)

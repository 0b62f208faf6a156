"""What the dashboard counts, added up by spans of time, and which hours have changed since.

A roll-up is a row of `rolled_spans` and what hangs on it. It holds as long as no stale hour overlaps the span
(docs/decisions/0012-dashboard-roll-ups.md).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
)

from storage.tables.metadata import metadata, of_workspace, workspace_key

_MOMENT = DateTime(timezone=True)


def _span_key() -> tuple[Column[datetime], Column[datetime]]:
    return Column("starts_at", _MOMENT, primary_key=True), Column("ends_at", _MOMENT, primary_key=True)


def _word_key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _of_span() -> ForeignKeyConstraint:
    """A span's figures go with the span."""
    columns = ("workspace_id", "starts_at", "ends_at")
    target = [f"rolled_spans.{column}" for column in columns]
    return ForeignKeyConstraint(columns, target, name="span", ondelete="CASCADE")


rolled_spans = Table(
    "rolled_spans",
    metadata,
    workspace_key(),
    *_span_key(),
    of_workspace(),
    CheckConstraint("ends_at > starts_at", name="ends_at"),
)

rolled_created = Table(
    "rolled_created",
    metadata,
    workspace_key(),
    *_span_key(),
    _word_key("domain"),
    _word_key("tier"),
    *(
        _count(name)
        for name in (
            "sessions", "resolved", "escalated", "abandoned", "steps", "steps_squared",
            "rated", "ratings", "ratings_squared", "with_ticket",
        )
    ),
    _of_span(),
)  # fmt: skip
"""Sessions created in the span. `steps` are those of resolved sessions; sums of squares are for intervals of means."""

rolled_resolved = Table(
    "rolled_resolved",
    metadata,
    workspace_key(),
    *_span_key(),
    _word_key("domain"),
    _count("resolved"),
    Column("wall_total", Numeric, nullable=False),
    Column("active_total", Numeric, nullable=False),
    Column("walls", LargeBinary, nullable=False),
    Column("actives", LargeBinary, nullable=False),
    Column("wall_posts", LargeBinary, nullable=False),
    Column("active_posts", LargeBinary, nullable=False),
    _of_span(),
)
"""Sessions resolved in the span, in each domain and, as "*", in all. Durations are microseconds in ascending order, eight
bytes each with the highest first; the posts are every 64th of them."""

rolled_pushes = Table(
    "rolled_pushes",
    metadata,
    workspace_key(),
    *_span_key(),
    _word_key("domain"),
    *(_count(name) for name in ("ended", "first_try", "after_retry", "time_entries")),
    Column("hours", Numeric, nullable=False),
    _of_span(),
)
"""Pushes that ended in the span, by the domain of their session."""

stale_hours = Table(
    "stale_hours",
    metadata,
    workspace_key(),
    Column("hour", _MOMENT, primary_key=True),
    Column("id", BigInteger, Identity(), primary_key=True),
    of_workspace(),
)
"""Hours whose sessions or pushes have changed. Triggers add to it and never look at it, so that writers do not meet."""

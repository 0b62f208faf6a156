"""What the dashboard counts, added up by local day, and which hours have changed since.

A roll-up of a day is made of a row of `rolled_days` and what hangs on it. It holds as long as no stale hour overlaps the
day (docs/decisions/0009-dashboard-roll-ups.md).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    Numeric,
    Table,
)

from storage.tables.metadata import metadata, moment, of_workspace, workspace_key


def _day_key() -> Column[object]:
    column = moment("starts_at")
    column.primary_key = True
    return column


def _word_key(name: str) -> Column[str]:
    return Column(name, workspace_key().type, primary_key=True)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _of_day() -> ForeignKeyConstraint:
    """A day's figures go with the day."""
    columns = ("workspace_id", "starts_at")
    target = [f"rolled_days.{column}" for column in columns]
    return ForeignKeyConstraint(columns, target, name="day", ondelete="CASCADE")


rolled_days = Table(
    "rolled_days",
    metadata,
    workspace_key(),
    _day_key(),
    moment("ends_at"),
    of_workspace(),
    CheckConstraint("ends_at > starts_at", name="ends_at"),
)

rolled_created = Table(
    "rolled_created",
    metadata,
    workspace_key(),
    _day_key(),
    _word_key("domain"),
    _word_key("tier"),
    *(
        _count(name)
        for name in (
            "sessions", "resolved", "escalated", "abandoned", "steps", "steps_squared",
            "rated", "ratings", "ratings_squared", "with_ticket",
        )
    ),
    _of_day(),
)  # fmt: skip
"""Sessions created on the day. `steps` are those of resolved sessions; sums of squares are for intervals of means."""

rolled_resolved = Table(
    "rolled_resolved",
    metadata,
    workspace_key(),
    _day_key(),
    _word_key("domain"),
    _count("resolved"),
    Column("wall_total", Numeric, nullable=False),
    Column("active_total", Numeric, nullable=False),
    Column("walls", LargeBinary, nullable=False),
    Column("actives", LargeBinary, nullable=False),
    Column("wall_posts", LargeBinary, nullable=False),
    Column("active_posts", LargeBinary, nullable=False),
    _of_day(),
)
"""Sessions resolved on the day, in each domain and, as "*", in all. Durations are microseconds in ascending order, eight
bytes each with the highest first; the posts are every 64th of them."""

rolled_pushes = Table(
    "rolled_pushes",
    metadata,
    workspace_key(),
    _day_key(),
    _word_key("domain"),
    *(_count(name) for name in ("ended", "first_try", "after_retry", "time_entries")),
    Column("hours", Numeric, nullable=False),
    _of_day(),
)
"""Pushes that ended on the day, by the domain of their session."""

stale_hours = Table(
    "stale_hours",
    metadata,
    workspace_key(),
    Column("hour", moment("hour").type, primary_key=True),
    Column("id", BigInteger, Identity(), primary_key=True),
    of_workspace(),
)
"""Hours whose sessions or pushes have changed. Triggers add to it and never look at it, so that writers do not meet."""


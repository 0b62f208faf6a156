"""The dashboard's figures. Every one comes from the same snapshot of one workspace.

Sessions count where they were created in the window; time to resolve counts where they were resolved in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot.domain.statistics import (
    NO_MEAN,
    Change,
    Mean,
    Minutes,
    Rate,
    change_of_count,
    change_of_mean,
    change_of_minutes,
    change_of_rate,
)
from bot.domain.windows import Window

UNKNOWN = "unknown"
"""Name of the row of sessions without a domain or without a tier: parts add up to totals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sessions created in a window, by how they stand now. `open` is everything that has not ended.

    `steps` are those of the resolved sessions, `ratings` those of the rated ones.
    """

    sessions: int = 0
    resolved: int = 0
    escalated: int = 0
    abandoned: int = 0
    steps: Mean = NO_MEAN
    ratings: Mean = NO_MEAN
    with_ticket: int = 0

    @property
    def closed(self) -> int:
        return self.resolved + self.escalated + self.abandoned

    @property
    def open(self) -> int:
        return self.sessions - self.closed

    @property
    def resolution(self) -> Rate:
        """Resolved of all that were created: the original service's definition."""
        return Rate(self.resolved, self.sessions)

    @property
    def closed_resolution(self) -> Rate:
        """Resolved of those that ended."""
        return Rate(self.resolved, self.closed)

    @property
    def escalation(self) -> Rate:
        """Escalated of those that ended."""
        return Rate(self.escalated, self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """The sessions resolved on one local day; minutes are wall-clock from creation to resolution, None without any."""

    on: date
    resolved: int = 0
    mean_minutes: float | None = None
    median_minutes: float | None = None
    p90_minutes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRow:
    domain: str
    total: int
    resolved: int = 0
    escalated: int = 0
    abandoned: int = 0

    @property
    def open(self) -> int:
        return self.total - self.resolved - self.escalated - self.abandoned

    @property
    def resolution(self) -> Rate:
        return Rate(self.resolved, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRow:
    """`tier` is guided, exploring, discovery or unknown."""

    tier: str
    sessions: int = 0
    resolved: int = 0

    @property
    def resolution(self) -> Rate:
        return Rate(self.resolved, self.sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """Published flows of a domain now, against its sessions of the window and how many of them a flow guided."""

    domain: str
    flows: int = 0
    sessions: int = 0
    guided: int = 0

    @property
    def guided_rate(self) -> Rate:
        return Rate(self.guided, self.sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """`flows` and `pending` stand as they are now; approvals (as proposed or edited) and rejections fell in the window."""

    flows: int = 0
    ai_flows: int = 0
    pending: int = 0
    approved: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PsaFigures:
    """Pushes that ended in the window: how many, at the first try, after a retry; and the time entries among them."""

    ended: int = 0
    first_try: int = 0
    after_retry: int = 0
    time_entries: int = 0
    hours: float = 0.0

    @property
    def first_try_rate(self) -> Rate:
        return Rate(self.first_try, self.ended)

    @property
    def retry_rate(self) -> Rate:
        return Rate(self.after_retry, self.ended - self.first_try)

    @property
    def eventual_rate(self) -> Rate:
        return Rate(self.first_try + self.after_retry, self.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Everything that a report of one workspace and window shows. `domain` narrows it to one problem domain.

    `wall` and `active` are minutes from creation to resolution of the sessions resolved in the window, with and
    without paused time. `trend` has every day; `domains`, `tiers` and `coverage` hold a row "unknown" where needed,
    most sessions first.
    """

    window: Window
    totals: Totals
    previous: Totals
    wall: Minutes
    previous_wall: Minutes
    active: Minutes
    previous_active: Minutes = field(default_factory=Minutes)
    domain: str | None = None
    trend: tuple[DayRow, ...] = ()
    domains: tuple[DomainRow, ...] = ()
    tiers: tuple[TierRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    knowledge: Knowledge = field(default_factory=Knowledge)
    psa: PsaFigures = field(default_factory=PsaFigures)

    @property
    def is_empty(self) -> bool:
        """Nothing was created and nothing resolved in the window."""
        return not self.totals.sessions and not self.wall.n

    @property
    def resolution_change(self) -> Change:
        return change_of_rate(self.totals.resolution, self.previous.resolution)

    @property
    def minutes_change(self) -> Change:
        return change_of_minutes(self.wall, self.previous_wall)

    @property
    def changes(self) -> dict[str, Change]:
        """Of every headline figure, against the previous window."""
        now, before = self.totals, self.previous
        return {
            "sessions": change_of_count(now.sessions, before.sessions),
            "resolution_rate": self.resolution_change,
            "closed_resolution_rate": change_of_rate(now.closed_resolution, before.closed_resolution),
            "escalation_rate": change_of_rate(now.escalation, before.escalation),
            "steps_to_resolution": change_of_mean(now.steps, before.steps),
            "rating": change_of_mean(now.ratings, before.ratings),
            "mttr": self.minutes_change,
            "mttr_active": change_of_minutes(self.active, self.previous_active),
        }

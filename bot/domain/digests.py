"""The weekly digest: when it is due, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.domain.dashboard import Dashboard, DomainRow
from bot.domain.flows import FlowMention
from bot.domain.gaps import Gap
from bot.domain.reasons import ReasonCode
from bot.domain.spending import NO_SPENDING, SpendingTotal
from bot.domain.workspaces import WorkspaceSettings

MIN_SESSIONS_TO_NAME = 3
"""A domain with fewer sessions in the week is not held up as a trouble spot."""
TOP_DOMAINS = 3


@dataclass(frozen=True, slots=True)
class QueueState:
    """Proposals that wait for a decision, since when the oldest does, and how many would change a published flow.

    `overdue` wait longer than the workspace's setting.
    """

    pending: int = 0
    oldest_at: datetime | None = None
    changes: int = 0
    overdue: int = 0

    @property
    def new_flows(self) -> int:
        return self.pending - self.changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One week of one workspace, up to the midnight before `due_on`. `rejected` counts proposals by why, most first.

    `gaps` are the certain ones of the month before, the most costly first.
    """

    due_on: date
    dashboard: Dashboard
    queue: QueueState
    published: tuple[FlowMention, ...] = ()
    spending: SpendingTotal = NO_SPENDING
    remind_after_days: int = 7
    rejected: Mapping[ReasonCode, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    @property
    def has_nothing_to_say(self) -> bool:
        is_idle = self.dashboard.is_empty and self.spending.is_nothing
        return is_idle and not (self.queue.pending or self.published or self.rejected or self.gaps)

    @property
    def most_escalated(self) -> tuple[DomainRow, ...]:
        """The domains with the highest share of escalations, worst first."""
        rows = (row for row in self.dashboard.domains if row.total >= MIN_SESSIONS_TO_NAME and row.escalated)
        return tuple(sorted(rows, key=lambda row: (-row.escalated / row.total, row.domain))[:TOP_DOMAINS])


def digest_due(settings: WorkspaceSettings, *, now: datetime, since: datetime) -> date | None:
    """The local date of the last digest that should have been posted by `now`; None when it lies before `since`.

    A digest that was missed (the program was down) is still due, until the next one is.
    """
    local = now.astimezone(settings.zone)
    day = local.date() - timedelta(days=(local.weekday() - settings.digest_weekday) % 7)
    if datetime.combine(day, time(settings.digest_hour), settings.zone) > now:
        day -= timedelta(days=7)
    return day if datetime.combine(day, time(settings.digest_hour), settings.zone) >= since else None

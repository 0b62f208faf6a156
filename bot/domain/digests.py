"""The weekly digest: when it is due, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.domain.dashboard import Dashboard, DomainRow
from bot.domain.flow_effects import FlowEffect
from bot.domain.flows import FlowMention
from bot.domain.gaps import DAYS_OF_MONTH, Gap
from bot.domain.reasons import ReasonCode
from bot.domain.spending import NO_SPENDING, SpendingTotal
from bot.domain.statistics import Change
from bot.domain.trust import Trust
from bot.domain.workspaces import DigestSection, WorkspaceSettings

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


@dataclass(frozen=True, slots=True)
class DoubtedFlow:
    """A flow that sessions follow though it succeeds less often than it should."""

    flow: FlowMention
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One week of one workspace, up to the midnight before `due_on`. `rejected` counts proposals by why, most first.

    `gaps` are the certain ones of the last `gap_days`, the most costly first, `watched` those that are not certain yet.
    `doubted` are flows that were followed in the week. `left_out` are the sections that the workspace does not want.
    """

    due_on: date
    dashboard: Dashboard
    queue: QueueState
    published: tuple[FlowMention, ...] = ()
    spending: SpendingTotal = NO_SPENDING
    remind_after_days: int = 7
    rejected: Mapping[ReasonCode, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    watched: tuple[Gap, ...] = ()
    gap_days: int = DAYS_OF_MONTH
    effects: tuple[FlowEffect, ...] = ()
    doubted: tuple[DoubtedFlow, ...] = ()
    left_out: tuple[DigestSection, ...] = ()

    @property
    def has_nothing_to_say(self) -> bool:
        """No session, and nothing in any section that is wanted."""
        return self.dashboard.is_empty and not any(map(self._holds, DigestSection))

    @property
    def has_chart(self) -> bool:
        return self.shows(DigestSection.CHART) and not self.dashboard.is_empty

    @property
    def has_details(self) -> bool:
        """Whether there is something for its thread: sessions to count, or a list."""
        lists = (DigestSection.GAPS, DigestSection.FLOWS, DigestSection.REJECTIONS)
        has_any = not self.dashboard.is_empty or any(map(self._holds, lists))
        return has_any and self.shows(DigestSection.DETAILS)

    def shows(self, section: DigestSection) -> bool:
        return section not in self.left_out

    def _holds(self, section: DigestSection) -> bool:
        """Whether the section is wanted, and has something to say in a week without sessions too."""
        contents: dict[DigestSection, object] = {
            DigestSection.GAPS: self.gaps,
            DigestSection.QUEUE: self.queue.pending,
            DigestSection.FLOWS: self.published or self.effects or self.doubted,
            DigestSection.REJECTIONS: self.rejected,
            DigestSection.COSTS: not self.spending.is_nothing,
        }
        return self.shows(section) and bool(contents.get(section))

    def effects_that(self, change: Change) -> tuple[FlowEffect, ...]:
        """Of the flows, those after which escalations went this way."""
        return tuple(effect for effect in self.effects if effect.change is change)

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

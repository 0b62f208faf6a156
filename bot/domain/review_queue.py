"""The review queue as reviewers look at it: which proposals, in which order, on which page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.dashboard import UNKNOWN
from bot.domain.merging import TreeChange
from bot.domain.proposals import REOPENABLE, Proposal, ProposalKind, ProposalStatus
from bot.domain.trust import NO_TRUST, Trust

PAGE = 10
"""Rows on a page: each takes two blocks, and a longer list is scrolled past rather than read."""
STATUSES = (ProposalStatus.PENDING, *sorted(REOPENABLE))
"""What a reviewer can look for: what waits, and what can be brought back."""
AGES_DAYS = (2, 7, 14)
SUPPORTS = (2, 5, 10)
MONTH = timedelta(days=30)
RECENT = 3 * MONTH
"""Sessions of this time tell how often a problem comes up now: long enough for one that comes up monthly."""


class QueueKind(StrEnum):
    NEW_FLOW = "new_flow"
    CHANGE = "change"


class QueueOrder(StrEnum):
    OLDEST = "oldest"
    SUPPORT = "support"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A proposal, as far as it takes to choose and order it. `since` is when it came to its status.

    `recent` of its `sessions` began in the last months (`RECENT`); `minutes` is their median time to the fix, without
    pauses, of all that were resolved.
    """

    id: int
    kind: ProposalKind
    status: ProposalStatus
    domain: str | None
    since: datetime
    sessions: int = 0
    recent: int = 0
    minutes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What one reviewer looks at. None and 0 mean all; the domain "unknown" means without one. Pages count from 0."""

    status: ProposalStatus | None = ProposalStatus.PENDING
    domain: str | None = None
    kind: QueueKind | None = None
    min_age_days: int = 0
    min_sessions: int = 0
    order: QueueOrder = QueueOrder.OLDEST
    page: int = 0

    @property
    def statuses(self) -> tuple[ProposalStatus, ...]:
        return STATUSES if self.status is None else (self.status,)

    def takes(self, entry: QueueEntry, *, now: datetime) -> bool:
        is_new = entry.kind is ProposalKind.NEW_FLOW
        return (
            entry.status in self.statuses
            and self.domain in (None, entry.domain or UNKNOWN)
            and (self.kind is None or is_new is (self.kind is QueueKind.NEW_FLOW))
            and now - entry.since >= timedelta(days=self.min_age_days)
            and entry.sessions >= self.min_sessions
        )


DEFAULT_FILTER = QueueFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A proposal in the list; `minutes_saved` counts a month.

    `change` is what it does to the published flow, `trust` how far that one can be trusted.
    """

    proposal: Proposal
    change: TreeChange | None = None
    trust: Trust = NO_TRUST
    minutes_saved: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """The rows of one page, and how many proposals the filter takes in all. `filter.page` is the page that is shown."""

    filter: QueueFilter = DEFAULT_FILTER
    rows: tuple[QueueRow, ...] = ()
    found: int = 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


def minutes_saved(entry: QueueEntry, guided_minutes: float | None) -> float:
    """Minutes that a flow would save in a month: sessions a month x what each takes longer than with a flow.

    The same measure as for gaps (volume x (median without the flow - median with it)): the proposal's sessions of the
    last three months, a third of them a month, each by its median beyond that of all guided sessions. 0 while one of
    the medians is unknown: nothing is claimed that nobody has measured.
    """
    if entry.minutes is None or guided_minutes is None:
        return 0.0
    return entry.recent / (RECENT / MONTH) * max(0.0, entry.minutes - guided_minutes)


def chosen_entries(
    entries: Sequence[QueueEntry], wanted: QueueFilter, guided_minutes: float | None, *, now: datetime
) -> list[QueueEntry]:
    """Those that the filter takes, of all pages, in its order; of equals the one that waits longest comes first."""
    taken = sorted((each for each in entries if wanted.takes(each, now=now)), key=_age)
    match wanted.order:
        case QueueOrder.SUPPORT:
            taken.sort(key=lambda entry: -entry.sessions)
        case QueueOrder.MINUTES:
            taken.sort(key=lambda entry: (-minutes_saved(entry, guided_minutes), -entry.sessions))
        case QueueOrder.OLDEST:
            pass
    return taken


def last_page_of(found: int, page: int) -> int:
    """The page, or the last one there is: what somebody looked at may have become shorter."""
    return max(0, min(page, (found - 1) // PAGE))


def _age(entry: QueueEntry) -> tuple[datetime, int]:
    return entry.since, entry.id

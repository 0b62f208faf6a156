"""The Home tab: who looks at it, and what it shows of a person's own sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from bot.domain.dashboard import Dashboard
from bot.domain.digests import QueueState
from bot.domain.flows import FlowMention
from bot.domain.gaps import StoredGap
from bot.domain.members import Member
from bot.domain.proposals import ProposalStatus
from bot.domain.review_queue import DEFAULT_FILTER, QueueFilter, QueuePage
from bot.domain.sessions import AnalysisOutcome, AnalysisStatus, Session

OPENED_RECENTLY = timedelta(hours=24)
"""Slack does not tell when a Home is closed: who opened it within a day may still have it on screen."""
HOMES_KEPT = timedelta(days=90)
"""How long a person's filter is remembered."""
MONTH_DAYS = 30
OPEN_SESSIONS = 5
CLOSED_SESSIONS = 5
GAPS = 3
LOOKED_BACK = 50
"""Analysed sessions among which those are counted that only followed flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """Somebody's Home: what they look at in it, and Slack's hash of what stands there (None: not known)."""

    opened_at: datetime
    filter: QueueFilter = DEFAULT_FILTER
    hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMention:
    id: int
    title: str
    status: ProposalStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """A session of the person, and what came of it: `reason` is why nothing could be learnt."""

    session: Session
    analysis: AnalysisStatus
    outcome: AnalysisOutcome | None = None
    reason: str | None = None
    proposal: ProposalMention | None = None
    flow: FlowMention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSessions:
    """Open sessions and the last that were resolved, newest first; `resolved` counts all of these."""

    open: tuple[OwnSession, ...] = ()
    closed: tuple[OwnSession, ...] = ()
    resolved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFacts:
    """What the Home tab of one member shows. `page` is there for reviewers.

    `followed` is how many of the newest analysed sessions, without a gap, only followed flows.
    """

    member: Member
    queue: QueueState
    page: QueuePage | None = None
    own: OwnSessions = field(default_factory=OwnSessions)
    flows: int = 0
    followed: int = 0
    remind_after_days: int = 7
    month: Dashboard | None = None
    gaps: tuple[StoredGap, ...] = ()
    reviewers: tuple[Member, ...] = ()


def followed_in_a_row(outcomes: Sequence[AnalysisOutcome | None]) -> int:
    """How many sessions, from the newest on, only followed a flow."""
    return len(list(takewhile(lambda outcome: outcome is AnalysisOutcome.REINFORCED, outcomes)))

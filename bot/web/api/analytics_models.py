"""The dashboard on the wire: the names are those that clients of the original service know.

Rates lie between 0 and 1, durations are minutes; null means that there is nothing to divide by.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Change
from bot.domain.windows import Period
from bot.web.api.models import Absent, Strict, UtcTime

RateInterval: TypeAlias = tuple[float, float]
"""95 %, between 0 and 1."""


class Table(StrEnum):
    """What of the dashboard can be had as CSV."""

    TREND = "mttr_trend"
    DOMAINS = "sessions_by_domain"
    TIERS = "confidence_breakdown"
    COVERAGE = "coverage_by_domain"


class DashboardQuery(Strict):
    """`table` says what is answered to `Accept: text/csv`."""

    period: Period = Period.MONTH
    domain: ProblemDomain | Absent = None
    table: Table = Table.TREND


class Minutes(Strict):
    """`median_interval` is the 95 % interval of the median."""

    n: int
    mean: float | None
    median: float | None
    p90: float | None
    median_interval: tuple[float, float] | None


class Previous(Strict):
    """The period of equal length before."""

    total_sessions: int
    resolved_sessions: int
    escalated_sessions: int
    abandoned_sessions: int
    open_sessions: int
    resolution_rate: float | None
    closed_resolution_rate: float | None
    avg_steps_to_resolution: float | None
    avg_rating: float | None
    mttr: Minutes
    mttr_active: Minutes


class TrendDay(Strict):
    """The sessions that were resolved on a local day."""

    date: dt.date
    mttr_minutes: float | None
    median_minutes: float | None
    p90_minutes: float | None
    session_count: int


class DomainSessions(Strict):
    domain: ProblemDomain | Literal["unknown"]
    total: int
    resolved: int
    escalated: int
    abandoned: int
    open: int
    resolution_rate: float | None


class DomainCoverage(Strict):
    domain: ProblemDomain | Literal["unknown"]
    flow_count: int
    session_count: int
    guided_rate: float | None


class KnowledgeCoverage(Strict):
    total_flows: int
    ai_generated_flows: int
    total_proposals_pending: int
    proposals_approved_this_period: int
    proposals_rejected_this_period: int
    coverage_by_domain: tuple[DomainCoverage, ...]


class ConfidenceBreakdown(Strict):
    """`unknown` is there when there are sessions without a tier."""

    guided_sessions: int
    guided_resolution_rate: float | None
    exploring_sessions: int
    exploring_resolution_rate: float | None
    discovery_sessions: int
    discovery_resolution_rate: float | None
    unknown_sessions: int = 0
    unknown_resolution_rate: float | None = None


class PsaMetrics(Strict):
    ticket_link_rate: float | None
    auto_push_success_rate: float | None
    auto_push_retry_success_rate: float | None
    eventual_success_rate: float | None
    total_time_entries_logged: int
    total_hours_logged: float


class AnalysisCosts(Strict):
    """What a model cost, in millionths of a dollar; null: its price is not known."""

    sessions: int
    requests: int
    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    cost_micro_dollars: int | None
    unpriced_requests: int
    analysed_by_rules_instead: dict[str, int]


class Dashboard(Strict):
    """The figures of `flowpilot stats --json`: one consistent snapshot, in the workspace's time zone."""

    period: Period
    domain: ProblemDomain | None
    start: UtcTime = Field(alias="from")
    end: UtcTime = Field(alias="to")
    time_zone: str
    total_sessions: int
    resolved_sessions: int
    escalated_sessions: int
    abandoned_sessions: int
    open_sessions: int
    resolution_rate: float | None
    closed_resolution_rate: float | None
    resolution_rate_interval: RateInterval | None
    closed_resolution_rate_interval: RateInterval | None
    resolution_change: Change
    avg_steps_to_resolution: float | None
    avg_session_duration_minutes: float | None
    avg_rating: float | None
    rated_sessions: int
    mttr_minutes: float | None
    mttr: Minutes
    mttr_active: Minutes
    mttr_change: Change
    changes: dict[str, Change]
    previous: Previous
    mttr_trend: tuple[TrendDay, ...]
    sessions_by_domain: tuple[DomainSessions, ...]
    confidence_breakdown: ConfidenceBreakdown
    knowledge_coverage: KnowledgeCoverage
    psa_metrics: PsaMetrics
    analysis_costs: AnalysisCosts

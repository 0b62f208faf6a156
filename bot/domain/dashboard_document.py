"""The dashboard as a JSON document, with the field names that clients of the original service know."""

from __future__ import annotations

from bot.domain.dashboard import CoverageRow, Dashboard, DayRow, DomainRow, PsaFigures, TierRow
from bot.domain.sessions import ConfidenceTier
from bot.domain.statistics import Interval, Minutes, Rate

Document = dict[str, object]


def dashboard_document(dashboard: Dashboard) -> Document:
    """Rates lie between 0 and 1, durations are minutes, times ISO 8601; null means that there is nothing to divide by."""
    totals, previous = dashboard.totals, dashboard.previous
    return {
        "period": f"{dashboard.window.days}d",
        "domain": dashboard.domain,
        "from": dashboard.window.start.isoformat(),
        "to": dashboard.window.end.isoformat(),
        "time_zone": dashboard.window.zone,
        "total_sessions": totals.sessions,
        "resolved_sessions": totals.resolved,
        "escalated_sessions": totals.escalated,
        "abandoned_sessions": totals.abandoned,
        "open_sessions": totals.open,
        "resolution_rate": totals.resolution.value,
        "closed_resolution_rate": totals.closed_resolution.value,
        "resolution_rate_interval": _rate_interval(totals.resolution),
        "closed_resolution_rate_interval": _rate_interval(totals.closed_resolution),
        "resolution_change": dashboard.resolution_change,
        "avg_steps_to_resolution": totals.steps.value,
        "avg_session_duration_minutes": dashboard.active.mean,
        "avg_rating": totals.ratings.value,
        "rated_sessions": totals.ratings.n,
        "mttr_minutes": dashboard.wall.mean,
        "mttr": _minutes(dashboard.wall),
        "mttr_active": _minutes(dashboard.active),
        "mttr_change": dashboard.minutes_change,
        "changes": dict(dashboard.changes),
        "previous": {
            "total_sessions": previous.sessions,
            "resolved_sessions": previous.resolved,
            "escalated_sessions": previous.escalated,
            "abandoned_sessions": previous.abandoned,
            "open_sessions": previous.open,
            "resolution_rate": previous.resolution.value,
            "closed_resolution_rate": previous.closed_resolution.value,
            "avg_steps_to_resolution": previous.steps.value,
            "avg_rating": previous.ratings.value,
            "mttr": _minutes(dashboard.previous_wall),
            "mttr_active": _minutes(dashboard.previous_active),
        },
        "mttr_trend": [_day(row) for row in dashboard.trend],
        "sessions_by_domain": [_domain(row) for row in dashboard.domains],
        "confidence_breakdown": _tiers(dashboard.tiers),
        "knowledge_coverage": {
            "total_flows": dashboard.knowledge.flows,
            "ai_generated_flows": dashboard.knowledge.ai_flows,
            "total_proposals_pending": dashboard.knowledge.pending,
            "proposals_approved_this_period": dashboard.knowledge.approved,
            "proposals_rejected_this_period": dashboard.knowledge.rejected,
            "coverage_by_domain": [_coverage(row) for row in dashboard.coverage],
        },
        "psa_metrics": _psa(dashboard.psa, Rate(totals.with_ticket, totals.sessions)),
    }


def _minutes(minutes: Minutes) -> Document:
    return {
        "n": minutes.n,
        "mean": minutes.mean,
        "median": minutes.median,
        "p90": minutes.p90,
        "median_interval": _interval(minutes.interval),
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _rate_interval(rate: Rate) -> list[float] | None:
    return _interval(rate.interval) if rate.n else None


def _day(row: DayRow) -> Document:
    return {
        "date": row.on.isoformat(),
        "mttr_minutes": row.mean_minutes,
        "median_minutes": row.median_minutes,
        "p90_minutes": row.p90_minutes,
        "session_count": row.resolved,
    }


def _domain(row: DomainRow) -> Document:
    return {
        "domain": row.domain,
        "total": row.total,
        "resolved": row.resolved,
        "escalated": row.escalated,
        "abandoned": row.abandoned,
        "open": row.open,
        "resolution_rate": row.resolution.value,
    }


def _tiers(rows: tuple[TierRow, ...]) -> Document:
    by_tier = {tier.value: TierRow(tier=tier) for tier in ConfidenceTier} | {row.tier: row for row in rows}
    return {
        f"{name}_{figure}": value
        for name, row in by_tier.items()
        for figure, value in (("sessions", row.sessions), ("resolution_rate", row.resolution.value))
    }


def _coverage(row: CoverageRow) -> Document:
    return {
        "domain": row.domain,
        "flow_count": row.flows,
        "session_count": row.sessions,
        "guided_rate": row.guided_rate.value,
    }


def _psa(psa: PsaFigures, with_ticket: Rate) -> Document:
    return {
        "ticket_link_rate": with_ticket.value,
        "auto_push_success_rate": psa.first_try_rate.value,
        "auto_push_retry_success_rate": psa.retry_rate.value,
        "eventual_success_rate": psa.eventual_rate.value,
        "total_time_entries_logged": psa.time_entries,
        "total_hours_logged": psa.hours,
    }

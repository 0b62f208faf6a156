"""The gaps as a JSON document, for the command line and the API."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.gaps import Gap, GapOutcome, GapReport
from bot.domain.statistics import Rate

Document = dict[str, object]


def gap_document(report: GapReport) -> Document:
    """Rates lie between 0 and 1, times are ISO 8601, `minutes_saved` is a month's; alerts first, the largest first."""
    return {
        "period": f"{report.window.days}d",
        "from": report.window.start.isoformat(),
        "to": report.window.end.isoformat(),
        "time_zone": report.window.zone,
        "sessions": report.sessions,
        "muted": report.muted,
        "gaps": gap_documents(report.gaps),
        "published_for_gaps": [_outcome(outcome) for outcome in report.outcomes],
    }


def gap_documents(gaps: Iterable[Gap]) -> list[Document]:
    return [_gap(gap) for gap in gaps]


def _gap(gap: Gap) -> Document:
    return {
        "id": gap.id,
        "type": gap.kind,
        "key": gap.key,
        "level": gap.level,
        "severity": gap.severity,
        "subject": gap.subject,
        "sentence": f"{gap.name}: {gap.sentence}.",
        "problem_domain": gap.domain,
        "flow_id": gap.flow.flow_id if gap.flow else None,
        "node_id": gap.node_id,
        **_rate(gap.figures.rate),
        "baseline": gap.figures.baseline,
        "certainty": gap.figures.certainty,
        "engineers": gap.engineers,
        "minutes_saved": gap.minutes_saved,
        "saving_is_measured": gap.is_measured,
        "suggested_action": gap.action,
        "session_ids": list(gap.session_ids),
        "examples": list(gap.examples),
        "opened_at": gap.opened_at.isoformat() if gap.opened_at else None,
    }


def _outcome(outcome: GapOutcome) -> Document:
    published = outcome.published
    return {
        "gap_id": published.gap_id,
        "type": published.kind,
        "subject": published.subject,
        "flow_id": published.flow.flow_id,
        "published_at": published.published_at.isoformat(),
        "effect": outcome.effect,
        "before": _rate(published.before),
        "since": _rate(outcome.since),
    }


def _rate(rate: Rate) -> Document:
    return {
        "hits": rate.hits,
        "n": rate.n,
        "rate": rate.value,
        "interval": [rate.interval.low, rate.interval.high],
    }

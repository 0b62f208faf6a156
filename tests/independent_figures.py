"""The dashboard's figures once more, from plain records by local dates, and how they differ from the dashboard's document.

It shares no code with the product, neither for windows nor for counting, and reads no database.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Record = Mapping[str, Any]
"""created_at, resolved_at, status, problem_domain, confidence_tier, rating, ticket, steps (how many), paused_seconds."""
Figures = dict[str, Any]

CLOSED = ("resolved", "escalated", "abandoned")
TIERS = ("guided", "exploring", "discovery")


def differences(
    document: Mapping[str, Any], records: Sequence[Record], *, now: datetime, days: int, zone: str
) -> list[str]:
    """One line for each field that is not what the records say; fields about flows, proposals and pushes are left out."""
    return list(_compared("", figures(records, now=now, days=days, zone=zone), document))


def figures(records: Sequence[Record], *, now: datetime, days: int, zone: str) -> Figures:
    """With the names of the document."""
    clock = _Clock(now, days, ZoneInfo(zone))
    created = [each for each in records if clock.is_current(each["created_at"])]
    created_before = [each for each in records if clock.is_previous(each["created_at"])]
    ended = [each for each in records if each["status"] == "resolved" and each["resolved_at"]]
    resolved = [each for each in ended if clock.is_current(each["resolved_at"])]
    resolved_before = [each for each in ended if clock.is_previous(each["resolved_at"])]
    by_day: dict[date, list[float]] = defaultdict(list)
    for each in resolved:
        by_day[clock.day(each["resolved_at"])].append(_wall(each))
    by_domain = _grouped(created, "problem_domain")
    return {
        **_counts(created),
        "avg_session_duration_minutes": _mean([_active(each) for each in resolved]),
        "mttr_minutes": _mean([_wall(each) for each in resolved]),
        "mttr": _spread([_wall(each) for each in resolved]),
        "mttr_active": _spread([_active(each) for each in resolved]),
        "previous": {
            **_counts(created_before),
            "mttr": _spread([_wall(each) for each in resolved_before]),
            "mttr_active": _spread([_active(each) for each in resolved_before]),
        },
        "mttr_trend": [
            {
                "date": day.isoformat(),
                "mttr_minutes": _mean(by_day[day]),
                "median_minutes": _quantile(by_day[day], 5),
                "p90_minutes": _quantile(by_day[day], 9),
                "session_count": len(by_day[day]),
            }
            for day in clock.days
        ],
        "sessions_by_domain": [
            {
                "domain": domain,
                "total": len(group),
                **{status: _having(group, status) for status in CLOSED},
                "open": len(group) - sum(_having(group, status) for status in CLOSED),
                "resolution_rate": _share(_having(group, "resolved"), len(group)),
            }
            for domain, group in by_domain
        ],
        "confidence_breakdown": _tiers(_grouped(created, "confidence_tier")),
        "psa_metrics": {
            "ticket_link_rate": _share(sum(bool(each["ticket"]) for each in created), len(created))
        },
    }


class _Clock:
    """Tells by the clock on the wall whether a moment is in the window or in the one before."""

    def __init__(self, now: datetime, days: int, zone: ZoneInfo) -> None:
        self._zone, self._now, self._shift = zone, now, timedelta(days=days)
        self._wall = now.astimezone(zone).replace(tzinfo=None)
        self.days = [self._wall.date() - timedelta(days=ago) for ago in reversed(range(days))]

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def is_current(self, moment: datetime) -> bool:
        return self.day(moment) >= self.days[0] and moment < self._now

    def is_previous(self, moment: datetime) -> bool:
        wall = moment.astimezone(self._zone).replace(tzinfo=None)
        return wall.date() >= self.days[0] - self._shift and wall < self._wall - self._shift


def _counts(records: Sequence[Record]) -> Figures:
    resolved = _having(records, "resolved")
    closed = sum(_having(records, status) for status in CLOSED)
    return {
        "total_sessions": len(records),
        "resolved_sessions": resolved,
        "escalated_sessions": _having(records, "escalated"),
        "abandoned_sessions": _having(records, "abandoned"),
        "open_sessions": len(records) - closed,
        "resolution_rate": _share(resolved, len(records)),
        "closed_resolution_rate": _share(resolved, closed),
        "avg_steps_to_resolution": _mean([each["steps"] for each in records if each["status"] == "resolved"]),
        "avg_rating": _mean([each["rating"] for each in records if each["rating"] is not None]),
    }


def _having(records: Iterable[Record], status: str) -> int:
    return sum(each["status"] == status for each in records)


def _wall(record: Record) -> float:
    """From instants: times of the same zone subtract as the clock on the wall shows them."""
    begin, end = (record[name].astimezone(UTC) for name in ("created_at", "resolved_at"))
    return float((end - begin) / timedelta(minutes=1))


def _active(record: Record) -> float:
    paused: float = record["paused_seconds"]
    return max(_wall(record) - paused / 60, 0)


def _spread(minutes: Sequence[float]) -> Figures:
    return {
        "n": len(minutes),
        "mean": _mean(minutes),
        "median": _quantile(minutes, 5),
        "p90": _quantile(minutes, 9),
        "median_interval": _interval(minutes),
    }


def _interval(minutes: Sequence[float]) -> list[float] | None:
    """Ranks n/2 -+ 0.98 sqrt(n), rounded up."""
    ordered, n = [math.nan, *sorted(minutes)], len(minutes)
    low, high = (math.ceil(n / 2 + side * 0.98 * math.sqrt(n)) for side in (-1, 1))
    return [ordered[low], ordered[high]] if low >= 1 and high <= n else None


def _quantile(minutes: Sequence[float], tenths: int) -> float | None:
    if len(minutes) <= 1:
        return minutes[0] if minutes else None
    return statistics.quantiles(minutes, n=10, method="inclusive")[tenths - 1]


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _grouped(records: Iterable[Record], field: str) -> list[tuple[str, list[Record]]]:
    """Most records first."""
    found: dict[str, list[Record]] = defaultdict(list)
    for each in records:
        found[each[field] or "unknown"].append(each)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


def _tiers(groups: Iterable[tuple[str, list[Record]]]) -> Figures:
    by_tier = {tier: list[Record]() for tier in TIERS} | dict(groups)
    return {
        key: value
        for tier, group in by_tier.items()
        for key, value in (
            (f"{tier}_sessions", len(group)),
            (f"{tier}_resolution_rate", _share(_having(group, "resolved"), len(group))),
        )
    }


def _compared(path: str, expected: Any, found: Any) -> Iterable[str]:
    if isinstance(expected, dict):
        for name, value in expected.items():
            yield from _compared(
                f"{path}.{name}".removeprefix("."), value, found.get(name, "(no such field)")
            )
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for place, value in enumerate(expected):
            yield from _compared(f"{path}[{place}]", value, found[place])
    elif not _equal(expected, found):
        yield f"{path}: {found} instead of {expected}"


def _equal(expected: Any, found: Any) -> bool:
    if isinstance(expected, float) and isinstance(found, int | float):
        return math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-9)
    return bool(expected == found)

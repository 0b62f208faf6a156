"""The dashboard of one window. Call it in `database.snapshot`: its queries must see the same moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, TextClause

from bot.domain.dashboard import (
    CoverageRow,
    Dashboard,
    DayRow,
    DomainRow,
    Knowledge,
    PsaFigures,
    TierRow,
    Totals,
)
from bot.domain.statistics import Mean, Minutes
from bot.domain.windows import LocalDay, Window
from storage.dashboard_queries import (
    CREATED,
    FLOWS_BY_DOMAIN,
    KNOWLEDGE,
    PUSHES,
    RESOLVED,
    ROLLED,
    SLICES,
)
from storage.durations import (
    MEDIAN,
    MICROSECONDS,
    NINTH_DECILE,
    DayDurations,
    Durations,
    Slice,
    all_wanted,
    durations_from,
    posts_of,
    quantile_of,
)
from storage.statements import Statements


class Dashboards:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def dashboard(self, window: Window, *, domain: str | None = None) -> Dashboard:
        """Every figure of the window, of one problem domain only if named ("unknown": the sessions without one).

        Days with a roll-up that holds are read from it, the others from sessions and pushes: the figures are the same.
        """
        days = await self._days(window)
        known = {
            "workspace": self._statements.workspace_id,
            "domain": domain,
            "start": window.start,
            "end": window.end,
            **days.as_parameters,
        }
        created = await self._rows(CREATED, known)
        resolved = await self._rows(RESOLVED, known)
        flows = await self._rows(FLOWS_BY_DOMAIN, known)
        (knowledge,) = await self._rows(KNOWLEDGE, known)
        (pushes,) = await self._rows(PUSHES, known)
        wall, previous_wall, active, previous_active = await self._minutes(resolved, known)
        now = [row for row in created if row["current"]]
        return Dashboard(
            window=window,
            domain=domain,
            totals=_totals(now),
            previous=_totals(row for row in created if not row["current"]),
            wall=wall,
            previous_wall=previous_wall,
            active=active,
            previous_active=previous_active,
            trend=_trend(window, resolved),
            domains=_domains(now),
            tiers=_tiers(now),
            coverage=_coverage(now, flows),
            knowledge=_knowledge(flows, knowledge),
            psa=PsaFigures(**pushes),
        )

    async def _days(self, window: Window) -> _Days:
        days = [day for day in (*window.previous.local_days, *window.local_days) if day.start < day.end]
        asked = {"starts": [day.start for day in days], "ends": [day.end for day in days]}
        rows = await self._rows(ROLLED, asked | {"workspace": self._statements.workspace_id})
        return _Days(days, window, {row["starts_at"] for row in rows})

    async def _minutes(self, resolved: Sequence[RowMapping], known: Mapping[str, Any]) -> list[Minutes]:
        """Wall-clock time of the window and of the one before, and active time of both."""
        durations = [
            _durations(clock, [row for row in resolved if row["current"] is current])
            for clock in ("wall", "active")
            for current in (True, False)
        ]
        wanted = all_wanted(durations)
        read: dict[Slice, tuple[int, ...]] = {}
        if wanted:
            asked = {
                "starts": [each.starts_at for each in wanted],
                "clocks": [each.clock for each in wanted],
                "firsts": [each.first for each in wanted],
                "lengths": [each.length for each in wanted],
            }
            rows = await self._rows(SLICES, {**known, **asked})
            read = {
                each: durations_from(row["durations"]) for each, row in zip(wanted, rows, strict=True)
            }
        return [each.minutes(read) for each in durations]

    async def _rows(self, query: TextClause, known: Mapping[str, Any]) -> Sequence[RowMapping]:
        return await self._statements.rows(query, {name: known[name] for name in query.compile().params})


@dataclass(frozen=True, slots=True)
class _Days:
    """Those of a window and of the one before; and when those begin that are read from the roll-ups."""

    days: Sequence[LocalDay]
    window: Window
    rolled: Collection[object]

    @property
    def as_parameters(self) -> dict[str, list[Any]]:
        return {
            "starts": [day.start for day in self.days],
            "ends": [day.end for day in self.days],
            "current": [day.start >= self.window.start for day in self.days],
            "rolled": [day.start in self.rolled for day in self.days],
        }


def _durations(clock: str, rows: Sequence[RowMapping]) -> Durations:
    days = []
    for row in rows:
        durations = durations_from(row[f"{clock}s"])
        rolled = row["rolled"]
        posts, every = (durations, None) if rolled else (posts_of(durations), durations)
        days.append(DayDurations(row["starts_at"], clock, row["resolved"], posts, every))
    return Durations(days, total=int(sum(row[f"{clock}_total"] for row in rows)))


def _totals(rows: Iterable[RowMapping]) -> Totals:
    """From the row that is about all of them; there is none where no session is."""
    for row in rows:
        if not row["domain"] and not row["tier"]:
            return Totals(
                sessions=row["sessions"],
                resolved=row["resolved"],
                escalated=row["escalated"],
                abandoned=row["abandoned"],
                steps=Mean(row["resolved"], row["steps"], row["steps_squared"]),
                ratings=Mean(row["rated"], row["ratings"], row["ratings_squared"]),
                with_ticket=row["with_ticket"],
            )
    return Totals()


def _trend(window: Window, rows: Iterable[RowMapping]) -> tuple[DayRow, ...]:
    resolved = {row["starts_at"]: row for row in rows if row["current"]}
    return tuple(
        _day(day, resolved.get(day.start) if day.start < day.end else None) for day in window.local_days
    )


def _day(day: LocalDay, row: RowMapping | None) -> DayRow:
    if row is None:
        return DayRow(on=day.on)
    count = row["resolved"]
    return DayRow(
        on=day.on,
        resolved=count,
        mean_minutes=int(row["wall_total"]) / count / MICROSECONDS,
        median_minutes=quantile_of(durations_from(row["median"]), count, MEDIAN),
        p90_minutes=quantile_of(durations_from(row["p90"]), count, NINTH_DECILE),
    )


def _domains(rows: Iterable[RowMapping]) -> tuple[DomainRow, ...]:
    found = [
        DomainRow(
            domain=row["domain"],
            total=row["sessions"],
            resolved=row["resolved"],
            escalated=row["escalated"],
            abandoned=row["abandoned"],
        )
        for row in rows
        if row["domain"]
    ]
    return tuple(sorted(found, key=lambda row: (-row.total, row.domain)))


def _tiers(rows: Iterable[RowMapping]) -> tuple[TierRow, ...]:
    found = [
        TierRow(tier=row["tier"], sessions=row["sessions"], resolved=row["resolved"])
        for row in rows
        if row["tier"]
    ]
    return tuple(sorted(found, key=lambda row: (-row.sessions, row.tier)))


def _coverage(rows: Iterable[RowMapping], flows: Iterable[RowMapping]) -> tuple[CoverageRow, ...]:
    """A row for each domain that has sessions in the window or flows."""
    created = {row["domain"]: row for row in rows if row["domain"]}
    published = {row["domain"]: int(row["flows"]) for row in flows}
    found = [
        CoverageRow(
            domain=domain,
            flows=published.get(domain, 0),
            sessions=created[domain]["sessions"] if domain in created else 0,
            guided=created[domain]["guided"] if domain in created else 0,
        )
        for domain in created.keys() | published.keys()
    ]
    return tuple(sorted(found, key=lambda row: (-row.sessions, row.domain)))


def _knowledge(flows: Sequence[RowMapping], proposals: RowMapping) -> Knowledge:
    return Knowledge(
        flows=sum(row["flows"] for row in flows), ai_flows=sum(row["ai_flows"] for row in flows), **proposals
    )

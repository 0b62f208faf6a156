"""The dashboard of one window. Call it in `database.snapshot`: its queries must see the same moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
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
from bot.domain.windows import Span, Window
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
    Durations,
    Slice,
    SpanDurations,
    all_wanted,
    durations_from,
    posts_of,
)
from storage.statements import Statements


class Dashboards:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def dashboard(self, window: Window, *, domain: str | None = None) -> Dashboard:
        """Every figure of the window, of one problem domain only if named ("unknown": the sessions without one).

        What has a roll-up that holds is read from it, the rest from sessions and pushes: the figures are the same.
        """
        previous = window.previous
        known: dict[str, Any] = {
            "workspace": self._statements.workspace_id,
            "domain": domain,
            "first": previous.start,
            "start": window.start,
            "end": window.end,
        }
        rolled = [Span(row["starts_at"], row["ends_at"]) for row in await self._rows(ROLLED, known)]
        known |= _spans_asked(_tiles(previous, rolled), _tiles(window, rolled))
        created = await self._rows(CREATED, known)
        resolved = await self._rows(RESOLVED, known)
        flows = await self._rows(FLOWS_BY_DOMAIN, known)
        (knowledge,) = await self._rows(KNOWLEDGE, known)
        (pushes,) = await self._rows(PUSHES, known)
        wall, previous_wall, active, previous_active, *of_days = await self._minutes(
            _all_durations(window, resolved), known
        )
        counted = [row for row in created if row["current"]]
        return Dashboard(
            window=window,
            domain=domain,
            totals=_totals(counted),
            previous=_totals(row for row in created if not row["current"]),
            wall=wall,
            previous_wall=previous_wall,
            active=active,
            previous_active=previous_active,
            trend=tuple(map(_day, window.dates, of_days)),
            domains=_domains(counted),
            tiers=_tiers(counted),
            coverage=_coverage(counted, flows),
            knowledge=_knowledge(flows, knowledge),
            psa=PsaFigures(**pushes),
        )

    async def _minutes(self, durations: Sequence[Durations], known: Mapping[str, Any]) -> list[Minutes]:
        wanted = all_wanted(durations)
        read: dict[Slice, tuple[int, ...]] = {}
        if wanted:
            asked = {
                "starts": [each.span.start for each in wanted],
                "ends": [each.span.end for each in wanted],
                "clocks": [each.clock for each in wanted],
                "firsts": [each.first for each in wanted],
                "lengths": [each.length for each in wanted],
            }
            rows = await self._rows(SLICES, {**known, **asked})
            read = {each: durations_from(row["durations"]) for each, row in zip(wanted, rows, strict=True)}
        return [each.minutes(read) for each in durations]

    async def _rows(self, query: TextClause, known: Mapping[str, Any]) -> Sequence[RowMapping]:
        return await self._statements.rows(query, {name: known[name] for name in _parameters(query)})


@cache
def _parameters(query: TextClause) -> tuple[str, ...]:
    """Kept, because finding them out takes as long as a small query."""
    return tuple(query.compile().params)


@dataclass(frozen=True, slots=True)
class _Tile:
    span: Span
    rolled: bool


def _tiles(window: Window, rolled: Sequence[Span]) -> list[_Tile]:
    """The window in pieces of which none reaches over a day: roll-ups, and what lies between them."""
    ordered = sorted(rolled, key=lambda span: (span.start, -span.end.timestamp()))
    starts = [span.start for span in ordered]
    tiles = []
    for day in window.local_days:
        at = day.span.start
        for span in ordered[bisect_left(starts, at) : bisect_left(starts, day.span.end)]:
            if at <= span.start and span.end <= day.span.end:
                tiles += [_Tile(Span(at, span.start), rolled=False), _Tile(span, rolled=True)]
                at = span.end
        tiles.append(_Tile(Span(at, day.span.end), rolled=False))
    return [tile for tile in tiles if tile.span.start < tile.span.end]


def _spans_asked(previous: Sequence[_Tile], current: Sequence[_Tile]) -> dict[str, list[Any]]:
    tiles = [*previous, *current]
    return {
        "starts": [tile.span.start for tile in tiles],
        "ends": [tile.span.end for tile in tiles],
        "current": [False] * len(previous) + [True] * len(current),
        "rolled": [tile.rolled for tile in tiles],
    }


def _all_durations(window: Window, rows: Sequence[RowMapping]) -> list[Durations]:
    """Wall-clock time in the window and in the one before, active time in both, and wall-clock time on each day."""
    now, then = ([row for row in rows if row["current"] is current] for current in (True, False))
    by_day = [
        [row for row in now if day.span.start <= row["starts_at"] < day.span.end] for day in window.local_days
    ]
    return [
        *(_durations(clock, some) for clock in ("wall", "active") for some in (now, then)),
        *(_durations("wall", some, with_interval=False) for some in by_day),
    ]


def _durations(clock: str, rows: Sequence[RowMapping], *, with_interval: bool = True) -> Durations:
    parts = []
    for row in rows:
        durations = durations_from(row[f"{clock}s"])
        posts, every = (posts_of(durations), durations) if row["every"] else (durations, None)
        span = Span(row["starts_at"], row["ends_at"])
        parts.append(SpanDurations(span, clock, row["resolved"], posts, every))
    return Durations(parts, int(sum(row[f"{clock}_total"] for row in rows)), with_interval)


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


def _day(on: date, minutes: Minutes) -> DayRow:
    return DayRow(
        on=on,
        resolved=minutes.n,
        mean_minutes=minutes.mean,
        median_minutes=minutes.median,
        p90_minutes=minutes.p90,
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

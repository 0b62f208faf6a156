"""The dashboard of one window. Call it in `database.snapshot`: its queries must see the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
from bot.domain.statistics import Interval, Minutes
from bot.domain.windows import Window
from storage.dashboard_queries import CREATED, DAYS, DURATIONS, FLOWS_BY_DOMAIN, KNOWLEDGE, PUSHES, TOTALS
from storage.statements import Statements


class Dashboards:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def dashboard(self, window: Window, *, domain: str | None = None) -> Dashboard:
        """Every figure of the window, of one problem domain only if named ("unknown": the sessions without one)."""
        (totals,) = await self._rows(TOTALS, window, domain)
        (previous,) = await self._rows(TOTALS, window.previous, domain)
        created = await self._rows(CREATED, window, domain)
        (durations,) = await self._rows(DURATIONS, window, domain)
        (earlier,) = await self._rows(DURATIONS, window.previous, domain)
        days = await self._rows(DAYS, window, domain)
        flows = await self._rows(FLOWS_BY_DOMAIN, window, domain)
        (knowledge,) = await self._rows(KNOWLEDGE, window, domain)
        (pushes,) = await self._rows(PUSHES, window, domain)
        return Dashboard(
            window=window,
            domain=domain,
            totals=Totals(**totals),
            previous=Totals(**previous),
            wall=_minutes(durations, "wall"),
            previous_wall=_minutes(earlier, "wall"),
            active=_minutes(durations, "active"),
            trend=_trend(window, days),
            domains=_domains(created),
            tiers=_tiers(created),
            coverage=_coverage(created, flows),
            knowledge=_knowledge(flows, knowledge),
            psa=PsaFigures(**pushes),
        )

    async def _rows(self, query: TextClause, window: Window, domain: str | None) -> Sequence[RowMapping]:
        known = {
            "workspace": self._statements.workspace_id,
            "start": window.start,
            "end": window.end,
            "domain": domain,
            "zone": window.zone,
        }
        return await self._statements.rows(query, {name: known[name] for name in query.compile().params})


def _minutes(row: RowMapping, clock: str) -> Minutes:
    if not row["n"]:
        return Minutes()
    low, high = row[f"{clock}_low"], row[f"{clock}_high"]
    return Minutes(
        n=row["n"],
        mean=row[f"{clock}_mean"],
        median=row[f"{clock}_median"],
        p90=row[f"{clock}_p90"],
        interval=None if low is None or high is None else Interval(low, high),
    )


def _trend(window: Window, rows: Iterable[RowMapping]) -> tuple[DayRow, ...]:
    resolved = {row["on"]: DayRow(**row) for row in rows}
    return tuple(resolved.get(day, DayRow(on=day)) for day in window.dates)


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

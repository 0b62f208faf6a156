"""Tables for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from bot.domain.dashboard import UNKNOWN
from bot.domain.sessions import ConfidenceTier
from bot.web.api.analytics_models import Dashboard, DomainCoverage, DomainSessions, Table, TrendDay

CSV = "text/csv"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet may run a text that begins like this."""

Row = Mapping[str, object]


def table_of(dashboard: Dashboard, table: Table) -> tuple[Sequence[str], Sequence[Row]]:
    """The names of the columns, and the rows."""
    match table:
        case Table.TREND:
            return _dumped(TrendDay, dashboard.mttr_trend)
        case Table.DOMAINS:
            return _dumped(DomainSessions, dashboard.sessions_by_domain)
        case Table.COVERAGE:
            return _dumped(DomainCoverage, dashboard.knowledge_coverage.coverage_by_domain)
        case Table.TIERS:
            figures = dashboard.confidence_breakdown.model_dump()
            columns = ("sessions", "resolution_rate")
            tiers = (*(tier.value for tier in ConfidenceTier), UNKNOWN)
            rows = [{"tier": tier} | {name: figures[f"{tier}_{name}"] for name in columns} for tier in tiers]
            return ("tier", *columns), rows


def csv_of(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """RFC 4180, with a header; None is an empty cell, and no text can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _dumped(model: type[BaseModel], rows: Sequence[BaseModel]) -> tuple[Sequence[str], Sequence[Row]]:
    return tuple(model.model_fields), [row.model_dump(mode="json") for row in rows]

"""What asking models has cost: one row an analysis that asked one, or was to ask one, and one a script."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, true

from bot.domain.prices import Tokens
from bot.domain.spending import Spending, SpendingTotal, Trouble
from storage.statements import Statements
from storage.tables import spendings

KINDS = ("fresh", "output", "cache_write", "cache_read")


class Spendings:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = spendings.c.workspace_id == statements.workspace_id

    async def add(self, session_id: int | None, spending: Spending, *, analyst: str, now: datetime) -> None:
        """Keep what the analysis of a session used, and who did it in the end; without a session, something else."""
        tokens = {f"{kind}_tokens": getattr(spending.tokens, kind) for kind in KINDS}
        await self._statements.run(
            insert(spendings).values(
                workspace_id=self._statements.workspace_id,
                session_id=session_id,
                analyst=analyst,
                model=spending.model,
                requests=spending.requests,
                cost_micros=spending.cost_micros,
                trouble=spending.trouble,
                at=now,
                **tokens,
            )
        )

    async def between(self, start: datetime, end: datetime) -> SpendingTotal:
        """What was used from `start` to before `end`."""
        period = (self._own, spendings.c.at >= start, spendings.c.at < end)
        columns = [spendings.c[f"{kind}_tokens"] for kind in KINDS]
        unpriced = spendings.c.cost_micros.is_(None)
        (row,) = await self._statements.rows(
            select(
                func.count(spendings.c.session_id.distinct())
                .filter(spendings.c.requests > 0)
                .label("sessions"),
                _sum(spendings.c.requests).label("requests"),
                _sum(spendings.c.cost_micros).label("cost_micros"),
                _sum(spendings.c.requests, unpriced).label("unpriced_requests"),
                *(_sum(column).label(column.name) for column in columns),
                *(_sum(column, unpriced).label(f"unpriced_{column.name}") for column in columns),
            ).where(*period)
        )
        of_sessions = (spendings.c.session_id.is_not(None), spendings.c.trouble.is_not(None))
        troubles = select(spendings.c.trouble, func.count()).where(*period, *of_sessions)
        by_trouble = await self._statements.rows(
            troubles.group_by(spendings.c.trouble).order_by(spendings.c.trouble)
        )
        return SpendingTotal(
            sessions=row["sessions"],
            requests=int(row["requests"]),
            cost_micros=int(row["cost_micros"]),
            unpriced_requests=int(row["unpriced_requests"]),
            tokens=_tokens(row, ""),
            unpriced=_tokens(row, "unpriced_"),
            troubles={Trouble(each["trouble"]): each["count"] for each in by_trouble},
        )


def _sum(column: ColumnElement[int], among: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    return func.coalesce(func.sum(column).filter(true() if among is None else among), 0)


def _tokens(row: RowMapping, prefix: str) -> Tokens:
    return Tokens(**{kind: int(row[f"{prefix}{kind}_tokens"]) for kind in KINDS})

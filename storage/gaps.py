"""Gaps: the counts that they are found from, and those that were found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import RowMapping, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.errors import NotFoundError
from bot.domain.flows import FlowMention
from bot.domain.gap_facts import DomainCounts, FlowCounts, Hits, Missed, Timing, Unmatched
from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import Gap, GapFigures, GapHistory, GapKind, MuteCode, PublishedFor, StoredGap
from bot.domain.sessions import ProblemDomain, Session, SessionStatus
from bot.domain.statistics import Rate
from bot.domain.windows import Window
from storage.gap_queries import (
    DOMAINS,
    FLOWS,
    FLOWS_OF_DOMAINS,
    PUBLISHED_AT,
    PUBLISHED_FOR,
    TAUGHT_LATER,
    TEACHING,
    UNMATCHED,
    WALKED,
)
from storage.sessions import session_from_row
from storage.statements import Statements
from storage.tables import gaps
from storage.trees import domain_or_none

KEPT_SESSIONS = 50
"""Sessions that a gap names; it counts all of them."""


class Gaps:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = gaps.c.workspace_id == statements.workspace_id

    async def domains(self, window: Window) -> tuple[DomainCounts, list[DomainCounts]]:
        """All sessions created in the window together, and those of each domain."""
        rows = await self._statements.rows(FLOWS_OF_DOMAINS, {"workspace": self._statements.workspace_id})
        flows = {row["domain"]: row["flows"] for row in rows}
        rows = await self._statements.rows(DOMAINS, {**self._window(window), "kept": KEPT_SESSIONS})
        (overall,) = (_domain(row, 0) for row in rows if row["is_overall"])
        domains = [_domain(row, flows.get(row["domain"], 0)) for row in rows if not row["is_overall"]]
        return overall, sorted(domains, key=lambda each: each.domain or "")

    async def flows(self, window: Window, limit: int) -> list[FlowCounts]:
        """Flows in use with the sessions that followed them, the most followed first."""
        given = {**self._window(window), "kept": KEPT_SESSIONS, "at_most": limit}
        return [
            FlowCounts(
                flow=FlowMention(row["id"], row["title"], row["version"]),
                domain=domain_or_none(row["domain"]),
                followed=row["followed"],
                ended=row["ended"],
                escalated=_hits(row, "escalated"),
            )
            for row in await self._statements.rows(FLOWS, given)
        ]

    async def walked(
        self, window: Window, flow_ids: Collection[int], limit: int
    ) -> dict[int, tuple[Session, ...]]:
        """The newest sessions of the window that followed each flow, or taught it; no more than `limit` a flow."""
        given = {**self._window(window), "flows": list(flow_ids), "at_most": limit}
        found: dict[int, list[Session]] = {flow_id: [] for flow_id in flow_ids}
        for row in await self._statements.rows(WALKED, given):
            found[row["walked_flow_id"]].append(session_from_row(row))
        return {flow_id: tuple(sessions) for flow_id, sessions in found.items()}

    async def unmatched(self, window: Window, limit: int) -> list[Unmatched]:
        """Sessions that ended, which no flow guided and no flow was learnt from, newest first."""
        return [
            Unmatched(
                id=row["id"],
                problem=row["problem"],
                status=SessionStatus(row["status"]),
                created_at=row["created_at"],
                people=tuple(row["people"]),
                domain=domain_or_none(row["domain"]),
                engineer=row["engineer"],
                was_matched=row["was_matched"],
                is_proposed=row["is_proposed"],
            )
            for row in await self._statements.rows(UNMATCHED, {**self._window(window), "at_most": limit})
        ]

    async def taught_later(self, window: Window) -> list[Missed]:
        """Sessions for which no flow was found, though one that was published before taught the same."""
        rows = await self._statements.rows(TAUGHT_LATER, self._window(window))
        return [Missed(flow_id=row["flow_id"], session=row["id"], engineer=row["engineer"]) for row in rows]

    async def published_at(self, flow_ids: Collection[int]) -> dict[int, datetime]:
        """When each of the flows was published first."""
        given = {"workspace": self._statements.workspace_id, "flows": list(flow_ids)}
        rows = await self._statements.rows(PUBLISHED_AT, given)
        return {row["flow_id"]: row["published_at"] for row in rows}

    async def history(self) -> GapHistory:
        rows = await self._statements.rows(select(gaps).where(self._own).order_by(gaps.c.id))
        return GapHistory(stored=tuple(_stored(row) for row in rows))

    async def worst(self, limit: int) -> list[StoredGap]:
        """Open alerts as they were last written down, the most costly first, without those that are called none."""
        is_open = (gaps.c.closed_at.is_(None), gaps.c.level == GapLevel.ALERT)
        query = select(gaps).where(self._own, *is_open).order_by(gaps.c.minutes_saved.desc(), gaps.c.id)
        stored = (_stored(row) for row in await self._statements.rows(query))
        return list(islice((gap for gap in stored if not gap.is_quiet), limit))

    async def get(self, gap_id: int) -> StoredGap:
        """Raises NotFoundError."""
        row = await self._statements.row(select(gaps).where(self._own, gaps.c.id == gap_id))
        if row is None:
            raise NotFoundError("knowledge gap", gap_id)
        return _stored(row)

    async def write(self, found: Sequence[Gap], *, now: datetime) -> None:
        """Write the gaps down as they are now. One that was closed opens anew."""
        for gap in found:
            figures = {
                "level": gap.level,
                "subject": gap.subject,
                "problem_domain": gap.domain,
                "flow_id": gap.flow.flow_id if gap.flow else None,
                "figures": _figures_to_json(gap.figures),
                "session_ids": list(gap.session_ids),
                "minutes_saved": gap.minutes_saved,
                "seen_at": now,
            }
            new = insert(gaps).values(
                workspace_id=self._statements.workspace_id,
                kind=gap.kind,
                key=gap.key,
                opened_at=now,
                **figures,
            )
            opened_at = func.coalesce(_when_closed(now), gaps.c.opened_at)
            await self._statements.run(
                new.on_conflict_do_update(
                    constraint="uq_gaps_key", set_={**figures, "opened_at": opened_at, "closed_at": None}
                )
            )

    async def close_others(self, found: Sequence[Gap], *, now: datetime) -> int:
        """Close what is open and not among these; how many those were."""
        kept = [f"{gap.kind}:{gap.key}" for gap in found]
        others = (gaps.c.closed_at.is_(None), (gaps.c.kind + ":" + gaps.c.key).not_in(kept))
        return await self._statements.changed(update(gaps).where(self._own, *others).values(closed_at=now))

    async def mute(
        self, gap_id: int, *, by: str, code: MuteCode, reason: str | None, now: datetime
    ) -> StoredGap:
        """Keep who called it no gap and why, and the figures at which that was so. Raises NotFoundError."""
        muted = (
            update(gaps)
            .where(self._own, gaps.c.id == gap_id)
            .values(
                muted_at=now,
                muted_by=by,
                muted_code=code,
                muted_reason=reason,
                muted_figures=gaps.c.figures,
            )
        )
        await self._statements.run(muted)
        return await self.get(gap_id)

    async def set_proposal(self, gap_id: int, proposal_id: int) -> None:
        """The proposal that was drafted for the gap, and the figures at that time."""
        drafted = update(gaps).where(self._own, gaps.c.id == gap_id)
        await self._statements.run(drafted.values(proposal_id=proposal_id, drafted_figures=gaps.c.figures))

    async def published_for(self, since: datetime, limit: int) -> list[PublishedFor]:
        """Gaps for which a flow was published `since` then, the newest first."""
        given = {"workspace": self._statements.workspace_id, "start": since, "at_most": limit}
        return [
            PublishedFor(
                gap_id=row["id"],
                kind=GapKind(row["kind"]),
                key=row["key"],
                subject=row["subject"],
                before=_figures(row["figures"]).rate,
                flow=FlowMention(row["flow_id"], row["title"], row["version"]),
                published_at=row["published_at"],
                is_closed=row["is_closed"],
            )
            for row in await self._statements.rows(PUBLISHED_FOR, given)
        ]

    async def teaching(self, domain: ProblemDomain, since: datetime, limit: int) -> list[int]:
        """Resolved sessions of the domain that a flow can be learnt from and none has been, newest first."""
        given = {
            "workspace": self._statements.workspace_id,
            "domain": domain,
            "start": since,
            "at_most": limit,
        }
        return [row["id"] for row in await self._statements.rows(TEACHING, given)]

    def _window(self, window: Window) -> dict[str, Any]:
        return {"workspace": self._statements.workspace_id, "start": window.start, "end": window.end}


def _domain(row: RowMapping, flows: int) -> DomainCounts:
    return DomainCounts(
        domain=domain_or_none(row["domain"]),
        ended=row["ended"],
        escalated=_hits(row, "escalated"),
        unguided=_hits(row, "unguided"),
        with_flow=Timing(row["with_flow_n"], row["with_flow_minutes"]),
        without_flow=Timing(row["without_flow_n"], row["without_flow_minutes"]),
        flows=flows,
    )


def _hits(row: RowMapping, name: str) -> Hits:
    return Hits(
        count=row[name],
        engineers=row[f"{name}_engineers"],
        session_ids=tuple(row[f"{name}_ids"] or ()),
    )


def _stored(row: RowMapping) -> StoredGap:
    return StoredGap(
        id=row["id"],
        kind=GapKind(row["kind"]),
        key=row["key"],
        subject=row["subject"],
        level=GapLevel(row["level"]),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        figures=_figures(row["figures"]),
        minutes_saved=row["minutes_saved"],
        muted=_figures(row["muted_figures"]) if row["muted_figures"] else None,
        session_ids=tuple(row["session_ids"]),
        proposal_id=row["proposal_id"],
        domain=domain_or_none(row["problem_domain"]),
        flow_id=row["flow_id"],
    )


def _figures_to_json(figures: GapFigures) -> dict[str, Any]:
    return {
        "hits": figures.rate.hits,
        "n": figures.rate.n,
        "baseline": figures.baseline,
        "certainty": figures.certainty,
        "days": figures.days,
    }


def _figures(stored: Any) -> GapFigures:
    return GapFigures(
        rate=Rate(stored["hits"], stored["n"]),
        baseline=stored["baseline"],
        certainty=stored["certainty"],
        days=stored["days"],
    )


def _when_closed(now: datetime) -> Any:
    return case((gaps.c.closed_at.is_not(None), now))

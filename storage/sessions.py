"""Sessions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from bot.domain.errors import NotFoundError
from bot.domain.proposals import Support
from bot.domain.sessions import (
    ConfidenceTier,
    NewSession,
    ProblemDomain,
    Session,
    SessionSource,
    SessionStatus,
)
from storage.analyses import Analyses
from storage.session_intake import ADD_SESSIONS, CHUNK, intake_parameters, step_from_json
from storage.statements import Statements
from storage.supports import supports
from storage.tables import sessions
from storage.trees import domain_or_none


class Sessions(Analyses):
    def __init__(self, statements: Statements) -> None:
        super().__init__(statements)
        self._own = sessions.c.workspace_id == statements.workspace_id

    async def add_many(self, given: Sequence[NewSession], *, now: datetime) -> int:
        """Add the sessions whose (source, external id) is not there yet; how many those were. The first of equals wins.

        Those worth analysing wait for their analysis, the others count as skipped.

        Raises:
            InvalidRecordError: a rating out of range, an end before the beginning, too many steps.
            NotFoundError: there is no such workspace.
        """
        first: dict[tuple[str, str], NewSession] = {}
        for session in given:
            first.setdefault((session.source, session.external_id), session)
        distinct, added = list(first.values()), 0
        for start in range(0, len(distinct), CHUNK):
            chunk = distinct[start : start + CHUNK]
            parameters = intake_parameters(self._statements.workspace_id, chunk, now)
            added += await self._statements.value(ADD_SESSIONS, parameters)
        return added

    async def get(self, session_id: int) -> Session:
        """Raises NotFoundError."""
        found = await self.get_many([session_id])
        if not found:
            raise NotFoundError("session", session_id)
        return found[0]

    async def get_many(self, session_ids: Sequence[int]) -> list[Session]:
        """In the order of the ids; ids that are not there are left out."""
        rows = await self._statements.rows(select(sessions).where(self._own, sessions.c.id.in_(session_ids)))
        found = {row["id"]: session_from_row(row) for row in rows}
        return [found[session_id] for session_id in session_ids if session_id in found]

    async def of_flow(self, flow_id: int, limit: int) -> list[Session]:
        """Sessions that the flow was learnt from or that reinforced it, newest first."""
        return (await self.of_flows([flow_id], limit))[flow_id]

    async def of_proposal(self, proposal_id: int, limit: int) -> list[Session]:
        """Newest first."""
        return (await self.of_proposals([proposal_id], limit))[proposal_id]

    async def to_replay(
        self,
        *,
        flow_ids: Sequence[int],
        proposal_ids: Sequence[int],
        domain: ProblemDomain | None,
        without: Collection[int],
        limit: int,
    ) -> list[Session]:
        """Resolved sessions of these flows and proposals, newest first, `without` those with these ids.

        A flow's are those that it was learnt from or that reinforced it; a proposal's are those behind it, and those
        that were left because it was rejected. With a domain: sessions of it and those without one.
        """
        related = or_(sessions.c.learned_flow_id.in_(flow_ids), sessions.c.proposal_id.in_(proposal_ids))
        own_domain = sessions.c.problem_domain
        fits = true() if domain is None else or_(own_domain == domain, own_domain.is_(None))
        resolved = and_(sessions.c.status == SessionStatus.RESOLVED, sessions.c.resolution.is_not(None))
        wanted = sessions.c.id.not_in(sorted(without))
        newest = select(sessions).where(self._own, and_(related, fits, resolved, wanted))
        newest = newest.order_by(sessions.c.created_at.desc(), sessions.c.id.desc()).limit(limit)
        return [session_from_row(row) for row in await self._statements.rows(newest)]

    async def of_flows(self, flow_ids: Collection[int], limit: int) -> dict[int, list[Session]]:
        """As `of_flow` for each of the flows; no more than `limit` a flow."""
        rows = await self._newest_of(sessions.c.learned_flow_id, flow_ids, limit, *sessions.c)
        return {flow_id: [session_from_row(row) for row in rows[flow_id]] for flow_id in rows}

    async def of_proposals(self, proposal_ids: Collection[int], limit: int) -> dict[int, list[Session]]:
        """As `of_proposal` for each of the proposals; no more than `limit` a proposal."""
        rows = await self._newest_of(sessions.c.proposal_id, proposal_ids, limit, *sessions.c)
        return {proposal_id: [session_from_row(row) for row in rows[proposal_id]] for proposal_id in rows}

    async def problems_of_flows(self, flow_ids: Collection[int], limit: int) -> dict[int, list[str]]:
        """What the sessions that each flow was learnt from began with, newest first; no more than `limit` a flow."""
        columns = (sessions.c.problem, sessions.c.created_at, sessions.c.id)
        rows = await self._newest_of(sessions.c.learned_flow_id, flow_ids, limit, *columns)
        return {flow_id: [row["problem"] for row in rows[flow_id]] for flow_id in rows}

    async def problems_behind_flows(self, flow_ids: Collection[int], limit: int) -> dict[int, dict[int, str]]:
        """As `problems_of_flows`, each by its session's id."""
        return await self._problems_behind(sessions.c.learned_flow_id, flow_ids, limit)

    async def problems_behind_proposals(
        self, proposal_ids: Collection[int], limit: int
    ) -> dict[int, dict[int, str]]:
        """What the sessions behind each proposal began with, by their ids, newest first; no more than `limit` each."""
        return await self._problems_behind(sessions.c.proposal_id, proposal_ids, limit)

    async def _problems_behind(
        self, owner: Column[int], owner_ids: Collection[int], limit: int
    ) -> dict[int, dict[int, str]]:
        columns = (sessions.c.problem, sessions.c.created_at, sessions.c.id)
        rows = await self._newest_of(owner, owner_ids, limit, *columns)
        return {owner_id: {row["id"]: row["problem"] for row in those} for owner_id, those in rows.items()}

    async def external_ids(self, session_ids: Sequence[int]) -> dict[int, str]:
        query = select(sessions.c.id, sessions.c.external_id).where(self._own, sessions.c.id.in_(session_ids))
        return {row["id"]: row["external_id"] for row in await self._statements.rows(query)}

    async def ids(self, source: SessionSource, external_ids: Sequence[str]) -> dict[str, int]:
        """Our ids of the sessions that the source knows by these ids; those that are not there are left out."""
        wanted = (sessions.c.source == source, sessions.c.external_id.in_(external_ids))
        query = select(sessions.c.id, sessions.c.external_id).where(self._own, *wanted)
        return {row["external_id"]: row["id"] for row in await self._statements.rows(query)}

    async def count(self) -> int:
        query = select(func.count()).select_from(sessions).where(self._own)
        return int(await self._statements.value(query))

    async def support(self, proposal_id: int) -> Support:
        """The sessions behind a proposal; empty when there are none."""
        return (await supports(self._statements, [proposal_id]))[proposal_id]

    async def _newest_of(
        self, owner: Column[int], owner_ids: Collection[int], limit: int, *columns: Column[Any]
    ) -> dict[int, list[RowMapping]]:
        """The newest sessions of each owner (a flow, a proposal); `columns` has the two that they are ordered by."""
        found: dict[int, list[RowMapping]] = {owner_id: [] for owner_id in owner_ids}
        if not found:
            return found
        given = {"workspace": self._statements.workspace_id, "owners": list(found), "at_most": limit}
        for row in await self._statements.rows(_newest_of(owner, columns), given):
            found[row["owner_id"]].append(row)
        return found


@cache
def _newest_of(owner: Column[int], columns: tuple[Column[Any], ...]) -> Select[Any]:
    """Kept, because so many columns take longer to put together than to read."""
    owners = func.unnest(bindparam("owners", type_=ARRAY(BigInteger)))
    asked = owners.table_valued("owner_id").render_derived(name="asked")
    newest = (
        select(*columns)
        .where(sessions.c.workspace_id == bindparam("workspace"), owner == asked.c.owner_id)
        .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
        .limit(bindparam("at_most", type_=Integer))
        .lateral("newest")
    )
    query = select(asked.c.owner_id, newest).join_from(asked, newest, true())
    return query.order_by(newest.c.created_at.desc(), newest.c.id.desc())


def session_from_row(row: RowMapping) -> Session:
    return Session(
        id=row["id"],
        external_id=row["external_id"],
        source=SessionSource(row["source"]),
        problem=row["problem"],
        status=SessionStatus(row["status"]),
        created_at=row["created_at"],
        problem_domain=domain_or_none(row["problem_domain"]),
        engineer=row["engineer"],
        people=tuple(row["people"]),
        ticket=row["ticket"],
        rating=row["rating"],
        confidence_tier=_tier_or_none(row["confidence_tier"]),
        resolved_at=row["resolved_at"],
        paused=timedelta(seconds=row["paused_seconds"]),
        steps=tuple(step_from_json(step) for step in row["steps"]),
        resolution=row["resolution"],
        channel=row["channel"],
        thread_ts=row["thread_ts"],
    )


def _tier_or_none(stored: Any) -> ConfidenceTier | None:
    return None if stored is None else ConfidenceTier(stored)

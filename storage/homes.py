"""Home tabs: who looks at which, and what they show of a person's own sessions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.flows import FlowMention
from bot.domain.homes import (
    CLOSED_SESSIONS,
    LOOKED_BACK,
    OPEN_SESSIONS,
    HomeView,
    OwnSession,
    OwnSessions,
    ProposalMention,
    followed_in_a_row,
)
from bot.domain.proposals import ProposalStatus
from bot.domain.review_queue import QueueFilter, QueueKind, QueueOrder
from bot.domain.sessions import AnalysisOutcome, AnalysisStatus, SessionStatus
from bot.domain.troubleshooting import OPEN
from storage.sessions import session_from_row
from storage.statements import Statements
from storage.tables import flows, home_views, proposals, sessions

_RESOLVED = (SessionStatus.RESOLVED,)


class Homes:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = home_views.c.workspace_id == statements.workspace_id

    async def open(self, member_id: str, *, now: datetime, wanted: QueueFilter | None = None) -> None:
        """Note that the member looks at Home: at what they wanted before, unless it is said."""
        new = insert(home_views).values(
            workspace_id=self._statements.workspace_id,
            id=member_id,
            opened_at=now,
            filter=asdict(wanted or QueueFilter()),
        )
        changes: dict[str, Any] = {"opened_at": now}
        if wanted is not None:
            changes["filter"] = asdict(wanted)
        again = new.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=changes)
        await self._statements.run(again)

    async def find(self, member_id: str) -> HomeView | None:
        row = await self._statements.row(select(home_views).where(self._own, home_views.c.id == member_id))
        if row is None:
            return None
        return HomeView(opened_at=row["opened_at"], filter=filter_from_json(row["filter"]), hash=row["hash"])

    async def set_hash(self, member_id: str, hash_: str) -> None:
        """What Slack calls the view that stands there now. For somebody who never opened Home, nothing is kept."""
        change = update(home_views).where(self._own, home_views.c.id == member_id).values(hash=hash_)
        await self._statements.run(change)

    async def is_any_known(self) -> bool:
        return bool(await self._statements.value(select(exists().where(self._own))))

    async def opened_since(self, moment: datetime) -> list[str]:
        """The members who did, the last first."""
        query = select(home_views.c.id).where(self._own, home_views.c.opened_at >= moment)
        rows = await self._statements.rows(query.order_by(home_views.c.opened_at.desc(), home_views.c.id))
        return [row["id"] for row in rows]

    async def forget_before(self, moment: datetime) -> int:
        return await self._statements.changed(
            delete(home_views).where(self._own, home_views.c.opened_at < moment)
        )

    async def own_sessions(self, member_id: str) -> OwnSessions:
        """The newest open and the newest resolved sessions of this engineer, and how many they resolved."""
        resolved = select(func.count()).select_from(sessions).where(*self._by(member_id, _RESOLVED))
        return OwnSessions(
            open=await self._newest(member_id, OPEN, OPEN_SESSIONS),
            closed=await self._newest(member_id, _RESOLVED, CLOSED_SESSIONS),
            resolved=int(await self._statements.value(resolved)),
        )

    async def followed_in_a_row(self) -> int:
        """How many of the newest analysed sessions, without a gap, only followed a flow; at most `LOOKED_BACK`."""
        analysed = select(sessions.c.analysis_outcome).where(
            sessions.c.workspace_id == self._statements.workspace_id,
            sessions.c.status == SessionStatus.RESOLVED,
            sessions.c.analysis_status == AnalysisStatus.DONE,
        )
        rows = await self._statements.rows(analysed.order_by(sessions.c.id.desc()).limit(LOOKED_BACK))
        return followed_in_a_row([_outcome(row["analysis_outcome"]) for row in rows])

    def _by(self, member_id: str, statuses: Collection[SessionStatus]) -> tuple[Any, ...]:
        return (
            sessions.c.workspace_id == self._statements.workspace_id,
            sessions.c.engineer == member_id,
            sessions.c.status.in_(sorted(statuses)),
        )

    async def _newest(
        self, member_id: str, statuses: Collection[SessionStatus], limit: int
    ) -> tuple[OwnSession, ...]:
        same = sessions.c.workspace_id
        joined = sessions.outerjoin(
            proposals, and_(proposals.c.workspace_id == same, proposals.c.id == sessions.c.proposal_id)
        ).outerjoin(flows, and_(flows.c.workspace_id == same, flows.c.id == sessions.c.learned_flow_id))
        query = (
            select(
                sessions,
                proposals.c.title.label("proposal_title"),
                proposals.c.status.label("proposal_status"),
                flows.c.title.label("flow_title"),
                flows.c.current_version.label("flow_version"),
            )
            .select_from(joined)
            .where(*self._by(member_id, statuses))
        )
        newest = query.order_by(sessions.c.created_at.desc(), sessions.c.id.desc()).limit(limit)
        return tuple([_own_session(row) for row in await self._statements.rows(newest)])


def filter_from_json(stored: dict[str, Any]) -> QueueFilter:
    """The filter that was stored; one that this version does not understand becomes the default."""
    try:
        return QueueFilter(
            status=ProposalStatus(stored["status"]) if stored["status"] else None,
            domain=stored["domain"],
            kind=QueueKind(stored["kind"]) if stored["kind"] else None,
            min_age_days=stored["min_age_days"],
            min_sessions=stored["min_sessions"],
            order=QueueOrder(stored["order"]),
            page=stored["page"],
        )
    except (KeyError, ValueError):
        return QueueFilter()


def _own_session(row: RowMapping) -> OwnSession:
    proposal = flow = None
    if row["proposal_title"] is not None:
        status = ProposalStatus(row["proposal_status"])
        proposal = ProposalMention(id=row["proposal_id"], title=row["proposal_title"], status=status)
    if row["flow_title"] is not None:
        flow = FlowMention(row["learned_flow_id"], row["flow_title"], row["flow_version"])
    return OwnSession(
        session=session_from_row(row),
        analysis=AnalysisStatus(row["analysis_status"]),
        outcome=_outcome(row["analysis_outcome"]),
        reason=row["analysis_error"],
        proposal=proposal,
        flow=flow,
    )


def _outcome(stored: str | None) -> AnalysisOutcome | None:
    return AnalysisOutcome(stored) if stored else None

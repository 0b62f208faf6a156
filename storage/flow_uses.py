"""What sessions say of flows: those behind each one, and those that followed it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from bot.domain.flow_pages import FlowUse
from bot.domain.sessions import SessionStatus
from storage.statements import Statements
from storage.tables import sessions

ENDED = (SessionStatus.RESOLVED, SessionStatus.ESCALATED, SessionStatus.ABANDONED)


async def flow_uses(statements: Statements, flow_ids: Sequence[int]) -> dict[int, FlowUse]:
    """The use of each flow, also of those that nobody used."""
    own = sessions.c.workspace_id == statements.workspace_id
    learned, followed = sessions.c.learned_flow_id, sessions.c.followed_flow_id
    behind = select(learned.label("flow_id"), func.count().label("behind"))
    rows = await statements.rows(behind.where(own, learned.in_(flow_ids)).group_by(learned))
    behind_of = {row["flow_id"]: row["behind"] for row in rows}
    results = select(
        followed.label("flow_id"),
        func.count().label("followed"),
        func.count().filter(sessions.c.status.in_(ENDED)).label("ended"),
        func.count().filter(sessions.c.status == SessionStatus.RESOLVED).label("resolved"),
    )
    rows = await statements.rows(results.where(own, followed.in_(flow_ids)).group_by(followed))
    use_of = {
        row["flow_id"]: FlowUse(
            behind=behind_of.get(row["flow_id"], 0),
            followed=row["followed"],
            ended=row["ended"],
            resolved=row["resolved"],
        )
        for row in rows
    }
    unused = {flow_id: FlowUse(behind=behind_of.get(flow_id, 0)) for flow_id in flow_ids}
    return unused | use_of

"""What sessions say of flows: those behind each one, and those that followed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import BigInteger, and_, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from bot.domain.flow_pages import FlowUse
from bot.domain.sessions import SessionStatus
from bot.domain.trust import LOOKED_AT, Outcome, trust_of
from storage.statements import Statements
from storage.tables import sessions, threads

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
    outcomes = await _outcomes(statements, flow_ids)
    use_of = {
        row["flow_id"]: FlowUse(
            behind=behind_of.get(row["flow_id"], 0),
            followed=row["followed"],
            ended=row["ended"],
            resolved=row["resolved"],
            trust=trust_of(outcomes.get(row["flow_id"], [])),
        )
        for row in rows
    }
    unused = {flow_id: FlowUse(behind=behind_of.get(flow_id, 0)) for flow_id in flow_ids}
    return unused | use_of


async def _outcomes(statements: Statements, flow_ids: Sequence[int]) -> dict[int, list[Outcome]]:
    """How the newest sessions ended that followed each flow in a thread, newest first."""
    asked = (
        func.unnest(cast(list(flow_ids), ARRAY(BigInteger)))
        .table_valued("flow_id")
        .render_derived(name="asked")
    )
    its = and_(threads.c.workspace_id == sessions.c.workspace_id, threads.c.session_id == sessions.c.id)
    led = and_(
        sessions.c.status != SessionStatus.ABANDONED,
        threads.c.reached_end,
        threads.c.flow_was_right.is_not(False),
    )
    newest = (
        select(sessions.c.engineer, led.label("success"), sessions.c.created_at, sessions.c.id)
        .join_from(sessions, threads, its)
        .where(
            sessions.c.workspace_id == statements.workspace_id,
            threads.c.workspace_id == statements.workspace_id,
            sessions.c.followed_flow_id == asked.c.flow_id,
            sessions.c.status.in_(ENDED),
        )
        .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
        .limit(LOOKED_AT)
        .lateral("newest")
    )
    query = select(asked.c.flow_id, newest.c.engineer, newest.c.success).join_from(asked, newest, true())
    found: dict[int, list[Outcome]] = defaultdict(list)
    for row in await statements.rows(query.order_by(newest.c.created_at.desc(), newest.c.id.desc())):
        found[row["flow_id"]].append(Outcome(row["engineer"], row["success"]))
    return found

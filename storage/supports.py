"""What stands behind proposals: their sessions, who worked them, where they came from, and what was taken out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, func, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import aggregate_order_by

from bot.domain.proposals import Support
from bot.domain.redactions import Redactable
from bot.domain.sessions import SessionSource
from storage.statements import Statements
from storage.tables import sessions


async def supports(statements: Statements, proposal_ids: Sequence[int]) -> dict[int, Support]:
    """The support of each proposal, empty ones too."""
    by_age = aggregate_order_by(sessions.c.id, sessions.c.created_at, sessions.c.id)
    redacted = sessions.c.redactions != sql("'{}'::jsonb")
    query = (
        select(
            sessions.c.proposal_id,
            func.array_agg(by_age).label("session_ids"),
            func.count(sessions.c.engineer.distinct()).label("engineers"),
            func.count().filter(sessions.c.source == SessionSource.IMPORT).label("imported"),
            func.jsonb_agg(sessions.c.redactions).filter(redacted).label("redactions"),
        )
        .where(
            sessions.c.workspace_id == statements.workspace_id,
            sessions.c.proposal_id.in_(proposal_ids),
        )
        .group_by(sessions.c.proposal_id)
    )
    found = {row["proposal_id"]: _support(row) for row in await statements.rows(query)}
    return {proposal_id: found.get(proposal_id, Support()) for proposal_id in proposal_ids}


def _support(row: RowMapping) -> Support:
    redactions: Sequence[Mapping[str, int]] = row["redactions"] or ()
    total: Counter[str] = Counter()
    for counts in redactions:
        total.update(counts)
    return Support(
        session_ids=tuple(row["session_ids"]),
        engineers=row["engineers"],
        imported=row["imported"],
        redacted=len(redactions),
        redactions={kind: total[kind] for kind in Redactable if total[kind]},
    )

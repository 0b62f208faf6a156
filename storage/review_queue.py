"""What it takes to choose and order the proposals of the review queue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.review_queue import QueueEntry
from storage.statements import Statements

# Minutes to the fix, without pauses; NULL for a session that has not ended.
_MINUTES = "greatest(CAST(extract(epoch FROM resolved_at - created_at) AS double precision) - paused_seconds, 0) / 60"

# Proposals of some statuses, with the figures of the sessions behind each.
_ENTRIES = text(
    f"""
    SELECT proposals.id, kind, proposals.status, problem_domain AS domain,
        coalesce(pending_since, decided_at, created_at) AS since, behind.*
    FROM proposals
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS sessions,
            count(*) FILTER (WHERE created_at >= :recent) AS recent,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY {_MINUTES}) FILTER (WHERE status = 'resolved') AS minutes
        FROM sessions
        WHERE workspace_id = :workspace AND proposal_id = proposals.id
    ) AS behind
    WHERE workspace_id = :workspace AND proposals.status = ANY(:statuses)
    """  # noqa: S608  (a constant of ours)
).bindparams(bindparam("statuses", type_=ARRAY(Text)))

# The median of the sessions that a flow guided to their fix.
_GUIDED = text(
    f"""
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY {_MINUTES})
    FROM sessions
    WHERE workspace_id = :workspace AND resolved_at >= :recent AND status = 'resolved' AND confidence_tier = 'guided'
    """  # noqa: S608  (a constant of ours)
)


class ReviewQueue:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def entries(self, statuses: Collection[ProposalStatus], *, recent: datetime) -> list[QueueEntry]:
        """All proposals of these statuses; sessions count as recent from the moment `recent` on."""
        given = {"workspace": self._statements.workspace_id, "statuses": sorted(statuses), "recent": recent}
        return [
            QueueEntry(
                id=row["id"],
                kind=ProposalKind(row["kind"]),
                status=ProposalStatus(row["status"]),
                domain=row["domain"],
                since=row["since"],
                sessions=row["sessions"],
                recent=row["recent"],
                minutes=row["minutes"],
            )
            for row in await self._statements.rows(_ENTRIES, given)
        ]

    async def guided_minutes(self, *, recent: datetime) -> float | None:
        """The median minutes of sessions that a flow guided and that were resolved since then; None without any."""
        given = {"workspace": self._statements.workspace_id, "recent": recent}
        minutes: float | None = await self._statements.value(_GUIDED, given)
        return minutes

"""Proposals that wait for a decision, made directly in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import asyncpg

from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus
from bot.domain.sessions import NewSession, SessionSource, SessionStatus
from bot.offline import SystemClock
from bot.slack.views.samples import NEW_FLOW
from storage.database import Database

DRAFT = NEW_FLOW.proposal.draft
SUPPORT = """
    UPDATE sessions SET proposal_id = pair.proposal_id, analysis_status = 'done', analysis_outcome = 'proposed'
    FROM unnest($1::text[], $2::bigint[]) AS pair (external_id, proposal_id)
    WHERE sessions.external_id = pair.external_id
"""


async def add_proposals(database: Database, workspace_id: str, count: int, *, label: str) -> list[Proposal]:
    """So many pending proposals, each with a session behind it; `label` is used once only."""
    now = SystemClock().now()
    sessions = [
        NewSession(
            external_id=f"{label}-{number}",
            source=SessionSource.IMPORT,
            problem="VPN drops every ten minutes",
            status=SessionStatus.RESOLVED,
            created_at=now - timedelta(hours=2),
            resolved_at=now - timedelta(hours=1),
            engineer="U0ENGIN01",
        )
        for number in range(count)
    ]
    async with database.transaction(workspace_id) as tx:
        await tx.sessions.add_many(sessions, now=now)
        made = [
            await tx.proposals.add(
                DRAFT,
                kind=ProposalKind.NEW_FLOW,
                status=ProposalStatus.PENDING,
                confidence=0.9,
                analyst="benchmark/1",
                now=now,
            )
            for _ in sessions
        ]
    await _support(database, [session.external_id for session in sessions], [each.id for each in made])
    return made


async def count_with_status(database: Database, made: Sequence[Proposal], status: ProposalStatus) -> int:
    """How many of these stand at that status by now."""
    connection = await asyncpg.connect(database.url)
    try:
        query = "SELECT count(*) FROM proposals WHERE id = ANY($1::bigint[]) AND status = $2"
        return int(await connection.fetchval(query, [each.id for each in made], status.value))
    finally:
        await connection.close()


async def _support(database: Database, external_ids: Sequence[str], proposal_ids: Sequence[int]) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute(SUPPORT, external_ids, proposal_ids)
    finally:
        await connection.close()

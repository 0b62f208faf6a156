"""Reading many proposals, and one with the names of the sessions that it was learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.digests import QueueState
from bot.domain.proposal_lists import ProposalCount, ProposalFilter
from bot.domain.proposals import Proposal
from bot.services.review_queue import overdue_before
from storage.database import Database


async def list_proposal_page(
    database: Database, workspace_id: str, wanted: ProposalFilter, *, after: int, limit: int
) -> tuple[list[Proposal], bool]:
    """The next `limit` proposals after that id, oldest first, and whether there are more."""
    async with database.transaction(workspace_id) as tx:
        found = await tx.proposals.page(wanted, after=after, limit=limit + 1)
    return found[:limit], len(found) > limit


async def count_proposals(
    database: Database, workspace_id: str, *, now: datetime
) -> tuple[Sequence[ProposalCount], QueueState]:
    """How many there are of each sort, and how long the queue waits, as of one moment."""
    async with database.snapshot(workspace_id) as tx:
        late = overdue_before((await tx.workspaces.get()).settings, now)
        return await tx.proposals.counts(), await tx.proposals.queue(overdue_before=late)


async def get_proposal_with_sources(
    database: Database, workspace_id: str, proposal_id: int
) -> tuple[Proposal, dict[int, str]]:
    """The proposal, and the external ids of the sessions in its tree. Raises NotFoundError."""
    async with database.snapshot(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        return proposal, await tx.sessions.external_ids(sorted(proposal.draft.tree.session_ids))

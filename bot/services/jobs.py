"""Leaving something to be done after the answer."""

from __future__ import annotations

from bot.domain.jobs import Job, ShowProposalCard
from storage.database import Database
from storage.transaction import Transaction


async def leave_job(database: Database, workspace_id: str, job: Job) -> None:
    """Put the job into the queue, in a commit of its own."""
    async with database.transaction(workspace_id) as tx:
        await tx.jobs.enqueue(job)


async def redraw_card(tx: Transaction, proposal_id: int) -> None:
    """Have the proposal's card drawn after the commit; one drawing serves all changes that came before it."""
    await tx.jobs.enqueue(ShowProposalCard(proposal_id), dedupe_key=str(proposal_id))

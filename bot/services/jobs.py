"""Leaving something to be done after the answer."""

from __future__ import annotations

from bot.domain.jobs import Job
from storage.database import Database


async def leave_job(database: Database, workspace_id: str, job: Job) -> None:
    """Put the job into the queue, in a commit of its own."""
    async with database.transaction(workspace_id) as tx:
        await tx.jobs.enqueue(job)

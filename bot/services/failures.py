"""What failed for good, and trying it again."""

from __future__ import annotations

from bot.domain.jobs import FailedJob
from bot.services.workspaces import active_workspaces
from storage.database import Database


async def failed_jobs(database: Database) -> list[FailedJob]:
    """The jobs of all workspaces that used up their attempts, oldest first."""
    async with database.all_workspaces() as everyone:
        return await everyone.failed_jobs()


async def retry_job(database: Database, job_id: int) -> None:
    """Put a failed job back in line. Raises NotFoundError."""
    async with database.all_workspaces() as everyone:
        await everyone.retry_job(job_id)


async def retry_analyses(database: Database) -> int:
    """Let failed analyses of all workspaces be claimed again. Returns how many."""
    again = 0
    for workspace in await active_workspaces(database):
        async with database.transaction(workspace.id) as tx:
            again += await tx.sessions.retry_failed()
    return again


async def count_backlog(database: Database) -> tuple[int, int]:
    """Pending analyses, and jobs that failed for good, over all workspaces."""
    async with database.all_workspaces() as everyone:
        return await everyone.pending_analyses(), len(await everyone.failed_jobs())

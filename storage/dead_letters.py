"""Jobs that used up their attempts, in PgQueuer's tables."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import RowMapping, text

from bot.domain.jobs import FailedJob
from storage.statements import Statements

# The held jobs, each with the last error that the log has of it.
HELD = text(
    """
    SELECT job.id, job.entrypoint, job.attempts, job.payload, problem.traceback ->> 'exception_message' AS error
    FROM queue.pgqueuer AS job
    LEFT JOIN LATERAL (
        SELECT traceback FROM queue.pgqueuer_log
        WHERE job_id = job.id AND traceback IS NOT NULL
        ORDER BY created DESC, id DESC
        LIMIT 1
    ) AS problem ON true
    WHERE job.status = 'failed'
    ORDER BY job.id
    """
)

# An UPDATE wakes no worker: PgQueuer's trigger looks at rows, and fires once a statement. So tell them.
REQUEUE = text(
    """
    WITH requeued AS (
        UPDATE queue.pgqueuer
        SET status = 'queued', execute_after = now(), updated = now(), attempts = 0, queue_manager_id = NULL
        WHERE id = :id AND status = 'failed'
        RETURNING id
    )
    SELECT pg_notify('ch_pgqueuer', json_build_object(
        'channel', 'ch_pgqueuer', 'operation', 'update', 'sent_at', now(),
        'table', 'pgqueuer', 'type', 'table_changed_event'
    )::text)
    FROM requeued
    """
)
DISCARD = text(
    """
    DELETE FROM queue.pgqueuer
    WHERE status <> 'picked' AND convert_from(payload, 'UTF8')::jsonb ->> 'workspace_id' = :workspace
        AND NOT EXISTS (SELECT FROM workspaces WHERE id = :workspace)
    """
)
FORGET_LOG = text("DELETE FROM queue.pgqueuer_log WHERE created < :before")


class DeadLetters:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def listed(self) -> list[FailedJob]:
        return [_failed_job(row) for row in await self._statements.rows(HELD)]

    async def retry(self, job_id: int) -> bool:
        """Whether there was such a job."""
        return bool(await self._statements.rows(REQUEUE, {"id": job_id}))

    async def discard(self, workspace_id: str) -> int:
        return await self._statements.changed(DISCARD, {"workspace": workspace_id})

    async def forget_log(self, before: datetime) -> int:
        return await self._statements.changed(FORGET_LOG, {"before": before})


def _failed_job(row: RowMapping) -> FailedJob:
    return FailedJob(
        id=row["id"],
        workspace_id=json.loads(row["payload"])["workspace_id"],
        job=row["entrypoint"],
        attempts=row["attempts"] + 1,
        error=row["error"] or "",
    )

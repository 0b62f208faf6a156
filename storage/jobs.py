"""Jobs that come with the data: they are in the same commit, or gone with the same rollback."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

from bot.domain.jobs import JOBS, Job
from storage.errors import speaking_our_errors
from storage.json_text import as_json
from storage.statements import Statements

QUEUE = DBSettings(
    prefix="",
    db_schema="queue",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
)
"""Every name is given: what is not, PgQueuer takes from environment variables as plain as CHANNEL."""

JOB_NAMED: dict[str, type[Job]] = {job.name: job for job in JOBS}
STILL_WAITING = "queued"


def queries(driver: Driver) -> Queries:
    return Queries(
        driver, QueryBuilderEnvironment(QUEUE), QueryQueueBuilder(QUEUE), QuerySchedulerBuilder(QUEUE)
    )


def job_to_payload(workspace_id: str, job: Job) -> bytes:
    return as_json({"workspace_id": workspace_id, **asdict(job)}).encode()


class Jobs:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._last: dict[tuple[Job, str], timedelta] = {}

    async def enqueue(
        self, job: Job, *, delay: timedelta | None = None, dedupe_key: str | None = None
    ) -> None:
        """Do the job once this transaction has committed, `delay` later at the earliest.

        With a key, nothing is added while an equal one of this workspace and kind of job waits: that one then sees
        what this transaction wrote, and without a delay it is done at once. One that runs already may not have seen it,
        so another is added behind it.
        """
        key = f"{self._statements.workspace_id} {job.name} {dedupe_key}"
        with speaking_our_errors():
            driver = AsyncpgDriver(await self._statements.driver())
            for each in (key, f"{key} again") if dedupe_key else ():
                if await self._enqueue(driver, job, delay, each):
                    return
            await self._enqueue(driver, job, delay, None)

    def enqueue_last(self, job: Job, *, delay: timedelta, dedupe_key: str) -> None:
        """As `enqueue`, when this transaction is about to commit.

        For a job that many transactions leave: each locks the one that waits until it commits, and two that went on to
        lock other rows could wait for each other.
        """
        self._last[job, dedupe_key] = delay

    async def enqueue_left_over(self) -> None:
        """Enqueue what was left for the end: the database does that."""
        for (job, dedupe_key), delay in self._last.items():
            await self.enqueue(job, delay=delay, dedupe_key=dedupe_key)
        self._last.clear()

    async def _enqueue(self, driver: Driver, job: Job, delay: timedelta | None, key: str | None) -> bool:
        """Whether a job waits now that will see this transaction.

        The update locks an equal job that waits, so that no worker takes it before our commit.
        """
        payload = job_to_payload(self._statements.workspace_id, job)
        (job_id,) = await queries(driver).enqueue(
            job.name, payload, execute_after=delay, dedupe_key=key, on_conflict="update_priority"
        )
        if key is None:
            return True
        (found,) = await driver.fetch("SELECT status FROM queue.pgqueuer WHERE id = $1", job_id)
        if found["status"] != STILL_WAITING:
            return False
        if delay is None:
            await driver.execute("UPDATE queue.pgqueuer SET execute_after = now() WHERE id = $1", job_id)
        return True

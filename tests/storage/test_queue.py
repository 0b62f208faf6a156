import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

import asyncpg
import pytest

from bot.domain.errors import NotFoundError
from bot.domain.jobs import FailedJob, Job, RefreshHome, ShowProposalCard
from bot.domain.workspaces import Workspace
from storage.database import Database
from storage.queue import Handler, Retries, Worker, build_worker

Found = TypeVar("Found")
AT_ONCE = Retries(attempts=3, initial_delay=timedelta(0))
HOME = RefreshHome("U1")


class Diary:
    """A handler that writes down what it was given, and fails as often as it was told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.entries: list[tuple[str, Job]] = []
        self.failures = failures
        self.done = asyncio.Event()

    async def __call__(self, workspace_id: str, job: Job) -> None:
        self.entries.append((workspace_id, job))
        if len(self.entries) <= self.failures:
            raise ValueError(f"failure {len(self.entries)}")
        self.done.set()


@asynccontextmanager
async def working(
    database: Database, handlers: Mapping[str, Handler], retries: Retries = AT_ONCE
) -> AsyncIterator[Worker]:
    worker = build_worker(database.url, handlers, retries=retries)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await running


async def jobs_left(superuser: asyncpg.Connection) -> list[asyncpg.Record]:
    found: list[asyncpg.Record] = await superuser.fetch("SELECT * FROM queue.pgqueuer ORDER BY id")
    return found


async def until(check: Callable[[], Awaitable[Found]]) -> Found:
    """What the check finds at last: the worker writes some things down a moment after they were to be seen."""
    async with asyncio.timeout(10):
        while True:
            if found := await check():
                return found
            await asyncio.sleep(0.02)


async def failed_jobs(database: Database) -> list[FailedJob]:
    async with database.all_workspaces() as door:
        return await door.failed_jobs()


async def test_the_handler_gets_the_workspace_and_the_job(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    diary = Diary()
    async with working(database, {RefreshHome.name: diary}):
        async with database.transaction(workspace.id) as tx:
            await tx.jobs.enqueue(HOME)
        await asyncio.wait_for(diary.done.wait(), 10)
    assert diary.entries == [(workspace.id, HOME)]
    assert await jobs_left(superuser) == []


async def test_a_job_that_fails_is_tried_again(database: Database, workspace: Workspace) -> None:
    diary = Diary(failures=2)
    async with database.transaction(workspace.id) as tx:
        await tx.jobs.enqueue(HOME)
    async with working(database, {RefreshHome.name: diary}):
        await asyncio.wait_for(diary.done.wait(), 10)
    assert len(diary.entries) == 3


async def test_a_job_without_attempts_left_is_held_until_an_operator_retries_it(
    database: Database, workspace: Workspace
) -> None:
    diary = Diary(failures=3)
    async with database.transaction(workspace.id) as tx:
        await tx.jobs.enqueue(HOME)
    async with working(database, {RefreshHome.name: diary}):
        (failed,) = await until(lambda: failed_jobs(database))
        assert failed == FailedJob(
            id=failed.id, workspace_id=workspace.id, job=RefreshHome.name, attempts=3, error="failure 3"
        )
        async with database.all_workspaces() as door:
            await door.retry_job(failed.id)
        await asyncio.wait_for(diary.done.wait(), 5)
    assert await failed_jobs(database) == []


async def test_only_a_held_job_can_be_retried(database: Database, workspace: Workspace) -> None:
    with pytest.raises(NotFoundError):
        async with database.all_workspaces() as door:
            await door.retry_job(4711)


async def test_a_rollback_leaves_no_job(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    async def fail_after_enqueueing() -> None:
        async with database.transaction(workspace.id) as tx:
            await tx.jobs.enqueue(HOME)  # the first statement of the transaction
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  (the test's own)
        await fail_after_enqueueing()
    assert await jobs_left(superuser) == []


async def test_a_delayed_job_waits(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.jobs.enqueue(HOME, delay=timedelta(hours=1))
    (job,) = await jobs_left(superuser)
    assert job["execute_after"] - job["created"] == timedelta(hours=1)


async def test_equal_jobs_that_wait_are_one(
    database: Database, workspace: Workspace, other_workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    for tenant in (workspace, workspace, other_workspace):
        async with database.transaction(tenant.id) as tx:
            await tx.jobs.enqueue(ShowProposalCard(1), dedupe_key="1")
            await tx.jobs.enqueue(HOME, dedupe_key="1")
    assert len(await jobs_left(superuser)) == 4


async def test_a_job_for_the_end_is_left_once_and_after_all_others(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    async with database.transaction(workspace.id) as tx:
        for _ in range(3):
            tx.jobs.enqueue_last(ShowProposalCard(1), delay=timedelta(hours=1), dedupe_key="all")
        await tx.jobs.enqueue(HOME)
    assert [job["entrypoint"] for job in await jobs_left(superuser)] == [HOME.name, ShowProposalCard.name]


async def test_a_job_that_waits_its_delay_out_is_done_at_once_when_somebody_asks(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    for delay in (timedelta(hours=1), timedelta(hours=2), None, timedelta(hours=1)):
        async with database.transaction(workspace.id) as tx:
            await tx.jobs.enqueue(ShowProposalCard(1), delay=delay, dedupe_key="1")
    (job,) = await jobs_left(superuser)
    assert job["execute_after"] - job["created"] < timedelta(minutes=1)


async def test_while_a_job_runs_one_successor_waits_for_all_that_asked(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    for _ in range(4):
        async with database.transaction(workspace.id) as tx:
            await tx.jobs.enqueue(ShowProposalCard(1), delay=timedelta(hours=1), dedupe_key="1")
        await superuser.execute(
            "UPDATE queue.pgqueuer SET status = 'picked' WHERE dedupe_key NOT LIKE '% again'"
        )
    running, waiting = await jobs_left(superuser)
    assert (running["status"], waiting["status"]) == ("picked", "queued")


async def test_a_job_that_runs_already_does_not_swallow_its_successor(
    database: Database, workspace: Workspace
) -> None:
    begun: asyncio.Queue[Job] = asyncio.Queue()
    may_end = asyncio.Event()

    async def handler(_: str, job: Job) -> None:
        begun.put_nowait(job)
        await may_end.wait()

    async with working(database, {ShowProposalCard.name: handler}):
        for _ in range(2):
            async with database.transaction(workspace.id) as tx:
                await tx.jobs.enqueue(ShowProposalCard(1), dedupe_key="1")
            assert await asyncio.wait_for(begun.get(), 10) == ShowProposalCard(1)
        may_end.set()


async def test_stopping_waits_for_running_jobs(database: Database, workspace: Workspace) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def handler(*_: object) -> None:
        begun.set()
        await asyncio.sleep(0.1)
        ended.set()

    async with database.transaction(workspace.id) as tx:
        await tx.jobs.enqueue(HOME)
    async with working(database, {RefreshHome.name: handler}):
        await asyncio.wait_for(begun.wait(), 10)
    assert ended.is_set()


async def test_a_job_that_outlasts_the_grace_goes_back_to_the_queue(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    begun = asyncio.Event()

    async def handler(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with database.transaction(workspace.id) as tx:
        await tx.jobs.enqueue(HOME)
    async with working(database, {RefreshHome.name: handler}) as worker:
        await asyncio.wait_for(begun.wait(), 10)
        await worker.stop(timedelta(0))
    (job,) = await jobs_left(superuser)
    assert (job["status"], job["attempts"]) == ("queued", 1)


async def test_the_job_of_a_dead_worker_is_taken_over(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    diary = Diary()
    async with database.transaction(workspace.id) as tx:
        await tx.jobs.enqueue(HOME)
    await superuser.execute(
        "UPDATE queue.pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),"
        " heartbeat = now() - interval '21 seconds'"
    )
    async with working(database, {RefreshHome.name: diary}):
        await asyncio.wait_for(diary.done.wait(), 10)


async def test_a_lost_connection_is_made_anew(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    diary = Diary()
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%queue.pgqueuer%' AND pid <> pg_backend_pid()"
    async with working(database, {RefreshHome.name: diary}):
        await until(lambda: superuser.fetchval(cut))
        async with database.transaction(workspace.id) as tx:
            await tx.jobs.enqueue(HOME)
        await asyncio.wait_for(diary.done.wait(), 10)


async def test_jobs_of_a_forgotten_workspace_are_discarded(
    database: Database, workspace: Workspace, other_workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    for tenant in (workspace, other_workspace):
        async with database.transaction(tenant.id) as tx:
            await tx.jobs.enqueue(HOME)
    for discarded in (0, 1):
        async with database.all_workspaces() as door:
            assert await door.discard_jobs(workspace.id) == discarded
        await superuser.execute("DELETE FROM workspaces WHERE id = $1", workspace.id)
    assert len(await jobs_left(superuser)) == 1


def test_the_delay_doubles_up_to_its_limit() -> None:
    retries = Retries(attempts=9, initial_delay=timedelta(seconds=2), max_delay=timedelta(seconds=10))
    assert [retries.delay_after(failures).seconds for failures in (1, 2, 3, 4)] == [2, 4, 8, 10]

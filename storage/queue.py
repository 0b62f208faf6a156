"""The worker's side of the queue: jobs are taken, done, tried again, and at last held for an operator."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Context
from pgqueuer.domain.models import Job as QueuedJob

from bot.domain.jobs import Job
from storage.connecting import connect
from storage.errors import DRIVER_ERRORS
from storage.jobs import JOB_NAMED, QUEUE, queries
from storage.roles import ALL

Handler = Callable[[str, Job], Awaitable[None]]
"""Does one job of the workspace with this id. Whatever it raises means: try again later."""

POLL = timedelta(seconds=8)
"""How often an idle worker looks for jobs that nobody announced: those of a worker that died."""
DEAD_AFTER = timedelta(seconds=20)
"""A job whose worker has given no sign of life for so long is taken over."""
RECONNECT_SECONDS = 2.0
BATCH = 10
AT_ONCE = 20
"""Jobs that one worker runs beside each other; PgQueuer wants two batches at least."""
CONNECTION_LOST = (*DRIVER_ERRORS, FailingListenerError, OSError, TimeoutError)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a job is attempted in all, and the delay after the first failure, which doubles with each."""

    attempts: int = 10
    initial_delay: timedelta = timedelta(seconds=2)
    max_delay: timedelta = timedelta(minutes=10)

    def delay_after(self, failures: int) -> timedelta:
        return min(self.initial_delay * 2.0 ** (failures - 1), self.max_delay)


def build_worker(url: str, handlers: Mapping[str, Handler], *, retries: Retries | None = None) -> Worker:
    """A worker for the jobs named in `handlers`; jobs of other names are left for other workers."""
    return Worker(url, handlers, retries or Retries())


class Worker:
    """Does jobs until it is stopped. It connects again when the database went away."""

    def __init__(self, url: str, handlers: Mapping[str, Handler], retries: Retries) -> None:
        self._url, self._handlers, self._retries = url, handlers, retries
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._manager: QueueManager | None = None

    async def run(self) -> None:
        """Returns after `stop`, when no job runs any more."""
        while not self._stopping.is_set():
            try:
                await self._serve()
            except CONNECTION_LOST as error:
                logger.warning("The job queue is out of reach: %s", error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), RECONNECT_SECONDS)

    async def stop(self, grace: timedelta = timedelta(seconds=20)) -> None:
        """Take no more jobs. Those that run have `grace` to end, then they are cut off and go back to the queue."""
        self._stopping.set()
        if self._manager:
            self._manager.shutdown.set()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace.total_seconds())
            for task in late:
                task.cancel()

    async def _serve(self) -> None:
        """Take and do jobs until stopped or disconnected."""
        connection = await connect(self._url, settings={"role": ALL})
        try:
            self._manager = manager = self._manager_on(connection)
            connection.add_termination_listener(lambda _: manager.shutdown.set())
            if not self._stopping.is_set():
                await manager.run(
                    dequeue_timeout=POLL,
                    batch_size=BATCH,
                    max_concurrent_tasks=AT_ONCE,
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=DEAD_AFTER,
                    log_aggregation_interval=timedelta(0),
                )
        finally:
            self._manager = None
            await connection.close()

    def _manager_on(self, connection: asyncpg.Connection) -> QueueManager:
        manager = QueueManager(queries(AsyncpgDriver(connection)), QUEUE.channel)
        for name, handler in self._handlers.items():
            manager.register_executor(name, _Attempts.of(handler, self._retries, self._running))
        return manager


@dataclass
class _Attempts(AbstractEntrypointExecutor):
    """Runs a handler; asks for another attempt when it fails, until none is left and the job is held."""

    handler: Handler
    retries: Retries
    running: set[asyncio.Task[None]]

    @classmethod
    def of(cls, handler: Handler, retries: Retries, running: set[asyncio.Task[None]]) -> _Attempts:
        parameters = EntrypointExecutorParameters(concurrency_limit=0, func=_never_called, on_failure="hold")
        return cls(parameters, handler, retries, running)

    async def execute(self, job: QueuedJob, context: Context) -> None:  # noqa: ARG002  (PgQueuer's signature)
        task = asyncio.create_task(self._handle(job))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        failures = job.attempts + 1
        try:
            await task
        except asyncio.CancelledError:
            # PgQueuer would delete a job that was cancelled.
            raise RetryRequested(timedelta(0), "cut off when the worker stopped") from None
        except Exception as error:
            if failures >= self.retries.attempts:
                raise
            raise RetryRequested(self.retries.delay_after(failures), str(error)) from error

    async def _handle(self, job: QueuedJob) -> None:
        fields = json.loads(job.payload or b"{}")
        workspace_id = fields.pop("workspace_id")
        await self.handler(workspace_id, JOB_NAMED[job.entrypoint](**fields))


async def _never_called(_: QueuedJob) -> None:
    """PgQueuer's parameters want a function; the executor calls the handler itself."""
    raise NotImplementedError

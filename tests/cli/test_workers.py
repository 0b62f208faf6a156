"""Several processes on one database."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import psutil

from bot.sandbox import Sandbox
from storage.connecting import connect
from tests.cli.processes import FlowPilot

ADA = "U0ADMIN01"
DIGEST, SUPPORT = "C0DIGEST01", "C0SUPPORT1"
POST = "chat.postMessage"
SILENCE = "UPDATE queue.pgqueuer SET heartbeat = heartbeat - interval '1 minute'"
JOBS = "SELECT count(*) FROM queue.pgqueuer"
POSTED = "SELECT count(*) FROM digests WHERE posted_at IS NOT NULL"


@asynccontextmanager
async def looking_behind(flowpilot: FlowPilot) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(flowpilot.database_url)
    yield connection
    await connection.close()


def require_one_digest(sandbox: Sandbox) -> None:
    """One message, and its details in its thread."""
    digest, details = sandbox.messages(DIGEST)
    assert (digest.thread_ts, details.thread_ts) == (None, digest.ts)


async def test_worker_answers_what_the_web_process_took(with_flows: FlowPilot, sandbox: Sandbox) -> None:
    connected = with_flows.connected(sandbox)
    async with connected.serving("web") as web:
        assert (await sandbox.person(ADA).command(SUPPORT, "/flowpilot stats 7d")).ok
        assert sandbox.ephemerals(ADA) == []
        async with connected.serving("worker") as worker:
            answers = await sandbox.until(lambda: sandbox.ephemerals(ADA), 30)
            assert "Last 7 days" in answers[0].text
            assert [await each.status("/flow-proposals") for each in (web, worker)] == [401, 404]
            assert list(await asyncio.gather(worker.end(), web.end())) == [0, 0]
        assert sandbox.connection_count == 0


async def test_work_of_a_killed_worker_is_done_by_another_one_once(
    with_flows: FlowPilot, sandbox: Sandbox
) -> None:
    connected = with_flows.connected(sandbox)
    sandbox.misbehave(POST, "timeout_after_accept", delay=60)
    async with looking_behind(connected) as database:
        async with connected.serving("worker") as worker:
            assert (await connected("digest")).code == 0
            await sandbox.until(lambda: sandbox.messages(DIGEST), 30)
            children = psutil.Process(worker.process.pid).children(recursive=True)
            assert await worker.end(signal.SIGKILL) == -signal.SIGKILL
        _, orphans = await asyncio.to_thread(psutil.wait_procs, children, 10)
        assert orphans == []
        assert await database.fetchval(POSTED) == 0
        await database.execute(SILENCE)
        async with connected.serving("worker") as heir:
            await sandbox.until(
                lambda: [each for each in sandbox.calls if each.method == "conversations.history"], 30
            )
            assert await heir.end() == 0
        assert (await database.fetchval(POSTED), await database.fetchval(JOBS)) == (1, 0)
    require_one_digest(sandbox)


async def test_two_workers_post_a_digest_that_was_asked_for_twice_once(
    with_flows: FlowPilot, sandbox: Sandbox
) -> None:
    connected = with_flows.connected(sandbox)
    async with connected.serving("worker") as one, connected.serving("worker") as other:
        asked = await asyncio.gather(connected("digest"), connected("digest"))
        assert [each.code for each in asked] == [0, 0]
        await sandbox.until(lambda: sandbox.messages(DIGEST), 30)
        assert list(await asyncio.gather(one.end(), other.end())) == [0, 0]
    require_one_digest(sandbox)

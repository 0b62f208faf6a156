"""How long `flowpilot run` takes to be ready, and how much memory it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from product import Product, its_database, product

from bot.cli.demo_stage import ADA, DIGEST_CHANNEL
from bot.domain.records import parse_record
from bot.domain.sessions import SessionSource
from bot.offline import SystemClock
from bot.sandbox import Sandbox, serve_sandbox
from bot.sandbox.samples import sample_sessions

STARTS = 3
SETTLING_SECONDS = 3.0
PATIENCE_SECONDS = 60.0
MEGABYTE = 1024**2


async def main() -> None:
    async with serve_sandbox() as sandbox:
        with folder() as warm_up:
            await start_once(sandbox, warm_up)
        new, existing = await start_often(sandbox)
        with folder() as data_dir:
            resident = await measure_memory(sandbox, data_dir)
    print(f"startup new: {median(new):.2f} s (goal < 5 s)")
    print(f"startup existing: {median(existing):.2f} s (goal < 2 s)")
    print(f"resident memory: {resident:.0f} MB (goal < 200 MB)")


async def start_often(sandbox: Sandbox) -> tuple[list[float], list[float]]:
    """Seconds until ready, with a database that is made on the way and with the same one again."""
    new, existing = [], []
    for _ in range(STARTS):
        with folder() as data_dir:
            new.append(await start_once(sandbox, data_dir))
            existing.append(await start_once(sandbox, data_dir))
    return new, existing


async def start_once(sandbox: Sandbox, data_dir: Path) -> float:
    is_new = not (data_dir / "postgresql").exists()
    async with product(sandbox, data_dir) as started:
        kind = "new" if is_new else "existing"
        print(
            f"  {kind}: /readyz after {started.ready_seconds:.2f} s, connected after {started.connected_seconds:.2f} s"
        )
        return started.connected_seconds


async def measure_memory(sandbox: Sandbox, data_dir: Path) -> float:
    """Megabytes resident in the product's own process when it has learnt from the samples and drawn a dashboard."""
    async with product(sandbox, data_dir) as running:
        await asyncio.sleep(SETTLING_SECONDS)
        print_memory("after start", running, data_dir)
        await bring_samples(sandbox, data_dir)
        await asyncio.sleep(SETTLING_SECONDS)
        print_memory("after the samples were analysed", running, data_dir)
        await draw_dashboard(sandbox)
        return print_memory("after a dashboard was drawn", running, data_dir)


async def bring_samples(sandbox: Sandbox, data_dir: Path) -> None:
    """Ninety days of sessions, and the wait until the product has analysed them all."""
    now = SystemClock().now()
    records = sample_sessions(now=now)
    sessions = [parse_record(record, source=SessionSource.IMPORT, now=now) for record in records]
    async with its_database(data_dir) as database:
        async with database.transaction(sandbox.config.team_id) as tx:
            await tx.sessions.add_many(sessions, now=now)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with database.all_workspaces() as door:
                    if await door.pending_analyses() == 0:
                        return
                await asyncio.sleep(0.2)


async def draw_dashboard(sandbox: Sandbox) -> None:
    ack = await sandbox.person(ADA.id).command(DIGEST_CHANNEL, "/flowpilot stats 90d")
    assert ack.ok, ack.error
    await sandbox.until(
        lambda: any(message.files or "slack_file" in str(message.blocks) for message in sandbox.dm(ADA.id)),
        PATIENCE_SECONDS,
    )


def print_memory(when: str, running: Product, data_dir: Path) -> float:
    """Print what each part holds; megabytes resident in the product's own process."""
    own = psutil.Process(running.pid)
    resident = own.memory_info().rss / MEGABYTE
    print(
        f"  {when}: resident {resident:.0f} MB, proportional {proportional([own]):.0f} MB; "
        f"its workers that draw {proportional(own.children(recursive=True)):.0f} MB; "
        f"PostgreSQL {proportional(database_processes(data_dir)):.0f} MB (both proportional)"
    )
    return resident


def proportional(processes: list[psutil.Process]) -> float:
    """Megabytes, with what is shared counted in parts."""
    return float(sum(process.memory_full_info().pss for process in processes) / MEGABYTE)


def database_processes(data_dir: Path) -> list[psutil.Process]:
    """The server of the folder, and what it has started."""
    server = psutil.Process(int((data_dir / "postgresql" / "postmaster.pid").read_text().split()[0]))
    return [server, *server.children(recursive=True)]


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="flowpilot-benchmark-", ignore_cleanup_errors=True) as path:
        yield Path(path)


if __name__ == "__main__":
    asyncio.run(main())

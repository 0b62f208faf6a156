"""How long the event loop is kept from its turn while dashboards are drawn, read, sent and received."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial

from bot.cli.demo_stage import ADA, DIGEST_CHANNEL, Stage, demo_stage
from bot.logs import configure_logging
from bot.offline import SystemClock
from bot.sandbox.samples import sample_sessions

TICK_SECONDS = 0.005
DASHBOARDS = 20
IDLE_SECONDS = 5.0
PATIENCE_SECONDS = 60.0


async def main() -> None:
    configure_logging("WARNING", "console")
    async with demo_stage() as stage:
        await stage.bring(sample_sessions(now=SystemClock().now()))
        await ask_for_dashboards(stage, 1)
        idle = await delays_while(asyncio.sleep(IDLE_SECONDS))
        drawing = await delays_while(ask_for_dashboards(stage, DASHBOARDS))
    print(f"loop delay p99, nothing asked: {quantile(idle, 0.99) * 1000:.1f} ms")
    print(f"loop delay worst, dashboards drawn: {max(drawing) * 1000:.1f} ms")
    print(f"loop delay p99, dashboards drawn: {quantile(drawing, 0.99) * 1000:.1f} ms (goal < 50 ms)")


async def ask_for_dashboards(stage: Stage, count: int) -> None:
    """One after the other, each until its picture stands in a direct message."""
    for _ in range(count):
        before = len(stage.sandbox.dm(ADA.id))
        ack = await stage.sandbox.person(ADA.id).command(DIGEST_CHANNEL, "/flowpilot stats 90d")
        assert ack.ok, ack.error
        await stage.sandbox.until(partial(has_more_messages, stage, before), PATIENCE_SECONDS)


def has_more_messages(stage: Stage, before: int) -> bool:
    return len(stage.sandbox.dm(ADA.id)) > before


async def delays_while(work: Awaitable[None]) -> list[float]:
    """How late, in seconds, each tick came until the work was done."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            due = time.perf_counter() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            late.append(time.perf_counter() - due)

    ticking = asyncio.create_task(tick())
    await work
    ticking.cancel()
    with suppress(asyncio.CancelledError):
        await ticking
    return late


def quantile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(share * (len(seconds) - 1))]


if __name__ == "__main__":
    asyncio.run(main())

"""Whether analysing stays as quick and as small when a workspace has ten thousand sessions instead of one thousand.

scale.py [--sizes N N N] [--profile]
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import multiprocessing
import pstats
import resource
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import psutil
from loop import delays_while, quantile
from scale_sessions import SESSIONS_A_CHART, made_up_sessions

from bot.ai.outline import OutlineAnalyst
from bot.domain.sessions import AnalysisOutcome
from bot.domain.workspaces import Workspace
from bot.jobs.clock import ANALYSES_A_TICK, COMPARISONS_A_TICK
from bot.logs import configure_logging
from bot.offline import SystemClock
from bot.services.analysis import analyze_pending, count_pending
from bot.services.uniting import unite_everywhere, unite_knowledge
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import upgrade

SIZES = (1_000, 3_000, 10_000)
PARTS = 10
AT_ONCE = 500
MEGABYTE = 1024 * 1024
GOAL_RATIO, GOAL_MORE_MB = 1.3, 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`seconds` and resident `megabytes` after each tenth of the sessions, and last when everything was compared."""

    sessions: int
    proposals: int
    seconds: tuple[float, ...]
    megabytes: tuple[float, ...]
    peak_megabytes: float
    cpu_seconds: float
    late_ms: float
    latest_ms: float

    @property
    def ms_a_session(self) -> float:
        return self.seconds[-1] * 1_000 / self.sessions

    @property
    def ms_of_parts(self) -> list[float]:
        """Milliseconds a session of each tenth."""
        return [
            (end - start) * 1_000 * PARTS / self.sessions
            for start, end in pairwise((0.0, *self.seconds[:-1]))
        ]


def main() -> None:
    arguments = _arguments()
    print(
        f"{'sessions':>8} {'seconds':>8} {'ms each':>8} {'CPU ms':>7} {'peak MB':>8} {'charts':>7} {'proposals':>10}",
        end="",
    )
    print(f" {'loop p99 ms':>12} {'worst ms':>9}")
    found = [_figures(size, profile=arguments.profile) for size in arguments.sizes]
    small, large = found[0], found[-1]
    print(f"ms a session in each tenth of {large.sessions:,}: {_in_words(large.ms_of_parts)}")
    print(f"resident MB after each tenth of {large.sessions:,}: {_in_words(large.megabytes)}")
    against = f"that of {small.sessions:,}"
    ratio, more = large.ms_a_session / small.ms_a_session, large.peak_megabytes - small.peak_megabytes
    print(
        f"analysing {large.sessions:,} sessions, time of one against {against}: {ratio:.2f} times (goal <= {GOAL_RATIO})"
    )
    print(
        f"analysing {large.sessions:,} sessions, peak memory above {against}: {more:.0f} MB (goal <= {GOAL_MORE_MB:.0f})"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="sessions of each workspace")
    parser.add_argument(
        "--profile", action="store_true", help="print where the time goes, which itself takes time"
    )
    return parser.parse_args()


def _figures(size: int, *, profile: bool) -> Figures:
    """Import here, analyse in a process that does nothing else: its peak memory is that of the analyses."""
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="flowpilot-scale-", ignore_cleanup_errors=True)
        server = stack.enter_context(EmbeddedServer.start(Path(stack.enter_context(folder))))
        asyncio.run(_import(server.url, size))
        pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        figures = stack.enter_context(pool).submit(_analysed, server.url, size, profile=profile).result()
    print(
        f"{size:8,} {figures.seconds[-1]:8.1f} {figures.ms_a_session:8.1f} {figures.cpu_seconds * 1_000 / size:7.1f}"
        f" {figures.peak_megabytes:8.0f}"
        f" {size // SESSIONS_A_CHART:7,} {figures.proposals:10,} {figures.late_ms:12.1f} {figures.latest_ms:9.1f}",
        flush=True,
    )
    return figures


async def _import(url: str, size: int) -> None:
    await upgrade(url)
    now = SystemClock().now()
    sessions = made_up_sessions(size, until=now)
    async with Database.open(url) as database:
        async with database.all_workspaces() as door:
            await door.add(Workspace(id="TSCALE", name="Scale", created_at=now))
        while some := list(islice(sessions, AT_ONCE)):
            async with database.transaction("TSCALE") as tx:
                await tx.sessions.add_many(some, now=now)


def _analysed(url: str, size: int, *, profile: bool) -> Figures:
    configure_logging("WARNING", "console")
    gc.freeze()  # as the program does when it is ready
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    figures = asyncio.run(_Run(size).figures(url))
    if profile:
        profiler.disable()
        for order in ("tottime", "cumtime"):
            pstats.Stats(profiler).sort_stats(order).print_stats(45)
    return figures


class _Run:
    def __init__(self, size: int) -> None:
        self._size = size
        self._analysed = 0
        self._seconds: list[float] = []
        self._megabytes: list[float] = []
        self._process = psutil.Process()
        self._started, self._started_cpu = time.perf_counter(), time.process_time()

    async def figures(self, url: str) -> Figures:
        async with Database.open(url) as database:
            late = await delays_while(self._ring_until_nothing_waits(database))
            self._note()
            async with database.transaction("TSCALE") as tx:
                proposals = await tx.proposals.listed(None, self._size)
        open_ones = [each for each in proposals if each.status in ("forming", "pending")]
        return Figures(
            sessions=self._size,
            proposals=len(open_ones),
            seconds=tuple(self._seconds),
            megabytes=tuple(self._megabytes),
            peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            cpu_seconds=time.process_time() - self._started_cpu,
            late_ms=quantile(late, 0.99) * 1_000,
            latest_ms=max(late) * 1_000,
        )

    async def _ring_until_nothing_waits(self, database: Database) -> None:
        """As the clock does, without the pause between two bells; what a bell left to compare comes last."""
        analyst, clock = OutlineAnalyst(), SystemClock()
        while await count_pending(database):
            await analyze_pending(database, analyst, clock, limit=ANALYSES_A_TICK, on_done=self._count)
            await unite_knowledge(database, "TSCALE", clock, limit=COMPARISONS_A_TICK)
            if not await count_pending(database):
                await unite_everywhere(database, clock)

    def _count(self, outcome: AnalysisOutcome | None) -> None:
        assert outcome is not None
        self._analysed += 1
        if self._analysed % (self._size // PARTS) == 0 and len(self._seconds) < PARTS:
            self._note()

    def _note(self) -> None:
        self._seconds.append(time.perf_counter() - self._started)
        self._megabytes.append(self._process.memory_info().rss / MEGABYTE)


def _in_words(numbers: Sequence[float]) -> str:
    return " ".join(f"{number:.0f}" for number in numbers)


if __name__ == "__main__":
    main()

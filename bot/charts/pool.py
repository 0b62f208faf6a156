"""Charts drawn in processes of their own, so that clicks are answered while a picture is made.

Importing this loads nothing that draws: matplotlib lives in the workers only.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, overload

from bot.charts.registry import Chart, Failure, Part, Request
from bot.domain.cards import Picture
from bot.domain.dashboard import Dashboard
from bot.domain.digests import Digest
from bot.domain.errors import FlowPilotError
from bot.domain.heat_maps import HeatMap
from bot.domain.trees import FlowTree

DRAWING_SECONDS = 60
"""The longest that a picture may take, the start of its worker included."""
_ATTEMPTS = 2
_SOURCES = str(Path(__file__).parents[2])
_START = "import sys; sys.path.append(sys.argv[1]); from bot.charts.worker import main; main()"


class ChartError(FlowPilotError):
    """A picture could not be drawn; `reason` says why, for the log."""

    def __init__(self, chart: Chart, reason: str) -> None:
        super().__init__(f"The {chart} picture could not be drawn. Ask for it again in a minute.")
        self.chart, self.reason = chart, reason


class ChartPool:
    """Draws charts in up to `workers` processes. Each is started when it is first needed and replaced when it dies."""

    def __init__(self, *, workers: int = 1) -> None:
        self._workers = tuple(_Worker() for _ in range(workers))
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._idle.put_nowait(worker)
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @overload
    async def draw(self, chart: Literal[Chart.DASHBOARD], dashboard: Dashboard, /) -> Picture: ...

    @overload
    async def draw(self, chart: Literal[Chart.PART], dashboard: Dashboard, part: Part, /) -> Picture: ...

    @overload
    async def draw(self, chart: Literal[Chart.DIGEST], digest: Digest, /) -> Picture | None: ...

    @overload
    async def draw(
        self,
        chart: Literal[Chart.TREE],
        tree: FlowTree,
        title: str,
        /,
        *,
        added: frozenset[str] = ...,
        changed: frozenset[str] = ...,
    ) -> Picture: ...

    @overload
    async def draw(self, chart: Literal[Chart.HEAT_MAP], heat: HeatMap, /) -> Picture: ...

    async def draw(self, chart: Chart, /, *args: object, **kwargs: object) -> Picture | None:
        """What the function that draws the chart returns for these arguments; raises ChartError."""
        request = pickle.dumps(Request(chart, args, kwargs))
        worker = await self._idle.get()
        try:
            answer = await self._ask(worker, chart, request)
        finally:
            self._idle.put_nowait(worker)
        if isinstance(answer, Failure):
            raise ChartError(chart, answer.reason)
        return answer

    async def _ask(self, worker: _Worker, chart: Chart, request: bytes) -> Picture | Failure | None:
        """The worker's answer; when it dies of the request or before it, a new worker's."""
        reason = ""
        for _ in range(_ATTEMPTS):
            if self._is_closed:
                raise ChartError(chart, "the pool is closed")
            try:
                return await worker.ask(request)
            except (EOFError, OSError) as error:
                reason = f"the worker died: {error!r}"
        raise ChartError(chart, reason)

    async def close(self) -> None:
        """End all workers at once. What they were drawing, and whatever is asked from now on, raises ChartError."""
        self._is_closed = True
        for worker in self._workers:
            worker.kill()
        ended = [await self._idle.get() for _ in self._workers]
        for worker in ended:
            await worker.end()
            self._idle.put_nowait(worker)


class _Worker:
    """One process, started when it is first asked. It is asked one thing at a time."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._killed: Process | None = None

    async def ask(self, request: bytes) -> Picture | Failure | None:
        """Raises EOFError or OSError, TimeoutError among them, when the process died or was too slow."""
        try:
            async with asyncio.timeout(DRAWING_SECONDS):
                if self._process is None:
                    self._process = await _start()
                return await _exchange(self._process, request)
        except BaseException:
            # Whoever asked may have gone away: the next one must not be handed this answer.
            await self.end()
            raise

    def kill(self) -> None:
        """Once a process: whoever signals one that has ended takes its end away from asyncio, which waits for it."""
        process = self._process
        if process is not None and process is not self._killed and process.returncode is None:
            self._killed = process
            process.kill()

    async def end(self) -> None:
        self.kill()
        process, self._process = self._process, None
        if process is not None:
            await process.communicate()


async def _start() -> Process:
    """A session of its own keeps it from the terminal's Ctrl-C. It ends when its standard input does."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", _START, _SOURCES, stdin=PIPE, stdout=PIPE, start_new_session=True
    )


async def _exchange(process: Process, request: bytes) -> Picture | Failure | None:
    if process.stdin is None or process.stdout is None:
        raise OSError("the worker has no pipes")
    process.stdin.write(request)
    await process.stdin.drain()
    size = int.from_bytes(await process.stdout.readexactly(4), "big")
    answer: Picture | Failure | None = pickle.loads(await process.stdout.readexactly(size))  # noqa: S301  (our own)
    return answer

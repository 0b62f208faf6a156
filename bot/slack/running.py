"""The listeners under way: kept alive, and waited for at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Running:
    """Holds the tasks that work for somebody. Bolt and the event loop keep no reference to a listener's task."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    @contextmanager
    def task(self) -> Iterator[None]:
        """The current task counts as under way within the block."""
        task = asyncio.current_task()
        if task is None or task in self._tasks:
            yield
            return
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def drain(self, seconds: float) -> None:
        """Wait until nothing is under way, at most so many seconds; what is left then is cancelled."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._others() and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._others(), timeout=left)
        for task in self._others():
            task.cancel()
        if left_over := self._others():
            await asyncio.wait(left_over, timeout=1)

    def _others(self) -> set[asyncio.Task[object]]:
        return {task for task in self._tasks if task is not asyncio.current_task() and not task.done()}

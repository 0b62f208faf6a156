"""Waiting for something to change, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Counts the changes of the workspace and wakes whoever waits for one."""

    def __init__(self) -> None:
        """Start at zero."""
        self.count = 0
        self._happened = asyncio.Event()

    def notify(self) -> None:
        """Wake everybody who waits."""
        self.count += 1
        self._happened.set()
        self._happened = asyncio.Event()

    async def after(self, count: int) -> int:
        """Return the number of changes as soon as it is above `count`."""
        while self.count <= count:
            await self._happened.wait()
        return self.count

    async def until(self, predicate: Callable[[], T | None], *, timeout: float, waiting_for: str) -> T:  # noqa: ASYNC109  (part of the promise: raises TimeoutError itself)
        """Return what `predicate` returns once that is true; ask again after each change.

        Raises TimeoutError, naming `waiting_for`, after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self._happened.wait()
                return found
        except TimeoutError:
            raise TimeoutError(f"waited {timeout:g} s in vain for {waiting_for}") from None

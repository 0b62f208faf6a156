"""One thing after the other: at most one message a second in a channel, and one speaker at a time for a message."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from bot.slack.api import Sleep

REMEMBERED = 1000
TOGETHER = 4
"""Messages that may follow each other at once in a channel: Slack bears short bursts."""

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values of the keys that were used last; the oldest ones are forgotten."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._most = most

    def get(self, key: str) -> Value | None:
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: str, value: Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)

    def drop(self, key: str) -> None:
        self._values.pop(key, None)


class Turns:
    """A lock for each name, kept as long as somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Nobody else has a turn of that name within the block."""
        lock, users = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[name]
            if users > 1:
                self._locks[name] = (lock, users - 1)
            else:
                del self._locks[name]


class Pace:
    """Keeps `seconds` between two messages in the same channel, once a few have gone out together."""

    def __init__(self, seconds: float, *, elapsed: Callable[[], float], sleep: Sleep) -> None:
        """`elapsed` is a clock that never goes back, in seconds."""
        self._seconds = seconds
        self._elapsed = elapsed
        self._sleep = sleep
        self._free_at: Recent[float] = Recent()

    async def wait(self, channel: str) -> None:
        """Return when it is this message's turn; turns are given in the order of asking."""
        now = self._elapsed()
        free_at = max(now, self._free_at.get(channel) or now)
        self._free_at.put(channel, free_at + self._seconds)
        at = free_at - (TOGETHER - 1) * self._seconds
        if at > now:
            await self._sleep(at - now)

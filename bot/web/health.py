"""Whether the process is alive, and whether it is ready for work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web


class Health:
    """`find_trouble` says in a sentence what keeps the process from working; None when nothing does."""

    def __init__(self, find_trouble: Callable[[], Awaitable[str | None]]) -> None:
        self._find_trouble = find_trouble
        self._stopping = False

    def say_goodbye(self) -> None:
        """From now on the process is not ready: the load balancer looks for another one."""
        self._stopping = True

    async def answer_alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def answer_ready(self, _request: web.Request) -> web.Response:
        trouble = "The process is stopping." if self._stopping else await self._find_trouble()
        if trouble is None:
            return web.json_response({"status": "ready"})
        return web.json_response({"status": "not ready", "reason": trouble}, status=503)

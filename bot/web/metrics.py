"""Metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


class Metrics:
    """`count_backlog` gives the pending analyses and the jobs that failed for good, over all workspaces."""

    def __init__(self, count_backlog: Callable[[], Awaitable[tuple[int, int]]]) -> None:
        self._count_backlog = count_backlog
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._pending = Gauge(
            "flowpilot_pending_analyses", "Resolved sessions to analyse", registry=self._registry
        )
        self._failed = Gauge("flowpilot_failed_jobs", "Jobs that failed for good", registry=self._registry)

    async def answer(self, _request: web.Request) -> web.Response:
        pending, failed = await self._count_backlog()
        self._pending.set(pending)
        self._failed.set(failed)
        return web.Response(
            body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

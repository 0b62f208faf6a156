"""The HTTP side: Slack's endpoint (when Slack reaches us over HTTP), the JSON API, health, and metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot.domain.errors import FlowPilotError
from bot.web.api.serving import Api
from bot.web.errors import answer_errors
from bot.web.health import Health
from bot.web.metrics import Metrics

MAX_BODY_BYTES = 1024**2
"""Slack's largest payload is a view of 250 KB."""
DRAIN_SECONDS = 10
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "FlowPilot",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing here is a page, and nothing is for a cache to keep."""


class AddressTakenError(FlowPilotError):
    """Another program listens where we should."""

    def __init__(self, host: str, port: int, reason: str | None) -> None:
        super().__init__(
            f"FlowPilot cannot listen on {host}, port {port}: {reason}. Set FLOWPILOT_PORT to a free one, or to 0 to take any."
        )


Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """What is served. `slack` is None with Socket Mode, where Slack is not reached over HTTP; `api` in a mere worker."""

    health: Health
    metrics: Metrics
    slack: Endpoint | None = None
    api: Api | None = None


def create_web(endpoints: Endpoints) -> web.Application:
    application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[answer_errors])
    application.on_response_prepare.append(_add_headers)
    application.add_routes(
        [
            web.get("/healthz", endpoints.health.answer_alive),
            web.get("/readyz", endpoints.health.answer_ready),
            web.get("/metrics", endpoints.metrics.answer),
        ]
    )
    if endpoints.slack is not None:
        application.router.add_post("/slack/events", endpoints.slack)
    if endpoints.api is not None:
        application.add_routes(endpoints.api.routes)
    return application


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


@asynccontextmanager
async def serving(application: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port (a free one for port 0). Requests under way end before it returns.

    Raises:
        AddressTakenError: nothing can listen there.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=DRAIN_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise AddressTakenError(host, port, error.strerror) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()

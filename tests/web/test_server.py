"""Health, metrics, and the guard before Slack's endpoint."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import pytest
from aiohttp import web

from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.server import MAX_BODY_BYTES, AddressTakenError, Endpoints, create_web, serving


async def nothing() -> str | None:
    return None


async def backlog() -> tuple[int, int]:
    return 3, 1


@asynccontextmanager
async def client(
    find_trouble: Callable[[], Awaitable[str | None]] = nothing,
    slack: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None,
) -> AsyncIterator[tuple[aiohttp.ClientSession, Health]]:
    health = Health(find_trouble)
    application = create_web(Endpoints(health=health, metrics=Metrics(backlog), slack=slack))
    async with (
        serving(application, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        yield session, health


async def test_process_is_alive_and_ready() -> None:
    async with client() as (session, _):
        for path in ("/healthz", "/readyz"):
            async with session.get(path) as response:
                assert response.status == 200


async def test_process_with_a_broken_database_is_alive_but_not_ready_and_says_why() -> None:
    async def trouble() -> str | None:
        return "The database does not answer."

    async with client(trouble) as (session, _):
        async with session.get("/healthz") as response:
            assert response.status == 200
        async with session.get("/readyz") as response:
            assert response.status == 503
            assert (await response.json())["reason"] == "The database does not answer."


async def test_stopping_process_is_not_ready() -> None:
    async with client() as (session, health):
        health.say_goodbye()
        async with session.get("/readyz") as response:
            assert response.status == 503


async def test_metrics_show_the_backlog() -> None:
    async with client() as (session, _), session.get("/metrics") as response:
        text = await response.text()
    assert "flowpilot_pending_analyses 3.0" in text
    assert "flowpilot_failed_jobs 1.0" in text


async def test_body_larger_than_any_of_slacks_is_refused() -> None:
    async def read(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.Response()

    body = BytesIO(b"x" * (MAX_BODY_BYTES + 1))
    async with client(slack=read) as (session, _), session.post("/slack/events", data=body) as response:
        assert response.status == 413


async def test_port_that_is_taken_is_refused_with_a_sentence() -> None:
    endpoints = Endpoints(health=Health(nothing), metrics=Metrics(backlog))
    async with serving(create_web(endpoints), "127.0.0.1", 0) as port:
        with pytest.raises(AddressTakenError, match=f"port {port}.*FLOWPILOT_PORT"):
            async with serving(create_web(endpoints), "127.0.0.1", port):
                pass


async def test_without_http_transport_slacks_endpoint_does_not_exist() -> None:
    async with client() as (session, _), session.post("/slack/events") as response:
        assert response.status == 404

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox, SandboxConfig, serve_sandbox

ADA, BEN, CHLOE = "U0ADMIN01", "U0ENGIN01", "U0ADMIN02"
QUICK = SandboxConfig(event_retry_seconds=(0.0, 0.01), ack_seconds=30.0)
"""Retries at once, and waits for acks however busy the machine is."""
IMPATIENT = replace(QUICK, ack_seconds=0.2)
"""For what is to come too late."""

Register = Callable[[AsyncApp], None]


class Connected(Protocol):
    """Serves a sandbox with an app that is connected by one of the transports."""

    def __call__(
        self, register: Register, config: SandboxConfig = QUICK
    ) -> AbstractAsyncContextManager[Sandbox]: ...


@pytest.fixture(autouse=True)
def quiet_slack() -> None:
    for name in ("slack_sdk", "slack_bolt"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Clock:
    """A clock that one sets."""

    def __init__(self) -> None:
        self.seconds = 1_780_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with serve_sandbox(QUICK, clock=clock) as served:
        yield served


@asynccontextmanager
async def a_client(sandbox: Sandbox, token: str = QUICK.bot_token) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=token, base_url=sandbox.api_url, session=session, retry_handlers=[])


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncWebClient]:
    async with a_client(sandbox) as connected:
        yield connected


def an_app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, signing_secret=QUICK.signing_secret)


@asynccontextmanager
async def over_http(register: Register, config: SandboxConfig = QUICK) -> AsyncIterator[Sandbox]:
    """Serve a sandbox and a Bolt app that takes deliveries at its request URL."""
    async with serve_sandbox(config) as sandbox, a_client(sandbox) as client:
        app = an_app(client)
        register(app)

        async def events(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

        site = web.Application()
        site.router.add_post("/slack/events", events)
        runner = web.AppRunner(site, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sandbox.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        try:
            yield sandbox
        finally:
            await runner.cleanup()


@asynccontextmanager
async def over_socket(register: Register, config: SandboxConfig = QUICK) -> AsyncIterator[Sandbox]:
    """Serve a sandbox and a Bolt app that is connected to it by Socket Mode."""
    async with serve_sandbox(config) as sandbox, a_client(sandbox) as client:
        app = an_app(client)
        register(app)
        handler = AsyncSocketModeHandler(app, config.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await sandbox.until(lambda: sandbox.transport == "socket")
        try:
            yield sandbox
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture(params=[over_http, over_socket], ids=["http", "socket"])
def connected(request: pytest.FixtureRequest) -> Connected:
    """Each test that asks for it runs over both transports."""
    chosen: Connected = request.param
    return chosen


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def a_button(
    action_id: str = "proposal.approve", value: str = "P1:1", text: str = "Approve"
) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": value}


def a_section(text: str = "From 7 sessions by 4 engineers.") -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def an_input(block_id: str = "reason", action_id: str = "reason.text", **element: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Reason"),
        "element": {"type": "plain_text_input", "action_id": action_id, **element},
    }


def a_modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "proposal.reject",
        "title": plain("Reject this flow"),
        "submit": plain("Reject"),
        "blocks": list(blocks) or [an_input()],
        **more,
    }

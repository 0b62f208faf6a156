"""How deliveries go wrong, and how each transport carries them."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox
from tests.sandbox.conftest import (
    BEN,
    IMPATIENT,
    QUICK,
    Connected,
    Register,
    a_client,
    an_app,
    over_http,
    over_socket,
)


async def test_late_ack_is_a_timeout_for_the_person(connected: Connected) -> None:
    may_ack = asyncio.Event()

    def register(app: AsyncApp) -> None:
        @app.command("/flowpilot")
        async def slow(ack: Any) -> None:
            await may_ack.wait()
            await ack()

    async with connected(register, IMPATIENT) as sandbox:
        ack = await sandbox.person(BEN).command("#support", "/flowpilot help")
        may_ack.set()
        assert (ack.ok, ack.error) == (False, "operation_timeout")
        assert any("operation_timeout" in notice.text for notice in sandbox.notices)


async def test_duplicate_delivery_brings_the_same_event_twice(connected: Connected) -> None:
    arrived: asyncio.Queue[str] = asyncio.Queue()

    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def said(body: Any) -> None:
            await arrived.put(body["event_id"])

    async with connected(register) as sandbox:
        sandbox.misbehave("*", "duplicate_delivery")
        await sandbox.person(BEN).say("#support", "once")
        first, second = await arrived.get(), await arrived.get()
        await sandbox.person(BEN).say("#support", "again")
        third = await arrived.get()
        assert first == second != third
        assert arrived.empty()


async def test_event_is_tried_again_with_slacks_retry_headers() -> None:
    tries: asyncio.Queue[tuple[str | None, str | None]] = asyncio.Queue()

    def register(app: AsyncApp) -> None:
        @app.middleware
        async def refuse_at_first(req: Any, next: Any) -> Any:  # noqa: A002  (Bolt's name)
            number = req.headers.get("x-slack-retry-num", [None])[0]
            await tries.put((number, req.headers.get("x-slack-retry-reason", [None])[0]))
            if number == "2":
                await next()

        @app.event("message")
        async def said() -> None:
            return None

    async with over_http(register) as sandbox:
        ack = await sandbox.person(BEN).say("#support", "hello")
        assert (ack.ok, ack.error) == (False, "http_service_error (404)")
        seen = [await tries.get() for _ in range(3)]
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_uninstalling_tells_the_app_and_stops_its_token(connected: Connected) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()

    def register(app: AsyncApp) -> None:
        @app.event("tokens_revoked")
        async def revoked(event: Any) -> None:
            await told.put(event["tokens"]["bot"])

        @app.event("app_uninstalled")
        async def uninstalled(event: Any) -> None:
            await told.put(event["type"])

    async with connected(register) as sandbox:
        await sandbox.uninstall()
        assert [await told.get(), await told.get()] == [[QUICK.bot_user], "app_uninstalled"]
        async with a_client(sandbox) as client:
            with pytest.raises(SlackApiError, match="account_inactive"):
                await client.auth_test()


async def test_several_sockets_take_turns() -> None:
    taken: list[str] = []

    def register_as(name: str) -> Register:
        def register(app: AsyncApp) -> None:
            @app.command("/flowpilot")
            async def handle(ack: Any) -> None:
                taken.append(name)
                await ack()

        return register

    async with over_socket(register_as("one")) as sandbox, a_client(sandbox) as client:
        app = an_app(client)
        register_as("two")(app)
        handler = AsyncSocketModeHandler(app, QUICK.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await sandbox.until(lambda: sandbox.connection_count == 2)
        for _ in range(4):
            await sandbox.person(BEN).command("#support", "/flowpilot help")
        await handler.close_async()  # type: ignore[no-untyped-call]
    assert sorted(taken) == ["one", "one", "two", "two"]


async def test_eleventh_socket_is_turned_away(sandbox: Sandbox) -> None:
    async with a_client(sandbox, QUICK.app_token) as client, aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            url = (await client.apps_connections_open(app_token=QUICK.app_token))["url"]
            sockets.append(await session.ws_connect(url))
        greetings = [(await socket.receive_json())["type"] for socket in sockets]
        assert greetings == ["hello"] * 10 + ["disconnect"]
        for socket in sockets:
            await socket.close()


async def test_socket_needs_a_ticket(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{sandbox.url}/link?ticket=guessed")


async def test_nobody_listens() -> None:
    async with over_http(lambda _app: None, IMPATIENT) as sandbox:
        sandbox.request_url = None
        ack = await sandbox.person(BEN).command("#support", "/flowpilot help")
        assert not ack.ok
        assert "The app is not connected" in sandbox.notices[-1].text

"""Socket Mode: we connect to Slack, and it sends what happens through that connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.domain.errors import FlowPilotError
from bot.slack.api import is_loopback, open_session, web_client
from bot.slack.errors import SlackAwayError

CONNECT_SECONDS = 30
PING_SECONDS = 5
"""How often a connection is probed, and the pause before it is made again."""


class AppTokenRefusedError(FlowPilotError):
    """Slack does not accept the token for Socket Mode."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Slack does not accept FLOWPILOT_SLACK_APP_TOKEN ({code}). It begins with xapp- and needs the scope "
            "connections:write; Socket Mode must be on in the app's settings."
        )


class _PersistentClient(SocketModeClient):
    """slack_sdk's client, which on its own tries one address for ever. An address is good for one connection."""

    async def connect(self) -> None:
        while not self.closed:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await super().connect()  # type: ignore[no-untyped-call]
            except TimeoutError:
                self.wss_uri = None
            else:
                return

    async def close(self) -> None:
        tasks = [self.message_processor, self.current_session_monitor, self.message_receiver]
        await super().close()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)


@asynccontextmanager
async def run_socket_mode(app: AsyncApp, *, app_token: str, base_url: str) -> AsyncIterator[None]:
    """Stay connected while the block runs, through disconnections too.

    Raises:
        AppTokenRefusedError: Slack does not accept the app token.
        SlackAwayError: Slack does not answer.
    """
    async with open_session(base_url) as session:
        client = _client(session, app_token, base_url)

        async def take(_client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
            response = await run_async_bolt_app(app, request)
            await send_async_response(client, request, response, 0.0)

        client.socket_mode_request_listeners.append(take)
        try:
            client.wss_uri = await _first_address(client)
            await client.connect()
            yield
        finally:
            await client.close()


async def check_app_token(app_token: str, base_url: str) -> None:
    """Ask Slack whether it takes the token, without connecting. Raises as `run_socket_mode`."""
    async with open_session(base_url) as session:
        client = _client(session, app_token, base_url)
        try:
            await _first_address(client)
        finally:
            await client.close()


def _client(session: aiohttp.ClientSession, app_token: str, base_url: str) -> _PersistentClient:
    client = _PersistentClient(
        app_token=app_token,
        logger=logging.getLogger("slack_sdk.socket_mode"),
        web_client=web_client(session, base_url),
        ping_interval=PING_SECONDS,
    )
    if is_loopback(base_url):
        client.proxy = None
    return client


async def _first_address(client: SocketModeClient) -> str:
    try:
        return await client.issue_new_wss_url()
    except SlackApiError as error:
        raise AppTokenRefusedError(str(error.response["error"])) from None
    except (AttributeError, aiohttp.ClientError, TimeoutError) as error:
        # AttributeError: slack_sdk cannot read an answer that is not JSON, such as a proxy's.
        raise SlackAwayError(client.web_client.base_url) from error

"""Slack's requests over HTTP, guarded before Bolt sees them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

TIMESTAMP = re.compile(r"[0-9]{1,15}")


def slack_endpoint(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of POST /slack/events: events, commands and interactivity alike."""

    async def handle(request: web.Request) -> web.Response:
        # Bolt turns the header into a number without a look, and a word there would be a server error.
        if not TIMESTAMP.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "")):
            return web.json_response({"error": "The request does not come from Slack."}, status=401)
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    return handle

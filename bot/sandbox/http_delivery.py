"""Delivery over HTTP: signed requests to the app's request URL."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.delivery import TIMEOUT, Ack, Parcel
from bot.sandbox.workspace import Workspace


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return Slack's signature (version v0) of a request body sent at `timestamp`."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return f"v0={digest}"


def encoded(parcel: Parcel) -> tuple[bytes, str]:
    """Return the request body of a parcel and its content type."""
    if parcel.type == "events_api":
        return json.dumps(parcel.payload).encode(), "application/json"
    fields = parcel.payload if parcel.type == "slash_commands" else {"payload": json.dumps(parcel.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


class HttpDelivery:
    """Posts to `request_url`, as long as there is one."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the first request URL from the workspace's configuration."""
        self._workspace = workspace
        self._session: aiohttp.ClientSession | None = None
        self.request_url = workspace.config.request_url

    def is_open(self) -> bool:
        """Whether a request URL is known."""
        return self.request_url is not None

    async def send(self, parcel: Parcel) -> Ack:
        """Post the parcel and read the answer, within the time in which the app has to ack."""
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._workspace.config.ack_seconds):
                ack = await self._post(parcel)
        except TimeoutError:
            ack = Ack(ok=False, status=0, error=TIMEOUT)
        except aiohttp.ClientError as error:
            ack = Ack(ok=False, status=0, error=f"the app cannot be reached ({type(error).__name__})")
        return Ack(ack.ok, ack.status, ack.body, asyncio.get_running_loop().time() - started, ack.error)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, parcel: Parcel) -> Ack:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        body, content_type = encoded(parcel)
        headers = self._headers(parcel, body) | {"Content-Type": content_type}
        async with self._session.post(str(self.request_url), data=body, headers=headers) as answer:
            is_taken = answer.status == 200  # noqa: PLR2004  (the one status Slack takes for an ack)
            error = None if is_taken else f"http_service_error ({answer.status})"
            return Ack(is_taken, answer.status, _body(answer.content_type, await answer.text()), error=error)

    def _headers(self, parcel: Parcel, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._workspace.clock()))
        headers = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._workspace.config.signing_secret, timestamp, body),
        }
        if parcel.attempt:
            headers |= {
                "X-Slack-Retry-Num": str(parcel.attempt),
                "X-Slack-Retry-Reason": f"http_{parcel.reason}",
            }
        return headers


def _body(content_type: str, text: str) -> Any:
    if content_type != "application/json" or not text:
        return text or None
    try:
        return json.loads(text)
    except ValueError:
        return text

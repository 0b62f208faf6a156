"""Signed requests as Slack sends them, and how fast they are acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import aiohttp

from bot.cli.demo_stage import REVIEW_CHANNEL
from bot.sandbox import Message, Sandbox
from bot.sandbox.delivery import Parcel
from bot.sandbox.http_delivery import encoded, signature
from bot.sandbox.payloads import Payloads
from bot.sandbox.wire import Json
from bot.slack.ids import VersionedId
from bot.slack.views.proposals import EXAMPLES

STATUS_TAKEN = 200


@dataclass(frozen=True, slots=True)
class Signed:
    """A request, ready to be sent within five minutes."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Acked:
    """How long each request took until it was acknowledged, and all of them together."""

    seconds: tuple[float, ...]
    total_seconds: float

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.total_seconds

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the requests was acknowledged."""
        return sorted(self.seconds)[min(int(share * len(self.seconds)), len(self.seconds) - 1)]


def signed(sandbox: Sandbox, parcel: Parcel) -> Signed:
    body, content_type = encoded(parcel)
    timestamp = str(int(time.time()))
    return Signed(
        body,
        {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(sandbox.config.signing_secret, timestamp, body),
        },
    )


def click(sandbox: Sandbox, user: str, action_id: str, seen: VersionedId) -> Parcel:
    """A click on a button of a proposal's card; the card comes with it, as it does in Slack."""
    card = EXAMPLES["new flow"]()
    conversations = sandbox.workspace.conversations
    at = Message(
        channel=REVIEW_CHANNEL,
        ts=conversations.next_ts(),
        user=sandbox.config.bot_user,
        text=card["text"],
        blocks=card["blocks"],
    )
    action: Json = {
        "type": "button",
        "action_id": action_id,
        "block_id": "decide",
        "value": str(seen),
        "text": {"type": "plain_text", "text": "Approve", "emoji": True},
        "action_ts": conversations.next_ts(),
    }
    return Parcel("interactive", Payloads(sandbox.workspace).click_in_message(user, at, action, {}))


async def send_at_once(url: str, requests: Sequence[Signed], *, connections: int) -> Acked:
    """Each connection sends its next request as soon as the one before is acknowledged."""
    waiting = iter(requests)
    began = time.perf_counter()
    async with open_connections(connections) as session:
        found = await asyncio.gather(*(_one_after_another(session, url, waiting) for _ in range(connections)))
    return Acked(tuple(second for each in found for second in each), time.perf_counter() - began)


async def send_at_pace(url: str, requests: Sequence[Signed], *, per_second: float) -> Acked:
    """One request every so often, however long the others take; each is timed from when it was due."""
    began = time.perf_counter()

    async def send_when_due(number: int, request: Signed) -> float:
        due = began + number / per_second
        await asyncio.sleep(due - time.perf_counter())
        await send(session, url, request)
        return time.perf_counter() - due

    async with open_connections(0) as session:
        seconds = await asyncio.gather(*(send_when_due(*each) for each in enumerate(requests)))
    return Acked(tuple(seconds), time.perf_counter() - began)


async def send(session: aiohttp.ClientSession, url: str, request: Signed) -> float:
    """Seconds until the request was acknowledged. Raises AssertionError when it was refused."""
    began = time.perf_counter()
    async with session.post(url, data=request.body, headers=request.headers) as answer:
        text = await answer.text()
        assert answer.status == STATUS_TAKEN, f"{answer.status}: {text}"
    return time.perf_counter() - began


def open_connections(most: int) -> aiohttp.ClientSession:
    """A session with so many connections at most; 0 sets no limit."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=most))


async def _one_after_another(
    session: aiohttp.ClientSession, url: str, waiting: Iterator[Signed]
) -> list[float]:
    return [await send(session, url, request) for request in waiting]

"""Bringing a payload to the app, by whichever way it listens, and waiting for its ack."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

EnvelopeType = Literal["events_api", "slash_commands", "interactive"]
TIMEOUT = "operation_timeout"
NOT_CONNECTED = "The app is not connected. Start it, or give the sandbox its request URL."


@dataclass(frozen=True)
class Parcel:
    """One payload on its way; `attempt` counts the retries, `reason` says why the last try failed."""

    type: EnvelopeType
    payload: Json
    attempt: int = 0
    reason: str | None = None

    @property
    def name(self) -> str:
        """What it is: `/command`, the interaction's type or the event's."""
        if self.type == "slash_commands":
            return str(self.payload["command"])
        return str(self.payload["event"]["type"] if self.type == "events_api" else self.payload["type"])

    @property
    def subscription(self) -> str | None:
        """What an app subscribes to in order to get this, None for what needs no subscription."""
        if self.type != "events_api":
            return None
        event = self.payload["event"]
        kinds = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
        return kinds[event["channel_type"]] if event["type"] == "message" else str(event["type"])


@dataclass(frozen=True)
class Ack:
    """How the app took a delivery: `body` is what it answered with, `error` a code or a sentence if it failed."""

    ok: bool
    status: int = 200
    body: Any = None
    seconds: float = 0.0
    error: str | None = None


class Transport(Protocol):
    """A way to the app."""

    def is_open(self) -> bool:
        """Whether the app can be reached this way."""

    async def send(self, parcel: Parcel) -> Ack:
        """Return how the app took the parcel; failures are acks too."""


class Deliveries:
    """Chooses the way, tries events again, keeps a notice of what failed."""

    def __init__(self, workspace: Workspace, socket: Transport, http: Transport) -> None:
        """Prefer `socket` while the app is connected to it."""
        self._workspace = workspace
        self._socket = socket
        self._http = http
        self._under_way: set[asyncio.Task[Any]] = set()

    @property
    def transport(self) -> Literal["socket", "http"] | None:
        """The way to the app at this moment."""
        if self._socket.is_open():
            return "socket"
        return "http" if self._http.is_open() else None

    async def deliver(self, parcel: Parcel) -> Ack:
        """Return how the app took the first try; an event that it did not take is tried again later."""
        if parcel.subscription not in (None, *self._workspace.config.subscriptions):
            return Ack(ok=True)
        if self._workspace.misbehaviours.take("duplicate_delivery", parcel.type, parcel.name):
            self.start(self._try(parcel))
        ack = await self._try(parcel)
        if not ack.ok and parcel.type == "events_api" and self.transport:
            self.start(self._try_again(parcel, "timeout" if ack.error == TIMEOUT else "error"))
        return ack

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Carry on with `work` in the background until it is done or the sandbox closes."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Give up what is still under way."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _try(self, parcel: Parcel) -> Ack:
        transport = {"socket": self._socket, "http": self._http}.get(self.transport or "")
        if transport is None:
            self._workspace.journal.notice("warning", NOT_CONNECTED)
            return Ack(ok=False, status=0, error=NOT_CONNECTED)
        ack = await transport.send(parcel)
        if not ack.ok:
            self._workspace.journal.notice(
                "error", f"{parcel.name} failed: {ack.error} after {ack.seconds:.1f} s"
            )
        return ack

    async def _try_again(self, parcel: Parcel, reason: str) -> None:
        for attempt, wait_seconds in enumerate(self._workspace.config.event_retry_seconds, start=1):
            await asyncio.sleep(wait_seconds)
            ack = await self._try(replace(parcel, attempt=attempt, reason=reason))
            if ack.ok:
                return

"""Delivery over Socket Mode: the app connects to the sandbox and takes envelopes from it."""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.delivery import TIMEOUT, Ack, Parcel
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

MOST_CONNECTIONS = 10
CONNECTION_SECONDS = 18_060


class SocketMode:
    """The app's connections; envelopes go to one after the other."""

    def __init__(self, workspace: Workspace) -> None:
        """Start without a connection."""
        self._workspace = workspace
        self._numbers = count(1)
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._late: dict[str, float] = {}

    def is_open(self) -> bool:
        """Whether the app is connected."""
        return bool(self._connections)

    @property
    def connection_count(self) -> int:
        """How many connections the app holds."""
        return len(self._connections)

    def issue_ticket(self) -> str:
        """Return a ticket for one connection."""
        ticket = f"ticket-{next(self._numbers):08}"
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection of the app until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="unknown ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await self._hold(socket)
        return socket

    async def send(self, parcel: Parcel) -> Ack:
        """Send the parcel in an envelope and wait for its ack, as long as the app has to ack."""
        envelope_id = f"{next(self._numbers):08x}-0000-4000-8000-000000000000"
        loop = asyncio.get_running_loop()
        started = loop.time()
        answer = self._waiting[envelope_id] = loop.create_future()
        try:
            async with asyncio.timeout(self._workspace.config.ack_seconds):
                await self._next().send_json(self._envelope(envelope_id, parcel))
                body = await answer
        except TimeoutError:
            self._late[envelope_id] = started
            return Ack(ok=False, status=0, seconds=loop.time() - started, error=TIMEOUT)
        except ConnectionError:
            return Ack(
                ok=False, status=0, seconds=loop.time() - started, error="the connection to the app broke"
            )
        finally:
            del self._waiting[envelope_id]
        return Ack(ok=True, body=body, seconds=loop.time() - started)

    async def close(self) -> None:
        """Close every connection."""
        for socket in list(self._connections):
            await socket.close()

    async def _hold(self, socket: web.WebSocketResponse) -> None:
        self._connections.append(socket)
        try:
            await socket.send_json(self._hello())
            self._workspace.changes.notify()
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self._connections.remove(socket)
            if not self._connections:
                self._give_up()
            self._workspace.changes.notify()

    def _give_up(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError())

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": CONNECTION_SECONDS,
            },
            "connection_info": {"app_id": self._workspace.config.app_id},
        }

    def _envelope(self, envelope_id: str, parcel: Parcel) -> Json:
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": parcel.type,
            "payload": parcel.payload,
            "accepts_response_payload": parcel.type != "events_api",
        }
        if parcel.type == "events_api":
            envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason or ""}
        return envelope

    def _next(self) -> web.WebSocketResponse:
        socket = self._connections.pop(0)
        self._connections.append(socket)
        return socket

    def _take(self, text: str) -> None:
        try:
            answer = json.loads(text)
            envelope_id, body = answer["envelope_id"], answer.get("payload")
        except (ValueError, TypeError, KeyError):
            self._workspace.journal.notice("error", "The app sent something that is no ack.")
            return
        waiting = self._waiting.get(envelope_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(body)
        elif (started := self._late.pop(envelope_id, None)) is not None:
            seconds = asyncio.get_running_loop().time() - started
            self._workspace.journal.notice("warning", f"An ack came late, after {seconds:.1f} s.")

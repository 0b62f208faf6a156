"""The sandbox as a whole: what serves it, and what tests and demonstrations do with it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal, TypeVar

from aiohttp import web

from bot.sandbox.act import Acts
from bot.sandbox.answers import Answers
from bot.sandbox.config import SandboxConfig
from bot.sandbox.delivery import Ack, Deliveries, Parcel
from bot.sandbox.files import StoredFile
from bot.sandbox.http_delivery import HttpDelivery
from bot.sandbox.journal import Accepted, ApiCall, Notice, Refusal
from bot.sandbox.live import Live
from bot.sandbox.messages import Message
from bot.sandbox.misbehave import Kind, Misbehaviour
from bot.sandbox.pages import Pages
from bot.sandbox.payloads import Payloads
from bot.sandbox.people import Person
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.views import View
from bot.sandbox.web_api import WebApi
from bot.sandbox.workspace import Workspace

T = TypeVar("T")


class Sandbox:
    """A Slack workspace in memory, with one app installed."""

    def __init__(
        self, config: SandboxConfig, *, origin: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        """Set up a workspace that is reached at `origin`; `clock` gives seconds since 1970.

        Without an origin the first call of the API tells it.
        """
        self.config = config
        self.workspace = Workspace(config, clock)
        self.workspace.origin = origin
        self._socket = SocketMode(self.workspace)
        self._http = HttpDelivery(self.workspace)
        self._deliveries = Deliveries(self.workspace, self._socket, self._http)
        self._payloads = Payloads(self.workspace)
        self._answers = Answers(self.workspace, self._deliveries, self._payloads)
        self._live = Live(self.workspace, self._deliveries)

    @property
    def url(self) -> str:
        """Where the page is, without a slash at the end."""
        return self.workspace.origin

    @property
    def api_url(self) -> str:
        """The base URL for slack_sdk's clients."""
        return f"{self.workspace.origin}/api/"

    @property
    def request_url(self) -> str | None:
        """Where the app takes deliveries over HTTP."""
        return self._http.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._http.request_url = url
        self.workspace.changes.notify()

    @property
    def transport(self) -> Literal["socket", "http"] | None:
        """How the app is reached now, None if it is not."""
        return self._deliveries.transport

    @property
    def connection_count(self) -> int:
        """How many Socket Mode connections the app holds."""
        return self._socket.connection_count

    @property
    def calls(self) -> list[ApiCall]:
        """Every call of the Web API, oldest first."""
        return self.workspace.journal.calls

    @property
    def payloads(self) -> list[Accepted]:
        """Every message and view that passed the linter, oldest first."""
        return self.workspace.journal.accepted

    @property
    def refused(self) -> list[Refusal]:
        """Every message and view that the linter refused, oldest first."""
        return self.workspace.journal.refused

    @property
    def notices(self) -> list[Notice]:
        """What the page warns of, oldest first."""
        return self.workspace.journal.notices

    @property
    def files(self) -> list[StoredFile]:
        """The uploaded files, oldest first."""
        return list(self.workspace.files)

    def file(self, file_id: str) -> StoredFile:
        """Return an uploaded file with its bytes; raises SlackError("file_not_found")."""
        return self.workspace.files.get(file_id)

    def person(self, user: str) -> Person:
        """Return somebody to act as; raises SlackError("user_not_found")."""
        return Person(user, self.workspace, self._deliveries, self._payloads, self._answers)

    def messages(self, channel: str) -> list[Message]:
        """Return what everybody in a channel (id, name or #name) sees, oldest first, replies too."""
        return self.workspace.conversations.all_in(self.workspace.conversations.find(channel).id)

    def dm(self, user: str) -> list[Message]:
        """Return the direct messages between a person and the app, oldest first."""
        return self.messages(user)

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """Return what only this person sees, in one channel or in all, oldest first."""
        conversations = self.workspace.conversations
        ids = [conversations.find(channel).id] if channel else list(conversations.channels)
        found = [each for id_ in ids for each in conversations.seen_by(user, id_) if each.is_ephemeral]
        return sorted(found, key=lambda message: message.ts)

    def home(self, user: str) -> View | None:
        """Return the Home that the app published for a person."""
        return self.workspace.views.homes.get(user)

    async def until(self, predicate: Callable[[], T | None], timeout: float = 10.0) -> T:  # noqa: ASYNC109  (part of the promise)
        """Return what `predicate` returns once that is true; it is asked again after each change.

        Raises TimeoutError, saying where the predicate stands, after `timeout` seconds.
        """
        code = getattr(predicate, "__code__", None)
        where = f"the condition at {code.co_filename}:{code.co_firstlineno}" if code else repr(predicate)
        return await self.workspace.changes.until(predicate, timeout=timeout, waiting_for=where)

    def misbehave(
        self, method: str, kind: Kind, times: int = 1, *, retry_after: int = 1, delay: float = 0.0
    ) -> None:
        """Let the next `times` calls of `method` ("*" for any), or deliveries of that type, go wrong."""
        self.workspace.misbehaviours.add(Misbehaviour(method, kind, times, retry_after, delay))
        self.workspace.changes.notify()

    async def uninstall(self) -> Ack:
        """Remove the app from the workspace: its token is worthless, and it is told."""
        self.workspace.revoked_as = "account_inactive"
        tokens = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.config.bot_user]}}
        await self._deliveries.deliver(Parcel("events_api", self._payloads.event(tokens)))
        gone = self._payloads.event({"type": "app_uninstalled"})
        return await self._deliveries.deliver(Parcel("events_api", gone))

    def web_app(self) -> web.Application:
        """Return an application that serves the sandbox at its root; one may add routes of one's own to it."""
        api, pages = WebApi(self.workspace, self._socket), Pages(self.workspace, self._answers)
        app = web.Application()
        app.add_routes(
            [
                web.get("/", pages.index),
                web.get("/home", pages.index),
                web.get("/c/{channel}", pages.index),
                web.get("/static/{path:.+}", pages.static),
                web.get("/files/{file}/{name}", pages.file),
                web.get("/sandbox/live", self._live.serve),
                web.post("/sandbox/act", Acts(self.workspace, self.person).serve),
                web.route("*", "/api/{method}", api.serve),
                web.post("/upload/{file}", pages.upload),
                web.post("/response/{key}", pages.respond),
                web.get("/link", self._socket.serve),
            ]
        )
        app.on_shutdown.append(self._close)
        return app

    async def _close(self, _app: web.Application) -> None:
        await self._deliveries.close()
        await self._live.close()
        await self._socket.close()
        await self._http.close()


@asynccontextmanager
async def serve_sandbox(
    config: SandboxConfig | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Sandbox]:
    """Serve a sandbox at `host` and `port` (0: a free one) for as long as the context lasts.

    An app that takes deliveries over HTTP refuses signatures that are five minutes old: with it, `clock` has to be
    the real one.
    """
    sandbox = Sandbox(config or SandboxConfig(), clock=clock)
    runner = web.AppRunner(
        sandbox.web_app(), handler_cancellation=True, shutdown_timeout=0.2, access_log=None
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0]
        sandbox.workspace.origin = f"http://{host}:{bound[1]}"
        yield sandbox
    finally:
        await runner.cleanup()

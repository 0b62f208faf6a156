"""The Web API: who calls, with what, how the call goes wrong if it is asked to, and what it answers."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable
from typing import TypeAlias

from aiohttp import web

from bot.sandbox import api_chat, api_conversations, api_files, api_team, api_views
from bot.sandbox.journal import ApiCall
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.wire import Arguments, Json, SlackError
from bot.sandbox.workspace import Workspace

Method: TypeAlias = Callable[[Workspace, Arguments], Json]

METHODS: dict[str, Method] = {
    **api_chat.METHODS,
    **api_conversations.METHODS,
    **api_files.METHODS,
    **api_team.METHODS,
    **api_views.METHODS,
}
CONNECT = "apps.connections.open"
WITHOUT_TOKEN = ("api.test", "oauth.v2.access")
POSTS_A_SECOND = 1
BURST_SECONDS = 4
CALLS_A_MINUTE = {"chat.update": 50, "conversations": 50, "views": 100, "files": 100, "users": 100}


class WebApi:
    """Answers /api/<method> as Slack does."""

    def __init__(self, workspace: Workspace, socket: SocketMode) -> None:
        """Work on `workspace`; `socket` gives out the tickets for Socket Mode."""
        self._workspace = workspace
        self._socket = socket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, in time or not at all."""
        workspace, method = self._workspace, request.match_info["method"]
        workspace.origin = workspace.origin or str(request.url.origin())
        try:
            args, token = await _arguments(request)
        except SlackError as error:
            return web.json_response(error.as_answer())
        if (refusal := self._refusal(method, args)) is not None:
            return refusal
        answer = self._answer(method, args, token)
        if (misbehaviour := workspace.misbehaviours.take("timeout_after_accept", method)) is not None:
            await asyncio.sleep(misbehaviour.delay)
            if request.transport is not None:
                request.transport.abort()
        return web.json_response(answer, headers={"X-OAuth-Scopes": workspace.config.scopes})

    def _answer(self, method: str, args: Arguments, token: str) -> Json:
        try:
            answer = {"ok": True, **self._call(method, args, token)}
        except SlackError as error:
            answer = error.as_answer()
        self._workspace.journal.record(ApiCall(method, args.values, answer.get("error")))
        return answer

    def _call(self, method: str, args: Arguments, token: str) -> Json:
        if method != CONNECT and method not in METHODS:
            raise SlackError("unknown_method")
        self._authorise(method, token)
        if method == CONNECT:
            link = f"{self._workspace.origin}/link?ticket={self._socket.issue_ticket()}"
            return {"url": f"ws{link.removeprefix('http')}"}
        return METHODS[method](self._workspace, args)

    def _authorise(self, method: str, token: str) -> None:
        config = self._workspace.config
        if method in WITHOUT_TOKEN:
            return
        if not token:
            raise SlackError("not_authed")
        if token not in (config.bot_token, config.app_token):
            raise SlackError("invalid_auth")
        if (token == config.app_token) != (method == CONNECT):
            raise SlackError("not_allowed_token_type")
        if token == config.bot_token and self._workspace.revoked_as:
            raise SlackError(self._workspace.revoked_as)

    def _refusal(self, method: str, args: Arguments) -> web.Response | None:
        """Return the answer to a call that is not even looked at."""
        misbehaviours = self._workspace.misbehaviours
        if misbehaviours.take("server_error", method):
            self._workspace.journal.record(ApiCall(method, args.values, "server_error"))
            return web.Response(status=503, text="upstream connect error")
        limited = misbehaviours.take("ratelimited", method)
        wait_seconds = limited.retry_after if limited else self._wait_seconds(method, args)
        if not wait_seconds and not limited:
            return None
        self._workspace.journal.record(ApiCall(method, args.values, "ratelimited"))
        headers = {"Retry-After": str(wait_seconds)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

    def _wait_seconds(self, method: str, args: Arguments) -> int:
        if not self._workspace.config.enforce_rates:
            return 0
        rates = self._workspace.rates
        if method == "chat.postMessage":
            key = f"{method} {args.text('channel')}"
            return rates.wait_seconds(key, POSTS_A_SECOND * BURST_SECONDS, BURST_SECONDS)
        most = CALLS_A_MINUTE.get(method) or CALLS_A_MINUTE.get(method.partition(".")[0])
        return rates.wait_seconds(method, most, 60) if most else 0


async def _arguments(request: web.Request) -> tuple[Arguments, str]:
    """Return the arguments of a call and its token, wherever they stand."""
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        values |= await _json_body(request)
    else:
        values |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        client_id, _, client_secret = _login(header.removeprefix("Basic ")).partition(":")
        values |= {"client_id": client_id, "client_secret": client_secret}
    token = values.pop("token", None) or header.removeprefix("Bearer ").strip()
    return Arguments(values), str(token)


async def _json_body(request: web.Request) -> Json:
    """Return the JSON object of a request; raises SlackError("invalid_json") if it is none."""
    try:
        body = await request.json()
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _login(encoded: str) -> str:
    """Return `id:secret` of a Basic authorization header; raises SlackError("invalid_auth") if it is none."""
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_auth") from None

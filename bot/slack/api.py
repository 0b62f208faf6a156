"""Slack's Web API: one shared HTTP session, time-outs, patience where repeating is safe, and typed refusals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import (
    Refusal,
    SlackBusyError,
    SlackUnansweredError,
    SlackUnreachableError,
    error_of,
)
from bot.slack.views.blocks import Json

TIMEOUT_SECONDS = 15
RETRY_SECONDS = (0.5, 2.0, 5.0)
"""Waiting times before an unanswered call is repeated."""
MAX_RETRY_AFTER_SECONDS = 60.0
"""Slack may ask for longer; then the job is put off instead."""
SAID_ONCE = frozenset(
    {"chat.postMessage", "chat.postEphemeral", "views.open", "views.push", "files.completeUploadExternal"}
)
"""Calls that do something once more when they are repeated: not done after a time-out, for they may have arrived."""
AS_FORM = frozenset(
    {
        "chat.getPermalink",
        "conversations.history",
        "conversations.replies",
        "files.getUploadURLExternal",
        "users.info",
    }
)
"""Methods that take no JSON."""
TOO_MANY, SERVER_ERROR = 429, 500

Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""

log = structlog.get_logger(__name__)


class Tokens(Protocol):
    """The bot tokens of the workspaces."""

    async def token_for(self, workspace_id: str) -> str:
        """Raises InstallationGoneError when the app is not installed there."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is, as Slack says."""

    workspace_id: str
    workspace_name: str
    bot_id: str
    bot_user_id: str


class OneWorkspace:
    """The token from the settings, which is good for one workspace."""

    def __init__(self, workspace_id: str, token: str) -> None:
        self._workspace_id = workspace_id
        self._token = token

    async def token_for(self, workspace_id: str) -> str:
        if workspace_id != self._workspace_id:
            raise error_of(Refusal(method="token", code="not_authed", workspace_id=workspace_id))
        return self._token


@asynccontextmanager
async def open_session(api_url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The HTTP session for everything that goes to Slack. A proxy of the environment serves it, but not on loopback."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=not is_loopback(api_url)) as session:
        yield session


def is_loopback(url: str) -> bool:
    """Whether the URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def web_client(session: aiohttp.ClientSession, base_url: str, token: str | None = None) -> AsyncWebClient:
    """slack_sdk's client on our session. It never repeats a call by itself."""
    client = AsyncWebClient(
        token=token,
        base_url=base_url,
        session=session,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
        logger=logging.getLogger("slack_sdk"),
    )
    client.proxy = None  # the session knows the environment's proxy, and the exceptions from it
    return client


class SlackApi:
    """Calls of the Web API on behalf of a workspace."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        tokens: Tokens,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.session = session
        self.base_url = base_url
        self._tokens = tokens
        self._client = web_client(session, base_url)
        self._sleep = sleep

    async def call(self, workspace_id: str, method: str, **arguments: Any) -> Json:
        """Slack's answer, when it is a yes.

        Raises:
            SlackUnansweredError: no answer, after patience where repeating is safe.
            SlackBusyError: a longer wait is asked for.
            Exception: what `bot.slack.errors.ERRORS` makes of the refusal.
        """
        token = await self._tokens.token_for(workspace_id)
        waits = iter(RETRY_SECONDS)
        while True:
            try:
                return await self._call_once(workspace_id, token, method, arguments)
            except SlackBusyError as busy:
                wait = busy.retry_after_seconds if next(waits, None) else None
                if wait is None or wait > MAX_RETRY_AFTER_SECONDS:
                    raise
            except SlackUnansweredError as unanswered:
                is_safe = method not in SAID_ONCE or isinstance(unanswered, SlackUnreachableError)
                wait = next(waits, None) if is_safe else None
                if wait is None:
                    raise
            log.info("slack.waiting", method=method, seconds=wait)
            await self._sleep(wait)

    async def _call_once(
        self, workspace_id: str, token: str, method: str, arguments: Mapping[str, Any]
    ) -> Json:
        body = {name: value for name, value in arguments.items() if value is not None}
        headers = {"Authorization": f"Bearer {token}"}
        try:
            if method in AS_FORM:
                form = {name: _form_value(value) for name, value in body.items()}
                answer = await self._client.api_call(method, data=form, headers=headers)
            else:
                answer = await self._client.api_call(method, json=body, headers=headers)
        except SlackApiError as error:
            raise _refused(workspace_id, method, error, str(body.get("channel", ""))) from None
        except aiohttp.ClientConnectorError as error:
            raise SlackUnreachableError(method, type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise SlackUnansweredError(method, type(error).__name__) from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}


async def identify(session: aiohttp.ClientSession, base_url: str, token: str) -> Identity:
    """Ask Slack whose token this is.

    Raises:
        InstallationGoneError: Slack does not know the token.
        SlackUnansweredError: Slack cannot be reached.
    """
    api = SlackApi(session, base_url=base_url, tokens=OneWorkspace("", token))
    answer = await api.call("", "auth.test")
    return Identity(
        workspace_id=answer["team_id"],
        workspace_name=answer["team"],
        bot_id=answer["bot_id"],
        bot_user_id=answer["user_id"],
    )


def _refused(workspace_id: str, method: str, error: SlackApiError, channel: str) -> Exception:
    """What a refusing answer means; the answer of a proxy or a broken server is none."""
    response: Any = error.response
    status = getattr(response, "status_code", getattr(response, "status", 0))
    headers = getattr(response, "headers", None) or {}
    if status == TOO_MANY:
        return SlackBusyError(method, _seconds(headers.get("Retry-After")))
    data = getattr(response, "data", None)
    if status >= SERVER_ERROR or not isinstance(data, dict):
        return SlackUnansweredError(method, f"status {status}")
    return error_of(
        Refusal(
            method=method,
            code=str(data.get("error", "unknown_error")),
            workspace_id=workspace_id,
            channel=channel,
            details=tuple((data.get("response_metadata") or {}).get("messages") or ()),
        )
    )


def _form_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdecimal() else 1.0

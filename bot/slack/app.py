"""The Bolt application: everything passed in, nothing read from the environment."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack.api import Identity, SlackApi, Tokens, identify, web_client
from bot.slack.deps import SlackDeps
from bot.slack.errors import InstallationGoneError
from bot.slack.middleware import dropping_repeated_events
from bot.slack.pace import Recent
from bot.slack.register import register
from bot.slack.running import Running

REMEMBERED_WORKSPACES = 500
NOT_INSTALLED = "FlowPilot is not installed in this workspace any more. Ask an admin to install it again."
OWN_PREFIX = "SLACK_"
NOBODY: Mapping[str, Identity] = {}

log = structlog.get_logger(__name__)


class _TrackedApp(AsyncApp):
    """Every request counts as under way from its arrival, not only once a listener was found."""

    def __init__(self, running: Running, **options: Any) -> None:
        super().__init__(**options)
        self._running = running

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        with self._running.task():
            return await super().async_dispatch(req)


def build_app(
    deps: SlackDeps, *, tokens: Tokens, signing_secret: str, known: Mapping[str, Identity] = NOBODY
) -> AsyncApp:
    """The app with all its listeners. Without HTTP (in Socket Mode) the signing secret may be empty.

    `known` says whose token one is, for those that Slack was asked about already.
    """
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.WARNING)
    logging.getLogger("slack_sdk").setLevel(logging.WARNING)
    with _hidden_environment(OWN_PREFIX):
        app = _TrackedApp(
            deps.running,
            name="flowpilot",
            logger=logger,
            signing_secret=signing_secret,
            client=web_client(deps.api.session, deps.api.base_url),
            authorize=authorising(deps.api, tokens, known),
            before_authorize=dropping_repeated_events(deps),
            user_facing_authorize_error_message=NOT_INSTALLED,
            process_before_response=False,
        )
    app.error(_failed_before_listener)
    register(app, deps)
    return app


def authorising(
    api: SlackApi, tokens: Tokens, known: Mapping[str, Identity] = NOBODY
) -> Callable[..., Awaitable[AuthorizeResult | None]]:
    """Who we are in the workspace of a request. Slack is asked once; later requests cost no call."""
    remembered: Recent[Identity] = Recent(REMEMBERED_WORKSPACES)

    async def authorise(team_id: str | None) -> AuthorizeResult | None:
        workspace_id = team_id or ""
        try:
            token = await tokens.token_for(workspace_id)
            told = known.get(token) or remembered.get(token)
            identity = told or await identify(api.session, api.base_url, token)
        except InstallationGoneError:
            return None
        remembered.put(token, identity)
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.workspace_id,
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user_id,
            bot_token=token,
        )

    return authorise


async def _failed_before_listener(error: Exception) -> BoltResponse:
    """Slack delivers an event again that is answered like this; a person sees that something is wrong."""
    log.error("slack.request_failed", exc_info=error)
    return BoltResponse(status=500, body="")


@contextmanager
def _hidden_environment(prefix: str) -> Iterator[None]:
    """Bolt reads SLACK_* on its own: with a client id there it would turn to OAuth and keep tokens in files."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith(prefix)}  # noqa: TID251  (to keep Bolt from reading them)
    for name in hidden:
        del os.environ[name]  # noqa: TID251  (as above)
    try:
        yield
    finally:
        os.environ.update(hidden)  # noqa: TID251  (as above)

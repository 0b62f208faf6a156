"""What happens to every event before Bolt looks for its listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.response import BoltResponse

from bot.domain.errors import NotFoundError
from bot.services.troubleshooting import find_thread
from bot.slack.deps import SlackDeps
from bot.slack.payloads import conversation, envelopes
from bot.slack.views.blocks import Json

LIFECYCLE = frozenset({"app_uninstalled", "tokens_revoked"})
"""Done twice they do no harm; dropped because the program died after noting them, they would."""

Next = Callable[[], Awaitable[BoltResponse]]
Middleware = Callable[[Json, Next], Awaitable[BoltResponse]]

log = structlog.get_logger(__name__)


def dropping_repeated_events(deps: SlackDeps) -> Middleware:
    """Slack delivers an event again when it doubts that it arrived: only the first one goes on.

    When the database does not answer, the event fails here, and Slack delivers it again later. What people write in
    channels comes in masses and is no business of ours, unless it is a short reply in the thread of a session: nothing
    else is looked up, and nothing noted. Such a reply needs no event id: it answers what stood there before it, once.
    """

    async def drop_repeated(body: Json, next_: Next) -> BoltResponse:
        event_id = envelopes.event_id(body)
        if event_id is None or envelopes.event_type(body) in LIFECYCLE:
            return await next_()
        if conversation.is_in_channel(body["event"]):
            is_ours = await _is_in_session(deps, str(body["team_id"]), body["event"])
            return await next_() if is_ours else BoltResponse(status=200, body="")
        if await _is_first(deps, str(body["team_id"]), event_id):
            return await next_()
        return BoltResponse(status=200, body="")

    return drop_repeated


async def _is_in_session(deps: SlackDeps, workspace_id: str, event: Json) -> bool:
    thread = conversation.thread_of_short_reply(event)
    return thread is not None and await find_thread(deps.database, workspace_id, thread) is not None


async def _is_first(deps: SlackDeps, workspace_id: str, event_id: str) -> bool:
    try:
        async with deps.database.transaction(workspace_id) as tx:
            await tx.workspaces.get()
            return await tx.events.first_seen(event_id, deps.clock.now())
    except NotFoundError:
        log.warning("slack.event_of_unknown_workspace", workspace=workspace_id)
        return False

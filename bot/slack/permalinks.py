"""Links to messages, where Slack gives them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.domain.proposals import MessageRef
from bot.domain.sessions import Session
from bot.slack.api import SlackApi
from bot.slack.errors import ChannelUnusableError, MessageGoneError, SlackRefusedError


async def permalink(api: SlackApi, workspace_id: str, at: MessageRef) -> str | None:
    """None when the message is gone or out of the bot's reach."""
    try:
        answer = await api.call(workspace_id, "chat.getPermalink", channel=at.channel, message_ts=at.ts)
    except (MessageGoneError, SlackRefusedError, ChannelUnusableError):
        return None
    return str(answer["permalink"])


async def thread_links(api: SlackApi, workspace_id: str, sessions: Iterable[Session]) -> dict[int, str]:
    """The links to the threads of those sessions that were worked in Slack, by their ids."""
    threads = {
        session.id: MessageRef(session.channel, session.thread_ts)
        for session in sessions
        if session.channel and session.thread_ts
    }
    links = await asyncio.gather(*(permalink(api, workspace_id, at) for at in threads.values()))
    return {session_id: url for session_id, url in zip(threads, links, strict=True) if url}

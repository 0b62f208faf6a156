"""Reading a conversation, where Slack lets us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bot.domain.conversations import Said
from bot.domain.errors import FlowPilotError
from bot.domain.proposals import MessageRef
from bot.slack.api import SlackApi
from bot.slack.errors import UNSPOKEN, ChannelUnusableError, ScopeMissingError
from bot.slack.mrkdwn import written
from bot.slack.views.blocks import Json

PATIENCE_SECONDS = 10.0
GLANCE_SECONDS = 2.0
GLANCE = 20
"""Messages in which to see whether anybody spoke."""
PAGE = 200
MAX_MESSAGES = 1_000
MAX_CHARACTERS = 2_000
"""Of one message; what is longer is a log."""
SAID_BY_PEOPLE = frozenset({None, "file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages; all others are joins, edits and the like."""


ReadPage = Callable[[MessageRef, str], Awaitable[tuple[list[Json], str]]]


class UnreadableError(FlowPilotError):
    """A conversation that FlowPilot cannot read, as a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`at` is its first message. Not whole: the end of a very long one is missing."""

    at: MessageRef
    said: tuple[Said, ...]
    is_whole: bool


async def read_conversation(
    api: SlackApi, workspace_id: str, at: MessageRef, *, page: int = PAGE, at_most: int = MAX_MESSAGES
) -> Conversation:
    """The thread that the message belongs to, as people wrote it; alone, the message. `page` messages a call.

    Raises:
        UnreadableError: the permission is missing, FlowPilot is not there, or Slack does not answer.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _read(partial(_page, api, workspace_id, page), at, at_most)
    except ScopeMissingError:
        raise UnreadableError("FlowPilot may not read what is written in channels here.") from None
    except ChannelUnusableError as error:
        raise UnreadableError(f"FlowPilot cannot read this channel: {error.reason}.") from None
    except (TimeoutError, *UNSPOKEN):
        raise UnreadableError("Slack does not give FlowPilot this conversation now.") from None


async def others_are_silent(
    api: SlackApi, workspace_id: str, thread: MessageRef, by: str, *, after: str, before: str
) -> bool:
    """Whether nobody but this person wrote in the thread between two messages. No, too, where Slack is slow to tell."""
    try:
        async with asyncio.timeout(GLANCE_SECONDS):
            answer = await api.call(
                workspace_id,
                "conversations.replies",
                channel=thread.channel,
                ts=thread.ts,
                oldest=after,
                latest=before,
                limit=GLANCE,
            )
    except (TimeoutError, *UNSPOKEN):
        return False
    between = [message for message in answer["messages"] if after < str(message["ts"]) < before]
    others = [message for message in between if _is_from_person(message) and message["user"] != by]
    return not others and not answer.get("has_more")


async def _read(read_page: ReadPage, at: MessageRef, at_most: int) -> Conversation:
    messages, more = await read_page(at, "")
    first = str(messages[0].get("thread_ts") or at.ts) if messages else at.ts
    if first != at.ts:  # a reply knows the thread, but does not bring it
        at = MessageRef(at.channel, first)
        messages, more = await read_page(at, "")
    while more and len(messages) < at_most:
        further, more = await read_page(at, more)
        messages += further
    said = (_said(message) for message in messages[:at_most] if _is_from_person(message))
    return Conversation(
        at, tuple(each for each in said if each.text), is_whole=not more and len(messages) <= at_most
    )


async def _page(
    api: SlackApi, workspace_id: str, limit: int, at: MessageRef, cursor: str
) -> tuple[list[Json], str]:
    """Messages, and what asks for the next ones; empty after the last."""
    answer = await api.call(
        workspace_id,
        "conversations.replies",
        channel=at.channel,
        ts=at.ts,
        limit=limit,
        cursor=cursor or None,
    )
    return list(answer["messages"]), str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def _is_from_person(message: Json) -> bool:
    return (
        bool(message.get("user")) and not message.get("bot_id") and message.get("subtype") in SAID_BY_PEOPLE
    )


def _said(message: Json) -> Said:
    text = written(str(message.get("text") or ""))[:MAX_CHARACTERS]
    return Said(text=text, by=str(message["user"]), at=datetime.fromtimestamp(float(message["ts"]), UTC))

"""Answering one person where that person acted, seen by nobody else."""

from __future__ import annotations

import json

import aiohttp
import structlog

from bot.slack.api import SlackApi
from bot.slack.errors import UNSPOKEN, ChannelUnusableError, SlackRefusedError
from bot.slack.payloads.envelopes import Reply
from bot.slack.views.blocks import Json

OK = 200

log = structlog.get_logger(__name__)


async def answer_at(session: aiohttp.ClientSession, response_url: str, message: Json) -> bool:
    """Use a response URL for a message to one person; False when it has expired or is used up."""
    body = {"response_type": "ephemeral", "replace_original": False, **message}
    try:
        async with session.post(
            response_url, data=json.dumps(body), headers={"Content-Type": "application/json"}
        ) as answer:
            return answer.status == OK
    except (TimeoutError, aiohttp.ClientError):
        return False


async def answer(api: SlackApi, reply: Reply, message: Json) -> None:
    """Answer by the response URL, else in the channel, else by direct message. Never raises for a lost answer.

    In a thread, a response URL would answer outside of it.
    """
    if (
        reply.response_url
        and not reply.thread_ts
        and await answer_at(api.session, reply.response_url, message)
    ):
        return
    try:
        await _answer_in_channel(api, reply, message)
    except UNSPOKEN as error:
        log.warning("slack.answer_lost", workspace=reply.workspace_id, reason=str(error))


async def _answer_in_channel(api: SlackApi, reply: Reply, message: Json) -> None:
    if reply.channel:
        try:
            await api.call(
                reply.workspace_id,
                "chat.postEphemeral",
                channel=reply.channel,
                user=reply.user,
                thread_ts=reply.thread_ts,
                **message,
            )
        except (SlackRefusedError, ChannelUnusableError):
            log.info("slack.answering_directly", workspace=reply.workspace_id)
        else:
            return
    await api.call(reply.workspace_id, "chat.postMessage", channel=reply.user, **message)

"""Whether FlowPilot can speak in a channel."""

from __future__ import annotations

import asyncio

from bot.slack.api import SlackApi
from bot.slack.errors import (
    ChannelUnusableError,
    InstallationGoneError,
    SlackBusyError,
    SlackRefusedError,
    SlackUnansweredError,
)
from bot.slack.views.notices import notice_message

PATIENCE_SECONDS = 1.5
"""Whoever submits a modal has an answer within three seconds."""
CAN_SPEAK = "FlowPilot can post here. Only you see this."
PERSON_IS_OUTSIDE = "user_not_in_channel"


async def find_trouble(api: SlackApi, workspace_id: str, channel: str, user: str) -> str | None:
    """Why FlowPilot cannot post in the channel, as a sentence; None when it can.

    It says something to this person alone: that needs no permission beyond speaking, and nobody else is disturbed.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await api.call(
                workspace_id, "chat.postEphemeral", channel=channel, user=user, **notice_message(CAN_SPEAK)
            )
    except ChannelUnusableError as error:
        return f"FlowPilot cannot post there: {error.reason}. Type /invite @FlowPilot in the channel first."
    except SlackRefusedError as error:
        if error.refusal.code == PERSON_IS_OUTSIDE:
            return None
        return f"FlowPilot cannot post there: Slack says {error.refusal.code}. Choose another channel."
    except (TimeoutError, SlackUnansweredError, SlackBusyError, InstallationGoneError):
        return "Slack does not say in time whether FlowPilot can post there. Submit again."
    return None

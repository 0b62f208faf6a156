"""Saying something exactly once, though an answer of Slack gets lost or the program dies in the middle.

Before a message is posted, its attempt is noted; after, where it stands. Every message carries its key as metadata.
Whoever finds an attempt without an end looks for the key in the channel before posting, unless Slack refused it. A young
attempt of another process is probably under way: it is given a moment to end.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot.domain.ports import Clock
from bot.domain.proposals import MessageRef
from bot.slack.api import SlackApi, Sleep
from bot.slack.errors import (
    ChannelUnusableError,
    SlackRefusedError,
    SlackUnansweredError,
    SlackUnreachableError,
)
from bot.slack.pace import Pace, Recent, Turns
from bot.slack.views.blocks import Json
from storage.database import Database

EVENT_TYPE = "flowpilot_message"
ATTEMPT = "attempt:"
"""Before the key of what may have been said; its time stamp is when."""
CLOCK_ALLOWANCE = timedelta(minutes=2)
"""By how much our clock may be ahead of Slack's."""
LOOK_BACK_MESSAGES = 200
UNDER_WAY = timedelta(seconds=2)
"""For so long an attempt may be under way in another process."""
LOOK_AGAIN_SECONDS = 0.2

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Utterance:
    workspace_id: str
    to: str
    message: Json
    key: str
    thread_ts: str | None

    @property
    def name(self) -> str:
        return f"{self.workspace_id}:{self.key}"

    @property
    def arguments(self) -> dict[str, Any]:
        """For chat.postMessage."""
        return {
            **self.message,
            "channel": self.to,
            "thread_ts": self.thread_ts,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": self.key}},
        }


class Speech:
    """Posts and rewrites messages of a workspace."""

    def __init__(self, api: SlackApi, database: Database, clock: Clock, *, pace: Pace, sleep: Sleep) -> None:
        self._api = api
        self._database = database
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._turns = Turns()
        self._attempted: Recent[bool] = Recent()
        self._direct: Recent[str] = Recent()
        self._refused: Recent[bool] = Recent()

    async def find(self, workspace_id: str, key: str) -> MessageRef | None:
        """Where the utterance stands, if it is known to have been made."""
        async with self._database.transaction(workspace_id) as tx:
            return await tx.utterances.find(key)

    async def found(self, workspace_id: str, keys: Collection[str]) -> dict[str, MessageRef]:
        """Where those of the utterances stand that are known to have been made."""
        async with self._database.transaction(workspace_id) as tx:
            return await tx.utterances.found(keys)

    async def post(
        self, workspace_id: str, to: str, message: Json, *, key: str, thread_ts: str | None = None
    ) -> MessageRef:
        """Post to a channel or, with a user's id, to that person; the same key only once.

        Raises what `SlackApi.call` raises.
        """
        async with self._turns.turn(f"{workspace_id}:{key}"):
            if (said := await self.find(workspace_id, key)) is not None:
                return said
            utterance = _Utterance(workspace_id, to, message, key, thread_ts)
            await self._pace.wait(f"{workspace_id}:{to}")  # before the attempt, which is to be short
            at = await self._find_attempted(utterance) or await self._post_or_find(utterance)
            await self.note(workspace_id, key, at)
            return at

    async def rewrite(self, workspace_id: str, at: MessageRef, message: Json) -> None:
        """Put another message in the place of one of ours. Raises MessageGoneError, and as `post`."""
        async with self._turns.turn(f"{workspace_id}:{at.channel}:{at.ts}"):
            await self._api.call(workspace_id, "chat.update", channel=at.channel, ts=at.ts, **message)

    async def _find_attempted(self, utterance: _Utterance) -> MessageRef | None:
        """Where an earlier attempt got to; notes this one if it is the first."""
        now = f"{self._clock.now().timestamp():.6f}"
        if await self.note(utterance.workspace_id, ATTEMPT + utterance.key, MessageRef(utterance.to, now)):
            self._attempted.put(utterance.name, value=True)
            return None
        if self._refused.get(utterance.name):
            return None
        if not self._attempted.get(utterance.name) and (said := await self._wait_for_other(utterance)):
            return said
        return await self._look_for(utterance)

    async def _wait_for_other(self, utterance: _Utterance) -> MessageRef | None:
        """Where another process got to that is at it now; None when it takes too long, or tried long ago."""
        attempt = await self.find(utterance.workspace_id, ATTEMPT + utterance.key)
        for _ in range(int(UNDER_WAY.total_seconds() / LOOK_AGAIN_SECONDS)):
            age = self._clock.now().timestamp() - float(attempt.ts) if attempt else 0.0
            if age >= UNDER_WAY.total_seconds():
                return None
            await self._sleep(LOOK_AGAIN_SECONDS)
            if (said := await self.find(utterance.workspace_id, utterance.key)) is not None:
                return said
        return None

    async def _post_or_find(self, utterance: _Utterance) -> MessageRef:
        try:
            return await self._post(utterance)
        except SlackUnreachableError:
            raise
        except SlackUnansweredError:
            return await self._look_for(utterance) or await self._post(utterance)

    async def _post(self, utterance: _Utterance) -> MessageRef:
        try:
            answer = await self._api.call(utterance.workspace_id, "chat.postMessage", **utterance.arguments)
        except Exception as error:
            is_refused = not isinstance(error, SlackUnansweredError) or isinstance(
                error, SlackUnreachableError
            )
            self._refused.put(utterance.name, is_refused)
            raise
        at = MessageRef(str(answer["channel"]), str(answer["ts"]))
        self._direct.put(f"{utterance.workspace_id}:{utterance.to}", at.channel)
        return at

    async def _look_for(self, utterance: _Utterance) -> MessageRef | None:
        """The message with this key, if it did arrive. Where looking is not allowed it counts as lost."""
        channel = self._direct.get(f"{utterance.workspace_id}:{utterance.to}") or utterance.to
        attempt = await self.find(utterance.workspace_id, ATTEMPT + utterance.key)
        oldest = float(attempt.ts) - CLOCK_ALLOWANCE.total_seconds() if attempt else 0.0
        thread = {"ts": utterance.thread_ts} if utterance.thread_ts else {}
        try:
            answer = await self._api.call(
                utterance.workspace_id,
                "conversations.replies" if thread else "conversations.history",
                channel=channel,
                oldest=f"{oldest:.6f}",
                include_all_metadata=True,
                limit=LOOK_BACK_MESSAGES,
                **thread,
            )
        except (SlackRefusedError, ChannelUnusableError) as error:
            log.warning("slack.posting_unseen", key=utterance.key, reason=str(error))
            return None
        for message in answer["messages"]:
            if _key_of(message) == utterance.key:
                return MessageRef(channel, str(message["ts"]))
        return None

    async def note(self, workspace_id: str, key: str, at: MessageRef) -> bool:
        """Remember that the utterance was made, and where it stands. False when somebody has noted it before."""
        async with self._database.transaction(workspace_id) as tx:
            return await tx.utterances.remember(key, at, self._clock.now())


def _key_of(message: Json) -> str | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return payload.get("key")

"""Drawing the thread of a session: whatever is missing there is said, whatever has changed is redrawn, the rest stays.

What stands there is known by keys: of each message where it is, and of each of its states that it was drawn. So whoever
draws, a click's listener at once or a job afterwards, does what the other has not done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.domain.proposals import MessageRef
from bot.domain.sessions import SessionStatus
from bot.domain.threads import SessionThread, key_of_turn
from bot.domain.troubleshooting import Flag
from bot.slack.api import SlackApi
from bot.slack.errors import ChannelUnusableError, MessageGoneError
from bot.slack.pace import Recent, Turns
from bot.slack.permalinks import permalink
from bot.slack.speech import Speech
from bot.slack.views.blocks import Json
from bot.slack.views.sessions import (
    briefing_message,
    flag_message,
    opening,
    outcome_message,
    record_message,
    review_flag_message,
    set_aside_message,
    silence_message,
    step_message,
    unreachable_message,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One message: its key, the state that it is to be in, and its words. `to` is a channel or a person.

    One that `follows` others is not posted where there is none, only redrawn. One that is `open` is posted anew when it
    was deleted. One that goes elsewhere has the `thread` where it is said that this was not possible, or
    is `dispensable`.
    """

    key: str
    state: str
    make: Callable[[], Awaitable[Json]]
    to: str
    thread_ts: str | None = None
    follows: bool = False
    open: bool = False
    thread: MessageRef | None = None
    dispensable: bool = False

    @property
    def drawn(self) -> str:
        return f"{self.key}@{self.state}"


class Threads:
    """Draws threads, of each session one at a time; an older state never replaces a newer one."""

    def __init__(self, api: SlackApi, speech: Speech) -> None:
        self._api = api
        self._speech = speech
        self._turns = Turns()
        self._drawn: Recent[int] = Recent()

    async def show(self, workspace_id: str, thread: SessionThread) -> MessageRef | None:
        """Bring the thread up to date. The first message, when the session had no thread before.

        Raises what `SlackApi.call` raises; then a part may be missing that the next call adds.
        """
        live = thread.live
        name = f"{workspace_id}:{live.session.id}"
        async with self._turns.turn(name):
            if (self._drawn.get(name) or 0) > live.revision:
                return None
            opened = await self._open(workspace_id, thread)
            await self._draw(workspace_id, list(self._pieces(workspace_id, thread, opened.ts)))
            self._drawn.put(name, live.revision)
        return opened if live.session.thread_ts is None else None

    async def _open(self, workspace_id: str, thread: SessionThread) -> MessageRef:
        """The thread, opened by its first words if need be."""
        session = thread.live.session
        channel = session.channel or ""
        first = _key(thread, "opening")
        at = await self._speech.post(
            workspace_id, channel, opening(thread), key=first, thread_ts=session.thread_ts
        )
        return MessageRef(at.channel, session.thread_ts or at.ts)

    def _pieces(self, workspace_id: str, thread: SessionThread, thread_ts: str) -> Iterator[_Piece]:
        live = thread.live
        here = partial(_Piece, to=live.session.channel or "", thread_ts=thread_ts)
        if not live.is_open:
            yield here(key=_key(thread, "opening"), state="ended", make=_ready(opening, thread), follows=True)
        steps = {step.turn: (step, number) for number, step in enumerate(live.session.steps, 1)}
        for turn in range(1, live.turn):
            asked = key_of_turn(live.session.id, turn)
            if turn in steps:
                yield here(key=asked, state="record", make=_ready(record_message, *steps[turn], thread))
            else:
                yield here(key=asked, state="aside", make=_ready(set_aside_message), follows=True)
        yield here(
            key=key_of_turn(live.session.id, live.turn),
            state=f"{live.revision}{'+' if thread.offered else ''}",
            make=_ready(step_message, thread),
            open=True,
        )
        for number, flag in enumerate(live.flags):
            yield here(
                key=_key(thread, f"flag:{number}"), state="said", make=_ready(flag_message, flag, thread)
            )
            if flag.place is not None and thread.review_channel is not None:
                yield _Piece(
                    key=_key(thread, f"flag:{number}:review"),
                    state="said",
                    make=partial(self._review_flag, workspace_id, flag, thread, thread_ts),
                    to=thread.review_channel,
                    dispensable=True,
                )
        if live.asked_at is not None and live.status is SessionStatus.ACTIVE:
            yield here(
                key=_key(thread, f"silent:{live.revision}"),
                state="said",
                make=_ready(silence_message, thread),
            )
        if live.escalated_to is not None:
            yield _Piece(
                key=_key(thread, f"briefing:{live.escalated_turn}"),
                state=live.status if live.status is not SessionStatus.PAUSED else SessionStatus.ACTIVE,
                make=partial(self._briefing, workspace_id, thread, thread_ts),
                to=live.escalated_to,
                follows=live.status is not SessionStatus.REQUESTING_ESCALATION,
                thread=MessageRef(live.session.channel or "", thread_ts),
            )
        if thread.learnt is not None:
            make = partial(self._outcome, workspace_id, thread)
            yield here(key=_key(thread, "outcome"), state="said", make=make)

    async def _draw(self, workspace_id: str, pieces: list[_Piece]) -> None:
        """All that is missing, side by side; the first failure is raised when the others are done."""
        keys = [key for piece in pieces for key in (piece.key, piece.drawn)]
        said = await self._speech.found(workspace_id, keys)
        missing = [
            self._put(workspace_id, piece, said.get(piece.key))
            for piece in pieces
            if piece.drawn not in said and (piece.key in said or not piece.follows)
        ]
        for result in await asyncio.gather(*missing, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _put(self, workspace_id: str, piece: _Piece, at: MessageRef | None) -> None:
        try:
            at = await self._show(workspace_id, piece, at)
        except ChannelUnusableError as error:
            if piece.dispensable:
                return
            if piece.thread is None:
                raise
            # Help was asked for where FlowPilot cannot speak: those in the thread ask somebody else.
            words = unreachable_message(str(error))
            key = f"{piece.key}:unreachable"
            at = await self._speech.post(
                workspace_id, piece.thread.channel, words, key=key, thread_ts=piece.thread.ts
            )
        await self._speech.note(workspace_id, piece.drawn, at)

    async def _show(self, workspace_id: str, piece: _Piece, at: MessageRef | None) -> MessageRef:
        """Redraw the message where it stands, else post it."""
        words, key = await piece.make(), piece.key
        while at is not None:
            try:
                await self._speech.rewrite(workspace_id, at, words)
            except MessageGoneError:
                if not piece.open:
                    return at
                key = f"{piece.key}:after:{at.ts}"
                at = await self._speech.find(workspace_id, key)
            else:
                return at
        return await self._speech.post(workspace_id, piece.to, words, key=key, thread_ts=piece.thread_ts)

    async def _briefing(self, workspace_id: str, thread: SessionThread, thread_ts: str) -> Json:
        at = MessageRef(thread.live.session.channel or "", thread_ts)
        return briefing_message(thread, await permalink(self._api, workspace_id, at))

    async def _review_flag(
        self, workspace_id: str, flag: Flag, thread: SessionThread, thread_ts: str
    ) -> Json:
        at = MessageRef(thread.live.session.channel or "", thread_ts)
        return review_flag_message(flag, thread, await permalink(self._api, workspace_id, at))

    async def _outcome(self, workspace_id: str, thread: SessionThread) -> Json:
        card = thread.learnt.card if thread.learnt else None
        return outcome_message(thread, await permalink(self._api, workspace_id, card) if card else None)


def _key(thread: SessionThread, what: str) -> str:
    return f"session:{thread.live.session.id}:{what}"


def _ready(make: Callable[..., Json], *facts: object) -> Callable[[], Awaitable[Json]]:
    async def made() -> Json:
        return make(*facts)

    return made

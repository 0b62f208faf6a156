"""The guide that asks Claude. People wait for it, so it asks once, and again only what came back unreadable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.ai.claude import NO_ANSWER_IN_TIME, REST
from bot.ai.guide_answers import NextStep, read_next_step
from bot.ai.guide_prompts import GUIDE_INSTRUCTIONS, guide_question
from bot.ai.no_answer import NoAnswerError
from bot.domain.guidance import Guidance, Guided
from bot.domain.ports import Clock
from bot.domain.sessions import Session
from bot.domain.spending import Spending, Trouble
from bot.domain.trees import Node

if TYPE_CHECKING:
    from bot.ai.messages_api import MessagesApi

MAX_TOKENS = 4_000
"""For the model's thoughts and one step."""
PATIENCE_SECONDS = 30.0
"""Whoever troubleshoots goes on alone after that."""
TRIES = 2

log = structlog.get_logger(__name__)


class ClaudeGuide:
    """Needs a key and the network. `connect` opens the service; it runs in a thread, because it imports the SDK."""

    def __init__(
        self,
        connect: Callable[[], MessagesApi],
        clock: Clock,
        *,
        model: str,
        cents_per_day: int,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._connect, self._clock, self._patience_seconds = connect, clock, patience_seconds
        self._model, self._cents_per_day = model, cents_per_day
        self._resting: tuple[datetime, Trouble] | None = None

    @property
    def name(self) -> str:
        return f"claude-guide-1 {self._model}"

    @property
    def cents_per_day(self) -> int:
        return self._cents_per_day

    async def next_step(self, session: Session, guidance: Guidance) -> Guided:
        unasked = Guided(spending=Spending(model=self._model))
        if self._resting and self._clock.now() < self._resting[0]:
            return replace(unasked, trouble=self._resting[1])
        bill = [unasked.spending]
        try:
            async with asyncio.timeout(self._patience_seconds):
                node = await self._asked(session, guidance, bill)
        except (NoAnswerError, TimeoutError) as failure:
            error = failure if isinstance(failure, NoAnswerError) else NO_ANSWER_IN_TIME
            self._note(session, error)
            return Guided(trouble=error.trouble, spending=bill[-1])
        return Guided(node=node, spending=bill[-1])

    async def _asked(self, session: Session, guidance: Guidance, bill: list[Spending]) -> Node:
        """The step; after each request `bill` ends with what all of them have cost."""
        words, tries = guide_question(session, guidance), 0
        async with await asyncio.to_thread(self._connect) as service:
            while True:
                tries += 1
                reply = await service.ask(GUIDE_INSTRUCTIONS, words, NextStep, max_tokens=MAX_TOKENS)
                bill.append(bill[-1].with_request(reply.tokens))
                try:
                    return read_next_step(reply.text(), session, guidance)
                except NoAnswerError as error:
                    if error.trouble is not Trouble.UNREADABLE or tries >= TRIES:
                        raise

    def _note(self, session: Session, error: NoAnswerError) -> None:
        """Log it, and ask nothing for a while where the next session would fare no better."""
        level = log.error if error.trouble is Trouble.MISCONFIGURED else log.warning
        level("claude.no_step", session=session.id, trouble=error.trouble.value, detail=error.detail)
        if rest := REST.get(error.trouble):
            self._resting = (self._clock.now() + rest, error.trouble)

"""The analyst that asks Claude. A session never fails because of the model: rules take over, marked as such."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.ai.answers import Answer, alignment_of, read_answer
from bot.ai.no_answer import NoAnswerError
from bot.ai.prompts import INSTRUCTIONS, question_of
from bot.domain.analysis import Alignment, Candidate
from bot.domain.ports import Analyst, Clock
from bot.domain.sessions import Session
from bot.domain.spending import Spending, Trouble

if TYPE_CHECKING:
    from bot.ai.messages_api import MessagesApi

MAX_TOKENS = 8_000
"""For the model's thoughts and its answer, which has a few hundred tokens for ten steps. Twice as many after truncation."""
PATIENCE_SECONDS = 150.0
"""For all tries of one session: well below the lease of an analysis."""
TRIES = {
    Trouble.REFUSED: 1,
    Trouble.TRUNCATED: 2,
    Trouble.UNREADABLE: 2,
    Trouble.TOO_LARGE: 1,
    Trouble.BUSY: 3,
    Trouble.UNREACHABLE: 3,
    Trouble.MISCONFIGURED: 1,
}
"""How often a session is asked about before rules take over: more than once only where that can help."""
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 20.0
"""Who is to wait longer does not wait: rules take over at once."""
REST = {
    Trouble.BUSY: timedelta(minutes=1),
    Trouble.UNREACHABLE: timedelta(minutes=1),
    Trouble.MISCONFIGURED: timedelta(minutes=5),
}
"""How long nothing is asked after a trouble that the next session would meet as well."""
LONGEST_REST = timedelta(hours=1)
NO_ANSWER_IN_TIME = NoAnswerError(Trouble.UNREACHABLE, "no answer in time")

log = structlog.get_logger(__name__)


class ClaudeAnalyst:
    """Needs a key and the network; `stand_in` needs neither.

    `connect` opens the service; it runs in a thread, because importing the SDK takes over a second.
    """

    def __init__(
        self,
        connect: Callable[[], MessagesApi],
        stand_in: Analyst,
        clock: Clock,
        *,
        model: str,
        cents_per_day: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connect, self._stand_in, self._clock, self._sleep = connect, stand_in, clock, sleep
        self._model, self._cents_per_day = model, cents_per_day
        self._resting: tuple[datetime, Trouble] | None = None

    @property
    def name(self) -> str:
        return f"claude-1 {self._model}"

    @property
    def cents_per_day(self) -> int:
        return self._cents_per_day

    async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
        if self._resting and self._clock.now() < self._resting[0]:
            return await self.align_for_free(session, candidates, self._resting[1])
        bill = _Bill(self._model)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                alignment = await self._asked(session, candidates, bill)
        except (NoAnswerError, TimeoutError) as failure:
            error = failure if isinstance(failure, NoAnswerError) else NO_ANSWER_IN_TIME
            self._note(session, error)
            return await self._instead(session, candidates, replace(bill.total, trouble=error.trouble))
        self._resting = None
        return replace(alignment, spending=bill.total)

    async def align_for_free(
        self, session: Session, candidates: Sequence[Candidate], trouble: Trouble
    ) -> Alignment:
        return await self._instead(session, candidates, Spending(model=self._model, trouble=trouble))

    async def _asked(self, session: Session, candidates: Sequence[Candidate], bill: _Bill) -> Alignment:
        question = question_of(session, candidates)
        max_tokens, tries = MAX_TOKENS, 0
        async with await asyncio.to_thread(self._connect) as service:
            while True:
                tries += 1
                try:
                    reply = await service.ask(INSTRUCTIONS, question.words, Answer, max_tokens=max_tokens)
                    bill.total = bill.total.with_request(reply.tokens)
                    return alignment_of(read_answer(reply.text()), session, question)
                except NoAnswerError as error:
                    pause = _pause_seconds(error, tries)
                    if tries >= TRIES[error.trouble] or pause > LONGEST_PAUSE_SECONDS:
                        raise
                    if error.trouble is Trouble.TRUNCATED:
                        max_tokens *= 2
                    await self._sleep(pause)

    async def _instead(
        self, session: Session, candidates: Sequence[Candidate], spending: Spending
    ) -> Alignment:
        alignment = await self._stand_in.align(session, candidates)
        return replace(alignment, analyst=f"{self._stand_in.name} in place of {self.name}", spending=spending)

    def _note(self, session: Session, error: NoAnswerError) -> None:
        """Log it, and ask nothing for a while where the next session would fare no better."""
        level = log.error if error.trouble is Trouble.MISCONFIGURED else log.warning
        level("claude.no_answer", session=session.id, trouble=error.trouble.value, detail=error.detail)
        if rest := REST.get(error.trouble):
            asked_for = timedelta(seconds=error.pause_seconds or 0)
            until = self._clock.now() + min(max(rest, asked_for), LONGEST_REST)
            self._resting = (until, error.trouble)


class _Bill:
    """What the tries of one session have cost so far."""

    def __init__(self, model: str) -> None:
        self.total = Spending(model=model)


def _pause_seconds(error: NoAnswerError, tries: int) -> float:
    """What the service asks for, else growing pauses where it is busy; what the model did wrong needs none."""
    if error.pause_seconds is not None:
        return error.pause_seconds
    return FIRST_PAUSE_SECONDS * 2 ** (tries - 1) if error.trouble in REST else 0.0

"""Claude's Message Batches: the same questions at half the price, answered within a day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.ai.answers import Answer, alignment_of, read_answer
from bot.ai.claude import MAX_TOKENS
from bot.ai.no_answer import NoAnswerError
from bot.ai.prompts import INSTRUCTIONS, Question, candidate_names
from bot.domain.analysis import Alignment, Candidate
from bot.domain.batches import BatchAnswer, unchanged
from bot.domain.sessions import Session

if TYPE_CHECKING:
    from bot.ai.messages_api import MessagesApi, Reply


class ClaudeBatches:
    """`connect` opens the service; it runs in a thread, because importing the SDK takes over a second."""

    def __init__(self, connect: Callable[[], MessagesApi], *, model: str) -> None:
        self._connect, self.model = connect, model

    async def submit(self, questions: Mapping[int, Question]) -> str:
        """Send the questions of sessions, by their ids; the service's id of the batch. Raises NoAnswerError."""
        words = {str(session_id): question.words for session_id, question in questions.items()}
        async with await asyncio.to_thread(self._connect) as service:
            return await service.submit(INSTRUCTIONS, words, Answer, max_tokens=MAX_TOKENS)

    async def collect(self, remote_id: str) -> dict[int, Reply] | None:
        """The replies by session, without those that came to nothing; None while the batch is worked on.

        Raises:
            NoAnswerError: the service does not say.
        """
        async with await asyncio.to_thread(self._connect) as service:
            replies = await service.collect(remote_id)
        if replies is None:
            return None
        return {int(key): reply for key, reply in replies.items() if key.isdecimal()}


def late_alignment(
    answer: BatchAnswer, session: Session, candidates: Sequence[Candidate]
) -> Alignment | None:
    """What the answer says of the session; None when it does not fit what there is by now.

    A chosen candidate must have the tree that was asked about. "Something new" holds as long as there is no candidate
    that was not asked about.
    """
    then = unchanged(answer.asked, candidates)
    named = {name: each for name, each in zip(candidate_names(len(then)), then, strict=True) if each}
    try:
        alignment = alignment_of(read_answer(answer.text), session, Question("", named))
    except NoAnswerError:
        return None
    if alignment.candidate is None and len(named) < len(candidates):
        return None
    return replace(alignment, analyst=answer.analyst)

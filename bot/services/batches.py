"""Imported sessions in batches: sent, collected, and set free for an analysis that finds its answer there already.

An answer is only kept here. The analysis of each session goes the usual way, with its claim and its guard; it takes the
answer when that still fits, and asks by itself when not. So nothing is analysed twice, whenever a process dies.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.ai.claude_batches import ClaudeBatches
from bot.ai.no_answer import NoAnswerError
from bot.ai.prompts import Question, question_of
from bot.domain.batches import (
    BATCH_SESSIONS,
    FEWEST_SESSIONS,
    HELD_FOR,
    UNSENT_FOR,
    OpenBatch,
    asked_candidate,
)
from bot.domain.ports import ChargingAnalyst, Clock
from bot.domain.spending import Spending
from bot.domain.workspaces import Workspace
from bot.services.analysis import gather_facts
from bot.services.spending import has_money_left
from storage.database import Database
from storage.transaction import Transaction

if TYPE_CHECKING:
    from bot.ai.messages_api import Reply

log = structlog.get_logger(__name__)


async def submit_batch(
    database: Database, batches: ClaudeBatches, analyst: ChargingAnalyst, clock: Clock, workspace: Workspace
) -> None:
    """Send what imported sessions wait, one batch at a time; few of them, or without money, are analysed one by one."""
    if not workspace.settings.analysis_enabled:
        return
    now = clock.now()
    has_money = await has_money_left(database, workspace.id, analyst.cents_per_day, now=now)
    async with database.transaction(workspace.id) as tx:
        if await tx.batches.opened():
            return
        fresh, again = await tx.batches.unbatched(BATCH_SESSIONS)
        if len(fresh) < FEWEST_SESSIONS or not has_money:
            fresh, again = [], fresh + again
        await tx.batches.set_free(again, now=now)
        if not fresh:
            return
        batch_id, questions = await _open(tx, fresh, analyst.name, batches.model, now=now)
    try:
        remote_id = await batches.submit(questions)
    except NoAnswerError as error:
        log.warning("batches.not_sent", workspace=workspace.id, batch=batch_id, detail=error.detail)
        await _end(database, workspace.id, batch_id, now=clock.now())
        return
    async with database.transaction(workspace.id) as tx:
        await tx.batches.set_remote_id(batch_id, remote_id)


async def _open(
    tx: Transaction, session_ids: list[int], analyst: str, model: str, *, now: datetime
) -> tuple[int, dict[int, Question]]:
    asked, questions = {}, {}
    for session_id in session_ids:
        facts = await gather_facts(tx, session_id)
        asked[session_id] = [asked_candidate(candidate) for candidate in facts.candidates]
        questions[session_id] = question_of(facts.session, facts.candidates)
    batch_id = await tx.batches.open(asked, analyst=analyst, model=model, until=now + HELD_FOR, now=now)
    return batch_id, questions


async def _end(database: Database, workspace_id: str, batch_id: int, *, now: datetime) -> None:
    async with database.transaction(workspace_id) as tx:
        for batch in await tx.batches.opened():
            if batch.id == batch_id:
                await tx.batches.end(batch, {}, now=now)


async def collect_batches(
    database: Database, batches: ClaudeBatches, clock: Clock, workspace: Workspace
) -> None:
    """Fetch the answers of batches that have ended, and give up those that never will."""
    async with database.transaction(workspace.id) as tx:
        opened = await tx.batches.opened()
    for batch in opened:
        replies = await _replies(batches, batch, now=clock.now())
        if replies is not None:
            await _keep(database, workspace.id, batch, replies, now=clock.now())


async def _replies(batches: ClaudeBatches, batch: OpenBatch, *, now: datetime) -> Mapping[int, Reply] | None:
    """None: it is too early to say."""
    age = now - batch.submitted_at
    if batch.remote_id is None:
        return {} if age >= UNSENT_FOR else None
    try:
        replies = await batches.collect(batch.remote_id)
    except NoAnswerError as error:
        log.warning("batches.not_collected", batch=batch.id, detail=error.detail)
        replies = None
    return {} if replies is None and age >= HELD_FOR else replies


async def _keep(
    database: Database, workspace_id: str, batch: OpenBatch, replies: Mapping[int, Reply], *, now: datetime
) -> None:
    """Answers, their cost and the end of the batch in one commit: of several who collect, one keeps them."""
    mine = {session_id: replies[session_id] for session_id in batch.session_ids if session_id in replies}
    answers = {}
    for session_id, reply in mine.items():
        with suppress(NoAnswerError):
            answers[session_id] = reply.text()
    async with database.transaction(workspace_id) as tx:
        if not await tx.batches.end(batch, answers, now=now):
            return
        for session_id, reply in mine.items():
            spending = Spending(model=batch.model).with_request(reply.tokens, batched=True)
            await tx.spendings.add(session_id, spending, analyst=f"batch of {batch.model}", now=now)
    log.info("batches.collected", workspace=workspace_id, batch=batch.id, answers=len(answers))

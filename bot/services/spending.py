"""Asking an analyst within the day's budget, and keeping what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.ai.claude_batches import late_alignment
from bot.domain.analysis import Alignment, Candidate
from bot.domain.ports import Analyst, ChargingAnalyst, Clock
from bot.domain.sessions import ClaimedSession, Session
from bot.domain.spending import SpendingTotal, Trouble, local_day
from bot.domain.windows import window_ending
from storage.database import Database


async def ask_analyst(
    database: Database,
    analyst: Analyst,
    clock: Clock,
    claim: ClaimedSession,
    session: Session,
    candidates: Sequence[Candidate],
) -> Alignment:
    """The analyst's alignment; of one that charges, a free one when the workspace's budget for the day is spent.

    What it cost is kept at once, whatever becomes of the alignment. Requests under way at the same time do not see each
    other's cost, so a day can cost a few requests more than its budget.
    """
    if not isinstance(analyst, ChargingAnalyst):
        return await analyst.align(session, candidates)
    if late := await _late_answer(database, claim, session, candidates):
        return late
    if await has_money_left(database, claim.workspace_id, analyst.cents_per_day, now=clock.now()):
        alignment = await analyst.align(session, candidates)
    else:
        alignment = await analyst.align_for_free(session, candidates, Trouble.OVER_BUDGET)
    if alignment.spending is not None:
        name = alignment.analyst or analyst.name
        async with database.transaction(claim.workspace_id) as tx:
            await tx.spendings.add(claim.session_id, alignment.spending, analyst=name, now=clock.now())
    return alignment


async def _late_answer(
    database: Database, claim: ClaimedSession, session: Session, candidates: Sequence[Candidate]
) -> Alignment | None:
    """The answer of a batch, paid for already, when there is one that still fits."""
    async with database.transaction(claim.workspace_id) as tx:
        answer = await tx.batches.find_answer(claim.session_id)
    return late_alignment(answer, session, candidates) if answer else None


async def has_money_left(database: Database, workspace_id: str, default: int, *, now: datetime) -> bool:
    """Whether the workspace may ask a model today; `default` is the budget in cents where it has none of its own."""
    async with database.transaction(workspace_id) as tx:
        settings = (await tx.workspaces.get()).settings
        spent = await tx.spendings.between(*local_day(now, settings.zone))
    cents = default if settings.model_cents_per_day is None else settings.model_cents_per_day
    return spent.leaves_something_of(cents)


async def read_spending(database: Database, clock: Clock, workspace_id: str, *, days: int) -> SpendingTotal:
    """What the last `days` local days used of models."""
    async with database.transaction(workspace_id) as tx:
        window = window_ending(clock.now(), days, (await tx.workspaces.get()).settings.zone)
        return await tx.spendings.between(window.start, window.end)

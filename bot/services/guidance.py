"""A model's next step in a session, where no flow leads."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from bot.ai.redaction import redact_session
from bot.domain.errors import NotFoundError
from bot.domain.guidance import Guided
from bot.domain.jobs import GuideSession, ShowSession
from bot.domain.ports import Guide
from bot.domain.session_acts import Propose
from bot.domain.spending import Spending, Trouble
from bot.domain.troubleshooting import NotPossibleNowError, SessionOverError, Troubleshooting, act
from bot.services.desk import Desk
from bot.services.spending import has_money_left
from bot.services.threads import show_session

MAX_TRIES = 20
"""Each try that fails is somebody else's act that went through."""
SAFETY_NET = timedelta(seconds=5)
"""The step is shown at once; after this time it is looked at whether that succeeded."""


async def guide_session(desk: Desk, workspace_id: str, job: GuideSession) -> None:
    """Ask the model for the step that the thread waits for, and show it. What comes too late is not used."""
    with suppress(NotFoundError):
        async with desk.database.transaction(workspace_id) as tx:
            live = await tx.threads.get(job.session_id)
        if live.is_open and live.turn == job.turn and live.guidance.is_waiting:
            guided = await _ask(desk, workspace_id, live)
            await _note(desk, workspace_id, job, guided)
        await show_session(desk, workspace_id, ShowSession(job.session_id))


async def _ask(desk: Desk, workspace_id: str, live: Troubleshooting) -> Guided:
    """The model's answer, within the day's budget; what it cost is kept at once."""
    guide, now = desk.guide, desk.clock.now()
    if guide is None:
        return Guided(trouble=Trouble.MISCONFIGURED, spending=Spending(model=""))
    if not await has_money_left(desk.database, workspace_id, guide.cents_per_day, now=now):
        return Guided(trouble=Trouble.OVER_BUDGET, spending=Spending(model=guide.name))
    session, _ = redact_session(live.session)
    guided = await guide.next_step(session, live.guidance)
    if guided.spending.requests:
        await _keep_cost(desk, workspace_id, live, guide, guided.spending)
    return guided


async def _keep_cost(
    desk: Desk, workspace_id: str, live: Troubleshooting, guide: Guide, spending: Spending
) -> None:
    async with desk.database.transaction(workspace_id) as tx:
        now = desk.clock.now()
        await tx.spendings.add(live.session.id, spending, analyst=guide.name, now=now)


async def _note(desk: Desk, workspace_id: str, job: GuideSession, guided: Guided) -> None:
    """Ask the step in the thread, whatever else happens in this turn; a turn that has passed stays as it is."""
    proposed = Propose(turn=job.turn, node=guided.node, trouble=guided.trouble)
    for _ in range(MAX_TRIES):
        async with desk.database.transaction(workspace_id) as tx:
            live = await tx.threads.get(job.session_id)
            try:
                after = act(live, proposed, None, at=desk.clock.now())
            except (NotPossibleNowError, SessionOverError):
                return
            if await tx.threads.save(after, seen_revision=live.revision):
                shown = ShowSession(job.session_id)
                await tx.jobs.enqueue(shown, delay=SAFETY_NET, dedupe_key=str(job.session_id))
                return

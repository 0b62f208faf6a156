"""Leaving something to be done after the answer."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.jobs import Job, RefreshHomes, ShowProposalCard, ShowSession, TellAuthor
from bot.domain.proposals import Proposal
from bot.domain.sessions import Session
from storage.database import Database
from storage.transaction import Transaction

GROWTH_PAUSE = timedelta(seconds=3)
"""A card that grows is drawn at most once in this time: nobody waits for it, and Slack takes one change a second."""


HOME_PAUSE = timedelta(seconds=2)
"""Homes are published anew at most once in this time, whatever happens: soon enough for somebody who looks at one."""


async def leave_job(database: Database, workspace_id: str, job: Job) -> None:
    """Put the job into the queue, in a commit of its own."""
    async with database.transaction(workspace_id) as tx:
        await tx.jobs.enqueue(job)


async def redraw_card(tx: Transaction, proposal_id: int) -> None:
    """Have the proposal's card drawn right after the commit; one drawing serves all changes that came before it."""
    await tx.jobs.enqueue(ShowProposalCard(proposal_id), dedupe_key=str(proposal_id))
    await refresh_homes(tx)


async def tell_author(tx: Transaction, proposal: Proposal) -> None:
    """Have whoever made the proposal by hand told how it stands; nobody, for one that was learnt."""
    if proposal.proposed_by is not None:
        await tx.jobs.enqueue(TellAuthor(proposal.id))


async def redraw_grown_card(tx: Transaction, proposal_id: int) -> None:
    """As `redraw_card`, after a pause, so that one drawing serves a burst of growth. A decision does not wait for it."""
    await tx.jobs.enqueue(ShowProposalCard(proposal_id), delay=GROWTH_PAUSE, dedupe_key=str(proposal_id))
    await refresh_homes(tx)


async def say_what_became(tx: Transaction, session: Session) -> None:
    """Have it said in the session's thread what was learnt from it, if it was worked in one."""
    if session.thread_ts is not None:
        await tx.jobs.enqueue(ShowSession(session.id), delay=GROWTH_PAUSE, dedupe_key=str(session.id))


async def refresh_homes(tx: Transaction) -> None:
    """Have the Homes that people look at published anew after the commit: something that they show has changed."""
    if await tx.homes.is_any_known():
        tx.jobs.enqueue_last(RefreshHomes(), delay=HOME_PAUSE, dedupe_key="all")

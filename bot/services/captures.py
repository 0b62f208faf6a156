"""Capturing: a conversation that is over becomes a resolved session, and is told what was learnt from it.

Of the conversation nothing is kept but what somebody submits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.ai.redaction import redact_texts
from bot.domain.captures import Captured, CaptureEntered, account_of, captured_session
from bot.domain.conversations import Account, Said
from bot.domain.members import Member
from bot.domain.ports import Recounter
from bot.domain.proposals import MessageRef
from bot.domain.recounting import recount
from bot.domain.sessions import ConfidenceTier, Session, SessionStatus
from bot.domain.troubleshooting import Troubleshooting
from bot.services.desk import Desk
from bot.services.matching import find_flows
from bot.services.spending import has_money_left
from bot.services.troubleshooting import AlreadyASessionError
from storage.database import Database
from storage.transaction import Transaction


async def recount_conversation(
    database: Database,
    workspace_id: str,
    said: Sequence[Said],
    *,
    names: Sequence[str],
    recounter: Recounter | None,
    now: datetime,
) -> Account:
    """What the conversation tells, without secrets and without these `names`.

    Told by the model where there is one that the workspace can pay for, and that answers; else by rules.
    """
    clean, account = await asyncio.to_thread(_by_rules, said, names)
    if recounter is not None and clean:
        account = await _by_model(database, workspace_id, clean, recounter, now=now) or account
    if account.domain is None and account.problem:
        best = next(iter(await find_flows(database, workspace_id, account.problem, None, limit=1)), None)
        if best is not None and best.tier is not ConfidenceTier.DISCOVERY:
            return replace(account, domain=best.flow.current.draft.problem_domain)
    return account


async def capture_conversation(
    database: Database,
    workspace_id: str,
    entered: CaptureEntered,
    at: MessageRef,
    *,
    by: Member,
    people: tuple[str, ...],
    now: datetime,
) -> Captured:
    """Make a session of the conversation, once; a second time changes nothing.

    One that was worked as a session until somebody took over stays as it ended; what fixed it becomes its follow-up.

    Raises:
        InvalidCaptureError: what was entered is no session.
        AlreadyASessionError: it was worked as a session, and nobody took over.
    """
    session = captured_session(entered, at, people=people, now=now)
    async with database.transaction(workspace_id) as tx:
        worked = await _handed_over_in(tx, at)
        if worked is not None:
            session = replace(session, people=tuple(dict.fromkeys((*people, *worked.session.people))))
        session_id = await tx.captures.add(session, at, is_follow_up=worked is not None, now=now)
        if session_id is not None:
            await tx.audit.record(
                actor=by.id, action="session.capture", kind="session", object_id=session_id, detail={}, at=now
            )
            return Captured(session_id=session_id, is_new=True)
        known = await _captured_in(tx, at)
    if known is None:
        raise AlreadyASessionError
    return known


async def find_captured(database: Database, workspace_id: str, at: MessageRef) -> Captured | None:
    """What became of the conversation, if it was captured.

    Raises AlreadyASessionError where it was worked as a session, and nobody took over.
    """
    async with database.transaction(workspace_id) as tx:
        return await _captured_in(tx, at)


async def read_handed_over(
    database: Database, workspace_id: str, at: MessageRef, *, now: datetime
) -> Account | None:
    """How far the session of this thread came until somebody took over; None where there was none.

    Raises AlreadyASessionError where nobody took over.
    """
    async with database.transaction(workspace_id) as tx:
        worked = await _handed_over_in(tx, at)
    return account_of(worked, now=now) if worked is not None else None


async def offers_capture(database: Database, workspace_id: str, reaction: str) -> bool:
    """Whether this reaction is the one that offers to capture, whatever its skin tone."""
    async with database.transaction(workspace_id) as tx:
        wanted = (await tx.workspaces.get()).settings.capture_reaction
    return bool(wanted) and reaction.partition("::")[0] == wanted


async def show_captured(desk: Desk, workspace_id: str, session: Session) -> None:
    """Tell the thread what was learnt from it, once that is known."""
    async with desk.database.transaction(workspace_id) as tx:
        learnt = await tx.threads.learnt_from(session.id)
    if learnt is not None and session.channel and session.thread_ts:
        captured = Captured(session_id=session.id, learnt=learnt)
        thread = MessageRef(session.channel, session.thread_ts)
        await desk.messenger.show_captured(workspace_id, thread, captured)


def _by_rules(said: Sequence[Said], names: Sequence[str]) -> tuple[list[Said], Account]:
    """The conversation without secrets, and what rules make of it."""
    texts = redact_texts([each.text for each in said], names)
    clean = [replace(each, text=text) for each, text in zip(said, texts, strict=True)]
    return clean, recount(clean)


async def _by_model(
    database: Database, workspace_id: str, said: Sequence[Said], recounter: Recounter, *, now: datetime
) -> Account | None:
    if not await has_money_left(database, workspace_id, recounter.cents_per_day, now=now):
        return None
    recounted = await recounter.recount(said)
    async with database.transaction(workspace_id) as tx:
        await tx.spendings.add(None, recounted.spending, analyst=recounter.name, now=now)
    return recounted.account


async def _captured_in(tx: Transaction, at: MessageRef) -> Captured | None:
    session = await tx.captures.find_in(at)
    if session is None:
        await _handed_over_in(tx, at)
        return None
    return Captured(session_id=session.id, learnt=await tx.threads.learnt_from(session.id))


async def _handed_over_in(tx: Transaction, at: MessageRef) -> Troubleshooting | None:
    """The session that was worked in this thread until somebody took over. Raises AlreadyASessionError for any other."""
    session_id = await tx.threads.find_in(at)
    if session_id is None:
        return None
    worked = await tx.threads.get(session_id)
    if worked.status is not SessionStatus.ESCALATED:
        raise AlreadyASessionError
    return worked

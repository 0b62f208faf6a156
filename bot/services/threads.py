"""Showing a session in its thread."""

from __future__ import annotations

from contextlib import suppress

from bot.domain.errors import NotFoundError
from bot.domain.flow_pages import NO_USE
from bot.domain.flows import FlowMention
from bot.domain.jobs import ShowSession
from bot.domain.ports import Messenger
from bot.domain.sessions import SessionSource, SessionStatus
from bot.domain.threads import Learnt, SessionThread
from bot.domain.troubleshooting import Troubleshooting
from bot.services.captures import show_captured
from bot.services.desk import Desk
from bot.services.step_scripts import script_of
from bot.services.troubleshooting import tree_of
from storage.database import Database
from storage.transaction import Transaction


async def read_thread(database: Database, workspace_id: str, session_id: int) -> SessionThread:
    """Everything that the thread shows. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        live = await tx.threads.get(session_id)
        tree = await tree_of(tx, live)
        node = live.asked(tree)
        flow = await _mention(tx, live.flow[0] if live.flow else None)
        return SessionThread(
            live=live,
            node=node,
            script=await script_of(tx, node) if node else None,
            flow=flow,
            use=(await tx.flows.uses([flow.flow_id]))[flow.flow_id] if flow else NO_USE,
            offered=await _mention(tx, live.offered_flow),
            learnt=await _learnt(tx, live),
            review_channel=(await tx.workspaces.get()).settings.review_channel if live.flags else None,
            names=await tx.members.names(_people(live)),
        )


async def show_session(desk: Desk, workspace_id: str, job: ShowSession) -> None:
    """Bring the thread up to date, or tell a captured one what was learnt. A session that is gone needs nothing."""
    with suppress(NotFoundError):
        async with desk.database.transaction(workspace_id) as tx:
            session = await tx.sessions.get(job.session_id)
        if session.source is SessionSource.CAPTURE:
            await show_captured(desk, workspace_id, session)
            return
        await draw_thread(desk.database, desk.messenger, workspace_id, job.session_id)


async def draw_thread(
    database: Database, messenger: Messenger, workspace_id: str, session_id: int
) -> SessionThread:
    """Show the thread as things are, and note where it is once it is open. Raises NotFoundError."""
    thread = await read_thread(database, workspace_id, session_id)
    opened = await messenger.show_session(workspace_id, thread)
    if opened is not None:
        async with database.transaction(workspace_id) as tx:
            await tx.threads.set_thread(session_id, opened)
    return thread


def _people(live: Troubleshooting) -> set[str]:
    steps = {step.by for step in live.session.steps}
    ends = {live.session.engineer, live.ended_by, live.escalated_by, live.escalated_to, live.taken_by}
    return {each for each in (*steps, *ends, *(flag.by for flag in live.flags)) if each}


async def _mention(tx: Transaction, flow_id: int | None) -> FlowMention | None:
    flow = await tx.flows.find(flow_id) if flow_id else None
    return FlowMention(flow.id, flow.title, flow.current.number) if flow else None


async def _learnt(tx: Transaction, live: Troubleshooting) -> Learnt | None:
    """None as long as the analysis is not done."""
    if live.status is not SessionStatus.RESOLVED:
        return None
    return await tx.threads.learnt_from(live.session.id)

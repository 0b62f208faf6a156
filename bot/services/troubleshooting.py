"""Troubleshooting in a thread: start a session, act in it, and do not forget those that fell silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import FlowPilotError
from bot.domain.immaterial import first_asked
from bot.domain.jobs import ShowSession
from bot.domain.members import Member
from bot.domain.proposals import MessageRef
from bot.domain.session_acts import Abandon, Act, Follow
from bot.domain.sessions import (
    ConfidenceTier,
    FlowPlace,
    NewSession,
    ProblemDomain,
    SessionSource,
    SessionStatus,
    id_from,
)
from bot.domain.threads import MySessions, key_of_turn
from bot.domain.trees import FlowTree
from bot.domain.troubleshooting import (
    Flag,
    NotPossibleNowError,
    SessionOverError,
    Troubleshooting,
    act,
    is_repeated,
)
from bot.domain.typed_answers import OpenStep
from bot.domain.workspaces import Workspace
from bot.services.advice import advise
from bot.services.jobs import refresh_homes
from bot.services.matching import FoundFlow, find_flows
from storage.database import Database
from storage.transaction import Transaction

MAX_PROBLEM = 3000
MAX_TRIES = 20
"""Each try that fails is somebody else's act that went through."""
SAFETY_NET = timedelta(seconds=5)
"""Whoever acts draws the thread at once; after this time it is looked at whether that succeeded."""
SHOWN_OPEN, SHOWN_ENDED = 20, 5
SILENT_AT_ONCE = 100


class AlreadyASessionError(FlowPilotError):
    """One thread is one session."""

    def __init__(self) -> None:
        super().__init__("This thread is a session already. Start another one outside of it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Who starts a session, about what, and where: in a thread that is there (`thread_ts`), or in a new one.

    `key` is unique to the request, so that one that comes twice starts one session.
    """

    by: Member
    problem: str
    channel: str
    key: str
    thread_ts: str | None = None
    ticket: str | None = None
    domain: ProblemDomain | None = None


async def start_session(
    database: Database, workspace_id: str, start: Start, *, has_guide: bool = False, now: datetime
) -> int:
    """Find what fits the problem, and begin: the session's id. Its thread is still to be shown.

    Raises:
        AlreadyASessionError: the thread is one.
        NotPossibleNowError: there is no problem in words.
    """
    problem = start.problem.strip()[:MAX_PROBLEM]
    if not problem:
        raise NotPossibleNowError("Say what is wrong, in a sentence.")
    best = next(iter(await find_flows(database, workspace_id, problem, start.domain, limit=1)), None)
    tier = best.tier if best else ConfidenceTier.DISCOVERY
    place = _first_place(best) if best and tier is not ConfidenceTier.DISCOVERY else None
    session = NewSession(
        external_id=id_from(start.key),
        source=SessionSource.SLACK,
        problem=problem,
        status=SessionStatus.ACTIVE,
        created_at=now,
        problem_domain=start.domain or (best.flow.current.draft.problem_domain if best and place else None),
        engineer=start.by.id,
        people=(start.by.name,),
        ticket=start.ticket,
        confidence_tier=tier,
    )
    async with database.transaction(workspace_id) as tx:
        session_id = await tx.threads.begin(
            session, channel=start.channel, thread_ts=start.thread_ts, place=place, now=now
        )
        if session_id is None:
            session_id = await tx.threads.find_started(session.external_id)
        if session_id is None:
            raise AlreadyASessionError
        await _leave_to_show(tx, session_id)
        live = await tx.threads.get(session_id)
    if live.wants_advice:
        await advise(database, workspace_id, live, asks_model=has_guide, now=now)
    return session_id


async def discard_session(database: Database, workspace_id: str, session_id: int) -> None:
    """Forget a session that could not open its thread."""
    async with database.transaction(workspace_id) as tx:
        await tx.threads.discard(session_id)


async def act_in_session(
    database: Database,
    workspace_id: str,
    session_id: int,
    wanted: Act,
    *,
    has_guide: bool = False,
    now: datetime,
) -> Troubleshooting:
    """Carry the act out: all of it or nothing, whoever else acts at the same time. The thread is still to be shown.

    One that was carried out already changes nothing. Where no flow leads afterwards, it is looked what may help; with
    a guide, a model is asked.

    Raises:
        NotFoundError: there is no such session.
        FlowPilotError: what `bot.domain.troubleshooting.act` refuses.
    """
    for _ in range(MAX_TRIES):
        async with database.transaction(workspace_id) as tx:
            before = await tx.threads.get(session_id)
            if is_repeated(before, wanted):
                return before
            after = act(before, wanted, await tree_of(tx, before), at=now)
            if await tx.threads.save(after, seen_revision=before.revision):
                await _record(tx, before, after, by=wanted.by, now=now)
                await _leave_to_show(tx, session_id)
                break
    else:
        raise NotPossibleNowError("Too many people act here at once. Try again.")
    if after.wants_advice:
        await advise(database, workspace_id, after, asks_model=has_guide, now=now)
    return after


async def follow_offer(
    database: Database, workspace_id: str, session_id: int, *, by: str, turn: int, now: datetime
) -> Troubleshooting:
    """Follow the flow that the session was offered."""
    async with database.transaction(workspace_id) as tx:
        offered = (await tx.threads.get(session_id)).offered_flow
        flow = await tx.flows.find(offered) if offered else None
    if flow is None or flow.archived:
        raise NotPossibleNowError("That flow is not offered any more.")
    wanted = Follow(by=by, turn=turn, flow=(flow.id, flow.current.number), root=first_asked(flow.tree))
    return await act_in_session(database, workspace_id, session_id, wanted, now=now)


async def flag_step(
    database: Database, workspace_id: str, session_id: int, note: str, *, by: Member, now: datetime
) -> None:
    """Note for the reviewers what is wrong with the step that is open. Raises SessionOverError."""
    if not note.strip():
        raise NotPossibleNowError("Say what is wrong with this step.")
    async with database.transaction(workspace_id) as tx:
        live = await tx.threads.get(session_id)
        if not live.is_open:
            raise SessionOverError(live.status)
        tree = await tree_of(tx, live)
        flag = Flag(
            step=live.step_number,
            note=note.strip(),
            by=by.id,
            asked=asked.text if (asked := live.asked(tree)) else "",
            place=live.place,
        )
        if await tx.threads.add_flag(session_id, flag):
            await tx.audit.record(
                actor=by.id,
                action="session.flag",
                kind="session",
                object_id=session_id,
                detail={"step": flag.step},
                at=now,
            )
            await _leave_to_show(tx, session_id)


async def read_session(
    database: Database, workspace_id: str, session_id: int
) -> tuple[Troubleshooting, FlowTree | None]:
    """The session, and the flow version that it follows. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        live = await tx.threads.get(session_id)
        return live, await tree_of(tx, live)


async def read_open_step(database: Database, workspace_id: str, session_id: int) -> OpenStep:
    """What the session asks now, and the message that asks it. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        live = await tx.threads.get(session_id)
        message = await tx.utterances.find(key_of_turn(session_id, live.turn))
        node = live.asked(await tree_of(tx, live))
        return OpenStep(live=live, node=node, ts=message.ts if message else None)


async def find_thread(database: Database, workspace_id: str, at: MessageRef) -> int | None:
    """The session that is worked in this thread."""
    async with database.transaction(workspace_id) as tx:
        return await tx.threads.find_in(at)


async def list_sessions(database: Database, workspace_id: str, member_id: str) -> MySessions:
    """The open sessions of one person, and the last ones that have ended."""
    async with database.transaction(workspace_id) as tx:
        return MySessions(
            open=tuple(await tx.threads.of_member(member_id, is_open=True, limit=SHOWN_OPEN)),
            ended=tuple(await tx.threads.of_member(member_id, is_open=False, limit=SHOWN_ENDED)),
        )


async def ask_silent_sessions(database: Database, workspace: Workspace, *, now: datetime) -> None:
    """Ask once in threads where nothing happens any more, and give up those where nobody answers."""
    reminder = timedelta(hours=workspace.settings.session_reminder_hours)
    lifetime = timedelta(hours=workspace.settings.session_lifetime_hours)
    async with database.transaction(workspace.id) as tx:
        for silent in await tx.threads.silent(now - reminder, SILENT_AT_ONCE):
            if await tx.threads.set_asked(silent.session.id, revision=silent.revision, at=now):
                await _leave_to_show(tx, silent.session.id)
        for silent in await tx.threads.unanswered(now - lifetime, SILENT_AT_ONCE):
            after = act(silent, Abandon(by=None), None, at=now)
            if await tx.threads.save(after, seen_revision=silent.revision):
                await _leave_to_show(tx, silent.session.id)


async def tree_of(tx: Transaction, live: Troubleshooting) -> FlowTree | None:
    """The version that the session follows, whatever was published since."""
    return (await tx.flows.version(*live.flow)).draft.tree if live.flow else None


async def _record(
    tx: Transaction, before: Troubleshooting, after: Troubleshooting, *, by: str | None, now: datetime
) -> None:
    """Who paused, resumed, ended or handed over."""
    if by is not None and before.status is not after.status:
        await tx.audit.record(
            actor=by,
            action=f"session.{after.status}",
            kind="session",
            object_id=after.session.id,
            detail={"from": before.status},
            at=now,
        )


async def _leave_to_show(tx: Transaction, session_id: int) -> None:
    await tx.jobs.enqueue(ShowSession(session_id), delay=SAFETY_NET, dedupe_key=str(session_id))
    await refresh_homes(tx)


def _first_place(found: FoundFlow) -> FlowPlace:
    return FlowPlace(found.flow.id, found.flow.current.number, first_asked(found.flow.tree))

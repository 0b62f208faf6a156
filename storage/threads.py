"""Sessions that are worked in Slack threads. A change is written only on the revision that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, func, insert, select, text, update
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_new

from bot.domain.errors import NotFoundError
from bot.domain.proposals import MessageRef
from bot.domain.sessions import (
    AnalysisOutcome,
    AnalysisStatus,
    FlowPlace,
    NewSession,
    SessionSource,
    SessionStatus,
)
from bot.domain.threads import Learnt
from bot.domain.troubleshooting import OPEN, Flag, Troubleshooting
from storage.guidance_json import guidance_from_json, guidance_to_json
from storage.session_intake import described, step_to_json
from storage.sessions import session_from_row
from storage.statements import Statements
from storage.tables import flows, proposals, sessions, threads


class Threads:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = threads.c.workspace_id == statements.workspace_id
        self._own_sessions = sessions.c.workspace_id == statements.workspace_id

    async def begin(
        self,
        session: NewSession,
        *,
        channel: str,
        thread_ts: str | None,
        place: FlowPlace | None,
        offered_flow: int | None = None,
        now: datetime,
    ) -> int | None:
        """A new session, which is the only one of its thread and of its external id; None when there is one already."""
        new = insert_new(sessions).values(
            workspace_id=self._statements.workspace_id,
            **described(session),
            confidence_tier=session.confidence_tier,
            steps=[],
            channel=channel,
            thread_ts=thread_ts,
            followed_flow_id=place and place.flow_id,
            followed_flow_version=place and place.version,
            analysis_status=AnalysisStatus.DONE,
            analysis_outcome=AnalysisOutcome.SKIPPED,
            received_at=now,
        )
        session_id = await self._statements.value(new.on_conflict_do_nothing().returning(sessions.c.id))
        if session_id is not None:
            where = {"node": place and place.node, "offered_flow_id": offered_flow, "touched_at": now}
            began = {"workspace_id": self._statements.workspace_id, "session_id": session_id}
            await self._statements.run(insert(threads).values(**began, revision=1, turn=1, **where))
        return None if session_id is None else int(session_id)

    async def get(self, session_id: int) -> Troubleshooting:
        """Raises NotFoundError."""
        found = await self._listed(self._joined().where(sessions.c.id == session_id))
        if not found:
            raise NotFoundError("session", session_id)
        return found[0]

    async def find_place(self, session_id: int) -> FlowPlace | None:
        """The node that the session is at; None where no flow leads, or when it is worked in no thread."""
        found = await self._listed(self._joined().where(sessions.c.id == session_id))
        return found[0].place if found else None

    async def find_started(self, external_id: str) -> int | None:
        """The session that was started under this id."""
        known = and_(sessions.c.source == SessionSource.SLACK, sessions.c.external_id == external_id)
        found = await self._statements.value(select(sessions.c.id).where(self._own_sessions, known))
        return None if found is None else int(found)

    async def find_in(self, at: MessageRef) -> int | None:
        """The session of this thread, if it is worked there."""
        there = and_(
            sessions.c.channel == at.channel, sessions.c.thread_ts == at.ts, ~sessions.c.is_follow_up
        )
        found = await self._statements.value(self._joined(sessions.c.id).where(there))
        return None if found is None else int(found)

    async def of_member(self, member_id: str, *, is_open: bool, limit: int) -> list[Troubleshooting]:
        """The sessions of this person, open ones or ended ones, newest first."""
        condition = sessions.c.status.in_(OPEN) if is_open else sessions.c.status.not_in(OPEN)
        mine = self._joined().where(sessions.c.engineer == member_id, condition)
        return await self._listed(mine.order_by(sessions.c.created_at.desc(), sessions.c.id).limit(limit))

    async def followed(self, flow_id: int, *, since: datetime, limit: int) -> list[Troubleshooting]:
        """Sessions begun since then that followed the flow, or followed it last; newest first."""
        its = and_(sessions.c.followed_flow_id == flow_id, sessions.c.created_at >= since)
        newest = self._joined().where(its).order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
        return await self._listed(newest.limit(limit))

    async def flagged(self, flow_id: int, *, since: datetime, limit: int) -> list[Troubleshooting]:
        """Sessions begun since then in which a step of the flow was flagged, newest first."""
        any_flag = text("threads.flags <> '[]'::jsonb")  # as in the index, which a parameter would not meet
        its = threads.c.flags.contains(as_type([{"place": {"flow_id": flow_id}}], JSONB))
        flagged = self._joined().where(any_flag, its, sessions.c.created_at >= since)
        newest = flagged.order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
        return await self._listed(newest.limit(limit))

    async def silent(self, since: datetime, limit: int) -> list[Troubleshooting]:
        """Active sessions in which nothing has happened since, and where nobody was asked about it."""
        quiet = and_(threads.c.touched_at < since, threads.c.asked_at.is_(None))
        return await self._listed(self._active().where(quiet).limit(limit))

    async def unanswered(self, since: datetime, limit: int) -> list[Troubleshooting]:
        """Active sessions where people were asked before that moment whether they go on, and nothing has happened."""
        return await self._listed(self._active().where(threads.c.asked_at < since).limit(limit))

    async def learnt_from(self, session_id: int) -> Learnt | None:
        """What became of the session; None as long as its analysis is not done."""
        behind = and_(
            proposals.c.workspace_id == sessions.c.workspace_id, proposals.c.id == sessions.c.proposal_id
        )
        learnt = and_(
            flows.c.workspace_id == sessions.c.workspace_id, flows.c.id == sessions.c.learned_flow_id
        )
        columns = (
            sessions.c.analysis_outcome,
            sessions.c.analysis_error,
            proposals.c.title.label("proposal"),
            flows.c.title.label("flow"),
            proposals.c.card_channel,
            proposals.c.card_ts,
        )
        query = select(*columns).select_from(sessions.outerjoin(proposals, behind).outerjoin(flows, learnt))
        done = and_(sessions.c.id == session_id, sessions.c.analysis_status == AnalysisStatus.DONE)
        row = await self._statements.row(query.where(self._own_sessions, done))
        if row is None or row["analysis_outcome"] is None:
            return None
        return Learnt(
            outcome=AnalysisOutcome(row["analysis_outcome"]),
            title=row["proposal"] or row["flow"],
            card=MessageRef(row["card_channel"], row["card_ts"]) if row["card_ts"] else None,
            reason=row["analysis_error"],
        )

    async def save(self, after: Troubleshooting, *, seen_revision: int) -> bool:
        """Write the session as it is after an act, analysis to follow where it is worth one.

        False, and nothing is written, when it is no longer what the act was made from.
        """
        unmoved = (self._own, threads.c.session_id == after.session.id, threads.c.revision == seen_revision)
        change = update(threads).where(*unmoved).values(**_thread_columns(after))
        if not await self._statements.changed(change):
            return False
        its = update(sessions).where(self._own_sessions, sessions.c.id == after.session.id)
        await self._statements.run(its.values(**_session_columns(after)))
        return True

    async def set_thread(self, session_id: int, at: MessageRef) -> None:
        """Note where the thread is that was opened for the session; the first one stands."""
        unknown = and_(sessions.c.id == session_id, sessions.c.thread_ts.is_(None))
        here = update(sessions).where(self._own_sessions, unknown)
        await self._statements.run(here.values(channel=at.channel, thread_ts=at.ts))

    async def add_flag(self, session_id: int, flag: Flag) -> bool:
        """Note it once; False when it is there already."""
        noted = as_type([asdict(flag)], JSONB)
        new = and_(threads.c.session_id == session_id, ~threads.c.flags.contains(noted))
        return bool(
            await self._statements.changed(
                update(threads).where(self._own, new).values(flags=threads.c.flags.op("||")(noted))
            )
        )

    async def set_asked(self, session_id: int, *, revision: int, at: datetime) -> bool:
        """Note that people were asked whether they go on, unless something has happened meanwhile."""
        unmoved = and_(threads.c.session_id == session_id, threads.c.revision == revision)
        asked = update(threads).where(self._own, unmoved, threads.c.asked_at.is_(None))
        return bool(await self._statements.changed(asked.values(asked_at=at)))

    async def discard(self, session_id: int) -> None:
        """Delete a session for which no thread could be opened, so that nobody has acted in it."""
        untouched = self._active().with_only_columns(sessions.c.id)
        untouched = untouched.where(
            sessions.c.id == session_id,
            sessions.c.step_count == 0,
            threads.c.turn == 1,
            func.jsonb_array_length(threads.c.flags) == 0,
        )
        await self._statements.run(delete(sessions).where(self._own_sessions, sessions.c.id.in_(untouched)))

    def _active(self) -> Select[Any]:
        return self._joined().where(sessions.c.status == SessionStatus.ACTIVE)

    def _joined(self, *columns: ColumnElement[Any]) -> Select[Any]:
        its = and_(threads.c.workspace_id == sessions.c.workspace_id, threads.c.session_id == sessions.c.id)
        chosen = columns or (*sessions.c, *(each for each in threads.c if each.name != "workspace_id"))
        return select(*chosen).join_from(sessions, threads, its).where(self._own_sessions, self._own)

    async def _listed(self, query: Select[Any]) -> list[Troubleshooting]:
        return [_from_row(row) for row in await self._statements.rows(query)]


def _session_columns(after: Troubleshooting) -> dict[str, Any]:
    session = after.session
    columns: dict[str, Any] = {
        "status": session.status,
        "steps": [step_to_json(step) for step in session.steps],
        "resolution": session.resolution,
        "rating": session.rating,
        "resolved_at": session.resolved_at,
        "paused_seconds": session.paused.total_seconds(),
        "escalation_reason": after.escalation_reason,
        "followed_flow_id": after.flow and after.flow[0],
        "followed_flow_version": after.flow and after.flow[1],
    }
    if session.is_worth_analysing:
        columns |= {"analysis_status": AnalysisStatus.PENDING, "analysis_outcome": None}
    return columns


def _thread_columns(after: Troubleshooting) -> dict[str, Any]:
    return {
        "revision": after.revision,
        "turn": after.turn,
        "node": after.node,
        "offered_flow_id": after.offered_flow,
        "guidance": guidance_to_json(after.guidance),
        "paused_at": after.paused_at,
        "asked_at": after.asked_at,
        "touched_at": after.touched_at,
        "ended_by": after.ended_by,
        "reached_end": after.reached_end,
        "escalated_to": after.escalated_to,
        "escalated_by": after.escalated_by,
        "escalated_turn": after.escalated_turn,
        "taken_by": after.taken_by,
        "flow_was_right": after.flow_was_right,
    }


def _from_row(row: RowMapping) -> Troubleshooting:
    flow_id = row["followed_flow_id"]
    return Troubleshooting(
        session=session_from_row(row),
        revision=row["revision"],
        turn=row["turn"],
        flow=None if flow_id is None else (flow_id, row["followed_flow_version"]),
        node=row["node"],
        offered_flow=row["offered_flow_id"],
        guidance=guidance_from_json(row["guidance"]),
        paused_at=row["paused_at"],
        asked_at=row["asked_at"],
        touched_at=row["touched_at"],
        flags=tuple(_flag(each) for each in row["flags"]),
        ended_by=row["ended_by"],
        reached_end=row["reached_end"],
        escalation_reason=row["escalation_reason"],
        escalated_to=row["escalated_to"],
        escalated_by=row["escalated_by"],
        escalated_turn=row["escalated_turn"],
        taken_by=row["taken_by"],
        flow_was_right=row["flow_was_right"],
    )


def _flag(stored: Mapping[str, Any]) -> Flag:
    place = stored["place"]
    return Flag(
        step=stored["step"],
        note=stored["note"],
        by=stored["by"],
        asked=stored["asked"],
        place=FlowPlace(**place) if place else None,
    )

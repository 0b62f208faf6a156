"""Proposals: they grow by evidence and change by decisions, one version a change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, Update, case, exists, func, insert, or_, select, update

from bot.domain.digests import QueueState
from bot.domain.errors import AlreadyDecidedError, NotFoundError, StaleVersionError
from bot.domain.flows import FlowDraft
from bot.domain.proposal_lists import ProposalCount, ProposalFilter
from bot.domain.proposals import (
    GROWING,
    REOPENABLE,
    Decision,
    MessageRef,
    Proposal,
    ProposalKind,
    ProposalStatus,
    Support,
)
from bot.domain.reasons import ReasonCode
from bot.domain.record_fields import UNKNOWN_DOMAIN
from bot.domain.replay import ProposalReplay
from bot.domain.sessions import ProblemDomain, SessionSource
from storage.replays import replay_from_json, replay_to_json
from storage.searching import Sieve
from storage.statements import Statements
from storage.supports import supports
from storage.tables import SearchPool, proposals, sessions
from storage.tables.knowledge import PROPOSAL_CHANGES_A_FLOW, PROPOSAL_NOT_COMPARED
from storage.trees import domain_or_none, draft_columns, draft_from_row, search_vector


class Proposals:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = proposals.c.workspace_id == statements.workspace_id

    async def get(self, proposal_id: int) -> Proposal:
        """Raises NotFoundError."""
        proposal = await self.find(proposal_id)
        if proposal is None:
            raise NotFoundError("proposal", proposal_id)
        return proposal

    async def find(self, proposal_id: int) -> Proposal | None:
        found = await self._proposals(select(proposals).where(self._own, proposals.c.id == proposal_id))
        return found[0] if found else None

    async def get_many(self, proposal_ids: Sequence[int]) -> list[Proposal]:
        """In the order of the ids; ids that are not there are left out."""
        rows = await self._proposals(select(proposals).where(self._own, proposals.c.id.in_(proposal_ids)))
        found = {proposal.id: proposal for proposal in rows}
        return [found[proposal_id] for proposal_id in proposal_ids if proposal_id in found]

    async def listed(self, status: ProposalStatus | None, limit: int) -> list[Proposal]:
        """Oldest first; None: of every status."""
        query = select(proposals).where(self._own)
        if status is not None:
            query = query.where(proposals.c.status == status)
        return await self._proposals(query.order_by(proposals.c.id).limit(limit))

    async def page(self, wanted: ProposalFilter, *, after: int, limit: int) -> list[Proposal]:
        """Those that the filter lets through whose id is greater than `after`, by id."""
        query = select(proposals).where(self._own, proposals.c.id > after)
        if wanted.status is not None:
            query = query.where(proposals.c.status == wanted.status)
        if wanted.kind is not None:
            query = query.where(proposals.c.kind == wanted.kind)
        if wanted.domain == UNKNOWN_DOMAIN:
            query = query.where(proposals.c.problem_domain.is_(None))
        elif wanted.domain is not None:
            query = query.where(proposals.c.problem_domain == wanted.domain)
        return await self._proposals(query.order_by(proposals.c.id).limit(limit))

    async def counts(self) -> list[ProposalCount]:
        """How many there are of each status, kind and domain."""
        groups = (proposals.c.status, proposals.c.kind, proposals.c.problem_domain)
        query = select(*groups, func.count().label("number")).where(self._own).group_by(*groups)
        return [
            ProposalCount(
                status=ProposalStatus(row["status"]),
                kind=ProposalKind(row["kind"]),
                domain=domain_or_none(row["problem_domain"]),
                number=row["number"],
            )
            for row in await self._statements.rows(query.order_by(*groups))
        ]

    async def forming_in_company(self, min_imported: int, limit: int) -> list[Proposal]:
        """Forming ones that wait for a new day's quota alone, oldest first.

        A session that was worked here is company enough, and so is a flow that joins another; of imported sessions it
        takes `min_imported`.
        """
        own = (sessions.c.workspace_id == proposals.c.workspace_id, sessions.c.proposal_id == proposals.c.id)
        count = select(func.count()).where(*own).scalar_subquery()
        worked_here = exists().where(*own, sessions.c.source != SessionSource.IMPORT)
        joins_flows = func.cardinality(proposals.c.absorbs) > 0
        query = select(proposals).where(
            self._own,
            proposals.c.status == ProposalStatus.FORMING,
            or_(worked_here, count >= min_imported, joins_flows),
        )
        return await self._proposals(query.order_by(proposals.c.id).limit(limit))

    async def candidates(self, text: str, domain: ProblemDomain | None, limit: int) -> list[Proposal]:
        """Growing proposals that share a word with the text, best first; with a domain those of it and those without."""
        return await self._sieved(text, domain, limit, SearchPool.GROWING)

    async def rejected_like(self, text: str, domain: ProblemDomain | None, limit: int) -> list[Proposal]:
        """Rejected ones, as `candidates`: look-alikes of these are not proposed again."""
        return await self._sieved(text, domain, limit, SearchPool.REJECTED)

    async def changing(self, flow_ids: Collection[int]) -> list[Proposal]:
        """Growing ones that would change or absorb any of these flows. Only what changes a flow absorbs others."""
        if not flow_ids:
            return []
        wanted = sorted(flow_ids)
        touching = or_(proposals.c.flow_id.in_(wanted), proposals.c.absorbs.overlap(wanted))
        query = select(proposals).where(self._own, PROPOSAL_CHANGES_A_FLOW, touching)
        return await self._proposals(query.order_by(proposals.c.id))

    async def refused_unions(self, flow_ids: Collection[int]) -> set[frozenset[int]]:
        """The pairs with one of these flows that people did not want joined."""
        if not flow_ids:
            return set()
        wanted = sorted(flow_ids)
        touching = or_(proposals.c.flow_id.in_(wanted), proposals.c.absorbs.overlap(wanted))
        refused = proposals.c.status.in_(sorted(REOPENABLE))
        query = select(proposals.c.flow_id, func.unnest(proposals.c.absorbs).label("absorbed"))
        rows = await self._statements.rows(query.where(self._own, touching, refused))
        return {frozenset((row["flow_id"], row["absorbed"])) for row in rows}

    async def not_compared(self, limit: int) -> list[Proposal]:
        """Those that wait for people or company and have changed since they were compared with all others."""
        query = select(proposals).where(self._own, PROPOSAL_NOT_COMPARED)
        return await self._proposals(query.order_by(proposals.c.id).limit(limit))

    async def set_compared(self, proposal_id: int, version: int) -> None:
        await self._set(proposal_id, compared_version=version)

    async def shown_since(self, moment: datetime) -> int:
        """How many were shown for the first time from this moment on: what counts against the day's quota."""
        query = select(func.count()).select_from(proposals).where(self._own, proposals.c.shown_at >= moment)
        return int(await self._statements.value(query))

    async def queue(self, *, overdue_before: datetime) -> QueueState:
        """What waits. It is overdue when it has waited since before that moment."""
        waits_since = proposals.c.pending_since
        waiting = select(
            func.count().label("pending"),
            func.min(waits_since).label("oldest_at"),
            func.count().filter(proposals.c.kind != ProposalKind.NEW_FLOW).label("changes"),
            func.count().filter(waits_since < overdue_before).label("overdue"),
        )
        waiting = waiting.where(self._own, proposals.c.status == ProposalStatus.PENDING)
        row = (await self._statements.rows(waiting))[0]
        return QueueState(**row)

    async def add(
        self,
        draft: FlowDraft,
        *,
        kind: ProposalKind,
        status: ProposalStatus,
        confidence: float,
        analyst: str,
        now: datetime,
        flow_id: int | None = None,
        base_version: int | None = None,
        absorbs: Sequence[int] = (),
        proposed_by: str | None = None,
    ) -> Proposal:
        """A new proposal, without support until sessions finish their analysis with its id."""
        shown_at = now if status is ProposalStatus.PENDING else None
        new = insert(proposals).values(
            workspace_id=self._statements.workspace_id,
            kind=kind,
            status=status,
            version=1,
            search=search_vector(draft),
            flow_id=flow_id,
            base_version=base_version,
            absorbs=list(absorbs),
            confidence=confidence,
            analyst=analyst,
            proposed_by=proposed_by,
            shown_at=shown_at,
            pending_since=shown_at,
            created_at=now,
            updated_at=now,
            **draft_columns(draft),
        )
        row = (await self._statements.run(new.returning(proposals))).mappings().one()
        return proposal_from_row(row, Support())

    async def grow(
        self,
        proposal_id: int,
        *,
        seen_version: int,
        kind: ProposalKind,
        draft: FlowDraft,
        status: ProposalStatus,
        confidence: float,
        now: datetime,
        absorbs: Sequence[int] | None = None,
    ) -> Proposal:
        """Put the grown draft in the place of the one that was seen. `absorbs` None: the same flows as before.

        Raises:
            StaleVersionError: it has changed since.
            AlreadyDecidedError: it grows no more.
            NotFoundError: there is no such proposal.
        """
        growing = proposals.c.status.in_(sorted(GROWING))
        values = {
            "kind": kind,
            "confidence": confidence,
            "search": search_vector(draft),
            **draft_columns(draft),
        }
        if absorbs is not None:
            values["absorbs"] = list(absorbs)
        change = self._change(proposal_id, seen_version, status, now).where(growing).values(**values)
        return await self._changed(change, proposal_id, seen_version, GROWING)

    async def merge_into(
        self, into: Proposal | None, proposal_id: int, *, seen_version: int, now: datetime
    ) -> Proposal:
        """End the proposal as part of another (None: of a flow, see `set_published`).

        Raises as `grow`.
        """
        change = self._change(proposal_id, seen_version, ProposalStatus.MERGED, now)
        change = change.where(proposals.c.status.in_(sorted(GROWING))).values(
            decided_at=now, merged_into=into.id if into else None
        )
        return await self._changed(change, proposal_id, seen_version, GROWING)

    async def apply(self, decision: Decision) -> Proposal:
        """Carry the decision out, if the proposal is still as it was when it was made.

        Raises:
            AlreadyDecidedError: somebody else decided first; with who and when.
            StaleVersionError: it has changed since.
            NotFoundError: there is no such proposal.
        """
        undone = decision.status is ProposalStatus.PENDING
        change = self._change(decision.proposal_id, decision.seen_version, decision.status, decision.at)
        change = change.where(proposals.c.status == decision.was).values(
            decided_by=decision.by,
            decided_at=None if undone else decision.at,
            reason=decision.reason,
            reason_code=decision.reason_code,
        )
        return await self._changed(change, decision.proposal_id, decision.seen_version, {decision.was})

    async def show(self, proposal_id: int, *, now: datetime) -> None:
        """Put a forming proposal into the queue. One that is forming no more stays as it is."""
        proposal = await self.get(proposal_id)
        change = self._change(proposal_id, proposal.version, ProposalStatus.PENDING, now)
        await self._statements.run(change.where(proposals.c.status == ProposalStatus.FORMING))

    async def supersede(self, flow_id: int, *, now: datetime) -> list[int]:
        """Expire the growing proposals to change or absorb this flow: it has changed by another way. Their ids."""
        growing = proposals.c.status.in_(sorted(GROWING))
        touching = or_(proposals.c.flow_id == flow_id, proposals.c.absorbs.contains([flow_id]))
        return await self._expire(update(proposals).where(self._own, touching, growing), now)

    async def rejected_between(self, start: datetime, end: datetime) -> dict[ReasonCode, int]:
        """How many were rejected from `start` to before `end`, by why; most first. Before codes, all had other reasons."""
        rejected = (
            proposals.c.status == ProposalStatus.REJECTED,
            proposals.c.decided_at >= start,
            proposals.c.decided_at < end,
        )
        code = func.coalesce(proposals.c.reason_code, ReasonCode.OTHER.value).label("code")
        query = select(code, func.count().label("number")).where(self._own, *rejected).group_by(code)
        rows = await self._statements.rows(query.order_by(func.count().desc(), code))
        return {ReasonCode(row["code"]): row["number"] for row in rows}

    async def joined_to(self, flow_id: int) -> int | None:
        """The flow that this one became part of, None when it did not."""
        absorbed = (proposals.c.absorbs.contains([flow_id]), proposals.c.published_flow_id.is_not(None))
        query = select(proposals.c.published_flow_id).where(self._own, *absorbed)
        joined: int | None = await self._statements.value(query.order_by(proposals.c.id.desc()).limit(1))
        return joined

    async def set_published(self, proposal_id: int, flow_id: int, version: int) -> None:
        """Note what the proposal became; its sessions are from now on those that the flow was learnt from."""
        await self._set(proposal_id, published_flow_id=flow_id, published_version=version)
        own = sessions.c.workspace_id == self._statements.workspace_id
        learnt = update(sessions).where(own, sessions.c.proposal_id == proposal_id)
        await self._statements.run(learnt.values(learned_flow_id=flow_id))

    async def set_card(self, proposal_id: int, card: MessageRef) -> None:
        """Where its card stands. No new version: nothing that people decide on has changed."""
        await self._set(proposal_id, card_channel=card.channel, card_ts=card.ts)

    async def set_replay(self, proposal_id: int, replay: ProposalReplay) -> None:
        """What replaying one of its versions showed. No new version, as with `set_card`."""
        await self._set(proposal_id, replay=replay_to_json(replay))

    async def expire(self, *, untouched_since: datetime, now: datetime) -> list[int]:
        """Expire the pending proposals that nothing has happened to since before that moment; their ids."""
        old = update(proposals).where(
            self._own,
            proposals.c.status == ProposalStatus.PENDING,
            proposals.c.updated_at < untouched_since,
        )
        return await self._expire(old, now)

    async def _expire(self, which: Update, now: datetime) -> list[int]:
        expired = which.values(
            status=ProposalStatus.EXPIRED,
            version=proposals.c.version + 1,
            decided_at=now,
            pending_since=None,
            updated_at=now,
        )
        rows = (await self._statements.run(expired.returning(proposals.c.id))).scalars()
        return sorted(rows)

    def _change(self, proposal_id: int, seen_version: int, status: ProposalStatus, now: datetime) -> Update:
        """One more version, only on the version that was seen."""
        pending = status is ProposalStatus.PENDING
        was_pending = proposals.c.status == ProposalStatus.PENDING
        return (
            update(proposals)
            .where(self._own, proposals.c.id == proposal_id, proposals.c.version == seen_version)
            .values(
                status=status,
                version=proposals.c.version + 1,
                shown_at=func.coalesce(proposals.c.shown_at, now if pending else None),
                pending_since=case((was_pending, proposals.c.pending_since), else_=now) if pending else None,
                updated_at=now,
            )
        )

    async def _changed(
        self, change: Update, proposal_id: int, seen: int, was: Collection[ProposalStatus]
    ) -> Proposal:
        row = await self._statements.row(change.returning(proposals))
        if row is None:
            raise _refusal(await self.get(proposal_id), seen, was)
        return proposal_from_row(row, (await supports(self._statements, [proposal_id]))[proposal_id])

    async def _set(self, proposal_id: int, **values: Any) -> None:
        change = update(proposals).where(self._own, proposals.c.id == proposal_id).values(**values)
        if not await self._statements.changed(change):
            raise NotFoundError("proposal", proposal_id)

    async def _sieved(
        self, words: str, domain: ProblemDomain | None, limit: int, pool: SearchPool
    ) -> list[Proposal]:
        sieve = Sieve(self._statements.workspace_id, words, domain, limit)
        rows = select(proposals).where(self._own)
        columns: dict[str, Any] = {"search": proposals.c.search, "domain": proposals.c.problem_domain}
        return await self._proposals(sieve.best(rows, pool, **columns, key=proposals.c.id))

    async def _proposals(self, query: Select[Any]) -> list[Proposal]:
        rows = await self._statements.rows(query)
        support = await supports(self._statements, [row["id"] for row in rows]) if rows else {}
        return [proposal_from_row(row, support[row["id"]]) for row in rows]


def proposal_from_row(row: RowMapping, support: Support) -> Proposal:
    return Proposal(
        id=row["id"],
        kind=ProposalKind(row["kind"]),
        status=ProposalStatus(row["status"]),
        version=row["version"],
        draft=draft_from_row(row),
        support=support,
        confidence=row["confidence"],
        analyst=row["analyst"],
        proposed_by=row["proposed_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        pending_since=row["pending_since"],
        flow_id=row["flow_id"],
        base_version=row["base_version"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        reason=row["reason"],
        reason_code=ReasonCode(row["reason_code"]) if row["reason_code"] else None,
        published_flow_id=row["published_flow_id"],
        published_version=row["published_version"],
        card=MessageRef(row["card_channel"], row["card_ts"]) if row["card_ts"] else None,
        absorbs=tuple(row["absorbs"]),
        merged_into=row["merged_into"],
        last_replay=replay_from_json(row["replay"]) if row["replay"] else None,
    )


def _refusal(proposal: Proposal, seen: int, was: Collection[ProposalStatus]) -> Exception:
    """Why a conditional change found nothing, from how the proposal stands now."""
    if proposal.status not in was:
        return AlreadyDecidedError(proposal.id, proposal.status, proposal.decided_by, proposal.decided_at)
    return StaleVersionError(proposal.id, seen, proposal.version)

"""Bringing together what was learnt twice: comparing each flow and proposal that has changed with those like it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.ai.outline import VERSION
from bot.ai.redaction import redacted
from bot.ai.uniting import United, unite
from bot.domain.errors import AlreadyDecidedError, KnowledgeMovedError, StaleVersionError
from bot.domain.flows import Flow
from bot.domain.ports import Clock
from bot.domain.proposals import Proposal, ProposalStatus, Support, status_when_supported
from bot.domain.sessions import Session
from bot.domain.uniting import Body, Union, union_of
from bot.services.analysis import MAX_CANDIDATES, TELLING_SESSIONS, quota_left
from bot.services.jobs import redraw_card, redraw_grown_card, tell_author
from bot.services.workspaces import active_workspaces
from storage.database import Database
from storage.transaction import Transaction

MAX_SESSIONS = TELLING_SESSIONS
"""The newest sessions of a flow that are looked at. What has more is never taken into another: people decide on that."""
UNLIMITED = 1_000_000
ANALYST = VERSION
"""Who brings together, whoever analyses the sessions: the same rules for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A body of knowledge that has changed, and those that it may be one with."""

    knowledge_version: int
    changed: Body
    others: tuple[Body, ...]


async def unite_knowledge(database: Database, workspace_id: str, clock: Clock, *, limit: int) -> int:
    """Compare up to `limit` changed flows and proposals with those like them. Returns how many were brought together."""
    united = 0
    for _ in range(limit):
        async with database.transaction(workspace_id) as tx:
            facts = await _next_changed(tx)
        if facts is None:
            break
        best = await asyncio.to_thread(_best_union, facts)
        try:
            async with database.transaction(workspace_id) as tx:
                if best is None:
                    await _note_compared(tx, facts.changed)
                else:
                    await _carry_out(tx, facts, *best, now=clock.now())
                    united += 1
        except (KnowledgeMovedError, StaleVersionError, AlreadyDecidedError):
            continue
    return united


async def unite_everywhere(database: Database, clock: Clock) -> int:
    """`unite_knowledge` in every active workspace, until nothing is left to compare."""
    return sum(
        [
            await unite_knowledge(database, workspace.id, clock, limit=UNLIMITED)
            for workspace in await active_workspaces(database)
        ]
    )


async def _next_changed(tx: Transaction) -> Facts | None:
    version = await tx.workspaces.knowledge_version()
    while (changed := await _changed_body(tx)) is not None:
        others = await _bodies_like(tx, changed)
        if others:
            return Facts(knowledge_version=version, changed=changed, others=others)
        await _note_compared(tx, changed)
    return None


async def _changed_body(tx: Transaction) -> Body | None:
    for proposal in await tx.proposals.not_compared(1):
        if proposal.flow_id is None:
            return await _body(tx, None, proposal)
        return await _body(tx, await tx.flows.get(proposal.flow_id), proposal)
    for flow in await tx.flows.not_compared(1):
        changing = [each for each in await tx.proposals.changing([flow.id]) if each.flow_id == flow.id]
        return await _body(tx, flow, changing[0] if changing else None)
    return None


async def _bodies_like(tx: Transaction, body: Body) -> tuple[Body, ...]:
    """What shares words with the body, without what people have parked, keep apart, or are asked to join already."""
    words = " ".join([body.draft.title, *(node.text for _, node, _ in body.draft.tree.walk())])
    domain, own = body.draft.problem_domain, body.flow.id if body.flow else None
    proposals = await tx.proposals.candidates(words, domain, MAX_CANDIDATES)
    flows = {each.id: each for each in await tx.flows.candidates(words, domain, MAX_CANDIDATES)}
    for flow_id in {each.flow_id for each in proposals if each.flow_id} - flows.keys():
        flows[flow_id] = await tx.flows.get(flow_id)
    involved = [*flows, *([own] if own else [])]
    changes = await tx.proposals.changing(involved)
    spoken_for = {flow_id for each in changes for flow_id in each.absorbs}
    spoken_for |= {each.flow_id for each in changes if each.flow_id and not _is_open(each)}
    if own in spoken_for:
        return ()
    change_of = {each.flow_id: each for each in changes}
    kept_apart = await tx.proposals.refused_unions(involved)
    others = [
        await _body(tx, flow, change_of.get(flow.id))
        for flow in flows.values()
        if flow.id != own and flow.id not in spoken_for and {own, flow.id} not in kept_apart
    ]
    new_flows = [each for each in proposals if each.flow_id is None and _is_open(each)]
    return (*others, *[await _body(tx, None, each) for each in new_flows if each != body.proposal])


def _is_open(proposal: Proposal) -> bool:
    return proposal.status in (ProposalStatus.FORMING, ProposalStatus.PENDING)


async def _body(tx: Transaction, flow: Flow | None, proposal: Proposal | None) -> Body:
    sessions: list[Session] = []
    if proposal is not None:
        sessions += await tx.sessions.of_proposal(proposal.id, MAX_SESSIONS + 1)
    for flow_id in [*([flow.id] if flow else []), *(proposal.absorbs if proposal else [])]:
        sessions += await tx.sessions.of_flow(flow_id, MAX_SESSIONS + 1)
    distinct = {session.id: session for session in sessions}
    by_age = sorted(distinct.values(), key=lambda each: (each.created_at, each.id))[-MAX_SESSIONS:]
    return Body(
        flow=flow,
        proposal=proposal,
        sessions=await asyncio.to_thread(redacted, by_age),
        is_whole=len(distinct) <= MAX_SESSIONS,
    )


def _best_union(facts: Facts) -> tuple[Union, United] | None:
    """The union with the body that fits best; None when it is one with none of them."""
    found = [(other, united) for other in facts.others if (united := united_of(facts.changed, other))]
    if not found:
        return None
    other, united = max(found, key=lambda pair: (pair[1].score, pair[0].seniority))
    return union_of(facts.changed, other, united.tree), united


def united_of(one: Body, other: Body) -> United | None:
    """Both as one tree, or None when they are two."""
    kept, taken = sorted((one, other), key=lambda body: body.seniority, reverse=True)
    if not taken.can_be_learnt_anew:
        return None
    if not kept.can_be_learnt_anew:
        return unite(kept.candidate, taken.candidate, either_way=False)
    larger, smaller = sorted((kept, taken), key=lambda body: len(body.sessions), reverse=True)
    return unite(larger.candidate, smaller.candidate)


async def _note_compared(tx: Transaction, body: Body) -> None:
    if body.proposal is not None:
        await tx.proposals.set_compared(body.proposal.id, body.proposal.version)
    if body.flow is not None:
        await tx.flows.set_compared(body.flow.id, body.flow.current.number)


async def _carry_out(tx: Transaction, facts: Facts, union: Union, united: United, *, now: datetime) -> None:
    """Write the union down. The knowledge version stands guard and is taken last, as in an analysis."""
    if union.kind is None:
        await _reinforce(tx, union, now=now)
    else:
        proposal = await _propose(tx, union, confidence=united.certainty, now=now)
        await _end_taken(tx, union.taken, proposal, now=now)
        waiting = {*_support(union.kept).session_ids, *_support(union.taken).session_ids}
        await tx.sessions.analyse_these_again([each.id for each in united.left if each.id in waiting])
        if proposal.status is ProposalStatus.PENDING:
            await redraw_grown_card(tx, proposal.id)
    await tx.workspaces.advance_knowledge(facts.knowledge_version)


async def _reinforce(tx: Transaction, union: Union, *, now: datetime) -> None:
    """The flow says all that the proposal does: its sessions count for the flow."""
    flow, proposal = union.kept.flow, union.taken.proposal
    if flow is None or proposal is None:
        raise ValueError("Only a proposal can reinforce, and only a flow be reinforced.")
    await tx.proposals.merge_into(None, proposal.id, seen_version=proposal.version, now=now)
    await tx.proposals.set_published(proposal.id, flow.id, flow.current.number)
    await _record_merged(tx, proposal, {"flow": flow.id}, now=now)
    await _redraw(tx, [proposal])


async def _propose(tx: Transaction, union: Union, *, confidence: float, now: datetime) -> Proposal:
    """The proposal of the body that is kept, grown; a new one when a flow stood there without any."""
    kept, taken, kind = union.kept, union.taken, union.kind
    if kind is None:
        raise ValueError("There is nothing to propose.")
    settings = (await tx.workspaces.get()).settings
    absorbs = sorted({*kept.absorbed, *taken.absorbed, *([taken.flow.id] if taken.flow else [])})
    status = status_when_supported(
        kept.proposal.status if kept.proposal else ProposalStatus.FORMING,
        sessions=_support(kept).sessions + _support(taken).sessions,
        imported=_support(kept).imported + _support(taken).imported,
        min_imported=settings.min_imported_sessions,
        quota_left=await quota_left(tx, settings, now=now),
        joins_flows=bool(absorbs),
    )
    if kept.proposal is None:
        return await tx.proposals.add(
            union.draft,
            kind=kind,
            status=status,
            confidence=confidence,
            analyst=ANALYST,
            now=now,
            flow_id=kept.flow.id if kept.flow else None,
            base_version=kept.flow.current.number if kept.flow else None,
            absorbs=absorbs,
        )
    return await tx.proposals.grow(
        kept.proposal.id,
        seen_version=kept.proposal.version,
        kind=kind,
        draft=union.draft,
        status=status,
        confidence=kept.proposal.confidence,
        now=now,
        absorbs=absorbs,
    )


async def _end_taken(tx: Transaction, taken: Body, into: Proposal, *, now: datetime) -> None:
    if taken.proposal is None:
        return
    await tx.proposals.merge_into(into, taken.proposal.id, seen_version=taken.proposal.version, now=now)
    await _record_merged(tx, taken.proposal, {"proposal": into.id}, now=now)
    await tx.sessions.support_instead(into.id, instead_of=taken.proposal.id)
    await _redraw(tx, [taken.proposal])


async def _record_merged(
    tx: Transaction, proposal: Proposal, into: Mapping[str, int], *, now: datetime
) -> None:
    detail = {"from": proposal.status, "to": ProposalStatus.MERGED, **into}
    await tx.audit.record(
        actor=None, action="proposal.merge", kind="proposal", object_id=proposal.id, detail=detail, at=now
    )
    await tell_author(tx, proposal)


def _support(body: Body) -> Support:
    return body.proposal.support if body.proposal else Support()


async def _redraw(tx: Transaction, proposals: Sequence[Proposal]) -> None:
    """The cards that people have seen."""
    for proposal in proposals:
        if proposal.status is ProposalStatus.PENDING:
            await redraw_card(tx, proposal.id)

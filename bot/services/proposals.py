"""Deciding on proposals, and showing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.ai.redaction import redacted
from bot.charts.registry import Chart
from bot.domain.cards import Picture, ProposalCard
from bot.domain.editing import Edited, Subject
from bot.domain.flows import Flow, FlowDraft, FlowMention, FlowOrigin
from bot.domain.merging import TreeChange, compare
from bot.domain.proposals import (
    Proposal,
    ProposalStatus,
    Request,
    decide,
    expires_before,
)
from bot.domain.trees import FlowTree
from bot.domain.words import counted
from bot.services.desk import Desk
from bot.services.jobs import redraw_card, tell_author
from bot.services.proposal_replays import replay_proposal
from storage.database import Database
from storage.transaction import Transaction

SOURCES = 3
"""Sessions that a card quotes and links."""


async def list_proposals(
    database: Database, workspace_id: str, *, status: ProposalStatus | None = None, limit: int = 200
) -> list[Proposal]:
    """The proposals of a status, oldest first."""
    async with database.transaction(workspace_id) as tx:
        return await tx.proposals.listed(status, limit)


async def get_proposal(database: Database, workspace_id: str, proposal_id: int) -> Proposal:
    async with database.transaction(workspace_id) as tx:
        return await tx.proposals.get(proposal_id)


async def read_card(database: Database, workspace_id: str, proposal_id: int) -> ProposalCard:
    """The facts of its card. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        return await card_of(tx, await tx.proposals.get(proposal_id))


async def decide_proposal(
    database: Database, workspace_id: str, proposal_id: int, request: Request, *, now: datetime
) -> Proposal:
    """Carry the decision out, publish where it says so, and leave the card to be redrawn: all or nothing.

    Raises:
        NotFoundError: no such proposal in this workspace.
        AlreadyDecidedError, StaleVersionError: somebody was faster, or the card was old.
        FlowPilotError: any other rule of `decide`.
    """
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        decision = decide(proposal, request, now=now)
        decided = await tx.proposals.apply(decision)
        if decision.publish is not None:
            flow = await _publish(tx, proposal, decision.publish, by=request.by.id, now=now)
            await tx.proposals.set_published(proposal_id, flow.id, flow.current.number)
            await _absorb(tx, proposal.absorbs, flow, by=request.by.id, now=now)
            decided = replace(decided, published_flow_id=flow.id, published_version=flow.current.number)
        await tx.audit.record(
            actor=request.by.id,
            action=f"proposal.{type(request).__name__.lower()}",
            kind="proposal",
            object_id=proposal_id,
            detail={
                "from": decision.was,
                "to": decision.status,
                "reason_code": decision.reason_code,
                "reason": decision.reason,
            },
            at=now,
        )
        if decided.status is ProposalStatus.WITHDRAWN:
            await tx.sessions.analyse_again(proposal_id)
        if decided.status is not ProposalStatus.PENDING:
            await _end_draft(tx, proposal_id, decision.publish)
        await redraw_card(tx, proposal_id)
        await tell_author(tx, decided)
        # Last, because from here to the commit every other decision of the workspace waits.
        await tx.workspaces.touch_knowledge()
        return decided


async def _end_draft(tx: Transaction, proposal_id: int, published: FlowDraft | None) -> None:
    """Forget the draft, unless it holds changes that the decision lost: its editor may still want them."""
    draft = await tx.drafts.find(Subject(Edited.PROPOSAL, proposal_id))
    if draft and (not draft.is_changed or draft.content == published):
        await tx.drafts.forget(draft.subject)


async def _publish(tx: Transaction, proposal: Proposal, draft: FlowDraft, *, by: str, now: datetime) -> Flow:
    author = await _author_words(tx, proposal)
    if proposal.flow_id is None or proposal.base_version is None:
        flow = await tx.flows.publish_new(
            draft,
            origin=FlowOrigin.MANUAL if author else FlowOrigin.AI_GENERATED,
            by=by,
            at=now,
            change=author or f"Learnt from {counted(proposal.support.sessions, 'session')}.",
            proposal_id=proposal.id,
        )
    else:
        before = await tx.flows.get(proposal.flow_id)
        change = change_sentence(compare(before.tree, draft.tree))
        flow = await tx.flows.publish_version(
            proposal.flow_id,
            draft,
            base_version=proposal.base_version,
            origin=before.origin if author else FlowOrigin.AI_ENHANCED,
            by=by,
            at=now,
            change=f"{author} {change}" if author else change,
            proposal_id=proposal.id,
        )
        await give_up_changes(tx, flow.id, now=now)
    await tx.audit.record(
        actor=by,
        action="flow.publish",
        kind="flow",
        object_id=flow.id,
        detail={"version": flow.current.number, "proposal": proposal.id},
        at=now,
    )
    return flow


def change_sentence(change: TreeChange) -> str:
    """What a new version brought, for example "2 steps added, 1 changed, 0 removed."."""
    if change.is_nothing:
        return "Its title, summary, domain or keywords changed."
    added, changed, removed = len(change.added), len(change.changed), len(change.removed)
    return f"{counted(added, 'step')} added, {changed} changed, {removed} removed."


async def _author_words(tx: Transaction, proposal: Proposal) -> str | None:
    """For example "Proposed by Ben Okafor."; None for what was learnt."""
    if proposal.proposed_by is None:
        return None
    return f"Proposed by {await _name(tx, proposal.proposed_by)}."


async def _name(tx: Transaction, member_id: str) -> str:
    member = await tx.members.find(member_id)
    return member.name if member else member_id


async def _absorb(tx: Transaction, absorbed: Sequence[int], into: Flow, *, by: str, now: datetime) -> None:
    """Archive the flows that are part of another now. What they were learnt from counts for that one."""
    for flow_id in absorbed:
        await tx.sessions.learnt_by_instead(into.id, instead_of=flow_id)
        await take_out_of_use(tx, flow_id, {"became_part_of": into.id}, by=by, now=now)


async def take_out_of_use(
    tx: Transaction, flow_id: int, detail: Mapping[str, object], *, by: str, now: datetime
) -> None:
    """Archive the flow, end the proposals to change it, and note who did it."""
    await tx.flows.archive(flow_id, at=now)
    await give_up_changes(tx, flow_id, now=now)
    await tx.audit.record(
        actor=by, action="flow.archive", kind="flow", object_id=flow_id, detail=detail, at=now
    )


async def give_up_changes(tx: Transaction, flow_id: int, *, now: datetime) -> None:
    """End the proposals to change a flow that is no longer what they would change; their sessions are analysed again."""
    for proposal_id in await tx.proposals.supersede(flow_id, now=now):
        await tx.sessions.analyse_again(proposal_id)
        await _record_expired(tx, proposal_id, because="its flow has changed", now=now)
        await redraw_card(tx, proposal_id)
        await tell_author(tx, await tx.proposals.get(proposal_id))


async def _record_expired(tx: Transaction, proposal_id: int, *, because: str, now: datetime) -> None:
    detail = {"to": ProposalStatus.EXPIRED, "because": because}
    await tx.audit.record(
        actor=None, action="proposal.expire", kind="proposal", object_id=proposal_id, detail=detail, at=now
    )


async def show_proposal_card(desk: Desk, workspace_id: str, proposal_id: int) -> None:
    """Post the card to the review channel, or redraw the one that stands there. Without a channel: nothing yet."""
    await replay_proposal(desk.database, workspace_id, proposal_id)
    async with desk.database.transaction(workspace_id) as tx:
        workspace = await tx.workspaces.get()
        card = await card_of(tx, await tx.proposals.get(proposal_id))
    channel = card.proposal.card.channel if card.proposal.card else workspace.settings.review_channel
    is_news = card.proposal.card is not None or card.proposal.status is not ProposalStatus.MERGED
    if channel is None or card.proposal.status is ProposalStatus.FORMING or not is_news:
        return
    picture = await draw_tree(desk, card.draft, card.change)
    shown_at = await desk.messenger.show_proposal(workspace_id, channel, card, picture)
    if shown_at != card.proposal.card:
        async with desk.database.transaction(workspace_id) as tx:
            await tx.proposals.set_card(proposal_id, shown_at)


async def draw_tree(desk: Desk, draft: FlowDraft, change: TreeChange | None) -> Picture:
    """The picture of the tree, with what the change adds and changes marked."""
    return await desk.charts.draw(
        Chart.TREE,
        draft.tree,
        draft.title,
        added=frozenset(change.added if change else ()),
        changed=frozenset(change.changed if change else ()),
    )


async def card_of(tx: Transaction, proposal: Proposal) -> ProposalCard:
    """The facts of its card."""
    sources = redacted(await tx.sessions.get_many(proposal.support.session_ids[: -SOURCES - 1 : -1]))
    flow = await tx.flows.find(proposal.flow_id) if proposal.flow_id else None
    published = await tx.flows.find(proposal.published_flow_id) if proposal.published_flow_id else None
    into = await tx.proposals.find(proposal.merged_into) if proposal.merged_into else None
    return ProposalCard(
        proposal=proposal,
        sources=sources,
        flow=_mention(flow) if flow else None,
        absorbs=tuple([_mention(await tx.flows.get(flow_id)) for flow_id in proposal.absorbs]),
        merged_into=into.draft.title if into else None,
        edited=await _edited(tx, proposal),
        author=await _name(tx, proposal.proposed_by) if proposal.proposed_by else None,
        published=_mention(published) if published else None,
        before=await base_tree(tx, flow, proposal) if flow else None,
        reviewers=tuple(await tx.members.admins()),
    )


async def _edited(tx: Transaction, proposal: Proposal) -> FlowDraft | None:
    """What a reviewer published instead of the proposal's draft."""
    if proposal.status is not ProposalStatus.MODIFIED:
        return None
    if proposal.published_flow_id is None or proposal.published_version is None:
        return None
    published = await tx.flows.version(proposal.published_flow_id, proposal.published_version)
    return published.draft if published.draft != proposal.draft else None


async def base_tree(tx: Transaction, flow: Flow, proposal: Proposal) -> FlowTree:
    """The flow's tree that the proposal would change; the flow may have moved on since."""
    if flow.current.number == proposal.base_version:
        return flow.tree
    versions = {version.number: version.draft.tree for version in await tx.flows.versions(flow.id)}
    return versions.get(proposal.base_version or 0, flow.tree)


def _mention(flow: Flow) -> FlowMention:
    return FlowMention(flow.id, flow.title, flow.current.number)


async def expire_proposals(database: Database, workspace_id: str, *, now: datetime) -> int:
    """Expire what nobody decided on in time, and redraw the cards. Returns how many."""
    async with database.transaction(workspace_id) as tx:
        settings = (await tx.workspaces.get()).settings
        expired = await tx.proposals.expire(
            untouched_since=expires_before(now, settings.proposal_lifetime_days), now=now
        )
        for proposal_id in expired:
            await _record_expired(tx, proposal_id, because="nobody decided in time", now=now)
            await redraw_card(tx, proposal_id)
            await tell_author(tx, await tx.proposals.get(proposal_id))
        if expired:
            await tx.workspaces.touch_knowledge()
    return len(expired)

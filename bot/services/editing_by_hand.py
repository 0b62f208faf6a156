"""Beginning what somebody proposes by hand; from there on it is a draft like any other."""

from __future__ import annotations

from datetime import datetime

from bot.domain.editing import (
    NEW_FLOW,
    CarryOverError,
    DraftGoneError,
    Edited,
    EditingDraft,
    Subject,
    Workbench,
    merged_drafts,
)
from bot.domain.errors import NotAuthorError, WrongStatusError
from bot.domain.flows import Flow, FlowDraft
from bot.domain.members import Member
from bot.domain.proposals import REPEATABLE, Proposal
from bot.services.editing import Present, opened, workbench
from bot.services.flows import flow_in_use
from storage.database import Database
from storage.transaction import Transaction


async def begin_proposal_by_hand(
    database: Database,
    workspace_id: str,
    content: FlowDraft,
    *,
    by: Member,
    now: datetime,
    topic: str = "",
) -> Workbench:
    """A draft of a new flow that begins as `content`; it may be unfinished.

    Each person has one for each `topic` (such as "gap:12"): one that was begun earlier is given again, as it was left.
    """
    async with database.transaction(workspace_id) as tx:
        subject = Subject(Edited.BY_HAND, NEW_FLOW, by.id, topic)
        bench = await opened(tx, subject, Present(content, 0), by=by, now=now)
        return await workbench(tx, bench.draft, Present(bench.draft.base, 0), by)


async def begin_change_by_hand(
    database: Database, workspace_id: str, flow_id: int, *, by: Member, now: datetime
) -> Workbench:
    """A draft of a change to the flow, or the one that this person has begun.

    Raises:
        NotFoundError: no such flow.
        FlowOutOfUseError: it is archived.
    """
    async with database.transaction(workspace_id) as tx:
        current = (await flow_in_use(tx, flow_id)).current
        subject = Subject(Edited.BY_HAND, flow_id, by.id)
        return await opened(tx, subject, Present(current.draft, current.number), by=by, now=now)


async def find_begun_flow(database: Database, workspace_id: str, *, by: Member) -> Workbench | None:
    """The new flow without a topic that this person has begun and neither proposed nor given up."""
    async with database.transaction(workspace_id) as tx:
        draft = await tx.drafts.find(Subject(Edited.BY_HAND, NEW_FLOW, by.id))
        return await workbench(tx, draft, Present(draft.base, draft.base_version), by) if draft else None


async def keep_as_proposal(
    database: Database, workspace_id: str, draft_id: int, *, by: Member, now: datetime
) -> Workbench:
    """Go on with the draft of a proposal that somebody decided on meanwhile, as a proposal by hand.

    It becomes a change to the flow that was published or was to be changed, else a new flow. Where both changed the same,
    the draft's words stand.

    Raises DraftGoneError: there is no such draft, or it is somebody else's.
    """
    async with database.transaction(workspace_id) as tx:
        draft = await tx.drafts.get(draft_id)
        if draft.member_id != by.id or draft.subject.kind is not Edited.PROPOSAL:
            raise DraftGoneError
        proposal = await tx.proposals.get(draft.subject.id)
        flow = await _flow_of(tx, proposal)
        present = Present(flow.current.draft, flow.current.number) if flow else Present(draft.base, 0)
        subject = Subject(Edited.BY_HAND, flow.id if flow else NEW_FLOW, by.id, f"proposal:{proposal.id}")
        await tx.drafts.take(draft)
        content = _carried(draft, present.content)
        return await opened(tx, subject, present, by=by, now=now, content=content)


async def propose_again(
    database: Database, workspace_id: str, proposal_id: int, *, by: Member, now: datetime
) -> Workbench:
    """A draft of what this person proposed and took back, or what expired.

    A change begins from the version that it was made for: when the flow has changed since, it is carried over.

    Raises:
        NotAuthorError: this person did not make it.
        WrongStatusError: it was neither taken back nor did it expire.
        FlowOutOfUseError: the flow that it would change is archived.
    """
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        if proposal.proposed_by != by.id:
            raise NotAuthorError(proposal_id)
        if proposal.status not in REPEATABLE:
            wanted = "only what expired or was withdrawn is proposed again"
            raise WrongStatusError(proposal_id, proposal.status, wanted)
        content = proposal.draft
        subject = Subject(Edited.BY_HAND, proposal.flow_id or NEW_FLOW, by.id, f"proposal:{proposal_id}")
        if proposal.flow_id is None:
            bench = await opened(tx, subject, Present(content, 0), by=by, now=now)
            return await workbench(tx, bench.draft, Present(bench.draft.base, 0), by)
        current = (await flow_in_use(tx, proposal.flow_id)).current
        versions = {each.number: each.draft for each in await tx.flows.versions(proposal.flow_id)}
        number = proposal.base_version or current.number
        bench = await opened(tx, subject, Present(versions[number], number), by=by, now=now, content=content)
        return await workbench(tx, bench.draft, Present(current.draft, current.number), by)


async def _flow_of(tx: Transaction, proposal: Proposal) -> Flow | None:
    """The flow in use that the proposal became, or was to change."""
    flow_id = proposal.published_flow_id or proposal.flow_id
    flow = await tx.flows.find(flow_id) if flow_id else None
    return flow if flow and not flow.archived else None


def _carried(draft: EditingDraft, present: FlowDraft) -> FlowDraft:
    try:
        return merged_drafts(draft.base, draft.content, present)
    except CarryOverError:
        return draft.content

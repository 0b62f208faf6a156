"""What people propose themselves: a new flow, or a change to one. Nothing is learnt for it; all else is as for any proposal."""

from __future__ import annotations

from datetime import datetime

from bot.domain.editing import NEW_FLOW, EditingDraft, NothingChangedError
from bot.domain.errors import InvalidTreeError
from bot.domain.jobs import TellAuthor
from bot.domain.learning import kind_of
from bot.domain.members import Member
from bot.domain.merging import compare
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus, Withdraw
from bot.domain.validation import problems_of
from bot.services.desk import Desk
from bot.services.jobs import redraw_card, tell_author
from bot.services.proposals import card_of, decide_proposal
from storage.database import Database
from storage.transaction import Transaction

BY_HAND = "by hand"
"""The analyst of a proposal that nothing was learnt for."""


async def submit_proposal(tx: Transaction, draft: EditingDraft, *, by: Member, now: datetime) -> Proposal:
    """Put what somebody drafted by hand into the review queue.

    Raises:
        InvalidTreeError: the tree breaks the rules.
        NothingChangedError: it is what is published.
        DraftMovedError: the draft has changed, or was proposed already.
    """
    if problems := problems_of(draft.content.tree):
        raise InvalidTreeError(problems)
    is_new = draft.subject.id == NEW_FLOW
    if not is_new and not draft.is_changed:
        raise NothingChangedError
    await tx.drafts.take(draft)
    change = compare(draft.base.tree, draft.content.tree)
    proposal = await tx.proposals.add(
        draft.content,
        kind=ProposalKind.NEW_FLOW if is_new else kind_of(change),
        status=ProposalStatus.PENDING,
        confidence=1.0,
        analyst=BY_HAND,
        proposed_by=by.id,
        flow_id=None if is_new else draft.subject.id,
        base_version=None if is_new else draft.base_version,
        now=now,
    )
    await tx.audit.record(
        actor=by.id,
        action="proposal.propose",
        kind="proposal",
        object_id=proposal.id,
        detail={"to": proposal.status, "kind": proposal.kind},
        at=now,
    )
    await redraw_card(tx, proposal.id)
    await tell_author(tx, proposal)
    await tx.workspaces.touch_knowledge()
    return proposal


async def withdraw_proposal(
    database: Database, workspace_id: str, proposal_id: int, *, by: Member, now: datetime
) -> Proposal:
    """Take a proposal by hand back. Sessions that joined it are analysed again.

    Raises:
        NotAuthorError: this person did not make it.
        AlreadyDecidedError: somebody decided on it.
    """
    request = Withdraw(by=by)
    return await decide_proposal(database, workspace_id, proposal_id, request, now=now)


async def tell_author_of(desk: Desk, workspace_id: str, job: TellAuthor) -> None:
    """Tell whoever proposed it how it stands now."""
    async with desk.database.transaction(workspace_id) as tx:
        card = await card_of(tx, await tx.proposals.get(job.proposal_id))
    if card.proposal.proposed_by is not None:
        await desk.messenger.tell_author(workspace_id, card.proposal.proposed_by, card)

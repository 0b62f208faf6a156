"""Working on a draft of a proposal until it is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.domain.editing import (
    DraftGoneError,
    DraftMovedError,
    DraftTakenError,
    Edited,
    EditingDraft,
    Subject,
    Workbench,
)
from bot.domain.errors import StaleVersionError
from bot.domain.members import Member
from bot.domain.merging import compare
from bot.domain.proposals import Proposal, Publish, require_decidable
from bot.services.desk import Desk
from bot.services.proposals import decide_proposal, draw_tree
from storage.database import Database
from storage.transaction import Transaction

Change = Callable[[EditingDraft], EditingDraft]
"""What somebody does to a draft; raises FlowPilotError when that is not possible."""


async def open_workbench(
    database: Database, workspace_id: str, proposal_id: int, seen_version: int, *, by: Member, now: datetime
) -> Workbench:
    """The draft of the proposal: this person's, or somebody else's to look at, or a new one.

    Raises as `require_decidable`, and NotFoundError.
    """
    async with database.transaction(workspace_id) as tx:
        proposal = await tx.proposals.get(proposal_id)
        require_decidable(proposal, by, seen_version)
        subject = Subject(Edited.PROPOSAL, proposal_id)
        draft = (
            await tx.drafts.find(subject)
            or await tx.drafts.begin(
                subject, proposal.draft, base_version=proposal.version, member_id=by.id, now=now
            )
            or await tx.drafts.find(subject)  # somebody else was faster
        )
        if draft is None:
            raise DraftGoneError
        if draft.member_id == by.id and not draft.is_changed and draft.base_version != proposal.version:
            draft = await _saved(tx, draft, draft.begun_anew(proposal.draft, proposal.version, now=now))
        return await _workbench(tx, draft, proposal, by)


async def read_workbench(database: Database, workspace_id: str, draft_id: int, *, by: Member) -> Workbench:
    """The draft as it is now.

    Raises DraftGoneError: it was published or given up; or as `require_decidable`.
    """
    async with database.transaction(workspace_id) as tx:
        return await _read(tx, draft_id, by)


async def change_draft(
    database: Database, workspace_id: str, draft_id: int, revision: int, change: Change, *, by: Member
) -> Workbench:
    """Do something to the draft, which this person must be working on, in the revision that was seen.

    Raises:
        DraftMovedError: it was changed meanwhile.
        DraftGoneError: it was published or given up.
        DraftTakenError: somebody else works on it.
        FlowPilotError: what `change` raises, and as `require_decidable`.
    """
    async with database.transaction(workspace_id) as tx:
        return await _changed(tx, draft_id, revision, lambda bench: change(bench.draft), by=by)


async def start_over(
    database: Database, workspace_id: str, draft_id: int, revision: int, *, by: Member, now: datetime
) -> Workbench:
    """Give the draft's changes up and begin anew from the proposal as it is now. Raises as `change_draft`."""
    async with database.transaction(workspace_id) as tx:

        def anew(bench: Workbench) -> EditingDraft:
            return bench.draft.begun_anew(bench.proposal.draft, bench.proposal.version, now=now)

        return await _changed(tx, draft_id, revision, anew, by=by)


async def take_over(
    database: Database, workspace_id: str, draft_id: int, revision: int, *, by: Member, now: datetime
) -> Workbench:
    """Go on with the draft of somebody who does not.

    Raises:
        DraftTakenError: that person is at work.
        DraftMovedError: it was changed meanwhile.
    """
    async with database.transaction(workspace_id) as tx:
        bench = await _read(tx, draft_id, by)
        if bench.draft.revision != revision:
            raise DraftMovedError
        if not bench.draft.can_be_taken_over(now):
            raise DraftTakenError(bench.editor)
        draft = await _saved(tx, bench.draft, bench.draft.taken_over(by.id, now=now))
        await tx.audit.record(
            actor=by.id,
            action="draft.take_over",
            kind="proposal",
            object_id=bench.proposal.id,
            detail={"from": bench.draft.member_id},
            at=now,
        )
        return await _workbench(tx, draft, bench.proposal, by)


async def carry_over(
    database: Database, workspace_id: str, draft_id: int, revision: int, *, by: Member, now: datetime
) -> Workbench:
    """Put the draft's changes on the proposal's present version.

    Raises CarryOverError where both changed the same; else as `change_draft`.
    """
    async with database.transaction(workspace_id) as tx:

        def carried(bench: Workbench) -> EditingDraft:
            return bench.draft.carried_over(bench.proposal.draft, bench.proposal.version, now=now)

        return await _changed(tx, draft_id, revision, carried, by=by)


async def publish_draft(
    database: Database, workspace_id: str, draft_id: int, revision: int, *, by: Member, now: datetime
) -> Proposal:
    """Publish the draft, as the decision on its proposal.

    Raises:
        DraftGoneError, DraftMovedError, DraftTakenError: as `change_draft`.
        StaleVersionError: the proposal has changed since the draft was begun.
        FlowPilotError: any other rule of `decide_proposal`.
    """
    bench = await read_workbench(database, workspace_id, draft_id, by=by)
    _require_mine(bench, revision)
    if bench.is_stale:
        raise StaleVersionError(bench.proposal.id, bench.draft.base_version, bench.proposal.version)
    request = Publish(by=by, seen_version=bench.draft.base_version, draft=bench.draft.content)
    return await decide_proposal(database, workspace_id, bench.proposal.id, request, now=now)


async def show_draft_picture(desk: Desk, workspace_id: str, draft_id: int, view_id: str) -> None:
    """Draw the draft, with what it changes marked, and show it in an open view. A draft that is gone: nothing."""
    async with desk.database.transaction(workspace_id) as tx:
        try:
            draft = await tx.drafts.get(draft_id)
        except DraftGoneError:
            return
    picture = await draw_tree(desk, draft.content, compare(draft.base.tree, draft.content.tree))
    await desk.messenger.show_draft(workspace_id, view_id, draft, picture)


async def _read(tx: Transaction, draft_id: int, by: Member) -> Workbench:
    draft = await tx.drafts.get(draft_id)
    proposal = await tx.proposals.get(draft.subject.id)
    require_decidable(proposal, by, proposal.version)
    return await _workbench(tx, draft, proposal, by)


async def _changed(
    tx: Transaction, draft_id: int, revision: int, change: Callable[[Workbench], EditingDraft], *, by: Member
) -> Workbench:
    """The draft as `change` makes it: this person's own, in the revision that was seen."""
    bench = await _read(tx, draft_id, by)
    _require_mine(bench, revision)
    return await _workbench(tx, await _saved(tx, bench.draft, change(bench)), bench.proposal, by)


async def _workbench(tx: Transaction, draft: EditingDraft, proposal: Proposal, by: Member) -> Workbench:
    owner = by if draft.member_id == by.id else await tx.members.find(draft.member_id)
    editor = owner.name if owner else draft.member_id
    return Workbench(draft=draft, proposal=proposal, member=by, editor=editor)


async def _saved(tx: Transaction, before: EditingDraft, after: EditingDraft) -> EditingDraft:
    if after.revision != before.revision:
        await tx.drafts.save(after, seen_revision=before.revision)
    return after


def _require_mine(bench: Workbench, revision: int) -> None:
    if not bench.is_mine:
        raise DraftTakenError(bench.editor)
    if bench.draft.revision != revision:
        raise DraftMovedError

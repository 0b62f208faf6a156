"""Working on a draft of a proposal or a flow until it is published, or proposed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.editing import (
    NEW_FLOW,
    DraftGoneError,
    DraftMovedError,
    DraftTakenError,
    Edited,
    EditingDraft,
    NotFinishedError,
    Subject,
    Workbench,
)
from bot.domain.errors import StaleFlowError, StaleVersionError
from bot.domain.flows import Flow, FlowDraft
from bot.domain.members import Member, require_admin
from bot.domain.merging import compare
from bot.domain.proposals import Proposal, Publish, require_decidable
from bot.services.desk import Desk
from bot.services.flows import flow_in_use, publish_edited_flow
from bot.services.proposals import decide_proposal, draw_tree
from bot.services.proposals_by_hand import submit_proposal
from storage.database import Database
from storage.transaction import Transaction

Change = Callable[[EditingDraft], EditingDraft]
"""What somebody does to a draft; raises FlowPilotError when that is not possible."""


@dataclass(frozen=True, slots=True)
class Present:
    """What a draft is of, as it is now, and the version of that."""

    content: FlowDraft
    version: int


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
        return await opened(tx, subject, Present(proposal.draft, proposal.version), by=by, now=now)


async def open_flow_workbench(
    database: Database, workspace_id: str, flow_id: int, *, by: Member, now: datetime
) -> Workbench:
    """The draft of the flow's next version, as `open_workbench`.

    Raises:
        NotAllowedError: this person is no reviewer.
        FlowOutOfUseError: the flow is archived.
        NotFoundError: there is no such flow.
    """
    require_admin(by, "edit flows")
    async with database.transaction(workspace_id) as tx:
        current = (await flow_in_use(tx, flow_id)).current
        subject = Subject(Edited.FLOW, flow_id)
        return await opened(tx, subject, Present(current.draft, current.number), by=by, now=now)


async def read_workbench(database: Database, workspace_id: str, draft_id: int, *, by: Member) -> Workbench:
    """The draft as it is now.

    Raises DraftGoneError: it was published or given up, or is somebody else's proposal by hand; or, by what it is of, as
    `require_decidable` or `open_flow_workbench`.
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
    """Give the draft's changes up and begin anew from what it is of, as that is now. Raises as `change_draft`."""
    async with database.transaction(workspace_id) as tx:

        def anew(bench: Workbench) -> EditingDraft:
            return bench.draft.begun_anew(bench.present, bench.version, now=now)

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
        draft = await saved(tx, bench.draft, bench.draft.taken_over(by.id, now=now))
        await tx.audit.record(
            actor=by.id,
            action="draft.take_over",
            kind=draft.subject.kind,
            object_id=draft.subject.id,
            detail={"from": bench.draft.member_id},
            at=now,
        )
        return await workbench(tx, draft, Present(bench.present, bench.version), by)


async def carry_over(
    database: Database, workspace_id: str, draft_id: int, revision: int, *, by: Member, now: datetime
) -> Workbench:
    """Put the draft's changes on the present version of what it is of.

    Raises CarryOverError where both changed the same; else as `change_draft`.
    """
    async with database.transaction(workspace_id) as tx:

        def carried(bench: Workbench) -> EditingDraft:
            return bench.draft.carried_over(bench.present, bench.version, now=now)

        return await _changed(tx, draft_id, revision, carried, by=by)


async def publish_draft(
    database: Database, workspace_id: str, draft_id: int, revision: int, *, by: Member, now: datetime
) -> Proposal | Flow:
    """Publish the draft: as the decision on its proposal, or as the next version of its flow; or propose it.

    Raises:
        DraftGoneError, DraftMovedError, DraftTakenError: as `change_draft`.
        StaleVersionError, StaleFlowError: what it is of has changed since the draft was begun.
        NotFinishedError: a step is still to be written.
        FlowPilotError: any other rule of `decide_proposal`, `publish_edited_flow` and `submit_proposal`.
    """
    bench = await read_workbench(database, workspace_id, draft_id, by=by)
    draft, subject = bench.draft, bench.draft.subject
    _require_mine(bench, revision)
    _require_publishable(bench)
    if subject.kind is Edited.PROPOSAL:
        request = Publish(by=by, seen_version=draft.base_version, draft=draft.content)
        return await decide_proposal(database, workspace_id, subject.id, request, now=now)
    if subject.kind is Edited.FLOW:
        return await publish_edited_flow(database, workspace_id, draft, by=by, now=now)
    async with database.transaction(workspace_id) as tx:
        return await submit_proposal(tx, draft, by=by, now=now)


async def discard_draft(
    database: Database, workspace_id: str, draft_id: int, revision: int, *, by: Member
) -> None:
    """Give the draft up for good. Raises as `change_draft`."""
    async with database.transaction(workspace_id) as tx:
        bench = await _read(tx, draft_id, by)
        _require_mine(bench, revision)
        await tx.drafts.take(bench.draft)


async def find_kept_draft(
    database: Database, workspace_id: str, draft_id: int, *, by: Member
) -> EditingDraft | None:
    """This person's draft of a proposal that somebody decided on meanwhile."""
    async with database.transaction(workspace_id) as tx:
        try:
            draft = await tx.drafts.get(draft_id)
        except DraftGoneError:
            return None
    is_kept = draft.member_id == by.id and draft.subject.kind is Edited.PROPOSAL
    return draft if is_kept else None


async def show_draft_picture(desk: Desk, workspace_id: str, draft_id: int, view_id: str) -> None:
    """Draw the draft, with what it changes marked, and show it in an open view. A draft that is gone: nothing."""
    async with desk.database.transaction(workspace_id) as tx:
        try:
            draft = await tx.drafts.get(draft_id)
        except DraftGoneError:
            return
    picture = await draw_tree(desk, draft.content, compare(draft.base.tree, draft.content.tree))
    await desk.messenger.show_draft(workspace_id, view_id, draft, picture)


async def opened(
    tx: Transaction,
    subject: Subject,
    present: Present,
    *,
    by: Member,
    now: datetime,
    content: FlowDraft | None = None,
) -> Workbench:
    """The draft that is there, or a new one, with some `content` already. One that nobody has changed follows what it is of."""
    draft = (
        await tx.drafts.find(subject)
        or await tx.drafts.begin(
            subject,
            content or present.content,
            base=present.content,
            base_version=present.version,
            member_id=by.id,
            now=now,
        )
        or await tx.drafts.find(subject)  # somebody else was faster
    )
    if draft is None:
        raise DraftGoneError
    if draft.member_id == by.id and not draft.is_changed and draft.base_version != present.version:
        draft = await saved(tx, draft, draft.begun_anew(present.content, present.version, now=now))
    return await workbench(tx, draft, present, by)


async def _read(tx: Transaction, draft_id: int, by: Member) -> Workbench:
    draft = await tx.drafts.get(draft_id)
    return await workbench(tx, draft, await _present(tx, draft, by), by)


async def _present(tx: Transaction, draft: EditingDraft, by: Member) -> Present:
    """What the draft is of, as it is now, if this person may edit it."""
    subject = draft.subject
    if subject.kind is Edited.PROPOSAL:
        proposal = await tx.proposals.get(subject.id)
        require_decidable(proposal, by, proposal.version)
        return Present(proposal.draft, proposal.version)
    if subject.kind is Edited.FLOW:
        require_admin(by, "edit flows")
    elif subject.author != by.id:
        raise DraftGoneError
    if subject.id == NEW_FLOW:
        return Present(draft.base, draft.base_version)
    current = (await flow_in_use(tx, subject.id)).current
    return Present(current.draft, current.number)


async def _changed(
    tx: Transaction, draft_id: int, revision: int, change: Callable[[Workbench], EditingDraft], *, by: Member
) -> Workbench:
    """The draft as `change` makes it: this person's own, in the revision that was seen."""
    bench = await _read(tx, draft_id, by)
    _require_mine(bench, revision)
    draft = await saved(tx, bench.draft, change(bench))
    return await workbench(tx, draft, Present(bench.present, bench.version), by)


async def workbench(tx: Transaction, draft: EditingDraft, present: Present, by: Member) -> Workbench:
    """The draft as this person sees it."""
    owner = by if draft.member_id == by.id else await tx.members.find(draft.member_id)
    editor = owner.name if owner else draft.member_id
    return Workbench(draft=draft, present=present.content, version=present.version, member=by, editor=editor)


async def saved(tx: Transaction, before: EditingDraft, after: EditingDraft) -> EditingDraft:
    """The draft as it is afterwards, written if it has changed. Raises DraftMovedError."""
    if after.revision != before.revision:
        await tx.drafts.save(after, seen_revision=before.revision)
    return after


def _require_mine(bench: Workbench, revision: int) -> None:
    if not bench.is_mine:
        raise DraftTakenError(bench.editor)
    if bench.draft.revision != revision:
        raise DraftMovedError


def _require_publishable(bench: Workbench) -> None:
    draft, subject = bench.draft, bench.draft.subject
    if bench.is_stale and subject.kind is Edited.PROPOSAL:
        raise StaleVersionError(subject.id, draft.base_version, bench.version)
    if bench.is_stale:
        raise StaleFlowError(subject.id, draft.base_version, bench.version)
    if unfinished := draft.content.tree.unfinished:
        raise NotFinishedError(unfinished)

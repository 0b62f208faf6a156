"""Drafts: one of each proposal or flow, changed on the revision that was seen, forgotten in time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.editing import NEW_FLOW, DraftGoneError, DraftMovedError, Edited, EditingDraft, Subject
from bot.domain.proposals import Decision, ProposalStatus
from bot.domain.trees import Evidence
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_tree, proposed, published

LATER = NOW + timedelta(hours=1)


async def begun(database: Database, workspace: Workspace, subject: Subject | None = None) -> EditingDraft:
    content = a_draft(tree=a_tree(evidence=frozenset({Evidence(3, 1)})))
    subject = subject or Subject(Edited.PROPOSAL, (await proposed(database, workspace.id)).id)
    async with database.transaction(workspace.id) as tx:
        draft = await tx.drafts.begin(subject, content, base_version=2, member_id="U1", now=NOW)
    assert draft is not None
    return draft


async def found(database: Database, workspace: Workspace, draft: EditingDraft) -> EditingDraft | None:
    async with database.transaction(workspace.id) as tx:
        return await tx.drafts.find(draft.subject)


async def test_a_draft_comes_back_as_it_was_kept(database: Database, workspace: Workspace) -> None:
    draft = await begun(database, workspace)
    changed = draft.changed(a_draft(title="New", problem_domain=None, keywords=()), now=LATER)
    async with database.transaction(workspace.id) as tx:
        await tx.drafts.save(changed, seen_revision=1)
    assert await found(database, workspace, draft) == changed
    async with database.transaction(workspace.id) as tx:
        assert await tx.drafts.get(draft.id) == changed
    assert changed.base == draft.content


async def test_there_is_one_draft_of_a_flow_too(database: Database, workspace: Workspace) -> None:
    flow = await published(database, workspace.id)
    draft = await begun(database, workspace, Subject(Edited.FLOW, flow.id))
    assert draft.subject == Subject(Edited.FLOW, flow.id)
    async with database.transaction(workspace.id) as tx:
        again = await tx.drafts.begin(draft.subject, a_draft(), base_version=1, member_id="U2", now=NOW)
    assert again is None


async def test_an_older_revision_is_not_overwritten(database: Database, workspace: Workspace) -> None:
    draft = await begun(database, workspace)
    async with database.transaction(workspace.id) as tx:
        await tx.drafts.save(draft.changed(a_draft(title="First"), now=LATER), seen_revision=1)
    with pytest.raises(DraftMovedError):
        async with database.transaction(workspace.id) as tx:
            await tx.drafts.save(draft.changed(a_draft(title="Second"), now=LATER), seen_revision=1)
    kept = await found(database, workspace, draft)
    assert kept is not None
    assert kept.content.title == "First"


async def test_a_forgotten_draft_is_gone(database: Database, workspace: Workspace) -> None:
    draft = await begun(database, workspace)
    async with database.transaction(workspace.id) as tx:
        await tx.drafts.forget(draft.subject)
        with pytest.raises(DraftGoneError):
            await tx.drafts.get(draft.id)


async def test_what_people_propose_by_hand_has_drafts_of_its_own(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    subjects = [
        Subject(Edited.FLOW, flow.id),
        Subject(Edited.BY_HAND, flow.id, "U1"),
        Subject(Edited.BY_HAND, flow.id, "U2"),
        Subject(Edited.BY_HAND, NEW_FLOW, "U1"),
        Subject(Edited.BY_HAND, NEW_FLOW, "U1", "gap:12"),
    ]
    drafts = [await begun(database, workspace, subject) for subject in subjects]
    assert [draft.subject for draft in drafts] == subjects
    assert [await found(database, workspace, draft) for draft in drafts] == drafts
    async with database.transaction(workspace.id) as tx:
        again = await tx.drafts.begin(subjects[3], a_draft(), base_version=0, member_id="U1", now=NOW)
        await tx.drafts.take(drafts[3])
        with pytest.raises(DraftMovedError):
            await tx.drafts.take(drafts[3])
    assert again is None


async def test_idle_drafts_are_forgotten_and_those_of_decided_proposals_are_kept(
    database: Database, workspace: Workspace
) -> None:
    idle, decided, kept = [await begun(database, workspace) for _ in range(3)]
    async with database.transaction(workspace.id) as tx:
        for draft in (decided, kept):
            await tx.drafts.save(replace(draft, updated_at=LATER), seen_revision=1)
        await tx.proposals.apply(
            Decision(
                proposal_id=decided.subject.id,
                was=ProposalStatus.PENDING,
                seen_version=1,
                status=ProposalStatus.REJECTED,
                by="U1",
                at=NOW,
            )
        )
        assert await tx.drafts.forget_idle(LATER) == 1
    assert await found(database, workspace, kept) is not None
    assert await found(database, workspace, decided) is not None
    assert await found(database, workspace, idle) is None

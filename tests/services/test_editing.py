"""Working on a draft: whose it is, and that no two people lose each other's work."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.editing import (
    DraftGoneError,
    DraftMovedError,
    DraftTakenError,
    EditingDraft,
    Workbench,
)
from bot.domain.errors import NotAllowedError, StaleVersionError
from bot.domain.members import Member, Role
from bot.domain.proposals import Proposal, ProposalStatus
from bot.domain.workspaces import Workspace
from bot.services.editing import (
    Change,
    change_draft,
    open_workbench,
    publish_draft,
    read_workbench,
    start_over,
    take_over,
)
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import proposed

ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)
CHLOE = Member(id="UCHLOE", name="Chloe", role=Role.ADMIN)
BEN = Member(id="UBEN", name="Ben")


def titled(title: str) -> Change:
    def change(draft: EditingDraft) -> EditingDraft:
        return draft.changed(replace(draft.content, title=title), now=NOW)

    return change


async def opened(database: Database, workspace: Workspace, proposal: Proposal, by: Member = ADA) -> Workbench:
    return await open_workbench(database, workspace.id, proposal.id, proposal.version, by=by, now=NOW)


async def test_two_who_open_at_once_share_one_draft(database: Database, workspace: Workspace) -> None:
    proposal = await proposed(database, workspace.id)
    opening = [opened(database, workspace, proposal, by) for by in (ADA, CHLOE)]
    ada, chloe = await asyncio.gather(*opening)
    assert ada.draft == chloe.draft
    assert [ada.is_mine, chloe.is_mine].count(True) == 1


async def test_of_two_edits_of_one_revision_one_is_kept(database: Database, workspace: Workspace) -> None:
    bench = await opened(database, workspace, await proposed(database, workspace.id))

    async def edit(title: str) -> object:
        return await change_draft(database, workspace.id, bench.draft.id, 1, titled(title), by=ADA)

    outcomes = await asyncio.gather(edit("One"), edit("Two"), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DraftMovedError", "Workbench"]


async def test_only_its_editor_changes_or_publishes_a_draft(database: Database, workspace: Workspace) -> None:
    bench = await opened(database, workspace, await proposed(database, workspace.id))
    draft_id = bench.draft.id
    with pytest.raises(DraftTakenError):
        await change_draft(database, workspace.id, draft_id, 1, titled("x"), by=CHLOE)
    with pytest.raises(DraftTakenError):
        await publish_draft(database, workspace.id, draft_id, 1, by=CHLOE, now=NOW)
    with pytest.raises(DraftTakenError):
        await start_over(database, workspace.id, draft_id, 1, by=CHLOE, now=NOW)
    with pytest.raises(NotAllowedError):
        await read_workbench(database, workspace.id, draft_id, by=BEN)


async def test_a_draft_in_work_is_not_taken_over(database: Database, workspace: Workspace) -> None:
    bench = await opened(database, workspace, await proposed(database, workspace.id))
    changed = await change_draft(database, workspace.id, bench.draft.id, 1, titled("x"), by=ADA)
    seen = changed.draft.revision
    with pytest.raises(DraftTakenError):
        await take_over(database, workspace.id, bench.draft.id, seen, by=CHLOE, now=NOW)
    later = NOW + timedelta(minutes=15)
    with pytest.raises(DraftMovedError):
        await take_over(database, workspace.id, bench.draft.id, seen - 1, by=CHLOE, now=later)
    taken = await take_over(database, workspace.id, bench.draft.id, seen, by=CHLOE, now=later)
    assert taken.is_mine
    assert taken.draft.content.title == "x"
    async with database.transaction(workspace.id) as tx:
        (event,) = await tx.audit.listed(1)
    assert (event.action, event.actor) == ("draft.take_over", CHLOE.id)


async def test_publishing_decides_and_ends_the_draft(database: Database, workspace: Workspace) -> None:
    bench = await opened(database, workspace, await proposed(database, workspace.id))
    await change_draft(database, workspace.id, bench.draft.id, 1, titled("Edited"), by=ADA)
    with pytest.raises(DraftMovedError):
        await publish_draft(database, workspace.id, bench.draft.id, 1, by=ADA, now=NOW)
    decided = await publish_draft(database, workspace.id, bench.draft.id, 2, by=ADA, now=NOW)
    assert decided.status is ProposalStatus.MODIFIED
    async with database.transaction(workspace.id) as tx:
        assert (await tx.flows.get(decided.published_flow_id or 0)).title == "Edited"
    with pytest.raises(DraftGoneError):
        await read_workbench(database, workspace.id, bench.draft.id, by=ADA)


async def test_an_untouched_draft_follows_the_proposal(database: Database, workspace: Workspace) -> None:
    proposal = await proposed(database, workspace.id)
    bench = await opened(database, workspace, proposal)
    async with database.transaction(workspace.id) as tx:
        grown = await tx.proposals.grow(
            proposal.id,
            seen_version=1,
            kind=proposal.kind,
            draft=replace(proposal.draft, title="Grown"),
            status=proposal.status,
            confidence=0.9,
            now=NOW,
        )
    with pytest.raises(StaleVersionError):
        await publish_draft(database, workspace.id, bench.draft.id, 1, by=ADA, now=NOW)
    again = await opened(database, workspace, grown)
    assert (again.draft.content.title, again.is_stale) == ("Grown", False)

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
    FlowOutOfUseError,
    NothingChangedError,
    Workbench,
)
from bot.domain.errors import NotAllowedError, StaleFlowError, StaleVersionError
from bot.domain.flows import Flow
from bot.domain.members import Member, Role
from bot.domain.proposals import Dismiss, Proposal, ProposalKind, ProposalStatus, Reopen
from bot.domain.workspaces import Workspace
from bot.services.editing import (
    Change,
    carry_over,
    change_draft,
    open_flow_workbench,
    open_workbench,
    publish_draft,
    read_workbench,
    start_over,
    take_over,
)
from bot.services.flows import archive_flow
from bot.services.proposals import decide_proposal
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import proposed, published

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
    assert isinstance(decided, Proposal)
    assert decided.status is ProposalStatus.MODIFIED
    async with database.transaction(workspace.id) as tx:
        assert (await tx.flows.get(decided.published_flow_id or 0)).title == "Edited"
    with pytest.raises(DraftGoneError):
        await read_workbench(database, workspace.id, bench.draft.id, by=ADA)


async def test_a_flow_is_edited_to_its_next_version(database: Database, workspace: Workspace) -> None:
    flow = await published(database, workspace.id)
    waiting = await proposed(
        database, workspace.id, kind=ProposalKind.ENHANCEMENT, flow_id=flow.id, base_version=1
    )
    bench = await open_flow_workbench(database, workspace.id, flow.id, by=ADA, now=NOW)
    with pytest.raises(NothingChangedError):
        await publish_draft(database, workspace.id, bench.draft.id, 1, by=ADA, now=NOW)
    await change_draft(database, workspace.id, bench.draft.id, 1, titled("Edited"), by=ADA)
    edited = await publish_draft(database, workspace.id, bench.draft.id, 2, by=ADA, now=NOW)
    assert isinstance(edited, Flow)
    assert (edited.title, edited.current.number, edited.origin) == ("Edited", 2, flow.origin)
    assert edited.current.change == "Edited: its title, summary, domain or keywords changed."
    async with database.transaction(workspace.id) as tx:
        assert (await tx.proposals.get(waiting.id)).status is ProposalStatus.EXPIRED
        (event,) = await tx.audit.of("flow", flow.id, 9)
    assert (event.action, event.actor, event.detail) == (
        "flow.publish",
        ADA.id,
        {"version": 2, "edited": True},
    )
    with pytest.raises(DraftGoneError):
        await read_workbench(database, workspace.id, bench.draft.id, by=ADA)


async def test_an_edited_flow_that_moved_on_is_published_after_carrying_over(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    bench = await open_flow_workbench(database, workspace.id, flow.id, by=ADA, now=NOW)
    draft_id = bench.draft.id
    await change_draft(database, workspace.id, draft_id, 1, titled("Mine"), by=ADA)
    summary = replace(flow.current.draft, summary="Theirs")
    async with database.transaction(workspace.id) as tx:
        await tx.flows.publish_version(
            flow.id, summary, base_version=1, origin=flow.origin, by=CHLOE.id, at=NOW, change="Another."
        )
    with pytest.raises(StaleFlowError):
        await publish_draft(database, workspace.id, draft_id, 2, by=ADA, now=NOW)
    bench = await carry_over(database, workspace.id, draft_id, 2, by=ADA, now=NOW)
    edited = await publish_draft(database, workspace.id, draft_id, bench.draft.revision, by=ADA, now=NOW)
    assert isinstance(edited, Flow)
    assert edited.current.number == 3
    assert (edited.current.draft.title, edited.current.draft.summary) == ("Mine", "Theirs")


async def test_only_reviewers_edit_flows_and_nobody_archived_ones(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    with pytest.raises(NotAllowedError):
        await open_flow_workbench(database, workspace.id, flow.id, by=BEN, now=NOW)
    bench = await open_flow_workbench(database, workspace.id, flow.id, by=ADA, now=NOW)
    await change_draft(database, workspace.id, bench.draft.id, 1, titled("Late"), by=ADA)
    await archive_flow(database, workspace.id, flow.id, by=CHLOE, now=NOW)
    with pytest.raises(FlowOutOfUseError):
        await publish_draft(database, workspace.id, bench.draft.id, 2, by=ADA, now=NOW)


async def test_a_draft_that_a_decision_lost_is_kept_and_offered_when_it_is_reopened(
    database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    bench = await opened(database, workspace, proposal)
    await change_draft(database, workspace.id, bench.draft.id, 1, titled("Mine"), by=ADA)
    for request in (Dismiss(by=CHLOE, seen_version=1), Reopen(by=CHLOE, seen_version=2)):
        proposal = await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    again = await opened(database, workspace, proposal)
    assert (again.draft.content.title, again.is_stale) == ("Mine", True)
    carried = await carry_over(database, workspace.id, again.draft.id, 2, by=ADA, now=NOW)
    assert (carried.draft.content.title, carried.can_publish) == ("Mine", True)


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

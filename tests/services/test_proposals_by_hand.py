"""What people propose themselves: it waits, is decided on and published like any other, and can be taken back."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from bot.domain.editing import DraftGoneError, EditingDraft, NothingChangedError, Workbench, begun_flow
from bot.domain.errors import AlreadyDecidedError, NotAuthorError, WrongStatusError
from bot.domain.flows import FlowOrigin
from bot.domain.jobs import TellAuthor
from bot.domain.members import Member, Role
from bot.domain.proposals import Approve, Proposal, ProposalKind, ProposalStatus, Publish
from bot.domain.workspaces import Workspace
from bot.services.editing import Change, change_draft, discard_draft, publish_draft, read_workbench
from bot.services.editing_by_hand import (
    begin_change_by_hand,
    begin_proposal_by_hand,
    find_begun_flow,
    propose_again,
)
from bot.services.proposals import decide_proposal, get_proposal
from bot.services.proposals_by_hand import withdraw_proposal
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_tree, proposed, published

ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)
BEN = Member(id="UBEN", name="Ben Okafor")
DAN = Member(id="UDAN", name="Dan")


async def put_forward(database: Database, workspace: Workspace, bench: Workbench) -> Proposal:
    done = await publish_draft(
        database, workspace.id, bench.draft.id, bench.draft.revision, by=bench.member, now=NOW
    )
    assert isinstance(done, Proposal)
    return done


async def begun(database: Database, workspace: Workspace, by: Member = BEN, topic: str = "") -> Workbench:
    return await begin_proposal_by_hand(database, workspace.id, a_draft(), by=by, now=NOW, topic=topic)


def with_question(text: str) -> Change:
    def change(draft: EditingDraft) -> EditingDraft:
        return draft.changed(replace(draft.content, tree=a_tree(text=text)), now=NOW)

    return change


async def changed_by_hand(database: Database, workspace: Workspace, flow_id: int, text: str) -> Proposal:
    bench = await begin_change_by_hand(database, workspace.id, flow_id, by=BEN, now=NOW)
    bench = await change_draft(database, workspace.id, bench.draft.id, 1, with_question(text), by=BEN)
    return await put_forward(database, workspace, bench)


async def test_a_new_flow_waits_like_any_other_and_is_published_as_somebody_s(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.members.ensure(BEN.id, BEN.name)
    proposal = await put_forward(database, workspace, await begun(database, workspace))
    assert (proposal.status, proposal.kind) == (ProposalStatus.PENDING, ProposalKind.NEW_FLOW)
    assert (proposal.proposed_by, proposal.support.sessions) == (BEN.id, 0)
    decided = await decide_proposal(
        database, workspace.id, proposal.id, Approve(by=ADA, seen_version=1), now=NOW
    )
    async with database.transaction(workspace.id) as tx:
        flow = await tx.flows.get(decided.published_flow_id or 0)
        events = await tx.audit.of("proposal", proposal.id, 9)
    assert (flow.origin, flow.current.change) == (FlowOrigin.MANUAL, "Proposed by Ben Okafor.")
    assert [(event.action, event.actor) for event in events] == [
        ("proposal.approve", ADA.id),
        ("proposal.propose", BEN.id),
    ]
    rows = await superuser.fetch("SELECT entrypoint FROM queue.pgqueuer")
    assert [row["entrypoint"] for row in rows].count(TellAuthor.name) == 2


async def test_of_two_clicks_one_proposes(database: Database, workspace: Workspace) -> None:
    bench = await begun(database, workspace)
    clicks = [put_forward(database, workspace, bench) for _ in range(2)]
    outcomes = await asyncio.gather(*clicks, return_exceptions=True)
    assert sum(isinstance(outcome, Proposal) for outcome in outcomes) == 1
    async with database.transaction(workspace.id) as tx:
        assert len(await tx.proposals.listed(ProposalStatus.PENDING, 9)) == 1


async def test_what_was_begun_is_gone_on_with_and_seen_by_its_author_alone(
    database: Database, workspace: Workspace
) -> None:
    bench = await begun(database, workspace)
    content = begun_flow("Another", "What now?", ["Yes"], None)
    again = await begin_proposal_by_hand(database, workspace.id, content, by=BEN, now=NOW)
    apart = await begin_proposal_by_hand(database, workspace.id, content, by=BEN, now=NOW, topic="gap:3")
    assert again.draft == bench.draft
    assert apart.draft.content == content
    assert await find_begun_flow(database, workspace.id, by=BEN) == bench
    assert await find_begun_flow(database, workspace.id, by=DAN) is None
    with pytest.raises(DraftGoneError):
        await read_workbench(database, workspace.id, bench.draft.id, by=ADA)
    await discard_draft(database, workspace.id, bench.draft.id, 1, by=BEN)
    assert await find_begun_flow(database, workspace.id, by=BEN) is None


async def test_the_author_alone_takes_it_back_while_it_waits(
    database: Database, workspace: Workspace
) -> None:
    proposal = await put_forward(database, workspace, await begun(database, workspace))
    learnt = await proposed(database, workspace.id)
    for by, proposal_id in ((DAN, proposal.id), (ADA, proposal.id), (BEN, learnt.id)):
        with pytest.raises(NotAuthorError):
            await withdraw_proposal(database, workspace.id, proposal_id, by=by, now=NOW)
    withdrawn = await withdraw_proposal(database, workspace.id, proposal.id, by=BEN, now=NOW)
    assert (withdrawn.status, withdrawn.decided_by) == (ProposalStatus.WITHDRAWN, BEN.id)
    with pytest.raises(AlreadyDecidedError):
        await withdraw_proposal(database, workspace.id, proposal.id, by=BEN, now=NOW)
    with pytest.raises(AlreadyDecidedError):
        await decide_proposal(database, workspace.id, proposal.id, Approve(by=ADA, seen_version=2), now=NOW)
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.candidates("VPN drops", None, 9) == [learnt]
        (event, _) = await tx.audit.of("proposal", proposal.id, 9)
    assert (event.action, event.actor, event.detail["to"]) == ("proposal.withdraw", BEN.id, "withdrawn")


async def test_of_two_changes_to_a_flow_the_other_expires_when_one_is_published(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    bench = await begin_change_by_hand(database, workspace.id, flow.id, by=BEN, now=NOW)
    with pytest.raises(NothingChangedError):
        await put_forward(database, workspace, bench)
    first = await changed_by_hand(database, workspace, flow.id, "Is it on?")
    second = await changed_by_hand(database, workspace, flow.id, "Is it plugged in?")
    assert (first.flow_id, first.base_version, first.kind) == (flow.id, 1, ProposalKind.ENHANCEMENT)
    request = Publish(by=ADA, seen_version=1, draft=second.draft)
    await decide_proposal(database, workspace.id, second.id, request, now=NOW)
    assert (await get_proposal(database, workspace.id, first.id)).status is ProposalStatus.EXPIRED
    with pytest.raises(NotAuthorError):
        await propose_again(database, workspace.id, first.id, by=DAN, now=NOW)
    with pytest.raises(WrongStatusError):
        await propose_again(database, workspace.id, second.id, by=BEN, now=NOW)
    again = await propose_again(database, workspace.id, first.id, by=BEN, now=NOW)
    assert (again.draft.content, again.is_stale) == (first.draft, True)
    async with database.transaction(workspace.id) as tx:
        changed = await tx.flows.get(flow.id)
    assert (changed.origin, changed.current.number) == (flow.origin, 2)
    assert changed.current.change == "Proposed by UBEN. 0 steps added, 1 changed, 0 removed."

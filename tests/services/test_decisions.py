"""Deciding on proposals: once, by the right people, all or nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.domain.errors import (
    AlreadyDecidedError,
    FlowPilotError,
    InvalidTreeError,
    NotAllowedError,
    NotApprovableError,
    NotFoundError,
    ReasonMissingError,
    StaleFlowError,
    StaleVersionError,
    WrongStatusError,
)
from bot.domain.flows import FlowOrigin
from bot.domain.members import Member, Role
from bot.domain.proposals import (
    Approve,
    Dismiss,
    Explain,
    ProposalKind,
    ProposalStatus,
    Publish,
    Reject,
    Reopen,
    Request,
)
from bot.domain.reasons import ReasonCode
from bot.domain.trees import FlowTree
from bot.domain.workspaces import Workspace
from bot.services.flows import list_flows, roll_back_flow
from bot.services.proposals import decide_proposal, expire_proposals, get_proposal
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_tree, proposed, published

ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)
CHLOE = Member(id="UCHLOE", name="Chloe", role=Role.ADMIN)
BEN = Member(id="UBEN", name="Ben")


async def jobs(superuser: asyncpg.Connection) -> int:
    return int(await superuser.fetchval("SELECT count(*) FROM queue.pgqueuer"))


async def test_approval_publishes_records_who_and_asks_for_the_card(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    proposal = await proposed(database, workspace.id)
    decided = await decide_proposal(
        database, workspace.id, proposal.id, Approve(by=ADA, seen_version=1), now=NOW
    )
    (flow,) = await list_flows(database, workspace.id)
    assert (decided.status, decided.decided_by, decided.decided_at) == (ProposalStatus.APPROVED, ADA.id, NOW)
    assert (decided.published_flow_id, decided.published_version) == (flow.id, 1)
    assert (flow.origin, flow.current.draft) == (FlowOrigin.AI_GENERATED, proposal.draft)
    assert await jobs(superuser) == 1
    async with database.transaction(workspace.id) as tx:
        decision, publication = await tx.audit.listed(10)
    assert (decision.actor, decision.action, decision.object_id) == (
        ADA.id,
        "proposal.approve",
        str(proposal.id),
    )
    assert (publication.actor, publication.action, publication.object_id) == (
        ADA.id,
        "flow.publish",
        str(flow.id),
    )


async def test_one_of_two_reviewers_wins_and_the_other_is_told_who_did(
    database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    requests: list[Request] = [Approve(by=ADA, seen_version=1), Dismiss(by=CHLOE, seen_version=1)]
    results = await asyncio.gather(
        *(decide_proposal(database, workspace.id, proposal.id, request, now=NOW) for request in requests),
        return_exceptions=True,
    )
    (refused,) = [result for result in results if isinstance(result, BaseException)]
    decided = await get_proposal(database, workspace.id, proposal.id)
    assert isinstance(refused, AlreadyDecidedError)
    assert refused.by == decided.decided_by
    assert len(await list_flows(database, workspace.id)) == (decided.status is ProposalStatus.APPROVED)


async def test_second_click_of_the_same_person_is_refused(database: Database, workspace: Workspace) -> None:
    proposal = await proposed(database, workspace.id)
    request = Approve(by=ADA, seen_version=1)
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    with pytest.raises(AlreadyDecidedError):
        await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    assert len(await list_flows(database, workspace.id)) == 1


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (Approve(by=BEN, seen_version=1), NotAllowedError),
        (Reject(by=ADA, seen_version=1, reason="  "), ReasonMissingError),
        (Reject(by=ADA, seen_version=1, code=ReasonCode.NOT_NOW), ReasonMissingError),
        (Explain(by=ADA, seen_version=1, code=ReasonCode.NOT_NOW), WrongStatusError),
        (Dismiss(by=ADA, seen_version=2), StaleVersionError),
        (Reopen(by=ADA, seen_version=1), WrongStatusError),
        (Publish(by=ADA, seen_version=1, draft=a_draft(tree=FlowTree("n9", {}))), InvalidTreeError),
    ],
)
async def test_refused_decision_changes_nothing(
    database: Database,
    workspace: Workspace,
    superuser: asyncpg.Connection,
    request_: Request,
    error: type[FlowPilotError],
) -> None:
    proposal = await proposed(database, workspace.id)
    with pytest.raises(error):
        await decide_proposal(database, workspace.id, proposal.id, request_, now=NOW)
    assert await get_proposal(database, workspace.id, proposal.id) == proposal
    assert await jobs(superuser) == 0


async def test_change_to_a_flow_is_not_approved_but_published_by_edit(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    proposal = await proposed(
        database, workspace.id, kind=ProposalKind.ENHANCEMENT, flow_id=flow.id, base_version=1
    )
    with pytest.raises(NotApprovableError):
        await decide_proposal(database, workspace.id, proposal.id, Approve(by=ADA, seen_version=1), now=NOW)
    edited = replace(proposal.draft, tree=a_tree(text="Is the tunnel split?"))
    request = Publish(by=ADA, seen_version=1, draft=edited)
    decided = await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    (after,) = await list_flows(database, workspace.id)
    assert (decided.status, after.id, after.current.number) == (ProposalStatus.MODIFIED, flow.id, 2)
    assert after.current.draft == edited


async def test_change_to_a_flow_that_has_moved_on_is_refused_whole(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    proposal = await proposed(
        database, workspace.id, kind=ProposalKind.ENHANCEMENT, flow_id=flow.id, base_version=1
    )
    async with database.transaction(workspace.id) as tx:
        await tx.flows.publish_version(
            flow.id,
            a_draft(title="VPN"),
            base_version=1,
            origin=FlowOrigin.MANUAL,
            by="U1",
            at=NOW,
            change="Renamed",
        )
    request = Publish(by=ADA, seen_version=1, draft=proposal.draft)
    with pytest.raises(StaleFlowError):
        await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    assert (await get_proposal(database, workspace.id, proposal.id)).status is ProposalStatus.PENDING


async def test_rejected_proposal_can_be_reopened_and_approved(
    database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    reject = Reject(by=ADA, seen_version=1, reason="Wrong order.")
    rejected = await decide_proposal(database, workspace.id, proposal.id, reject, now=NOW)
    assert rejected.reason == "Wrong order."
    reopen = Reopen(by=CHLOE, seen_version=rejected.version)
    pending = await decide_proposal(database, workspace.id, proposal.id, reopen, now=NOW)
    assert (pending.status, pending.decided_by) == (ProposalStatus.PENDING, None)
    approve = Approve(by=CHLOE, seen_version=pending.version)
    assert (
        await decide_proposal(database, workspace.id, proposal.id, approve, now=NOW)
    ).published_version == 1


async def test_proposal_of_another_workspace_does_not_exist(
    database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    with pytest.raises(NotFoundError):
        await decide_proposal(
            database, other_workspace.id, proposal.id, Approve(by=ADA, seen_version=1), now=NOW
        )
    assert await get_proposal(database, workspace.id, proposal.id) == proposal


async def test_proposal_that_nobody_decides_on_expires_after_its_lifetime(
    database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    lifetime = timedelta(days=workspace.settings.proposal_lifetime_days)
    assert await expire_proposals(database, workspace.id, now=NOW + lifetime) == 0
    assert await expire_proposals(database, workspace.id, now=NOW + lifetime + timedelta(seconds=1)) == 1
    assert (await get_proposal(database, workspace.id, proposal.id)).status is ProposalStatus.EXPIRED


async def test_roll_back_brings_the_old_tree_and_supersedes_open_changes(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        await tx.flows.publish_version(
            flow.id,
            a_draft(title="VPN"),
            base_version=1,
            origin=FlowOrigin.MANUAL,
            by="U1",
            at=NOW,
            change="Renamed",
        )
    change = await proposed(
        database, workspace.id, kind=ProposalKind.ENHANCEMENT, flow_id=flow.id, base_version=2
    )
    back = await roll_back_flow(database, workspace.id, flow.id, 1, by=ADA, now=NOW)
    assert (back.current.number, back.current.draft) == (3, flow.current.draft)
    assert (await get_proposal(database, workspace.id, change.id)).status is ProposalStatus.EXPIRED

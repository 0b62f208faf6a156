"""Whatever changes what a team knows, or who decides on it, is on record in the same commit."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.formats import ExportFormat
from bot.domain.members import Member, Role
from bot.domain.proposals import (
    Approve,
    Dismiss,
    Explain,
    Proposal,
    ProposalKind,
    ProposalStatus,
    Publish,
    Reject,
    Reopen,
    Request,
)
from bot.domain.reasons import ReasonCode
from bot.domain.setting_changes import SettingsEntered
from bot.domain.workspaces import DigestSection, Workspace
from bot.services.flows import archive_flow, export_flows, import_flows, restore_flow, roll_back_flow
from bot.services.proposals import decide_proposal, expire_proposals
from bot.services.workspace_settings import change_settings, read_settings_for
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_tree, proposed, published

ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)
Deed = Callable[[Database, str], Awaitable[object]]


async def _decided(database: Database, workspace_id: str, proposal: Proposal, *requests: Request) -> None:
    for request in requests:
        await decide_proposal(database, workspace_id, proposal.id, request, now=NOW)


async def approve(database: Database, workspace_id: str) -> None:
    await _decided(
        database, workspace_id, await proposed(database, workspace_id), Approve(by=ADA, seen_version=1)
    )


async def publish(database: Database, workspace_id: str) -> None:
    request = Publish(by=ADA, seen_version=1, draft=a_draft(title="Edited"))
    await _decided(database, workspace_id, await proposed(database, workspace_id), request)


async def publish_change_that_absorbs(database: Database, workspace_id: str) -> None:
    kept, taken = await published(database, workspace_id), await published(database, workspace_id)
    change: dict[str, Any] = {"kind": ProposalKind.ENHANCEMENT, "flow_id": kept.id, "base_version": 1}
    proposal = await proposed(database, workspace_id, absorbs=[taken.id], **change)
    request = Publish(by=ADA, seen_version=1, draft=a_draft(tree=a_tree(text="Is it split?")))
    await _decided(database, workspace_id, proposal, request)


async def reject_and_reopen(database: Database, workspace_id: str) -> None:
    requests = (
        Reject(by=ADA, seen_version=1, code=ReasonCode.UNSAFE, reason="It wipes the disk."),
        Reopen(by=ADA, seen_version=2),
    )
    await _decided(database, workspace_id, await proposed(database, workspace_id), *requests)


async def dismiss_and_explain(database: Database, workspace_id: str) -> None:
    requests = (
        Dismiss(by=ADA, seen_version=1),
        Explain(by=ADA, seen_version=2, code=ReasonCode.NOT_NOW),
    )
    await _decided(database, workspace_id, await proposed(database, workspace_id), *requests)


async def let_expire(database: Database, workspace_id: str) -> None:
    await proposed(database, workspace_id)
    await expire_proposals(database, workspace_id, now=NOW + timedelta(days=60))


async def import_(database: Database, workspace_id: str) -> None:
    await published(database, workspace_id)
    text = await export_flows(database, workspace_id, ExportFormat.JSON)
    await import_flows(database, workspace_id, text, by=ADA, now=NOW)


async def roll_back(database: Database, workspace_id: str) -> None:
    flow = await published(database, workspace_id)
    change: dict[str, Any] = {"kind": ProposalKind.ENHANCEMENT, "flow_id": flow.id, "base_version": 1}
    await proposed(database, workspace_id, **change)
    await roll_back_flow(database, workspace_id, flow.id, 1, by=ADA, now=NOW)


async def archive_and_restore_twice(database: Database, workspace_id: str) -> None:
    flow = await published(database, workspace_id)
    for deed in (archive_flow, archive_flow, restore_flow, restore_flow):
        await deed(database, workspace_id, flow.id, by=ADA, now=NOW)


async def settings(database: Database, workspace_id: str) -> None:
    async with database.transaction(workspace_id) as tx:
        await tx.members.ensure(ADA.id, ADA.name, Role.ADMIN)
    shown = await read_settings_for(database, workspace_id, ADA)
    entered = SettingsEntered(
        reviewers=(ADA.id, "UBEN"),
        review_channel="C1",
        digest_channel=None,
        digest_weekday=0,
        digest_hour=9,
        digest_sections=tuple(DigestSection),
        time_zone="UTC",
        analysis_enabled=True,
        numbers={},
    )
    who: dict[str, Any] = {"names": {"UBEN": "Ben"}, "always": frozenset[str](), "by": ADA}
    await change_settings(database, workspace_id, entered, seen=shown.fingerprint, now=NOW, **who)


@pytest.mark.parametrize(
    ("deed", "recorded"),
    [
        (approve, ["flow.publish", "proposal.approve"]),
        (publish, ["flow.publish", "proposal.publish"]),
        (publish_change_that_absorbs, ["flow.publish", "flow.archive", "proposal.publish"]),
        (reject_and_reopen, ["proposal.reject", "proposal.reopen"]),
        (dismiss_and_explain, ["proposal.dismiss", "proposal.explain"]),
        (let_expire, ["proposal.expire"]),
        (import_, ["flow.import"]),
        (roll_back, ["proposal.expire", "flow.roll_back"]),
        (archive_and_restore_twice, ["flow.archive", "flow.restore"]),
        (settings, ["settings.change"]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_every_change_is_on_record_by_whom(
    database: Database, workspace: Workspace, deed: Deed, recorded: list[str]
) -> None:
    await deed(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        events = list(reversed(await tx.audit.listed(99)))
    assert [event.action for event in events] == recorded
    assert {event.actor for event in events if event.action != "proposal.expire"} <= {ADA.id}
    assert all(event.actor is None for event in events if event.action == "proposal.expire")


async def test_reasons_are_on_record(database: Database, workspace: Workspace) -> None:
    await reject_and_reopen(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        rejection = (await tx.audit.listed(99))[1]
    assert rejection.detail == {
        "from": ProposalStatus.PENDING,
        "to": ProposalStatus.REJECTED,
        "reason_code": ReasonCode.UNSAFE,
        "reason": "It wipes the disk.",
    }


async def test_a_decision_that_fails_leaves_no_record(database: Database, workspace: Workspace) -> None:
    """The record is in the commit of the deed: without the one there is not the other."""
    kept = await published(database, workspace.id)
    change: dict[str, Any] = {"kind": ProposalKind.ENHANCEMENT, "flow_id": kept.id, "base_version": 1}
    proposal = await proposed(database, workspace.id, **change)
    async with database.transaction(workspace.id) as tx:
        await tx.flows.roll_back(kept.id, 1, by=ADA.id, at=NOW)
    request = Publish(by=ADA, seen_version=1, draft=replace(proposal.draft, title="Edited"))
    with pytest.raises(Exception, match="has moved on"):
        await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    async with database.transaction(workspace.id) as tx:
        assert await tx.audit.listed(99) == []

"""What admins of a workspace set: who decides, where FlowPilot speaks and when, and how much it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.digests import digest_due
from bot.domain.members import Member, Role, require_admin
from bot.domain.proposals import ProposalStatus
from bot.domain.setting_changes import (
    REVIEWERS,
    SettingsEntered,
    SettingsMovedError,
    SettingsShown,
    differences,
    require_reviewers,
)
from bot.domain.workspaces import Workspace, WorkspaceSettings
from bot.services.jobs import redraw_card, refresh_homes
from storage.database import Database
from storage.transaction import Transaction

ALL = 10_000
DEED = "change settings"


async def read_settings_for(database: Database, workspace_id: str, member: Member) -> SettingsShown:
    """The settings, for somebody who may change them. Raises NotAllowedError."""
    require_admin(member, DEED)
    async with database.transaction(workspace_id) as tx:
        return await _shown(tx)


async def change_settings(
    database: Database,
    workspace_id: str,
    entered: SettingsEntered,
    *,
    seen: str,
    names: Mapping[str, str],
    always: frozenset[str],
    by: Member,
    now: datetime,
) -> None:
    """Set what was entered, all or nothing. `names` are of new reviewers, `always` are those whom the installation names.

    Raises:
        NotAllowedError: the member is no admin.
        SettingsMovedError: they are no longer those of the fingerprint `seen`.
        InvalidSettingsError: with all fields that are wrong.
    """
    require_admin(by, DEED)
    async with database.transaction(workspace_id) as tx:
        # First, so that of two people who change them at once the second one sees what the first one did.
        await tx.workspaces.touch_knowledge()
        workspace, shown = await tx.workspaces.get(), await _shown(tx)
        if shown.fingerprint != seen:
            raise SettingsMovedError
        settings = entered.applied_to(workspace.settings)
        require_reviewers(entered.reviewers, shown.reviewers, always)
        changes: dict[str, object] = {**differences(workspace.settings, settings)}
        if people := await _set_reviewers(tx, shown.reviewers, entered.reviewers, names):
            changes[REVIEWERS] = people
        if not changes:
            return
        await tx.workspaces.change_settings(settings)
        await _take_effect(tx, workspace, settings, now=now)
        await refresh_homes(tx)
        await tx.audit.record(
            actor=by.id,
            action="settings.change",
            kind="workspace",
            object_id=workspace_id,
            detail=changes,
            at=now,
        )


async def _shown(tx: Transaction) -> SettingsShown:
    settings = (await tx.workspaces.get()).settings
    return SettingsShown(settings=settings, reviewers=tuple(await tx.members.admins()))


async def _set_reviewers(
    tx: Transaction, before: Sequence[Member], wanted: Sequence[str], names: Mapping[str, str]
) -> dict[str, list[str]]:
    """Make these people the reviewers, and nobody else. Who became one, and who is one no more."""
    was = {member.id for member in before}
    added, removed = sorted(set(wanted) - was), sorted(was - set(wanted))
    known = await tx.members.names(added)
    for member_id in added:
        name = known.get(member_id) or names.get(member_id, member_id)
        await tx.members.ensure(member_id, name, Role.ADMIN)
    for member_id in removed:
        await tx.members.set_role(member_id, Role.ENGINEER)
    return {"added": added, "removed": removed} if added or removed else {}


async def _take_effect(
    tx: Transaction, workspace: Workspace, settings: WorkspaceSettings, *, now: datetime
) -> None:
    """Show what waited for a review channel; a digest that the new schedule would have had before now is not made up for."""
    if settings.review_channel != workspace.settings.review_channel:
        for proposal in await tx.proposals.listed(ProposalStatus.PENDING, ALL):
            if proposal.card is None:
                await redraw_card(tx, proposal.id)
    if digest_schedule(settings) != digest_schedule(workspace.settings):
        passed = digest_due(settings, now=now, since=workspace.created_at)
        if passed is not None:
            await tx.digests.open(passed, now)


def digest_schedule(settings: WorkspaceSettings) -> tuple[int, int, str]:
    return settings.digest_weekday, settings.digest_hour, settings.time_zone

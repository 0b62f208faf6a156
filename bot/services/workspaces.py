"""Workspaces as they come and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.errors import FlowPilotError
from bot.domain.jobs import ForgetWorkspace
from bot.domain.workspaces import Workspace, WorkspaceSettings
from storage.database import Database

FORGET_AFTER = timedelta(hours=23)
"""Slack grants 14 days to delete a workspace's data after it uninstalled the app; ours is gone within one."""
PORTION = 1_000
"""Rows that are deleted at once: a second even on a busy machine, so that nothing runs into the limit of a statement."""

LOCAL_WORKSPACE = "TLOCAL"
"""Holds what is imported before FlowPilot is connected to Slack."""


class WorkspaceUnknownError(FlowPilotError):
    """There is no workspace of that id."""

    def __init__(self, named: str, ids: list[str]) -> None:
        there = f"there is {', '.join(ids)}" if ids else "there is none yet"
        super().__init__(f"FlowPilot knows no workspace {named}; {there}.")


class WorkspaceUnclearError(FlowPilotError):
    """Several workspaces, and none was named."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(
            f"There are {len(ids)} workspaces: say which one with --workspace ({', '.join(ids)})."
        )


async def ensure_workspace(
    database: Database, workspace_id: str, name: str, *, settings: WorkspaceSettings, now: datetime
) -> None:
    """Make the workspace with these settings if it is new; otherwise they only fill channels that nobody has chosen.

    One that had left is active again.
    """
    async with database.all_workspaces() as everyone:
        await everyone.add(Workspace(id=workspace_id, name=name, created_at=now, settings=settings))
    async with database.transaction(workspace_id) as tx:
        there = (await tx.workspaces.get()).settings
        filled = replace(
            there,
            review_channel=there.review_channel or settings.review_channel,
            digest_channel=there.digest_channel or settings.digest_channel,
        )
        if filled != there:
            await tx.workspaces.change_settings(filled)


async def implied_workspace(database: Database, named: str | None) -> str:
    """The id of the workspace that a command means.

    Raises:
        WorkspaceUnknownError: the named one does not exist.
        FlowPilotError: there is none at all.
        WorkspaceUnclearError: none was named and there are several that Slack knows.
    """
    ids = [workspace.id for workspace in await active_workspaces(database)]
    if named is not None:
        if named not in ids:
            raise WorkspaceUnknownError(named, ids)
        return named
    connected = [workspace_id for workspace_id in ids if workspace_id != LOCAL_WORKSPACE]
    if len(connected) == 1:
        return connected[0]
    if len(ids) > 1:
        raise WorkspaceUnclearError(ids)
    if not ids:
        raise FlowPilotError(
            "There is no workspace yet: import sessions, or connect FlowPilot to Slack, first."
        )
    return ids[0]


async def workspace_for_import(database: Database, named: str | None, *, now: datetime) -> str:
    """The workspace to import into: as `implied_workspace`, and a local one when there is none yet."""
    if named is None and not await active_workspaces(database):
        await ensure_workspace(database, LOCAL_WORKSPACE, "Local", settings=WorkspaceSettings(), now=now)
    return await implied_workspace(database, named)


async def leave_workspace(database: Database, workspace_id: str, *, now: datetime) -> None:
    """The app was uninstalled: stop everything at once, and forget the data within a day."""
    async with database.transaction(workspace_id) as tx:
        await tx.workspaces.set_active(False, at=now)
        await tx.jobs.enqueue(ForgetWorkspace(now.isoformat()), delay=FORGET_AFTER)


async def forget_workspace(
    database: Database, workspace_id: str, *, uninstalled_at: datetime, portion: int = PORTION
) -> None:
    """Delete everything of the workspace, unless it has been installed again since.

    It goes in portions, each committed: whoever comes after a crash goes on, and who installs it again meanwhile waits
    for one portion and keeps what is left.
    """
    step: int | None = 0
    while step is not None:
        async with database.transaction(workspace_id) as tx:
            if not await tx.workspaces.is_gone_since(uninstalled_at):
                break
            step = await tx.forgetting.forget_some(step, at_most=portion)
    async with database.all_workspaces() as everyone:
        await everyone.discard_jobs(workspace_id)


async def active_workspaces(database: Database) -> list[Workspace]:
    async with database.all_workspaces() as everyone:
        return await everyone.active()

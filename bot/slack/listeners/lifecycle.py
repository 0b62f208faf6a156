"""The app is removed from a workspace."""

from __future__ import annotations

import structlog

from bot.services.workspaces import active_workspaces, leave_workspace
from bot.slack.deps import Ack, SlackDeps
from bot.slack.payloads.conversation import AppRemoved

log = structlog.get_logger(__name__)


async def handle_app_removed(removed: AppRemoved, _ack: Ack, deps: SlackDeps) -> None:
    """Slack says it twice, by two events, and perhaps again: leaving happens once."""
    active = {workspace.id for workspace in await active_workspaces(deps.database)}
    if removed.is_certain and removed.workspace_id in active:
        log.warning("slack.app_removed", workspace=removed.workspace_id)
        await leave_workspace(deps.database, removed.workspace_id, now=deps.clock.now())

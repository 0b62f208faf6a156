"""Somebody opens the Home tab."""

from __future__ import annotations

from bot.domain.jobs import RefreshHome
from bot.services.jobs import leave_job
from bot.slack.deps import Ack, SlackDeps
from bot.slack.payloads.conversation import HomeOpened


async def handle_home_opened(opened: HomeOpened, _ack: Ack, deps: SlackDeps) -> None:
    """Bolt has acked events by itself."""
    if opened.is_home_tab:
        await deps.people.recognise(opened.by)
        await leave_job(deps.database, opened.by.workspace_id, RefreshHome(opened.by.id))

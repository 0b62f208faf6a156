"""Which workspace a command means."""

import asyncio

from bot.domain.workspaces import WorkspaceSettings
from bot.services.workspaces import ensure_workspace
from storage.database import Database
from tests.cli.processes import CONFIG, FlowPilot
from tests.conftest import NOW


async def test_one_of_several_workspaces_has_to_be_named(with_sessions: FlowPilot) -> None:
    async with Database.open(with_sessions.database_url) as database:
        await ensure_workspace(database, "T0002", "Fabrikam", settings=WorkspaceSettings(), now=NOW)
    unnamed, unknown, named = await asyncio.gather(
        with_sessions("proposals"),
        with_sessions("proposals", "--workspace", "T9"),
        with_sessions("stats", "--json", "--workspace", CONFIG.team_id),
    )
    assert unnamed.code == unknown.code == 1
    assert unnamed.err.startswith("flowpilot: There are 2 workspaces: say which one with --workspace (")
    assert "T9" in unknown.err
    assert unnamed.out == unknown.out == ""
    assert (named.code, named.document["period"]) == (0, "30d")


async def test_without_any_workspace_the_way_to_one_is_told(flowpilot: FlowPilot) -> None:
    ended = await flowpilot("proposals")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("flowpilot: There is no workspace yet: import sessions")

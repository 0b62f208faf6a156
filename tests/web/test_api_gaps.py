"""Knowledge gaps over the API: the same value as everywhere else."""

from bot.domain.gap_document import gap_document
from bot.domain.sessions import SessionStatus
from bot.domain.workspaces import Workspace
from bot.services.gaps import read_gaps
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_session, stored
from tests.web.conftest import Client

PATH = "/analytics/flowpilot/knowledge-gaps"


async def test_gaps_are_those_of_the_report(client: Client, database: Database, workspace: Workspace) -> None:
    escalated = {"status": SessionStatus.ESCALATED, "resolved_at": None, "resolution": None}
    await stored(
        database,
        workspace.id,
        *(a_session(engineer=f"U{n % 3}", problem_domain="email", **escalated) for n in range(12)),
        *(a_session(engineer=f"U{n % 3}") for n in range(30)),
    )
    shown = (await client.get(f"{PATH}?period=7d")).document
    read = gap_document(await read_gaps(database, workspace.id, days=7, now=NOW))
    assert "high_escalation" in {gap["type"] for gap in shown["gaps"]}
    assert shown["gaps"] == read["gaps"]
    assert (shown["period"], shown["sessions"], shown["to"]) == (
        "7d",
        read["sessions"],
        "2026-11-23T09:00:00Z",
    )


async def test_gaps_are_read_ten_times_a_minute(client: Client) -> None:
    statuses = [(await client.get(f"{PATH}?period=x")).status for _ in range(11)]
    assert statuses == [422] * 10 + [429]

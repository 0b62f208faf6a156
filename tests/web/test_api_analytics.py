"""The dashboard over the API: the same value as everywhere else."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.dashboard_document import dashboard_document
from bot.domain.sessions import SessionStatus
from bot.domain.workspaces import Workspace, WorkspaceSettings
from bot.services.stats import read_dashboard
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_session, stored
from tests.web.conftest import Client

PATH = "/analytics/flowpilot"


@pytest.fixture
async def figures(database: Database, workspace: Workspace) -> None:
    """Some sessions in a workspace whose days begin at a quarter past six in the evening, in UTC."""
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(WorkspaceSettings(time_zone="Asia/Kathmandu"))
    escalated = {"status": SessionStatus.ESCALATED, "resolved_at": None, "problem_domain": None}
    await stored(database, workspace.id, a_session(rating=4), a_session(), a_session(**escalated))


async def test_figures_are_those_of_the_dashboard(
    client: Client, figures: None, database: Database, workspace: Workspace
) -> None:
    shown = (await client.get(f"{PATH}?period=7d")).document
    read = dashboard_document(await read_dashboard(database, client.clock, workspace.id, days=7))
    times = {name: shown.pop(name) for name in ("from", "to")}
    assert shown.pop("analysis_costs")["sessions"] == 0
    assert shown["confidence_breakdown"]["unknown_sessions"] == 3
    assert shown == {name: value for name, value in read.items() if name not in times}
    assert times == {"from": "2026-11-16T18:15:00Z", "to": "2026-11-23T09:00:00Z"}
    assert datetime.fromisoformat(str(read["from"])).astimezone(UTC) == datetime.fromisoformat(times["from"])


async def test_period_and_domain_narrow_it(client: Client, figures: None) -> None:
    month = (await client.get(PATH)).document
    assert (month["period"], len(month["mttr_trend"]), month["total_sessions"]) == ("30d", 30, 3)
    networking = (await client.get(f"{PATH}?domain=networking&period=90d")).document
    assert (networking["domain"], networking["total_sessions"]) == ("networking", 2)


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("period=1y", "period", "'7d', '30d' or '90d'"),
        ("domain=vpn", "domain", "'networking'"),
        ("table=all", "table", "'mttr_trend'"),
    ],
)
async def test_wrong_question_says_what_there_is(client: Client, query: str, field: str, words: str) -> None:
    answer = await client.get(f"{PATH}?{query}")
    assert (answer.status, answer.error["field"]) == (422, field)
    assert words in answer.error["message"]


@pytest.mark.parametrize(
    "table", ["mttr_trend", "sessions_by_domain", "confidence_breakdown", "coverage_by_domain"]
)
async def test_each_table_comes_as_csv(client: Client, figures: None, table: str) -> None:
    answer = await client.get(f"{PATH}?period=7d&table={table}", Accept="text/csv;q=0.9, */*;q=0.1")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert f"{table}-7d.csv" in answer.headers["Content-Disposition"]
    document = (await client.get(f"{PATH}?period=7d")).document
    rows = list(csv.DictReader(answer.text.splitlines()))
    if table == "confidence_breakdown":
        assert [row["tier"] for row in rows] == ["guided", "exploring", "discovery", "unknown"]
        assert rows[-1]["sessions"] == "3"
        return
    whole = document.get(table) or document["knowledge_coverage"][table]
    assert rows == [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in whole]


async def test_workspace_without_sessions_has_figures_too(client: Client) -> None:
    shown = (await client.get(f"{PATH}?period=90d")).document
    assert (shown["total_sessions"], shown["mttr_minutes"], shown["resolution_rate"]) == (0, None, None)
    assert shown["from"] == (NOW - timedelta(days=89)).strftime("%Y-%m-%dT00:00:00Z")

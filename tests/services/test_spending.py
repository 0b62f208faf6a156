"""Analyses that cost money: who did them is noted, what they cost is kept, and a budget stops calls, not work."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import pytest

from bot.ai.claude import ClaudeAnalyst
from bot.ai.messages_api import Access, MessagesApi
from bot.ai.outline import VERSION, OutlineAnalyst
from bot.domain.sessions import AnalysisOutcome
from bot.domain.spending import Trouble
from bot.domain.workspaces import Workspace
from bot.services.analysis import analyze_pending
from bot.services.digests import build_digest
from bot.services.gaps import read_gaps
from bot.services.proposals import list_proposals
from bot.services.spending import read_spending
from bot.slack.views.digests import digest_message
from storage.database import Database
from tests.ai.messages_server import KEY, MODEL, Json, MessagesServer, fails, messages_service, says
from tests.conftest import NOW
from tests.services.scripted import StoppedClock
from tests.storage.makers import a_session, proposed, stored

CLAUDE = f"claude-1 {MODEL}"
ONE_COST = 3_950


@pytest.fixture
async def service() -> AsyncIterator[MessagesServer]:
    async with messages_service() as running:
        running.answer = an_answer()
        yield running


def an_answer(**changes: object) -> Json:
    steps = [{"step": step, "node": None, "wording": f"Clean step {step}"} for step in range(3)]
    return {
        "candidate": None,
        "steps": steps,
        "title": "VPN drops",
        "summary": "It drops.",
        "keywords": [],
        "confidence": 0.8,
    } | changes


async def analysed(
    database: Database, service: MessagesServer, *, now: datetime = NOW, cents: int = 500
) -> list[AnalysisOutcome | None]:
    clock = StoppedClock(now)
    access = Access(base_url=service.url, api_key=KEY, model=MODEL)
    analyst = ClaudeAnalyst(
        lambda: MessagesApi(access), OutlineAnalyst(), clock, model=MODEL, cents_per_day=cents
    )
    outcomes: list[AnalysisOutcome | None] = []
    await analyze_pending(database, analyst, clock, limit=100, on_done=outcomes.append)
    return outcomes


async def analysts(superuser: asyncpg.Connection) -> list[str]:
    return [row["analyst"] for row in await superuser.fetch("SELECT analyst FROM sessions ORDER BY id")]


async def set_budget(database: Database, workspace: Workspace, cents: int | None, zone: str = "UTC") -> None:
    settings = replace(workspace.settings, model_cents_per_day=cents, time_zone=zone)
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(settings)


async def test_analysis_is_claudes_and_its_cost_is_kept(
    database: Database, workspace: Workspace, service: MessagesServer, superuser: asyncpg.Connection
) -> None:
    await stored(database, workspace.id, a_session())
    assert await analysed(database, service) == [AnalysisOutcome.PROPOSED]
    (proposal,) = await list_proposals(database, workspace.id)
    assert (proposal.analyst, proposal.draft.title) == (CLAUDE, "VPN drops")
    assert await analysts(superuser) == [CLAUDE]
    total = await read_spending(database, StoppedClock(), workspace.id, days=7)
    assert total.is_nothing  # a window ends before the present moment
    later = StoppedClock(NOW + timedelta(minutes=1))
    total = await read_spending(database, later, workspace.id, days=7)
    assert (total.sessions, total.requests, total.cost_micros) == (1, 1, ONE_COST)


async def test_budget_of_nothing_asks_nothing_and_rules_do_the_work(
    database: Database, workspace: Workspace, service: MessagesServer, superuser: asyncpg.Connection
) -> None:
    await set_budget(database, workspace, 0)
    await stored(database, workspace.id, a_session(), a_session())
    assert await analysed(database, service) == [AnalysisOutcome.PROPOSED, AnalysisOutcome.JOINED]
    assert service.requests == 0
    assert await analysts(superuser) == [f"{VERSION} in place of {CLAUDE}"] * 2
    found = await read_gaps(database, workspace.id, days=30, now=NOW)
    digest = await build_digest(database, workspace.id, (NOW + timedelta(days=1)).date(), found)
    assert digest.spending.troubles == {Trouble.OVER_BUDGET: 2}
    assert "Rules analysed 2 sessions instead: the day's budget was spent." in str(
        digest_message(digest, None)
    )


async def test_spent_budget_lasts_until_the_workspaces_own_midnight(
    database: Database, workspace: Workspace, service: MessagesServer, superuser: asyncpg.Connection
) -> None:
    """One cent is three answers; the third goes over it."""
    await set_budget(database, workspace, None, "Asia/Tokyo")
    evening = datetime.fromisoformat("2026-11-23T23:50:00+09:00")
    for minutes in (0, 1, 2, 9, 10):
        await stored(database, workspace.id, a_session(problem=f"Problem {minutes}"))
        await analysed(database, service, now=evening + timedelta(minutes=minutes), cents=1)
    rules = f"{VERSION} in place of {CLAUDE}"
    assert await analysts(superuser) == [CLAUDE, CLAUDE, CLAUDE, rules, CLAUDE]


async def test_what_moved_elsewhere_is_no_reason_to_pay_twice(
    database: Database, workspace: Workspace, service: MessagesServer
) -> None:
    """Another worker adds a proposal about something else while the model thinks."""
    await stored(database, workspace.id, a_session())

    async def meanwhile(request: object, body: Json) -> object:
        async with database.transaction(workspace.id) as tx:
            await tx.workspaces.touch_knowledge()
        return await says(an_answer())(request, body)  # type: ignore[arg-type]

    service.script.append(meanwhile)  # type: ignore[arg-type]
    assert await analysed(database, service) == [AnalysisOutcome.PROPOSED]
    assert service.requests == 1


async def test_what_moved_about_the_same_problem_is_asked_about_again(
    database: Database, workspace: Workspace, service: MessagesServer
) -> None:
    await stored(database, workspace.id, a_session())

    async def meanwhile(request: object, body: Json) -> object:
        await proposed(database, workspace.id)
        async with database.transaction(workspace.id) as tx:
            await tx.workspaces.touch_knowledge()
        return await says(an_answer())(request, body)  # type: ignore[arg-type]

    service.script.append(meanwhile)  # type: ignore[arg-type]
    service.script.append(
        says(an_answer(candidate="c1", steps=[{"step": 0, "node": "n1", "wording": "On?"}]))
    )
    assert await analysed(database, service) == [AnalysisOutcome.JOINED]
    total = await read_spending(database, StoppedClock(NOW + timedelta(minutes=1)), workspace.id, days=7)
    assert (total.sessions, total.requests, total.cost_micros) == (1, 2, 2 * ONE_COST)


async def test_money_of_an_answer_that_was_not_used_is_kept_too(
    database: Database, workspace: Workspace, service: MessagesServer
) -> None:
    await stored(database, workspace.id, a_session())
    service.script.extend([says("no"), fails(400)])
    assert await analysed(database, service) == [AnalysisOutcome.PROPOSED]
    total = await read_spending(database, StoppedClock(NOW + timedelta(minutes=1)), workspace.id, days=7)
    assert (total.cost_micros, dict(total.troubles)) == (ONE_COST, {Trouble.MISCONFIGURED: 1})

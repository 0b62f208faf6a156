"""Which published flow fits a new problem, from what is stored."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from bot.domain.flows import Flow
from bot.domain.sessions import ConfidenceTier, ProblemDomain
from bot.domain.workspaces import Workspace
from bot.services.matching import find_flows
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_session, published, stored

VPN = ("VPN drops every ten minutes", "The VPN is lost again and again", "VPN disconnects after a while")
PRINTER = (
    "The office printer shows offline",
    "Printer offline, nobody can print",
    "Nothing comes out of the printer, it says offline",
)


async def a_learned_flow(
    database: Database, workspace_id: str, title: str, *problems: str, domain: ProblemDomain | None = None
) -> Flow:
    flow = await published(
        database, workspace_id, a_draft(title=title, summary="", keywords=(), problem_domain=domain)
    )
    given = [
        a_session(problem=problem, created_at=NOW - timedelta(hours=hour))
        for hour, problem in enumerate(problems, 1)
    ]
    sessions = await stored(database, workspace_id, *given)
    learnt = text("UPDATE sessions SET learned_flow_id = :flow WHERE id = ANY(:ids)")
    async with database.transaction(workspace_id) as tx:
        await tx.statements.run(learnt, {"flow": flow.id, "ids": [session.id for session in sessions]})
    return flow


async def test_the_flow_of_the_same_problem_guides(database: Database, workspace: Workspace) -> None:
    vpn = await a_learned_flow(database, workspace.id, "VPN drops", *VPN)
    printer = await a_learned_flow(database, workspace.id, "Printer offline", *PRINTER)
    found = await find_flows(database, workspace.id, "The printer is offline since the VPN update")
    assert [each.flow for each in found] == [printer, vpn]
    assert (found[0].tier, found[1].tier) == (ConfidenceTier.GUIDED, ConfidenceTier.DISCOVERY)
    (best,) = await find_flows(database, workspace.id, "The printer is offline", limit=1)
    assert best.flow == printer


async def test_a_problem_of_another_kind_finds_nothing_that_fits(
    database: Database, workspace: Workspace
) -> None:
    await a_learned_flow(database, workspace.id, "VPN drops", *VPN)
    assert await find_flows(database, workspace.id, "Scanner is jammed") == []
    (found,) = await find_flows(database, workspace.id, "Rain drops on the office scanner")
    assert found.tier is ConfidenceTier.DISCOVERY


async def test_flows_of_another_domain_are_left_out(database: Database, workspace: Workspace) -> None:
    await a_learned_flow(database, workspace.id, "Printer offline", *PRINTER, domain=ProblemDomain.PRINTING)
    assert await find_flows(database, workspace.id, PRINTER[0], ProblemDomain.EMAIL) == []
    (found,) = await find_flows(database, workspace.id, PRINTER[0], ProblemDomain.PRINTING)
    assert found.tier is ConfidenceTier.GUIDED


async def test_flows_of_another_workspace_are_not_found(
    database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    await a_learned_flow(database, workspace.id, "VPN drops", *VPN)
    assert await find_flows(database, other_workspace.id, VPN[0]) == []


async def test_the_newest_problems_of_a_flow_count(database: Database, workspace: Workspace) -> None:
    vpn = await a_learned_flow(database, workspace.id, "VPN drops", *VPN)
    printer = await a_learned_flow(database, workspace.id, "Printer offline", *PRINTER)
    async with database.transaction(workspace.id) as tx:
        problems = await tx.sessions.problems_of_flows([vpn.id, printer.id, 0], 2)
    assert problems == {vpn.id: list(VPN[:2]), printer.id: list(PRINTER[:2]), 0: []}


async def test_who_asks_at_the_same_time_hears_the_same(database: Database, workspace: Workspace) -> None:
    await a_learned_flow(database, workspace.id, "VPN drops", *VPN)
    first, *others = await asyncio.gather(
        *(find_flows(database, workspace.id, "VPN drops again") for _ in range(4))
    )
    assert all(found == first for found in others)

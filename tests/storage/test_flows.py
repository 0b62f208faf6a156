import asyncio
from datetime import timedelta

import asyncpg
import pytest

from bot.domain.errors import NotFoundError, StaleFlowError
from bot.domain.flow_pages import FlowUse
from bot.domain.flows import Flow, FlowOrigin
from bot.domain.sessions import ProblemDomain, SessionStatus
from bot.domain.trees import Evidence
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_session, a_tree, published, stored

LATER = NOW + timedelta(days=1)


async def publish(database: Database, flow: Flow, title: str, base_version: int = 1) -> Flow:
    async with database.transaction("T0001") as tx:
        return await tx.flows.publish_version(
            flow.id,
            a_draft(title=title),
            base_version=base_version,
            origin=FlowOrigin.AI_ENHANCED,
            by="UADMIN",
            at=LATER,
            change="A branch",
        )


async def test_a_flow_comes_back_as_it_was_published(database: Database, workspace: Workspace) -> None:
    draft = a_draft(tree=a_tree(evidence=frozenset({Evidence(3, 0), Evidence(1, 2)})))
    flow = await published(database, workspace.id, draft)
    async with database.transaction(workspace.id) as tx:
        assert await tx.flows.get(flow.id) == flow
        assert flow.current.draft == draft
        assert await tx.flows.find(0) is None
        with pytest.raises(NotFoundError):
            await tx.flows.get(0)


async def test_every_version_is_kept(database: Database, workspace: Workspace) -> None:
    first = await published(database, workspace.id)
    second = await publish(database, first, "VPN drops, better")
    async with database.transaction(workspace.id) as tx:
        assert await tx.flows.get(first.id) == second
        assert await tx.flows.versions(first.id) == [second.current, first.current]


async def test_rolling_back_publishes_the_old_draft_anew(database: Database, workspace: Workspace) -> None:
    first = await published(database, workspace.id)
    await publish(database, first, "Worse")
    async with database.transaction(workspace.id) as tx:
        flow = await tx.flows.roll_back(first.id, 1, by="UADMIN", at=LATER)
        assert (flow.current.number, flow.current.draft) == (3, first.current.draft)
        assert flow.current.change == "Back to version 1"
        with pytest.raises(NotFoundError, match="version 9"):
            await tx.flows.roll_back(first.id, 9, by="UADMIN", at=LATER)


async def test_of_two_who_publish_at_once_one_wins(database: Database, workspace: Workspace) -> None:
    flow = await published(database, workspace.id)
    results = await asyncio.gather(
        publish(database, flow, "Mine"), publish(database, flow, "Yours"), return_exceptions=True
    )
    (winner,) = (result for result in results if isinstance(result, Flow))
    (loser,) = (result for result in results if isinstance(result, StaleFlowError))
    assert (loser.base, loser.current) == (1, winner.current.number)


async def test_any_word_finds_a_flow_and_the_best_comes_first(
    database: Database, workspace: Workspace
) -> None:
    vpn = await published(database, workspace.id)
    printer = await published(
        database,
        workspace.id,
        a_draft(title="Printer offline", summary="", keywords=(), problem_domain=ProblemDomain.PRINTING),
    )
    open_to_all = await published(
        database, workspace.id, a_draft(title="VPN certificate", problem_domain=None)
    )
    async with database.transaction(workspace.id) as tx:
        found = await tx.flows.candidates("My VPN connection keeps dropping, and the printer!", None, 9)
        assert {flow.id for flow in found} == {vpn.id, printer.id, open_to_all.id}
        assert found[0].id == vpn.id
        networking = await tx.flows.candidates("vpn printer", ProblemDomain.NETWORKING, 9)
        assert {flow.id for flow in networking} == {vpn.id, open_to_all.id}
        assert await tx.flows.candidates("the and of", None, 9) == []
        assert await tx.flows.candidates("it's \\ 'quoted' a:b & | ! <->", None, 9) == []
        assert len(await tx.flows.candidates("vpn printer", None, 1)) == 1


async def test_an_archived_flow_is_found_by_no_word_until_it_is_restored(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        await tx.flows.archive(flow.id, at=NOW)
        assert await tx.flows.candidates("vpn", None, 9) == await tx.flows.listed(limit=9) == []
        assert [each.id for each in await tx.flows.archived(9)] == [flow.id]
        await tx.flows.restore(flow.id, at=NOW)
        assert [each.id for each in await tx.flows.candidates("vpn", None, 9)] == [flow.id]
        assert await tx.flows.archived(9) == []
        with pytest.raises(NotFoundError):
            await tx.flows.restore(flow.id + 1, at=NOW)


async def test_use_counts_sessions_behind_a_flow_and_those_that_followed_it(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    flow, unused = await published(database, workspace.id), await published(database, workspace.id)
    statuses = (SessionStatus.RESOLVED, SessionStatus.RESOLVED, SessionStatus.ESCALATED, SessionStatus.ACTIVE)
    ends = {SessionStatus.RESOLVED: NOW}
    given = [a_session(status=status, resolved_at=ends.get(status)) for status in statuses]
    learnt, *followed = await stored(database, workspace.id, a_session(), *given)
    await superuser.execute("UPDATE sessions SET learned_flow_id = $1 WHERE id = $2", flow.id, learnt.id)
    ids = [session.id for session in followed]
    await superuser.execute("UPDATE sessions SET followed_flow_id = $1 WHERE id = ANY($2)", flow.id, ids)
    async with database.transaction(workspace.id) as tx:
        uses = await tx.flows.uses([flow.id, unused.id])
        behind = await tx.sessions.problems_behind_flows([flow.id, unused.id], 9)
    assert behind == {flow.id: {learnt.id: learnt.problem}, unused.id: {}}
    assert uses == {flow.id: FlowUse(behind=1, followed=4, ended=3, resolved=2), unused.id: FlowUse()}


async def test_flows_are_listed_by_title_or_by_words(database: Database, workspace: Workspace) -> None:
    for title in ("Zip", "Alpha"):
        await published(database, workspace.id, a_draft(title=title))
    async with database.transaction(workspace.id) as tx:
        assert [flow.title for flow in await tx.flows.listed(limit=9)] == ["Alpha", "Zip"]
        assert [flow.title for flow in await tx.flows.listed(words="zip", limit=9)] == ["Zip"]

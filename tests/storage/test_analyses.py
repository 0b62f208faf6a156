import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.errors import LeaseLostError, NotFoundError
from bot.domain.sessions import AnalysisOutcome, ClaimedSession, SessionSource
from bot.domain.workspaces import Workspace, WorkspaceSettings
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import LEASE, a_session, claimed, proposed, published, stored


async def finish(database: Database, claim: ClaimedSession, **changes: Any) -> None:
    async with database.transaction(claim.workspace_id) as tx:
        await tx.sessions.finish_analysis(
            claim, outcome=AnalysisOutcome.JOINED, analyst="outline/1", now=NOW, **changes
        )


async def test_a_claim_says_which_attempt_it_is_and_until_when(
    database: Database, workspace: Workspace
) -> None:
    (session,) = await stored(database, workspace.id, a_session())
    (claim,) = await claimed(database)
    assert claim == ClaimedSession(
        workspace_id=workspace.id, session_id=session.id, attempt=1, lease_until=NOW + LEASE
    )
    assert await claimed(database) == []


async def test_live_sessions_go_before_imported_ones(database: Database, workspace: Workspace) -> None:
    imported, live = await stored(
        database, workspace.id, a_session(source=SessionSource.IMPORT), a_session(source=SessionSource.SLACK)
    )
    assert [claim.session_id for claim in await claimed(database)] == [live.id, imported.id]


async def test_claim_takes_no_more_than_asked_whatever_the_plan(
    database: Database, workspace: Workspace
) -> None:
    """The planner may choose nested loops by itself, when statistics are old; here it has to."""
    await stored(database, workspace.id, *(a_session() for _ in range(5)))
    async with database.all_workspaces() as door:
        for way in ("hashagg", "hashjoin", "mergejoin", "sort", "material", "indexscan", "bitmapscan"):
            await door.statements.run(text(f"SET LOCAL enable_{way} = off"))
        assert len(await door.claim_analyses(NOW, LEASE, 1)) == 1


async def test_two_workers_never_share_a_session(database: Database, workspace: Workspace) -> None:
    given = await stored(database, workspace.id, *(a_session() for _ in range(40)))
    shares = await asyncio.gather(*(claimed(database, 15) for _ in range(4)))
    taken = [claim.session_id for share in shares for claim in share]
    assert sorted(taken) == [session.id for session in given]


async def test_a_lease_that_ran_out_is_taken_over_and_its_holder_fenced_off(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    (first,) = await claimed(database)
    assert await claimed(database, now=NOW + LEASE - timedelta(seconds=1)) == []
    (second,) = await claimed(database, now=NOW + LEASE)
    assert second.attempt == 2
    with pytest.raises(LeaseLostError):
        await finish(database, first)
    await finish(database, second)
    with pytest.raises(LeaseLostError):
        await finish(database, second)


async def test_a_finished_session_supports_its_proposal(database: Database, workspace: Workspace) -> None:
    older, newer = await stored(
        database, workspace.id, a_session(created_at=NOW - timedelta(days=2)), a_session(engineer="U2")
    )
    proposal = await proposed(database, workspace.id)
    for claim in await claimed(database):
        await finish(database, claim, proposal_id=proposal.id)
    async with database.transaction(workspace.id) as tx:
        support = await tx.sessions.support(proposal.id)
        assert (support.session_ids, support.engineers) == ((older.id, newer.id), 2)
        assert (await tx.proposals.get(proposal.id)).support == support
        assert await tx.sessions.of_proposal(proposal.id, 1) == [newer]


async def test_a_reinforced_flow_knows_its_sessions(database: Database, workspace: Workspace) -> None:
    (session,) = await stored(database, workspace.id, a_session())
    flow = await published(database, workspace.id)
    (claim,) = await claimed(database)
    await finish(database, claim, flow_id=flow.id)
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.of_flow(flow.id, 5) == [session]


async def test_a_session_cannot_join_a_proposal_that_is_not_there(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    (claim,) = await claimed(database)
    with pytest.raises(NotFoundError, match="no proposal with this id"):
        await finish(database, claim, proposal_id=4711)


async def test_a_failed_analysis_waits_for_its_next_attempt(database: Database, workspace: Workspace) -> None:
    await stored(database, workspace.id, a_session())
    (claim,) = await claimed(database)
    later = NOW + timedelta(hours=1)
    async with database.transaction(workspace.id) as tx:
        await tx.sessions.fail_analysis(claim, error="no answer", retry_at=later, now=NOW)
        assert await tx.sessions.failed_analyses() == []
    assert await claimed(database) == []
    assert [claim.attempt for claim in await claimed(database, now=later)] == [2]


async def test_an_analysis_that_was_given_up_waits_for_an_operator(
    database: Database, workspace: Workspace
) -> None:
    (session,) = await stored(database, workspace.id, a_session())
    (claim,) = await claimed(database)
    async with database.transaction(workspace.id) as tx:
        await tx.sessions.fail_analysis(claim, error="unreadable", retry_at=None, now=NOW)
        (failed,) = await tx.sessions.failed_analyses()
    assert (failed.session_id, failed.attempts, failed.error) == (session.id, 1, "unreadable")
    assert await claimed(database, now=NOW + timedelta(days=1)) == []
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.retry_failed() == 1
    assert [claim.attempt for claim in await claimed(database)] == [1]


async def test_workspaces_that_left_or_switched_analysis_off_are_passed_over(
    database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    await stored(database, other_workspace.id, a_session())
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(WorkspaceSettings(analysis_enabled=False))
    async with database.transaction(other_workspace.id) as tx:
        await tx.workspaces.set_active(False, NOW)
    assert await claimed(database) == []
    async with database.all_workspaces() as door:
        assert await door.pending_analyses() == 2

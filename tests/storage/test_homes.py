"""Who looks at Home and at what, and the facts behind it."""

from datetime import timedelta

import asyncpg
import pytest

from bot.domain.homes import HomeView
from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.review_queue import QueueEntry, QueueFilter, QueueKind, QueueOrder
from bot.domain.sessions import AnalysisOutcome, ConfidenceTier, SessionStatus
from bot.domain.workspaces import Workspace
from storage.database import Database
from storage.homes import filter_from_json
from tests.conftest import NOW
from tests.storage.makers import a_session, claimed, proposed, published, stored

LATER = NOW + timedelta(hours=3)
WANTED = QueueFilter(
    status=None, domain="m365", kind=QueueKind.CHANGE, min_age_days=7, order=QueueOrder.SUPPORT, page=2
)


async def test_home_is_remembered_with_what_somebody_looks_at(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        assert await tx.homes.find("U1") is None
        assert not await tx.homes.is_any_known()
        await tx.homes.open("U1", now=NOW, wanted=WANTED)
        await tx.homes.set_hash("U1", "h1")
        await tx.homes.open("U1", now=LATER)
        await tx.homes.open("U2", now=NOW)
        assert await tx.homes.find("U1") == HomeView(opened_at=LATER, filter=WANTED, hash="h1")
        assert await tx.homes.opened_since(NOW) == ["U1", "U2"]
        assert await tx.homes.forget_before(LATER) == 1
        assert await tx.homes.opened_since(NOW) == ["U1"]


def test_a_filter_of_another_version_becomes_the_default() -> None:
    assert filter_from_json({"status": "of the future"}) == QueueFilter()


async def test_entries_have_the_figures_of_their_sessions(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    proposal = await proposed(database, workspace.id, kind=ProposalKind.NEW_FLOW)
    await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    hour = timedelta(hours=1)
    await stored(
        database,
        workspace.id,
        a_session(created_at=NOW - 9 * hour, resolved_at=NOW - 8 * hour),
        a_session(created_at=NOW - 3 * hour, resolved_at=NOW, paused=hour),
        a_session(created_at=NOW - hour, resolved_at=None, status=SessionStatus.ACTIVE),
        a_session(created_at=NOW - hour, resolved_at=NOW - hour / 2, confidence_tier=ConfidenceTier.GUIDED),
    )
    await superuser.execute("UPDATE sessions SET proposal_id = $1 WHERE confidence_tier IS NULL", proposal.id)
    async with database.transaction(workspace.id) as tx:
        (entry,) = await tx.review_queue.entries([ProposalStatus.PENDING], recent=NOW - 4 * hour)
        assert await tx.review_queue.guided_minutes(recent=NOW - hour) == pytest.approx(30)
        assert await tx.review_queue.guided_minutes(recent=NOW) is None
    assert entry == QueueEntry(
        id=proposal.id,
        kind=ProposalKind.NEW_FLOW,
        status=ProposalStatus.PENDING,
        domain="networking",
        since=NOW,
        sessions=3,
        recent=2,
        minutes=90.0,
    )


async def test_own_sessions_come_with_what_became_of_them(database: Database, workspace: Workspace) -> None:
    flow, proposal = await published(database, workspace.id), await proposed(database, workspace.id)
    await stored(
        database,
        workspace.id,
        a_session(external_id="open", status=SessionStatus.ACTIVE, resolved_at=None),
        a_session(external_id="new", created_at=NOW - timedelta(hours=2)),
        a_session(external_id="known", created_at=NOW - timedelta(hours=3)),
        a_session(external_id="elsewhere", engineer="U2"),
    )
    for claim in await claimed(database):
        async with database.transaction(workspace.id) as tx:
            is_known = (await tx.sessions.get(claim.session_id)).external_id != "new"
            await tx.sessions.finish_analysis(
                claim,
                outcome=AnalysisOutcome.REINFORCED if is_known else AnalysisOutcome.PROPOSED,
                analyst="test-1",
                proposal_id=None if is_known else proposal.id,
                flow_id=flow.id if is_known else None,
                now=NOW,
            )
    async with database.transaction(workspace.id) as tx:
        own = await tx.homes.own_sessions("U1")
        followed = await tx.homes.followed_in_a_row()
    assert [each.session.external_id for each in own.open] == ["open"]
    new, known = own.closed
    assert new.proposal
    assert (new.proposal.id, new.proposal.status, new.flow) == (proposal.id, ProposalStatus.PENDING, None)
    assert known.flow
    assert (known.outcome, known.flow.title) == (AnalysisOutcome.REINFORCED, "VPN drops")
    assert (own.resolved, followed) == (2, 2)

"""Several workers, a uniter and a reviewer at the same work: one proposal a problem, and no session lost or counted twice."""

import asyncio
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

import asyncpg
import pytest

from bot.ai.outline import OutlineAnalyst
from bot.domain.errors import AlreadyDecidedError, StaleVersionError
from bot.domain.proposals import Proposal, ProposalStatus
from bot.domain.sessions import NewSession, ProblemDomain
from bot.domain.validation import problems_of
from bot.domain.workspaces import Workspace
from bot.services.analysis import analyze_pending
from bot.services.flows import list_flows
from bot.services.proposals import list_proposals
from bot.services.uniting import unite_everywhere, unite_knowledge
from storage.connecting import connect
from storage.database import Database
from tests.services.scripted import StoppedClock
from tests.services.test_uniting import learnt_apart, midway, published, whole
from tests.storage.makers import a_session, a_step, stored

EACH = 16
"""Sessions of each problem."""
OPEN = (ProposalStatus.FORMING, ProposalStatus.PENDING)


def printing(at: int) -> NewSession:
    ways = ("Yes", "No", "It shows dashes")
    return a_session(
        problem="Nobody can print on the second floor, the printer is offline",
        problem_domain=ProblemDomain.PRINTING,
        steps=(
            a_step(prompt="Does the printer's panel show an address?", choice=ways[at % 3]),
            a_step(prompt="Is the print spooler running?", choice=ways[at % 2]),
        ),
        resolution=f"Restarted the print spooler and {('moved the cable', 'set an address')[at % 2]}.",
    )


def mixed() -> list[NewSession]:
    """Two problems in turn; some sessions of the one begin in the middle."""
    tunnels = [midway() if at % 3 == 2 else whole() for at in range(EACH)]
    return [each for at in range(EACH) for each in (tunnels[at], printing(at))]


async def drained(database: Database) -> None:
    """All that was put off, or came into reach by what others did."""
    clock = StoppedClock()
    for _ in range(5):
        clock.time += timedelta(days=1)
        await analyze_pending(database, OutlineAnalyst(), clock, limit=1000)
        await unite_everywhere(database, clock)


async def require_order(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, count: int
) -> None:
    """Every session analysed once and in one place, and no two open proposals of one problem."""
    rows = await superuser.fetch(
        "SELECT id, analysis_status, analysis_outcome, proposal_id, learned_flow_id FROM sessions"
    )
    assert len(rows) == count
    assert {row["analysis_status"] for row in rows} == {"done"}
    assert None not in {row["analysis_outcome"] for row in rows}
    proposals = {each.id: each for each in await list_proposals(database, workspace.id)}
    flows = {each.id: each for each in await list_flows(database, workspace.id)}
    open_ones = [each for each in proposals.values() if each.status in OPEN]
    assert max(Counter(each.draft.problem_domain for each in open_ones).values(), default=1) == 1
    for tree in [*(each.draft.tree for each in open_ones), *(each.tree for each in flows.values())]:
        assert problems_of(tree) == ()
    for row in rows:
        proposal, flow = proposals.get(row["proposal_id"]), flows.get(row["learned_flow_id"])
        assert proposal or flow
        if proposal in open_ones:
            assert proposal is not None
            assert row["id"] in proposal.draft.tree.session_ids
            assert row["id"] in proposal.support.session_ids
    supported = [session_id for each in proposals.values() for session_id in each.support.session_ids]
    assert len(supported) == len({*supported})


async def approving(database: Database, workspace: Workspace, rounds: int) -> None:
    """A reviewer who publishes whatever is pending, unless it has changed meanwhile."""
    for _ in range(rounds):
        pending: list[Proposal] = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
        for proposal in pending:
            try:
                await published(database, workspace, proposal)
            except (StaleVersionError, AlreadyDecidedError):
                continue


async def busy(url: str, workspace: Workspace, task: str) -> asyncio.subprocess.Process:
    """A process of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.services.busy_worker", url, workspace.id, task
    )


async def uniting(database: Database, workspace: Workspace, rounds: int) -> None:
    for _ in range(rounds):
        await unite_knowledge(database, workspace.id, StoppedClock(), limit=100)


@pytest.mark.parametrize("reviews", [0, 12])
async def test_workers_uniter_and_reviewer_at_once(
    database: Database,
    workspace: Workspace,
    superuser: asyncpg.Connection,
    migrated_url: str,
    reviews: int,
) -> None:
    given = mixed()
    await stored(database, workspace.id, *given)
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(Database.open(migrated_url)) for _ in range(5)]
        *analysts, uniter, reviewer = opened
        tried = await asyncio.gather(
            *(analyze_pending(each, OutlineAnalyst(), StoppedClock(), limit=1000) for each in analysts),
            uniting(uniter, workspace, 12),
            approving(reviewer, workspace, reviews),
        )
    assert sum(done or 0 for done in tried[: len(analysts)]) >= len(given)
    await drained(database)
    await require_order(database, workspace, superuser, len(given))


async def test_one_problem_gives_one_proposal_with_all_evidence(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, migrated_url: str
) -> None:
    sessions = await stored(database, workspace.id, *[printing(at) for at in range(30)])
    uniter = await busy(migrated_url, workspace, "unite")
    analysts = [await busy(migrated_url, workspace, "analyse") for _ in range(2)]
    assert [await process.wait() for process in analysts] == [0, 0]
    uniter.kill()
    assert await uniter.wait() == -signal.SIGKILL
    await drained(database)
    await require_order(database, workspace, superuser, len(sessions))
    (proposal,) = [each for each in await list_proposals(database, workspace.id) if each.status in OPEN]
    assert proposal.draft.tree.session_ids == {session.id for session in sessions}
    assert {*proposal.support.session_ids} == {session.id for session in sessions}


async def test_uniter_that_is_killed_before_it_commits_leaves_nothing_half_written(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, migrated_url: str
) -> None:
    before = await learnt_apart(database, workspace, whole(), midway())
    guard = await connect(migrated_url)
    try:
        async with guard.transaction():  # the uniter writes all but what it writes last
            await guard.execute("SELECT 1 FROM workspaces FOR NO KEY UPDATE")
            killed = await busy(migrated_url, workspace, "unite")
            while not await superuser.fetchval(WAITING):
                assert killed.returncode is None
            killed.kill()
            await killed.wait()
    finally:
        await guard.close()
    assert await list_proposals(database, workspace.id) == before
    assert await unite_knowledge(database, workspace.id, StoppedClock(), limit=100) == 1
    await require_order(database, workspace, superuser, 2)
    (kept,) = [each for each in await list_proposals(database, workspace.id) if each.status in OPEN]
    assert len(kept.draft.tree.session_ids) == kept.support.sessions == 2


WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE%workspaces%'"
)

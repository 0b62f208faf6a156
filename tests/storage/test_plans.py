"""Hot queries use their indexes: in one workspace among others, on thousands of rows, under row-level security.

Tables are vacuumed in full first: what earlier tests left in them and their indexes counts in a plan's cost.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text

from bot.domain.flows import FlowOrigin
from bot.domain.proposals import MessageRef
from bot.domain.sessions import SessionSource
from bot.domain.windows import window_ending
from bot.domain.workspaces import Workspace
from storage.database import Database
from storage.statements import Statements
from storage.transaction import Transaction
from tests.conftest import NOW
from tests.storage.makers import LEASE, a_draft, a_session, proposed

OTHERS = 20

# How often this transaction has used each index of a table, and read the table from end to end.
SCANS = text(
    """
    SELECT indexrelname AS name, pg_stat_get_xact_numscans(indexrelid) AS scans
    FROM pg_stat_user_indexes WHERE relname = :table
    UNION ALL
    SELECT 'end to end', pg_stat_get_xact_numscans(CAST(:table AS regclass))
    """
)

ROWS_READ = text(
    """
    SELECT sum(pg_stat_get_xact_tuples_fetched(oid)) FROM pg_class
    WHERE relname IN ('sessions', 'ix_sessions_proposal_id')
    """
)

# Copies of what is there, all of them compared.
MANY_FLOWS = text(
    """
    INSERT INTO flows (workspace_id, origin, current_version, compared_version, title, search, created_at, updated_at)
    SELECT workspace_id, origin, 1, 1, title, '', created_at, updated_at FROM flows, generate_series(1, 1000)
    WHERE id = :flow
    """
)
MANY_PROPOSALS = text(
    """
    INSERT INTO proposals
        (workspace_id, kind, status, version, compared_version, title, summary, keywords, tree, search, confidence,
         analyst, created_at, updated_at)
    SELECT workspace_id, kind, 'forming', 1, 1, title, summary, keywords, tree, '', confidence, analyst, created_at,
        updated_at
    FROM proposals, generate_series(1, 1000) WHERE id = :proposal
    """
)
CHANGING = text(
    "UPDATE proposals SET kind = 'enhancement', flow_id = :flow, base_version = 1 WHERE id = :proposal"
)

WORKED_IN_THREADS = text(
    """
    WITH here AS (
        UPDATE sessions SET channel = 'C1', thread_ts = id::text, followed_flow_id = NULL RETURNING workspace_id, id
    )
    INSERT INTO threads (workspace_id, session_id, revision, turn, touched_at, flags)
    SELECT workspace_id, id, 1, 1, now(),
        CASE WHEN id % 100 = 0 THEN '[{"step": 1, "note": "", "by": "U1", "asked": "", "place":
            {"flow_id": 1, "version": 1, "node": "n1"}}]'::jsonb ELSE '[]'::jsonb END
    FROM here
    """
)

Call = Callable[[Transaction], Awaitable[object]]


@pytest.fixture
async def crowd(database: Database, workspace: Workspace, superuser: asyncpg.Connection) -> Workspace:
    """The workspace among others, 400 sessions each over a year, a tenth of them with a proposal."""
    names = [f"T{number:04}" for number in range(100, 100 + OTHERS)]
    async with database.all_workspaces() as door:
        for name in names:
            await door.add(Workspace(id=name, name=name, created_at=NOW))
    for name in (workspace.id, *names):
        proposal = await proposed(database, name)
        given = [
            a_session(
                created_at=NOW - timedelta(hours=22 * number, minutes=40),
                resolved_at=NOW - timedelta(hours=22 * number),
            )
            for number in range(400)
        ]
        async with database.transaction(name) as tx:
            await tx.sessions.add_many(given, now=NOW)
            await tx.statements.run(
                text("UPDATE sessions SET proposal_id = :proposal WHERE id % 10 = 0"),
                {"proposal": proposal.id},
            )
    await superuser.execute("VACUUM (FULL, ANALYZE) sessions, workspaces, proposals")
    return workspace


async def scans(tx: Transaction, call: Call, table: str = "sessions") -> dict[str, int]:
    """What the call adds: a connection still counts what earlier transactions of the last second did."""
    before = await scans_so_far(tx.statements, table)
    assert await call(tx) is not None
    after = await scans_so_far(tx.statements, table)
    return {name: after[name] - before[name] for name in after}


async def scans_so_far(statements: Statements, table: str) -> dict[str, int]:
    return {row["name"]: row["scans"] for row in await statements.rows(SCANS, {"table": table})}


async def rows_read(statements: Statements) -> int:
    return int(await statements.value(ROWS_READ))


async def guided_or_none(tx: Transaction) -> tuple[float | None]:
    return (await tx.review_queue.guided_minutes(recent=NOW - timedelta(days=7)),)


async def first_ids(tx: Transaction) -> list[int]:
    return [
        row["id"] for row in await tx.statements.rows(text("SELECT id FROM sessions ORDER BY id LIMIT 3"))
    ]


async def test_hot_queries_use_their_indexes(database: Database, crowd: Workspace) -> None:
    week = window_ending(NOW, 7, crowd.settings.zone)
    async with database.transaction(crowd.id) as tx:
        ids = await first_ids(tx)
        (proposal,) = await tx.proposals.listed(None, 9)
    calls: list[tuple[str, Call]] = [
        ("pk_sessions", lambda tx: tx.sessions.get_many(ids)),
        ("ix_sessions_created_at", lambda tx: tx.dashboards.dashboard(week)),
        ("ix_sessions_resolved_at", lambda tx: tx.dashboards.dashboard(week)),
        ("ix_sessions_proposal_id", lambda tx: tx.sessions.support(proposal.id)),
        ("ix_sessions_learned_flow_id", lambda tx: tx.sessions.of_flows([1, 2], 9)),
        ("ix_sessions_failed", lambda tx: tx.sessions.failed_analyses()),
        (
            "ix_sessions_learned_flow_id",
            lambda tx: tx.sessions.to_replay(
                flow_ids=[1], proposal_ids=[proposal.id], domain=None, without=ids, limit=50
            ),
        ),
        ("ix_sessions_engineer", lambda tx: tx.homes.own_sessions("U1")),
        ("ix_sessions_proposal_id", lambda tx: tx.review_queue.entries([proposal.status], recent=NOW)),
        ("ix_sessions_resolved_at", guided_or_none),
        ("uq_sessions_external_id", lambda tx: tx.sessions.ids(SessionSource.SLACK, ["T-1", "T-2"])),
    ]
    for index, call in calls:
        async with database.transaction(crowd.id) as tx:
            found = await scans(tx, call)
            assert found[index], (index, found)
            assert not found["end to end"], (index, found)


async def test_a_reply_and_a_flag_find_their_thread_by_an_index(
    database: Database, crowd: Workspace, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(str(WORKED_IN_THREADS))
    await superuser.execute("VACUUM (FULL, ANALYZE) sessions, threads")
    async with database.transaction(crowd.id) as tx:
        (first, *_) = await first_ids(tx)
        here, since = MessageRef("C1", str(first)), NOW - timedelta(days=400)
        replied = await scans(tx, lambda tx: tx.threads.find_in(here))
        flagged = await scans(tx, lambda tx: tx.threads.flagged(1, since=since, limit=9), "threads")
    assert replied["uq_sessions_thread"], replied
    assert not replied["end to end"], replied
    assert flagged["ix_threads_flagged"], flagged
    assert not flagged["end to end"], flagged


async def test_the_newest_sessions_behind_a_proposal_are_read_alone(
    database: Database, crowd: Workspace
) -> None:
    async with database.transaction(crowd.id) as tx:
        (proposal,) = await tx.proposals.listed(None, 9)
        before = await rows_read(tx.statements)
        found = await scans(tx, lambda tx: tx.sessions.of_proposal(proposal.id, 3))
        assert 3 <= await rows_read(tx.statements) - before <= 4
    assert not found["end to end"], found


async def test_of_the_flows_and_proposals_only_those_asked_for_are_read(
    database: Database, workspace: Workspace, other_workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    """Thousands are compared with all others, or change nothing; one of each is not, or does."""
    for tenant in (workspace, other_workspace):
        proposal = await proposed(database, tenant.id)
        async with database.transaction(tenant.id) as tx:
            flow = await tx.flows.publish_new(
                a_draft(), origin=FlowOrigin.MANUAL, by="U1", at=NOW, change="x"
            )
            await tx.statements.run(MANY_FLOWS, {"flow": flow.id})
            await tx.statements.run(MANY_PROPOSALS, {"proposal": proposal.id})
            await tx.statements.run(CHANGING, {"proposal": proposal.id, "flow": flow.id})
    await superuser.execute("VACUUM (FULL, ANALYZE) flows, flow_versions, proposals, sessions")
    calls: dict[tuple[str, str], Call] = {
        ("proposals", "ix_proposals_not_compared"): lambda tx: tx.proposals.not_compared(1),
        ("proposals", "ix_proposals_changing"): lambda tx: tx.proposals.changing([flow.id]),
        ("flows", "ix_flows_not_compared"): lambda tx: tx.flows.not_compared(1),
    }
    for (table, index), call in calls.items():
        async with database.transaction(other_workspace.id) as tx:
            assert await call(tx), index
            found = await scans(tx, call, table)
            assert found[index], (index, found)
            assert not found["end to end"], (index, found)


async def test_claiming_reads_the_sessions_that_wait_alone(database: Database, crowd: Workspace) -> None:
    async with database.all_workspaces() as door:
        before = await scans_so_far(door.statements, "sessions")
        assert len(await door.claim_analyses(NOW, LEASE, 10)) == 10
        after = await scans_so_far(door.statements, "sessions")
    found = {name: after[name] - before[name] for name in after}
    assert found["ix_sessions_to_analyse"]
    assert not found["end to end"], found


async def test_the_sieve_reads_the_words_and_the_flows_that_it_found(
    database: Database, workspace: Workspace, other_workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    for tenant in (workspace, other_workspace):
        async with database.transaction(tenant.id) as tx:
            for number in range(400):
                draft = a_draft(title=f"Device {number} fails", summary=f"Model {number}", keywords=())
                await tx.flows.publish_new(draft, origin=FlowOrigin.MANUAL, by="U1", at=NOW, change="x")
    await superuser.execute("VACUUM (FULL, ANALYZE) search_words, flows, flow_versions")
    async with database.transaction(workspace.id) as tx:
        found = await tx.flows.candidates("device 77 of model 77 fails", None, 8)
        assert found[0].title == "Device 77 fails"
        for table, index in (("search_words", "pk_search_words"), ("flow_versions", "pk_flow_versions")):
            used = await scans(tx, lambda tx: tx.flows.candidates("device 78 fails", None, 8), table)
            assert used[index], (table, used)
            assert not used["end to end"], (table, used)

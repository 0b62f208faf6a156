"""Words find what has them now, in the pool that it is searched in."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.domain.flows import FlowOrigin
from bot.domain.proposals import Decision, Proposal, ProposalStatus
from bot.domain.workspaces import Workspace
from storage.connecting import connect
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import MIGRATIONS, upgrade
from storage.searching import ROWS_OF_A_WORD
from storage.tables import SearchPool
from tests.conftest import NOW
from tests.storage.makers import a_draft, proposed, published

LATER = NOW + timedelta(hours=1)


async def found(database: Database, words: str) -> list[str]:
    """Titles of the flows."""
    async with database.transaction("T0001") as tx:
        return [flow.title for flow in await tx.flows.candidates(words, None, 8)]


async def pools(superuser: asyncpg.Connection, lexeme: str) -> Sequence[tuple[str, int, int]]:
    rows = await superuser.fetch(
        "SELECT pool, rank, item_id FROM search_words WHERE lexeme = $1 ORDER BY 1, 2, 3", lexeme
    )
    return [tuple(row) for row in rows]


async def decided(database: Database, proposal: Proposal, status: ProposalStatus) -> Proposal:
    decision = Decision(
        proposal_id=proposal.id,
        was=proposal.status,
        seen_version=proposal.version,
        status=status,
        by="U1",
        at=LATER,
    )
    async with database.transaction("T0001") as tx:
        return await tx.proposals.apply(decision)


async def test_a_flow_is_found_by_the_words_of_its_current_version(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id, a_draft(title="Toner empty", summary="", keywords=()))
    renamed = a_draft(title="Drum worn out", summary="", keywords=())
    async with database.transaction(workspace.id) as tx:
        await tx.flows.publish_version(
            flow.id, renamed, base_version=1, origin=FlowOrigin.MANUAL, by="U1", at=LATER, change="x"
        )
    assert await found(database, "toner") == []
    assert await found(database, "drum") == ["Drum worn out"]
    async with database.transaction(workspace.id) as tx:
        await tx.flows.roll_back(flow.id, 1, by="U1", at=LATER)
    assert await found(database, "toner") == ["Toner empty"]
    assert await found(database, "drum") == []


async def test_a_flow_that_is_archived_is_found_by_no_word(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    flow = await published(database, workspace.id)
    assert await pools(superuser, "vpn") == [(SearchPool.FLOWS, 1, flow.id)]
    await superuser.execute("UPDATE flows SET archived = true WHERE id = $1", flow.id)
    assert await pools(superuser, "vpn") == []


async def test_the_words_of_a_proposal_follow_its_status(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    pending = await proposed(database, workspace.id)
    growing, rejected = [(SearchPool.GROWING, 1, pending.id)], [(SearchPool.REJECTED, 1, pending.id)]
    assert await pools(superuser, "vpn") == growing
    refused = await decided(database, pending, ProposalStatus.REJECTED)
    assert await pools(superuser, "vpn") == rejected
    again = await decided(database, refused, ProposalStatus.PENDING)
    assert await pools(superuser, "vpn") == growing
    await decided(database, again, ProposalStatus.APPROVED)
    assert await pools(superuser, "vpn") == []


async def test_the_pools_know_every_status(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    for status in ProposalStatus:
        await proposed(database, workspace.id, status=status)
    counts = dict(
        await superuser.fetch("SELECT pool, count(DISTINCT item_id) FROM search_words GROUP BY pool")
    )
    assert counts == {SearchPool.GROWING: 3, SearchPool.REJECTED: 1}


async def test_a_word_of_very_many_flows_does_not_hide_the_one_with_more_words(
    database: Database, workspace: Workspace
) -> None:
    common = a_draft(title="Printer", summary="", keywords=())
    async with database.transaction(workspace.id) as tx:
        for _ in range(ROWS_OF_A_WORD + 5):
            await tx.flows.publish_new(common, origin=FlowOrigin.MANUAL, by="U1", at=NOW, change="x")
    await published(database, workspace.id, replace(common, title="Printer prints stripes"))
    assert (await found(database, "my printer makes stripes"))[0] == "Printer prints stripes"


async def test_words_of_another_workspace_can_be_neither_read_nor_written(
    database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    await published(database, workspace.id)
    async with database.transaction(other_workspace.id) as tx:
        assert await tx.statements.value(text("SELECT count(*) FROM search_words")) == 0
        assert await tx.statements.changed(text("DELETE FROM search_words")) == 0
    forged = text(
        "INSERT INTO search_words (workspace_id, pool, lexeme, rank, item_id) VALUES ('T0001', 'flows', 'x', 1, 1)"
    )
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(other_workspace.id) as tx:
            await tx.statements.run(forged)


@pytest.fixture
async def old_url(
    server: EmbeddedServer, superuser: asyncpg.Connection, migrated_url: str
) -> AsyncIterator[str]:
    """A database of the first schema, whose owner is no superuser."""
    await superuser.execute("CREATE ROLE keeper LOGIN CREATEROLE")
    await superuser.execute("CREATE DATABASE kept OWNER keeper")
    await superuser.execute("GRANT flowpilot_app, flowpilot_all TO keeper")
    yield server.url.replace("postgres:@/postgres?", "keeper:@/kept?")
    await superuser.execute("DROP DATABASE kept WITH (FORCE)")
    await superuser.execute("DROP OWNED BY keeper; DROP ROLE keeper")


async def upgrade_to(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(url))
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


# With the columns of that time.
OLD_PROPOSAL = text(
    """
    INSERT INTO proposals (
        workspace_id, kind, status, version, title, summary, problem_domain, keywords, tree, search,
        confidence, analyst, created_at, updated_at
    )
    SELECT workspace_id, 'new_flow', :status, 1, title, summary, problem_domain, keywords, tree,
        (SELECT search FROM flows), 0.8, 'x', published_at, published_at
    FROM flow_versions RETURNING id
    """
)


async def test_upgrading_takes_in_the_words_of_what_is_there(old_url: str) -> None:
    await upgrade_to(old_url, "2026_11_23_redaction")
    async with Database.open(old_url) as database:
        async with database.all_workspaces() as door:
            await door.add(Workspace(id="T0001", name="Contoso IT", created_at=NOW))
        flow = await published(database, "T0001")
        async with database.transaction("T0001") as tx:
            pending = await tx.statements.value(OLD_PROPOSAL, {"status": ProposalStatus.PENDING})
            rejected = await tx.statements.value(OLD_PROPOSAL, {"status": ProposalStatus.REJECTED})
        await upgrade(old_url)
        async with database.transaction("T0001") as tx:
            assert await tx.flows.candidates("vpn", None, 8) == [flow]
            assert [each.id for each in await tx.proposals.candidates("vpn", None, 8)] == [pending]
            assert [each.id for each in await tx.proposals.rejected_like("vpn", None, 8)] == [rejected]
        async with database.transaction("T0002") as tx:
            assert await tx.flows.candidates("vpn", None, 8) == []

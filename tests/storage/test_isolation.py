"""No statement reaches another workspace: by the catalog, by the stores, and by statements that try."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from bot.domain.editing import DraftGoneError, DraftMovedError
from bot.domain.errors import KnowledgeMovedError, LeaseLostError, NotFoundError
from bot.domain.gaps import GapHistory
from bot.domain.spending import NO_SPENDING
from bot.domain.workspaces import Workspace
from storage.analyses import Taught
from storage.database import Database
from storage.statements import Statements
from storage.tables import metadata
from tests.conftest import NOW
from tests.storage.belongings import WINDOW, Belongings, everything, read_rollups
from tests.storage.makers import (
    a_session,
    stored,
)

REPOSITORY = Path(__file__).parents[2]
WITHOUT_TENANT = {"alembic_version", "oauth_states", "workspaces"}
MAY_USE_THE_DOOR = {
    "bot/services/analysis.py",
    "bot/services/failures.py",
    "bot/services/forgetting.py",
    "bot/services/tokens.py",
    "bot/services/workspaces.py",
}
FORGET_ROLLUPS = text("DELETE FROM rolled_spans")
NOTHING: tuple[object, ...] = (None, [], {}, (), set(), 0, False)


async def tables(superuser: asyncpg.Connection) -> dict[str, asyncpg.Record]:
    found = await superuser.fetch(
        """
        SELECT relname, relrowsecurity, relforcerowsecurity, pg_class.oid,
               pg_get_userbyid(relowner) AS owner
        FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        """
    )
    return {row["relname"]: row for row in found}


async def test_the_database_has_no_other_tables(database: Database, superuser: asyncpg.Connection) -> None:
    assert set(await tables(superuser)) == set(metadata.tables) | {"alembic_version"}


async def test_row_security_is_forced_with_a_policy_for_tenants(
    database: Database, superuser: asyncpg.Connection
) -> None:
    policies = await superuser.fetch("SELECT tablename, policyname, roles, qual FROM pg_policies")
    for name, table in (await tables(superuser)).items():
        if name in WITHOUT_TENANT - {"workspaces"}:
            continue
        assert (table["relrowsecurity"], table["relforcerowsecurity"]) == (True, True), name
        column = "id" if name == "workspaces" else "workspace_id"
        (tenant,) = (row for row in policies if row["tablename"] == name and row["policyname"] == "tenant")
        assert tenant["roles"] == ["flowpilot_app"]
        assert re.fullmatch(
            rf"\({column} = \( SELECT current_setting\('flowpilot.workspace'::text, true\) AS current_setting\)\)",
            tenant["qual"],
        )


async def test_the_door_opens_on_four_tables_alone(database: Database, superuser: asyncpg.Connection) -> None:
    opened = await superuser.fetch("SELECT tablename FROM pg_policies WHERE roles = '{flowpilot_all}'")
    assert {row["tablename"] for row in opened} == {"workspaces", "sessions", "installations", "api_tokens"}


async def test_keys_begin_with_the_workspace(database: Database, superuser: asyncpg.Connection) -> None:
    keys = await superuser.fetch(
        """
        SELECT conrelid::regclass::text AS table_name, contype::text AS kind, confrelid::regclass::text AS target,
               array_agg(attname::text ORDER BY place) AS columns
        FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS key (attribute, place)
        JOIN pg_attribute ON attnum = attribute
        WHERE attrelid = conrelid AND connamespace = 'public'::regnamespace AND contype IN ('p', 'f', 'u')
        GROUP BY pg_constraint.oid
        """
    )
    for key in keys:
        if key["table_name"] not in WITHOUT_TENANT:
            assert key["columns"][0] == "workspace_id", dict(key)
    primary = {key["table_name"] for key in keys if key["kind"] == "p"}
    assert primary == set(metadata.tables) | {"alembic_version"}


async def test_our_roles_own_nothing_and_are_exempt_from_nothing(
    database: Database, superuser: asyncpg.Connection
) -> None:
    roles = await superuser.fetch(
        """
        SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin AS mighty,
               pg_has_role(oid, 'flowpilot_all', 'MEMBER') AS takes_all
        FROM pg_roles WHERE rolname LIKE 'flowpilot%' ORDER BY rolname
        """
    )
    assert [tuple(role) for role in roles] == [
        ("flowpilot_all", False, True),
        ("flowpilot_app", False, False),
    ]
    owners = {table["owner"] for table in (await tables(superuser)).values()}
    assert owners == {"postgres"}


async def test_a_transaction_works_as_the_tenant_role(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        row = await tx.statements.row(
            text("SELECT current_user, current_setting('flowpilot.workspace') AS id")
        )
        assert row
        assert (row["current_user"], row["id"]) == ("flowpilot_app", workspace.id)


async def test_a_statement_that_names_no_workspace_sees_its_own_alone(
    database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    for tenant, seen in ((workspace.id, 1), (other_workspace.id, 0), ("", 0)):
        async with database.transaction(tenant) as tx:
            statements: Statements = tx.statements
            assert await statements.value(text("SELECT count(*) FROM sessions")) == seen
            assert await statements.changed(text("UPDATE sessions SET problem = problem")) == seen


async def test_a_row_of_another_workspace_is_refused(
    database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    forged = text("INSERT INTO members (workspace_id, id, name, role) VALUES (:other, 'U1', 'x', 'admin')")
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(workspace.id) as tx:
            await tx.statements.run(forged, {"other": other_workspace.id})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor = 'nobody'",
        "UPDATE flow_versions SET title = 'x'",
        "UPDATE spendings SET cost_micros = 0",
        "SELECT payload FROM queue.pgqueuer",
        "SELECT * FROM oauth_states",
        "TRUNCATE sessions",
    ],
)
async def test_what_a_tenant_may_not_do(database: Database, workspace: Workspace, statement: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with database.transaction(workspace.id) as tx:
            await tx.statements.run(text(statement))


async def test_what_was_noted_down_stays_as_long_as_the_workspace_is_there(
    database: Database, workspace: Workspace
) -> None:
    for active, deleted in ((True, 0), (False, 1)):
        async with database.transaction(workspace.id) as tx:
            await tx.audit.record("U1", "approve", "proposal", 1, {}, NOW)
            await tx.workspaces.set_active(active, at=NOW)
            assert await tx.statements.changed(text("DELETE FROM audit_events")) == deleted * 2


@pytest.mark.parametrize(
    "statement", ["SELECT problem FROM sessions", "SELECT * FROM flows", "DELETE FROM workspaces"]
)
async def test_what_the_door_does_not_open(database: Database, workspace: Workspace, statement: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with database.all_workspaces() as door:
            await door.statements.run(text(statement))


def test_the_door_has_few_callers() -> None:
    callers = {
        str(path.relative_to(REPOSITORY))
        for floor in ("bot", "storage")
        for path in (REPOSITORY / floor).rglob("*.py")
        if "all_workspaces(" in path.read_text()
    }
    assert callers - {"storage/database.py"} <= MAY_USE_THE_DOOR


async def test_strangers_find_and_change_nothing(
    database: Database, workspace: Workspace, other_workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    belongings = Belongings(database, workspace.id)
    await belongings.settle()
    before = await everything(superuser, workspace.id)
    assert sum(map(len, before.values())) >= 11
    for number, touch in enumerate(belongings.touches()):
        try:
            async with database.transaction(other_workspace.id) as tx:
                assert await touch(tx) in NOTHING, number
        except (DraftGoneError, DraftMovedError, NotFoundError, LeaseLostError, KnowledgeMovedError):
            pass
    async with database.snapshot(other_workspace.id) as tx:
        assert (await tx.dashboards.dashboard(WINDOW)).is_empty
        assert await tx.spendings.between(NOW, NOW + timedelta(days=1)) == NO_SPENDING
        assert (await tx.gaps.domains(WINDOW))[0].ended == 0
        assert await tx.gaps.history() == GapHistory()
        assert await tx.sessions.taught([belongings.session.id]) == Taught(
            proposals=Counter(), flows=Counter()
        )
        assert await read_rollups(tx) == 0
    async with database.transaction(other_workspace.id) as tx:
        assert await tx.batches.unbatched(9) == ([], [])
        await tx.statements.run(FORGET_ROLLUPS)
    assert await everything(superuser, workspace.id) == before

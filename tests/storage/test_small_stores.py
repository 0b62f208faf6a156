from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.errors import KnowledgeMovedError, NotFoundError
from bot.domain.flows import FlowMention
from bot.domain.members import Member, Role
from bot.domain.proposals import MessageRef
from bot.domain.workspaces import DigestSection, Workspace, WorkspaceSettings
from storage.audit import AuditEvent
from storage.database import Database
from storage.installations import Installation
from tests.conftest import NOW
from tests.storage.makers import published

LATER = NOW + timedelta(days=1)


async def test_a_workspace_comes_back_with_its_settings(database: Database, workspace: Workspace) -> None:
    settings = WorkspaceSettings(time_zone="Europe/Berlin", review_channel="C1", digest_hour=7)
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(settings)
        assert (await tx.workspaces.get()).settings == settings


async def test_adding_a_workspace_again_keeps_its_settings(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(WorkspaceSettings(digest_hour=7))
        await tx.workspaces.set_active(active=False, at=NOW)
    async with database.all_workspaces() as door:
        assert await door.active() == []
        await door.add(Workspace(id=workspace.id, name="Contoso Ltd", created_at=LATER))
        (found,) = await door.active()
        assert await door.find("T9999") is None
    assert (found.name, found.created_at, found.settings.digest_hour) == ("Contoso Ltd", NOW, 7)


async def test_settings_of_another_version_are_understood(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        stored = (
            """{"digest_hour": 5, "digest_left_out": ["of_the_future", "costs"], "of_the_future": true}"""
        )
        await tx.statements.run(
            text("UPDATE workspaces SET settings = CAST(:stored AS jsonb)"), {"stored": stored}
        )
        left_out = (DigestSection.COSTS,)
        found = (await tx.workspaces.get()).settings
        assert found == WorkspaceSettings(digest_hour=5, digest_left_out=left_out)


async def test_knowledge_advances_only_from_the_version_that_was_seen(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.advance_knowledge(await tx.workspaces.knowledge_version())
        assert await tx.workspaces.knowledge_version() == 1
        with pytest.raises(KnowledgeMovedError):
            await tx.workspaces.advance_knowledge(0)


async def test_a_workspace_that_is_not_there_is_not_found(database: Database) -> None:
    async with database.transaction("T9999") as tx:
        for call in (tx.workspaces.get, tx.workspaces.knowledge_version):
            with pytest.raises(NotFoundError):
                await call()
        with pytest.raises(NotFoundError):
            await tx.workspaces.change_settings(WorkspaceSettings())


async def test_ensuring_a_member_never_lowers_a_role(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        assert await tx.members.find("U1") is None
        assert await tx.members.ensure("U1", "Ada") == Member(id="U1", name="Ada")
        assert (await tx.members.ensure("U1", "Ada", Role.ADMIN)).is_admin
        assert await tx.members.ensure("U1", "Ada L.") == Member(id="U1", name="Ada L.", role=Role.ADMIN)
        assert [member.id for member in await tx.members.admins()] == ["U1"]
        await tx.members.set_role("U1", Role.ENGINEER)
        assert await tx.members.find("U1") == Member(id="U1", name="Ada L.")
        with pytest.raises(NotFoundError):
            await tx.members.set_role("U9", Role.ADMIN)


async def test_a_digest_is_opened_once_a_date(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        digest = await tx.digests.open(NOW.date(), NOW)
        assert digest
        assert await tx.digests.open(NOW.date(), LATER) is None
        assert (await tx.digests.get(digest)).posted_at is None
        await tx.digests.mark_posted(digest, MessageRef("C1", "1.1"), LATER)
        posted = await tx.digests.get(digest)
        assert (posted.message, posted.posted_at, posted.due_on) == (
            MessageRef("C1", "1.1"),
            LATER,
            NOW.date(),
        )
        with pytest.raises(NotFoundError):
            await tx.digests.get(0)


async def test_a_digest_mentions_the_last_version_published_in_its_week(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        await tx.flows.roll_back(flow.id, 1, by="U1", at=NOW + timedelta(hours=1))
        await tx.flows.roll_back(flow.id, 1, by="U1", at=LATER)
        assert await tx.digests.published_between(NOW, LATER) == (FlowMention(flow.id, flow.title, 2),)
        assert await tx.digests.published_between(LATER + timedelta(1), LATER + timedelta(2)) == ()


async def test_audit_events_come_newest_first(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.audit.record("U1", "approve", "proposal", 7, {"version": 3}, NOW)
        await tx.audit.record(None, "expire", "proposal", 8, {}, LATER)
        assert await tx.audit.listed(9) == [
            AuditEvent(actor=None, action="expire", kind="proposal", object_id="8", at=LATER),
            AuditEvent(
                actor="U1", action="approve", kind="proposal", object_id="7", at=NOW, detail={"version": 3}
            ),
        ]


async def test_what_was_said_first_stands(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        assert await tx.utterances.find("stats/1") is None
        await tx.utterances.remember("stats/1", MessageRef("C1", "1.1"), NOW)
        await tx.utterances.remember("stats/1", MessageRef("C1", "2.2"), LATER)
        assert await tx.utterances.find("stats/1") == MessageRef("C1", "1.1")


async def test_an_event_is_new_once(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        assert await tx.events.first_seen("Ev1", NOW)
        assert not await tx.events.first_seen("Ev1", NOW)
        assert await tx.events.forget_before(NOW) == 0
        assert await tx.events.forget_before(LATER) == 1
        assert await tx.events.first_seen("Ev1", LATER)


async def test_a_token_is_found_by_its_hash_until_it_is_revoked(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        token = await tx.tokens.add("ci", b"hash", is_admin=True, now=NOW)
    async with database.all_workspaces() as door:
        assert await door.find_token(b"hash") == token
        assert await door.find_token(b"other") is None
    async with database.transaction(workspace.id) as tx:
        await tx.tokens.used(token.id, LATER)
        await tx.tokens.revoke(token.id, LATER)
        (found,) = await tx.tokens.listed()
        assert (found.last_used_at, found.revoked_at) == (LATER, LATER)
        with pytest.raises(NotFoundError):
            await tx.tokens.revoke(token.id, LATER)
    async with database.all_workspaces() as door:
        assert await door.find_token(b"hash") is None


async def test_an_installation_is_replaced_by_a_newer_one(database: Database, workspace: Workspace) -> None:
    first = Installation(
        workspace_id=workspace.id,
        app_id="A1",
        bot_user_id="B1",
        bot_token=b"one",
        scopes=("commands", "chat:write"),
        installed_at=NOW,
    )
    async with database.transaction(workspace.id) as tx:
        assert await tx.installations.find() is None
        await tx.installations.save(first)
        assert await tx.installations.lock() == first
        await tx.installations.set_active(active=False)
    async with database.all_workspaces() as door:
        found = await door.find_installation(workspace.id)
        assert found
        assert (found.bot_token, found.active) == (b"one", False)
        assert await door.find_installation("T9999") is None


async def test_an_oauth_state_serves_once_and_not_for_ever(database: Database) -> None:
    async with database.all_workspaces() as door:
        await door.add_oauth_state("one", LATER)
        await door.add_oauth_state("two", NOW)
        assert await door.consume_oauth_state("one", NOW)
        assert not await door.consume_oauth_state("one", NOW)
        assert not await door.consume_oauth_state("two", NOW)
        assert not await door.consume_oauth_state("three", NOW)

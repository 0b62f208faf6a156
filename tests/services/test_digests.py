"""The weekly digest: once, however many try, and late rather than never."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.charts.pool import ChartPool
from bot.domain.cards import Picture
from bot.domain.digests import Digest
from bot.domain.errors import FlowPilotError
from bot.domain.members import Member, Role
from bot.domain.proposals import Reject
from bot.domain.reasons import ReasonCode
from bot.domain.workspaces import Workspace
from bot.services.digests import open_due_digest, post_digest, preview_digest, request_digest
from bot.services.proposals import decide_proposal
from bot.slack.views.digests import digest_preview
from storage.database import Database
from tests.conftest import NOW
from tests.services.speaking import RememberingMessenger, a_desk
from tests.storage.makers import a_session, proposed, stored

WEEK = timedelta(days=7)
ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)


@pytest.fixture(scope="module")
async def charts() -> AsyncIterator[ChartPool]:
    async with ChartPool() as pool:
        yield pool


@pytest.fixture
async def reporting(database: Database, workspace: Workspace) -> Workspace:
    """The workspace, with a digest channel."""
    settings = replace(workspace.settings, digest_channel="C0DIGEST")
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(settings)
    return replace(workspace, settings=settings)


async def queued(superuser: asyncpg.Connection) -> int:
    return int(
        await superuser.fetchval("SELECT count(*) FROM queue.pgqueuer WHERE entrypoint = 'digest.post'")
    )


async def only_digest(superuser: asyncpg.Connection) -> int:
    return int(await superuser.fetchval("SELECT id FROM digests"))


async def test_many_processes_open_one_digest_and_one_job(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection
) -> None:
    now = NOW + WEEK
    opened = await asyncio.gather(*(open_due_digest(database, reporting, now=now) for _ in range(8)))
    assert sum(opened) == 1
    assert await queued(superuser) == 1
    assert not await open_due_digest(database, reporting, now=now + timedelta(days=3))
    assert await open_due_digest(database, reporting, now=now + WEEK)


async def test_digest_that_was_missed_is_opened_late(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection
) -> None:
    assert await open_due_digest(database, reporting, now=NOW + WEEK + timedelta(days=5))
    assert await queued(superuser) == 1


async def test_without_a_channel_there_is_no_digest(database: Database, workspace: Workspace) -> None:
    assert not await open_due_digest(database, workspace, now=NOW + WEEK)
    with pytest.raises(FlowPilotError, match="FLOWPILOT_DIGEST_CHANNEL"):
        await request_digest(database, workspace.id, now=NOW)


async def test_digest_tells_the_week_and_the_queue_and_is_posted_once(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection, charts: ChartPool
) -> None:
    last_week = [
        a_session(
            created_at=NOW - timedelta(days=day), resolved_at=NOW - timedelta(days=day) + timedelta(hours=1)
        )
        for day in (1, 2, 3)
    ]
    await stored(database, reporting.id, *last_week)
    await proposed(database, reporting.id)
    messenger = RememberingMessenger()
    desk = a_desk(database, messenger, charts)
    await request_digest(database, reporting.id, now=NOW)
    digest_id = await only_digest(superuser)
    await post_digest(desk, reporting.id, digest_id)
    await post_digest(desk, reporting.id, digest_id)
    ((verb, channel, said, picture),) = messenger.said
    assert (verb, channel) == ("post_digest", "C0DIGEST")
    assert isinstance(said, Digest)
    assert (said.dashboard.totals.sessions, said.queue.pending) == (3, 1)
    assert isinstance(picture, Picture)
    assert picture.png.startswith(b"\x89PNG")


async def test_digest_counts_why_proposals_were_rejected(database: Database, reporting: Workspace) -> None:
    codes = (ReasonCode.UNSAFE, ReasonCode.OUTDATED, ReasonCode.OUTDATED)
    for number, code in enumerate(codes):
        proposal = await proposed(database, reporting.id)
        request = Reject(by=ADA, seen_version=1, code=code)
        at = NOW - timedelta(days=1, hours=number)
        await decide_proposal(database, reporting.id, proposal.id, request, now=at)
    digest = await preview_digest(database, reporting.id, now=NOW)
    assert list(digest.rejected.items()) == [(ReasonCode.OUTDATED, 2), (ReasonCode.UNSAFE, 1)]
    assert "3 rejected: 2 outdated, 1 unsafe" in str(digest_preview(digest))
    later = await preview_digest(database, reporting.id, now=NOW + 2 * WEEK)
    assert not later.rejected


async def test_failed_posting_is_tried_again(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection, charts: ChartPool
) -> None:
    messenger = RememberingMessenger(failure=ConnectionError("Slack is away"))
    desk = a_desk(database, messenger, charts)
    await request_digest(database, reporting.id, now=NOW)
    digest_id = await only_digest(superuser)
    with pytest.raises(ConnectionError):
        await post_digest(desk, reporting.id, digest_id)
    await post_digest(desk, reporting.id, digest_id)
    assert [verb for verb, *_ in messenger.said] == ["post_digest"]


async def test_empty_week_has_nothing_to_say(database: Database, reporting: Workspace) -> None:
    assert (await preview_digest(database, reporting.id, now=NOW)).has_nothing_to_say

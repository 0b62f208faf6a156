"""The weekly digest: once, however many try, and late rather than never."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bot.charts.pool import ChartPool
from bot.domain.cards import Picture
from bot.domain.digests import Digest
from bot.domain.errors import FlowPilotError
from bot.domain.flows import FlowOrigin
from bot.domain.members import Member, Role
from bot.domain.proposals import Reject
from bot.domain.reasons import ReasonCode
from bot.domain.sessions import NewSession, ProblemDomain, SessionStatus
from bot.domain.statistics import Rate
from bot.domain.workspaces import DigestSection, Workspace
from bot.services.digests import open_due_digest, post_digest, preview_digest, request_digest
from bot.services.proposals import decide_proposal
from bot.slack.views.digest_details import digest_details
from bot.slack.views.digests import digest_message
from storage.database import Database
from tests.conftest import NOW
from tests.services.speaking import RememberingMessenger, a_desk
from tests.storage.makers import a_draft, a_session, followed_in_vain, proposed, published, stored

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
    (_, _, said, picture), (_, _, detailed, _) = messenger.said
    assert [(verb, to) for verb, to, *_ in messenger.said] == [
        ("post_digest", "C0DIGEST"),
        ("post_digest_details", "C0DIGEST"),
    ]
    assert detailed == said
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
    assert "3 rejected: 2 outdated, 1 unsafe" in str(digest_message(digest, None))
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


async def test_what_is_left_out_is_not_posted(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection, charts: ChartPool
) -> None:
    left_out = (DigestSection.CHART, DigestSection.QUEUE, DigestSection.DETAILS)
    async with database.transaction(reporting.id) as tx:
        await tx.workspaces.change_settings(replace(reporting.settings, digest_left_out=left_out))
    at = NOW - timedelta(days=1)
    await stored(database, reporting.id, a_session(created_at=at, resolved_at=at + timedelta(hours=1)))
    await proposed(database, reporting.id)
    messenger = RememberingMessenger()
    await request_digest(database, reporting.id, now=NOW)
    await post_digest(a_desk(database, messenger, charts), reporting.id, await only_digest(superuser))
    ((verb, _, said, picture),) = messenger.said
    assert (verb, picture) == ("post_digest", None)
    assert isinstance(said, Digest)
    assert said.left_out == left_out
    assert "Review queue" not in str(digest_message(said, None))


async def test_week_with_only_what_is_left_out_has_nothing_to_say(
    database: Database, reporting: Workspace
) -> None:
    await proposed(database, reporting.id)
    assert not (await preview_digest(database, reporting.id, now=NOW)).has_nothing_to_say
    async with database.transaction(reporting.id) as tx:
        settings = replace(reporting.settings, digest_left_out=(DigestSection.QUEUE,))
        await tx.workspaces.change_settings(settings)
    assert (await preview_digest(database, reporting.id, now=NOW)).has_nothing_to_say


async def test_digest_names_the_doubted_flows_that_people_still_follow(
    database: Database, reporting: Workspace
) -> None:
    flows = [
        await published(database, reporting.id, a_draft(title=title)) for title in ("VPN", "Mail", "Disk")
    ]
    for flow, times in zip(flows, (6, 5, 6), strict=True):
        await followed_in_vain(database, reporting.id, flow, times=times)
    async with database.transaction(reporting.id) as tx:
        await tx.flows.archive(flows[2].id, at=NOW)
    digest = await preview_digest(database, reporting.id, now=NOW)
    assert [doubted.flow.title for doubted in digest.doubted] == ["VPN"]
    said = str(digest_message(digest, None))
    assert "*VPN*: 0 of the last 6 sessions ended as it says; 70 % were expected to" in said
    assert f"'value': '{flows[0].id}:1'" in said
    assert "Doubted flows" in str(digest_details(digest))
    without = replace(digest, left_out=(DigestSection.FLOWS,))
    assert "oubted" not in str([digest_message(without, None), digest_details(without)])
    assert not (await preview_digest(database, reporting.id, now=NOW + 2 * WEEK)).doubted


async def test_digest_tells_what_a_new_flow_did_in_its_domain(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection
) -> None:
    flow = await published(database, reporting.id)
    await superuser.execute("UPDATE flow_versions SET published_at = $1", NOW - timedelta(days=10))
    before = [_ended(days=20, escalated=number < 12) for number in range(20)]
    since = [_ended(days=3, escalated=number < 2) for number in range(30)]
    elsewhere = [_ended(days=3, escalated=True, problem_domain=ProblemDomain.PRINTING) for _ in range(9)]
    too_early = [_ended(days=120, escalated=True) for _ in range(9)]
    sessions = await stored(database, reporting.id, *before, *since, *elsewhere, *too_early)
    await _follow(superuser, flow.id, [session.id for session in sessions[20:37]])
    (effect,) = (await preview_digest(database, reporting.id, now=NOW)).effects
    assert (effect.flow.flow_id, effect.guided) == (flow.id, 17)
    assert (effect.before, effect.since) == (Rate(12, 20), Rate(2, 30))
    assert effect.sentence == "guided 17 sessions; escalations in Networking 60 % → 7 %"
    told = str(digest_message(await preview_digest(database, reporting.id, now=NOW), None))
    assert "*Paid off*" in told


async def test_digest_tells_what_a_new_version_did_for_who_follows_the_flow(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection
) -> None:
    flow = await published(database, reporting.id)
    await superuser.execute("UPDATE flow_versions SET published_at = $1", NOW - timedelta(days=200))
    async with database.transaction(reporting.id) as tx:
        await tx.flows.publish_version(
            flow.id,
            a_draft(),
            base_version=1,
            origin=FlowOrigin.MANUAL,
            by="UADMIN",
            at=NOW - timedelta(days=10),
            change="Better",
        )
    before = [_ended(days=20, escalated=number < 2) for number in range(4)]
    since = [_ended(days=3, escalated=number < 1) for number in range(3)]
    others = [_ended(days=3, escalated=True) for _ in range(9)]
    sessions = await stored(database, reporting.id, *before, *since, *others)
    await _follow(superuser, flow.id, [session.id for session in sessions[:7]])
    (effect,) = (await preview_digest(database, reporting.id, now=NOW)).effects
    assert (effect.flow.version, effect.domain) == (2, None)
    assert (
        effect.sentence
        == "guided 3 sessions; no clear change in its escalations (2 of 4 before, 1 of 3 since)"
    )


async def test_flows_that_stand_for_long_are_not_measured_again(
    database: Database, reporting: Workspace, superuser: asyncpg.Connection
) -> None:
    flow = await published(database, reporting.id)
    await superuser.execute("UPDATE flow_versions SET published_at = $1", NOW - timedelta(days=200))
    (session,) = await stored(database, reporting.id, _ended(days=3, escalated=False))
    await _follow(superuser, flow.id, [session.id])
    assert (await preview_digest(database, reporting.id, now=NOW)).effects == ()


def _ended(*, days: int, escalated: bool, **changes: Any) -> NewSession:
    at = NOW - timedelta(days=days)
    how: dict[str, Any] = (
        {"status": SessionStatus.ESCALATED, "resolved_at": None}
        if escalated
        else {"resolved_at": at + timedelta(hours=1)}
    )
    return a_session(created_at=at, **how | changes)


async def _follow(superuser: asyncpg.Connection, flow_id: int, session_ids: list[int]) -> None:
    follow = "UPDATE sessions SET followed_flow_id = $1, followed_flow_version = 1 WHERE id = ANY($2)"
    await superuser.execute(follow, flow_id, session_ids)

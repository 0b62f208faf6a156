"""Sessions in threads, in the database."""

from datetime import timedelta

import asyncpg

from bot.domain.proposals import MessageRef
from bot.domain.session_acts import Act, Answer, Escalate, LogStep, Pause, Resolve, TakeOver
from bot.domain.sessions import FlowPlace, SessionStatus, StepKind
from bot.domain.statistics import Rate
from bot.domain.troubleshooting import Flag, Troubleshooting, act
from bot.domain.trust import TrustLevel
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_live_session, a_tree, published

AT = MessageRef("C1", "1.1")


async def begun(database: Database, workspace_id: str, *, followed: bool = True) -> Troubleshooting:
    flow = await published(database, workspace_id) if followed else None
    place = FlowPlace(flow.id, 1, "n1") if flow else None
    async with database.transaction(workspace_id) as tx:
        session_id = await tx.threads.begin(
            a_live_session(external_id="S-1"), channel=AT.channel, thread_ts=AT.ts, place=place, now=NOW
        )
        assert session_id
        return await tx.threads.get(session_id)


async def saved(
    database: Database, workspace_id: str, before: Troubleshooting, *acts: Act
) -> Troubleshooting:
    for wanted in acts:
        after = act(before, wanted, a_tree(), at=NOW + timedelta(minutes=5))
        async with database.transaction(workspace_id) as tx:
            assert await tx.threads.save(after, seen_revision=before.revision)
            stored = await tx.threads.get(before.session.id)
        assert stored == after
        before = stored
    return before


async def test_every_state_is_kept_as_it_is(database: Database, workspace: Workspace) -> None:
    live = await begun(database, workspace.id)
    ended = await saved(
        database,
        workspace.id,
        live,
        Answer(by="U1", turn=1, option=0),
        Pause(by="U2"),
        Escalate(by="U1", reason="No access", to="C9"),
        TakeOver(by="U2"),
    )
    assert ended.session.steps[0].place == live.place
    assert ended.status is SessionStatus.ESCALATED


async def test_a_change_of_an_older_state_is_not_written(database: Database, workspace: Workspace) -> None:
    live = await begun(database, workspace.id)
    one, other = (
        act(live, Answer(by=by, turn=1, option=option), a_tree(), at=NOW)
        for by, option in (("U1", 0), ("U2", 1))
    )
    async with database.transaction(workspace.id) as tx:
        assert await tx.threads.save(one, seen_revision=live.revision)
        assert not await tx.threads.save(other, seen_revision=live.revision)
        assert await tx.threads.get(live.session.id) == one


async def test_a_resolved_session_waits_for_its_analysis_and_no_earlier(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    live = await begun(database, workspace.id, followed=False)
    status = "SELECT analysis_status FROM sessions"
    log = LogStep(by="U1", turn=1, kind=StepKind.ACTION, checked="The fuse", found="Blown")
    live = await saved(database, workspace.id, live, log)
    assert await superuser.fetchval(status) == "done"
    await saved(database, workspace.id, live, Resolve(by="U1", resolution="New fuse", rating=5))
    assert await superuser.fetchval(status) == "pending"
    async with database.transaction(workspace.id) as tx:
        assert await tx.threads.learnt_from(live.session.id) is None


async def test_one_thread_and_one_request_are_one_session(database: Database, workspace: Workspace) -> None:
    live = await begun(database, workspace.id, followed=False)
    same_thread, same_request = a_live_session(), a_live_session(external_id="S-1")
    async with database.transaction(workspace.id) as tx:
        for session, at in ((same_thread, AT), (same_request, MessageRef("C2", "2.2"))):
            assert not await tx.threads.begin(
                session, channel=at.channel, thread_ts=at.ts, place=None, now=NOW
            )
        assert await tx.threads.find_started("S-1") == await tx.threads.find_in(AT) == live.session.id


async def test_a_flag_is_noted_once_and_moves_nothing(database: Database, workspace: Workspace) -> None:
    live = await begun(database, workspace.id)
    flag = Flag(step=1, note="vague", by="U1", place=live.place)
    async with database.transaction(workspace.id) as tx:
        assert await tx.threads.add_flag(live.session.id, flag)
        assert not await tx.threads.add_flag(live.session.id, flag)
        flagged = await tx.threads.get(live.session.id)
    assert (flagged.flags, flagged.revision) == ((flag,), live.revision)


async def test_sessions_are_found_by_the_flow_that_was_flagged_in_them(
    database: Database, workspace: Workspace
) -> None:
    live = await begun(database, workspace.id)
    assert live.flow
    flow_id = live.flow[0]
    flag = Flag(step=1, note="vague", by="U1", place=live.place)
    began = live.session.created_at
    async with database.transaction(workspace.id) as tx:
        assert not await tx.threads.flagged(flow_id, since=began, limit=9)
        await tx.threads.add_flag(live.session.id, Flag(step=1, note="no flow asked", by="U1"))
        assert not await tx.threads.flagged(flow_id, since=began, limit=9)
        await tx.threads.add_flag(live.session.id, flag)
        (found,) = await tx.threads.flagged(flow_id, since=began, limit=9)
        assert found.flags[-1] == flag
        assert not await tx.threads.flagged(flow_id + 1, since=began, limit=9)
        assert not await tx.threads.flagged(flow_id, since=began + timedelta(seconds=1), limit=9)


async def test_only_a_session_in_which_nobody_acted_is_discarded(
    database: Database, workspace: Workspace
) -> None:
    live = await begun(database, workspace.id, followed=False)
    await saved(database, workspace.id, live, Pause(by="U1"))
    async with database.transaction(workspace.id) as tx:
        lost = await tx.threads.begin(a_live_session(), channel="C2", thread_ts=None, place=None, now=NOW)
        assert lost
        for session_id in (live.session.id, lost):
            await tx.threads.discard(session_id)
        assert await tx.sessions.count() == 1


async def test_the_newest_sessions_that_followed_a_flow(database: Database, workspace: Workspace) -> None:
    flow = await published(database, workspace.id)
    place = FlowPlace(flow.id, 1, "n1")
    async with database.transaction(workspace.id) as tx:
        for number, place_of in enumerate((place, place, None, place)):
            begun_at = NOW - timedelta(days=number)
            session = a_live_session(created_at=begun_at)
            await tx.threads.begin(session, channel="C1", thread_ts=None, place=place_of, now=NOW)
        found = await tx.threads.followed(flow.id, since=NOW - timedelta(days=2), limit=9)
        assert [live.session.created_at for live in found] == [NOW, NOW - timedelta(days=1)]
        assert len(await tx.threads.followed(flow.id, since=NOW - timedelta(days=9), limit=2)) == 2


async def test_a_flow_earns_trust_by_the_sessions_that_it_led_to_an_end(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    place = FlowPlace(flow.id, 1, "n1")
    led: list[Act] = [Answer(by="U1", turn=1, option=0), Resolve(by="U1", resolution="MTU")]
    ways: list[tuple[str, list[Act]]] = [
        ("U1", led),
        ("U2", led),
        ("U3", [led[0], Resolve(by="U3", resolution="MTU", flow_was_right=False)]),
        ("U4", [Resolve(by="U4", resolution="By myself")]),
        ("U5", [led[0]]),
        (
            "U6",
            [Answer(by="U6", turn=1, option=1), Escalate(by="U6", reason="x", to="C1"), TakeOver(by="U7")],
        ),
    ]
    for number, (engineer, acts) in enumerate(ways):
        session = a_live_session(engineer=engineer, created_at=NOW - timedelta(hours=number))
        async with database.transaction(workspace.id) as tx:
            session_id = await tx.threads.begin(session, channel="C1", thread_ts=None, place=place, now=NOW)
            assert session_id
            live = await tx.threads.get(session_id)
        await saved(database, workspace.id, live, *acts)
    async with database.transaction(workspace.id) as tx:
        trust = (await tx.flows.uses([flow.id]))[flow.id].trust
    assert (trust.level, trust.engineers, trust.recent) == (TrustLevel.VALIDATED, 3, Rate(3, 5))

"""What gaps are found from, counted by the real database, and what is kept of them."""

from datetime import timedelta
from typing import Any

import asyncpg

from bot.domain.gap_facts import Hits
from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import Gap, GapFigures, GapKind, MuteCode
from bot.domain.proposals import ProposalStatus
from bot.domain.sessions import ConfidenceTier, NewSession, ProblemDomain, SessionStatus
from bot.domain.statistics import Rate
from bot.domain.windows import Window
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_session, proposed, published, stored

WINDOW = Window(NOW - timedelta(days=30), NOW, "UTC", 30)


def escalated(**changes: Any) -> NewSession:
    return a_session(status=SessionStatus.ESCALATED, resolved_at=None, **changes)


def a_gap(**changes: Any) -> Gap:
    values: dict[str, Any] = {
        "kind": GapKind.HIGH_ESCALATION,
        "key": "domain:networking",
        "level": GapLevel.ALERT,
        "subject": "Networking",
        "figures": GapFigures(rate=Rate(9, 12), baseline=0.2, certainty=0.97, days=30),
        "engineers": 3,
        "minutes_saved": 90.0,
    }
    return Gap(**values | changes)


async def follow(superuser: asyncpg.Connection, session_id: int, flow_id: int) -> None:
    await superuser.execute(
        "UPDATE sessions SET followed_flow_id = $1, followed_flow_version = 1 WHERE id = $2",
        flow_id,
        session_id,
    )


async def test_domains_count_what_ended_in_the_window(database: Database, workspace: Workspace) -> None:
    printing = ProblemDomain.PRINTING
    early, ours = NOW - timedelta(days=31), NOW - timedelta(hours=2)
    first, second, *_ = await stored(
        database,
        workspace.id,
        escalated(problem_domain=printing, engineer="U1", created_at=ours),
        escalated(problem_domain=printing, engineer="U2", created_at=ours + timedelta(minutes=1)),
        a_session(problem_domain=printing, engineer=None, created_at=ours, resolved_at=NOW),
        a_session(
            problem_domain=None,
            confidence_tier=ConfidenceTier.GUIDED,
            created_at=ours,
            resolved_at=ours + timedelta(minutes=30),
            paused=timedelta(minutes=10),
        ),
        a_session(problem_domain=printing, status=SessionStatus.ACTIVE, resolved_at=None),
        escalated(problem_domain=printing, created_at=early),
    )
    async with database.snapshot(workspace.id) as tx:
        overall, (unknown, found) = await tx.gaps.domains(WINDOW)
    assert (overall.ended, overall.escalated.count, overall.escalated.engineers) == (4, 2, 2)
    assert (unknown.domain, unknown.ended, unknown.unguided.count) == (None, 1, 0)
    assert (unknown.with_flow.n, unknown.with_flow.minutes) == (1, 20.0)
    assert (found.domain, found.ended, found.flows) == (printing, 3, 0)
    assert found.escalated == Hits(count=2, engineers=2, session_ids=(second.id, first.id))
    assert (found.unguided.count, found.unguided.engineers) == (1, 0)
    assert found.without_flow.minutes == 120.0


async def test_an_empty_workspace_counts_nothing(database: Database, workspace: Workspace) -> None:
    async with database.snapshot(workspace.id) as tx:
        overall, domains = await tx.gaps.domains(WINDOW)
        assert (overall.ended, domains) == (0, [])
        assert await tx.gaps.flows(WINDOW, 9) == []
        assert await tx.gaps.unmatched(WINDOW, 9) == []


async def test_flows_count_the_sessions_that_followed_them(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    flow = await published(database, workspace.id)
    await published(database, workspace.id)
    one, two = await stored(database, workspace.id, escalated(engineer="U1"), a_session())
    for session in (one, two):
        await follow(superuser, session.id, flow.id)
    async with database.snapshot(workspace.id) as tx:
        found, unused = await tx.gaps.flows(WINDOW, 9)
        walked = await tx.gaps.walked(WINDOW, [flow.id, unused.flow.flow_id], 1)
        overall, (networking,) = await tx.gaps.domains(WINDOW)
    assert (found.flow.flow_id, found.followed, found.ended, found.escalated.count) == (flow.id, 2, 2, 1)
    assert (unused.followed, unused.escalated.session_ids) == (0, ())
    assert [session.id for session in walked[flow.id]] == [two.id]
    assert walked[unused.flow.flow_id] == ()
    assert (networking.flows, overall.unguided.count) == (2, 0)


async def test_unmatched_sessions_are_those_that_no_flow_and_no_visible_proposal_holds(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    flow = await published(database, workspace.id)
    pending = await proposed(database, workspace.id)
    forming = await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    sessions = await stored(
        database,
        workspace.id,
        a_session(confidence_tier=ConfidenceTier.DISCOVERY),
        a_session(),
        a_session(),
        a_session(),
        a_session(confidence_tier=ConfidenceTier.EXPLORING),
    )
    matched, shown, hidden, taught, _ = (session.id for session in sessions)
    await superuser.execute("UPDATE sessions SET proposal_id = $1 WHERE id = $2", pending.id, shown)
    await superuser.execute("UPDATE sessions SET proposal_id = $1 WHERE id = $2", forming.id, hidden)
    await superuser.execute("UPDATE sessions SET learned_flow_id = $1 WHERE id = $2", flow.id, taught)
    async with database.snapshot(workspace.id) as tx:
        found = {each.id: each for each in await tx.gaps.unmatched(WINDOW, 9)}
        assert [each.id for each in await tx.gaps.unmatched(WINDOW, 1)] == [hidden]
    assert found.keys() == {matched, shown, hidden}
    assert [found[at].is_proposed for at in (matched, shown, hidden)] == [False, True, False]
    assert [found[at].was_matched for at in (matched, shown, hidden)] == [True, False, False]


async def test_a_session_that_went_the_way_of_a_flow_that_was_there_has_missed_it(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    flow = await published(database, workspace.id)
    later, now = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    discovery = {"confidence_tier": ConfidenceTier.DISCOVERY, "resolved_at": now}
    missed, taught, imported = await stored(
        database,
        workspace.id,
        a_session(created_at=later, **discovery),
        a_session(created_at=NOW - timedelta(days=1), **discovery),
        a_session(created_at=later, resolved_at=now),
    )
    ids = [missed.id, taught.id, imported.id]
    await superuser.execute("UPDATE sessions SET learned_flow_id = $1 WHERE id = ANY($2)", flow.id, ids)
    async with database.snapshot(workspace.id) as tx:
        found = await tx.gaps.taught_later(Window(NOW - timedelta(days=30), now, "UTC", 30))
    assert [(each.flow_id, each.session, each.engineer) for each in found] == [(flow.id, missed.id, "U1")]


async def test_a_gap_is_kept_once_and_opens_anew_after_it_was_closed(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.gaps.write([a_gap()], now=NOW)
        await tx.gaps.write([a_gap(subject="Network")], now=NOW + timedelta(days=1))
        (gap,) = (await tx.gaps.history()).stored
        assert (gap.subject, gap.opened_at, gap.closed_at) == ("Network", NOW, None)
        assert await tx.gaps.close_others([a_gap()], now=NOW) == 0
        assert await tx.gaps.close_others([], now=NOW + timedelta(days=2)) == 1
        assert await tx.gaps.close_others([], now=NOW + timedelta(days=3)) == 0
        await tx.gaps.write([a_gap()], now=NOW + timedelta(days=4))
        (again,) = (await tx.gaps.history()).stored
    assert (again.id, again.opened_at, again.closed_at) == (gap.id, NOW + timedelta(days=4), None)


async def test_a_muted_gap_keeps_the_figures_of_that_day(database: Database, workspace: Workspace) -> None:
    worse = GapFigures(rate=Rate(20, 20), baseline=0.2, certainty=0.99, days=30)
    async with database.transaction(workspace.id) as tx:
        await tx.gaps.write([a_gap()], now=NOW)
        (gap,) = (await tx.gaps.history()).stored
        await tx.gaps.mute(gap.id, by="U1", code=MuteCode.ONE_OFF, reason="moved house", now=NOW)
        await tx.gaps.write([a_gap(figures=worse)], now=NOW)
        muted = await tx.gaps.get(gap.id)
    assert (muted.muted, muted.figures) == (a_gap().figures, worse)


async def test_the_worst_gaps_are_open_loud_and_the_most_costly_first(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        costs = {"a": 60.0, "b": 600.0, "c": 300.0, "muted": 900.0, "closed": 900.0}
        gaps = [a_gap(key=key, minutes_saved=minutes) for key, minutes in costs.items()]
        watched = a_gap(key="watched", level=GapLevel.WATCH)
        await tx.gaps.write([*gaps, watched], now=NOW)
        ids = {gap.key: gap.id for gap in (await tx.gaps.history()).stored}
        await tx.gaps.mute(ids["muted"], by="U1", code=MuteCode.ONE_OFF, reason=None, now=NOW)
        await tx.gaps.close_others([*gaps[:-1], watched], now=NOW)
        assert [gap.key for gap in await tx.gaps.worst(2)] == ["b", "c"]
        assert [gap.key for gap in await tx.gaps.worst(9)] == ["b", "c", "a"]


async def test_a_flow_that_is_published_for_a_gap_is_found_with_the_share_before(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    proposal, flow = await proposed(database, workspace.id), await published(database, workspace.id)
    better = GapFigures(rate=Rate(1, 20), baseline=0.2, certainty=0.1, days=30)
    async with database.transaction(workspace.id) as tx:
        await tx.gaps.write([a_gap()], now=NOW)
        (gap,) = (await tx.gaps.history()).stored
        await tx.gaps.set_proposal(gap.id, proposal.id)
        assert await tx.gaps.published_for(NOW - timedelta(days=9), 9) == []
        await tx.proposals.set_published(proposal.id, flow.id, 1)
        await tx.gaps.write([a_gap(figures=better)], now=NOW)
        (found,) = await tx.gaps.published_for(NOW - timedelta(days=9), 9)
        assert await tx.gaps.published_for(NOW + timedelta(days=9), 9) == []
    assert (found.before, found.flow.title, found.is_closed) == (Rate(9, 12), flow.title, False)

"""The figures against the same ones worked out in Python, on random sessions."""

import math
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from bot.domain.dashboard import CoverageRow, Dashboard, DayRow, DomainRow, PsaFigures, TierRow, Totals
from bot.domain.dashboard_document import dashboard_document
from bot.domain.flows import FlowOrigin
from bot.domain.proposals import Decision, ProposalStatus
from bot.domain.sessions import ConfidenceTier, NewSession, ProblemDomain, SessionStatus
from bot.domain.statistics import Change, Mean, Minutes
from bot.domain.windows import Window, week_before, window_ending
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_session, a_step, proposed, published, stored

BERLIN = ZoneInfo("Europe/Berlin")
AFTER_THE_CLOCKS_WENT_BACK = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
"""Summer time ended on 25 October 2026: the window of ten days has one of 25 hours."""
WINDOW = window_ending(AFTER_THE_CLOCKS_WENT_BACK, 10, BERLIN)
DOMAINS = (ProblemDomain.NETWORKING, ProblemDomain.EMAIL, None)


def random_sessions(seed: int, number: int = 300) -> list[NewSession]:
    """Sessions of 25 days; many ends fall near a local midnight."""
    rng = random.Random(seed)  # noqa: S311  (sample data)
    made = []
    for _ in range(number):
        created = WINDOW.end - timedelta(days=rng.uniform(-1, 24))
        took = timedelta(minutes=rng.choice((rng.uniform(1, 90), rng.uniform(600, 3_000), 0)))
        status = rng.choice(list(SessionStatus))
        ended = status in {SessionStatus.RESOLVED, SessionStatus.ESCALATED}
        made.append(
            a_session(
                status=status,
                created_at=created,
                resolved_at=created + took if ended else None,
                paused=took * rng.choice((0, 0.25, 1)),
                problem_domain=rng.choice(DOMAINS),
                confidence_tier=rng.choice((*ConfidenceTier, None)),
                rating=rng.choice((None, 1, 3, 5)),
                ticket=rng.choice((None, "1")),
                steps=(a_step(),) * rng.randrange(4),
            )
        )
    return made


def nearly(figure: float) -> Any:
    """Equal to sums that were added up in another order."""
    return pytest.approx(figure)


def created_in(window: Window, sessions: Iterable[NewSession]) -> list[NewSession]:
    return [session for session in sessions if window.start <= session.created_at < window.end]


def resolved_in(window: Window, sessions: Iterable[NewSession]) -> list[NewSession]:
    return [
        session
        for session in sessions
        if session.status is SessionStatus.RESOLVED
        and session.resolved_at
        and window.start <= session.resolved_at < window.end
    ]


def wall(session: NewSession) -> float:
    assert session.resolved_at
    return (session.resolved_at - session.created_at).total_seconds() / 60


def active(session: NewSession) -> float:
    return max(wall(session) - session.paused.total_seconds() / 60, 0)


def totals(sessions: Sequence[NewSession]) -> Totals:
    status = Counter(session.status for session in sessions)
    steps = [len(session.steps) for session in sessions if session.status is SessionStatus.RESOLVED]
    ratings = [session.rating for session in sessions if session.rating]
    return Totals(
        sessions=len(sessions),
        resolved=status[SessionStatus.RESOLVED],
        escalated=status[SessionStatus.ESCALATED],
        abandoned=status[SessionStatus.ABANDONED],
        steps=Mean(len(steps), sum(steps), sum(each**2 for each in steps)),
        ratings=Mean(len(ratings), sum(ratings), sum(each**2 for each in ratings)),
        with_ticket=sum(session.ticket is not None for session in sessions),
    )


def quantile(values: Sequence[float], share: float) -> float:
    """With linear interpolation, as percentile_cont."""
    ordered, place = sorted(values), share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def assert_spread(found: Minutes, values: Sequence[float]) -> None:
    n, ordered = len(values), sorted(values)
    assert found.n == n
    if not values:
        assert found == Minutes()
        return
    assert found.mean == pytest.approx(statistics.mean(values))
    assert found.median == pytest.approx(quantile(values, 0.5))
    assert found.p90 == pytest.approx(quantile(values, 0.9))
    low, high = math.ceil(n / 2 - 0.98 * math.sqrt(n)), math.ceil(n / 2 + 0.98 * math.sqrt(n))
    if low >= 1 and high <= n:
        assert found.interval
        assert found.interval.low == pytest.approx(ordered[low - 1])
        assert found.interval.high == pytest.approx(ordered[high - 1])
    else:
        assert found.interval is None


def trend(window: Window, sessions: Sequence[NewSession]) -> list[DayRow]:
    by_day: dict[date, list[float]] = {day: [] for day in window.dates}
    for session in sessions:
        assert session.resolved_at
        by_day[session.resolved_at.astimezone(ZoneInfo(window.zone)).date()].append(wall(session))
    return [
        DayRow(
            on=day,
            resolved=len(minutes),
            mean_minutes=nearly(statistics.mean(minutes)) if minutes else None,
            median_minutes=nearly(quantile(minutes, 0.5)) if minutes else None,
            p90_minutes=nearly(quantile(minutes, 0.9)) if minutes else None,
        )
        for day, minutes in by_day.items()
    ]


def groups(
    sessions: Sequence[NewSession], key: Callable[[NewSession], str | None]
) -> list[tuple[str, list[NewSession]]]:
    """Sessions by key, most first; without one they are "unknown"."""
    found: dict[str, list[NewSession]] = {}
    for session in sessions:
        found.setdefault(key(session) or "unknown", []).append(session)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


async def stored_many(database: Database, workspace_id: str, given: Sequence[NewSession]) -> None:
    async with database.transaction(workspace_id) as tx:
        await tx.sessions.add_many(given, now=NOW)


async def dashboard_of(database: Database, window: Window, domain: str | None = None) -> Dashboard:
    async with database.snapshot("T0001") as tx:
        return await tx.dashboards.dashboard(window, domain=domain)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("domain", [None, "networking", "unknown"])
async def test_figures_agree_with_python(
    database: Database, workspace: Workspace, seed: int, domain: str | None
) -> None:
    given = random_sessions(seed)
    await stored(database, workspace.id, *given)
    counted = [session for session in given if domain in {None, session.problem_domain or "unknown"}]
    found = await dashboard_of(database, WINDOW, domain)
    created, resolved = created_in(WINDOW, counted), resolved_in(WINDOW, counted)
    assert found.totals == totals(created)
    assert found.previous == totals(created_in(WINDOW.previous, counted))
    assert_spread(found.wall, [wall(session) for session in resolved])
    assert_spread(found.active, [active(session) for session in resolved])
    earlier = resolved_in(WINDOW.previous, counted)
    assert_spread(found.previous_wall, [wall(session) for session in earlier])
    assert_spread(found.previous_active, [active(session) for session in earlier])
    assert list(found.trend) == trend(WINDOW, resolved)
    by_domain = groups(created, lambda session: session.problem_domain)
    assert [(row.domain, row.total, row.resolved, row.escalated, row.abandoned) for row in found.domains] == [
        (name, len(members), ended.resolved, ended.escalated, ended.abandoned)
        for name, members in by_domain
        for ended in [totals(members)]
    ]
    by_tier = groups(created, lambda session: session.confidence_tier)
    assert list(found.tiers) == [
        TierRow(tier=name, sessions=len(members), resolved=totals(members).resolved)
        for name, members in by_tier
    ]
    assert sum(row.sessions for row in found.tiers) == found.totals.sessions


async def test_an_empty_workspace_has_zeros_and_every_day(database: Database, workspace: Workspace) -> None:
    found = await dashboard_of(database, WINDOW)
    assert found.is_empty
    assert found.totals == Totals()
    assert (found.wall, found.active) == (Minutes(), Minutes())
    assert [row.on for row in found.trend] == list(WINDOW.dates)
    assert len(found.trend) == 10
    assert found.psa == PsaFigures()


async def test_one_session_is_its_own_median(database: Database, workspace: Workspace) -> None:
    at = WINDOW.end - timedelta(days=1)
    took = timedelta(minutes=30)
    await stored(
        database, workspace.id, a_session(created_at=at, resolved_at=at + took, paused=took / 3, rating=4)
    )
    found = await dashboard_of(database, WINDOW)
    assert found.wall == Minutes(n=1, mean=30, median=30, p90=30)
    assert found.active == Minutes(n=1, mean=20, median=20, p90=20)
    assert found.totals.ratings.value == 4
    assert set(found.changes.values()) == {Change.UNCLEAR}


async def test_sessions_that_go_on_are_no_failures(database: Database, workspace: Workspace) -> None:
    at = WINDOW.end - timedelta(days=1)
    going_on = (SessionStatus.ACTIVE, SessionStatus.PAUSED, SessionStatus.REQUESTING_ESCALATION)
    await stored(
        database,
        workspace.id,
        *(a_session(created_at=at, status=status, resolved_at=None) for status in going_on),
    )
    document = dashboard_document(await dashboard_of(database, WINDOW))
    assert (document["open_sessions"], document["resolution_rate"]) == (3, 0.0)
    assert document["closed_resolution_rate"] is None
    assert document["mttr_minutes"] is None
    assert document["avg_steps_to_resolution"] is None


async def test_what_lies_ahead_of_the_clock_does_not_count_yet(
    database: Database, workspace: Workspace
) -> None:
    ahead = WINDOW.end + timedelta(minutes=1)
    await stored(database, workspace.id, a_session(created_at=ahead, resolved_at=ahead))
    assert (await dashboard_of(database, WINDOW)).is_empty


async def test_changes_are_told_of_every_headline_figure(database: Database, workspace: Workspace) -> None:
    """Twice as many as before, done sooner, more of them resolved, and rated better."""
    given = []
    for number in range(300):
        now = number < 200
        at = WINDOW.end - timedelta(days=1 if now else 11)
        resolved = now or number % 2 == 0
        took = timedelta(minutes=20 + number % 7 if now else 90 + number % 7)
        given.append(
            a_session(
                created_at=at,
                resolved_at=at + took if resolved else None,
                status=SessionStatus.RESOLVED if resolved else SessionStatus.ESCALATED,
                rating=4 + number % 2 if now else 1 + number % 2,
                steps=(a_step(),) * (1 + number % 2 if now else 5 + number // 2 % 2),
            )
        )
    await stored_many(database, workspace.id, given)
    assert (await dashboard_of(database, WINDOW)).changes == {
        "sessions": Change.UP,
        "resolution_rate": Change.UP,
        "closed_resolution_rate": Change.UP,
        "escalation_rate": Change.DOWN,
        "steps_to_resolution": Change.DOWN,
        "rating": Change.UP,
        "mttr": Change.DOWN,
        "mttr_active": Change.DOWN,
    }


async def test_a_session_counts_on_the_local_day_of_its_resolution(
    database: Database, workspace: Workspace
) -> None:
    midnight = datetime(2026, 10, 26, 0, 0, tzinfo=BERLIN)
    created = datetime(2026, 10, 1, tzinfo=UTC)
    ends = (midnight - timedelta(seconds=1), midnight)
    await stored(database, workspace.id, *(a_session(created_at=created, resolved_at=end) for end in ends))
    week = await dashboard_of(database, week_before(date(2026, 10, 26), BERLIN))
    assert (week.totals.sessions, week.wall.n) == (0, 1)
    assert {row.on: row.resolved for row in week.trend if row.resolved} == {date(2026, 10, 25): 1}


async def test_flows_cover_domains_with_and_without_sessions(
    database: Database, workspace: Workspace
) -> None:
    at = WINDOW.end - timedelta(days=1)
    guided = {"created_at": at, "resolved_at": None, "confidence_tier": ConfidenceTier.GUIDED}
    await stored(database, workspace.id, a_session(**guided), a_session(created_at=at, resolved_at=None))
    await published(database, workspace.id)
    await published(database, workspace.id, a_draft(problem_domain=None))
    async with database.transaction(workspace.id) as tx:
        await tx.flows.publish_new(
            a_draft(problem_domain=ProblemDomain.EMAIL),
            origin=FlowOrigin.AI_GENERATED,
            by="UADMIN",
            at=at,
            change="First version",
        )
    found = await dashboard_of(database, WINDOW)
    assert found.coverage == (
        CoverageRow(domain="networking", flows=1, sessions=2, guided=1),
        CoverageRow(domain="email", flows=1),
        CoverageRow(domain="unknown", flows=1),
    )
    assert (found.knowledge.flows, found.knowledge.ai_flows) == (3, 1)


async def test_decisions_count_in_their_window(database: Database, workspace: Workspace) -> None:
    at = WINDOW.end - timedelta(days=1)
    decided = (
        (ProposalStatus.APPROVED, at),
        (ProposalStatus.MODIFIED, at),
        (ProposalStatus.REJECTED, at),
        (ProposalStatus.DISMISSED, at),
        (ProposalStatus.APPROVED, WINDOW.end),
    )
    for status, moment in decided:
        proposal = await proposed(database, workspace.id)
        decision = Decision(
            proposal_id=proposal.id, was=proposal.status, seen_version=1, status=status, by="U1", at=moment
        )
        async with database.transaction(workspace.id) as tx:
            await tx.proposals.apply(decision)
    await proposed(database, workspace.id)
    found = (await dashboard_of(database, WINDOW)).knowledge
    assert (found.pending, found.approved, found.rejected) == (1, 2, 1)


async def test_pushes_that_were_tried_again_count_once(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    (session,) = await stored(database, workspace.id, a_session())
    ended = WINDOW.end - timedelta(days=1)
    pushes = [
        ("note", 0.0, "succeeded", 1, ended),
        ("time_entry", 0.75, "succeeded", 3, ended),
        ("time_entry", 2.0, "failed", 5, ended),
        ("time_entry", 1.5, "succeeded", 1, WINDOW.end),
        ("note", 0.0, "pending", 1, None),
    ]
    for kind, hours, status, attempts, ended_at in pushes:
        await superuser.execute(
            "INSERT INTO pushes (workspace_id, session_id, provider, kind, ticket, body, hours, status, attempts,"
            " created_at, ended_at) VALUES ($1, $2, 'halopsa', $3, '1', '{}', $4, $5, $6, $7, $8)",
            workspace.id, session.id, kind, hours, status, attempts, ended, ended_at,
        )  # fmt: skip
    found = (await dashboard_of(database, WINDOW)).psa
    assert found == PsaFigures(ended=3, first_try=1, after_retry=1, time_entries=1, hours=0.75)


async def test_figures_are_plain_numbers(database: Database, workspace: Workspace) -> None:
    await stored(database, workspace.id, *random_sessions(7))
    found = await dashboard_of(database, WINDOW)
    figures = (
        found.totals.ratings.value,
        found.wall.mean,
        found.wall.p90,
        found.trend[5].mean_minutes,
        found.psa.hours,
    )
    assert {type(figure) for figure in figures} == {float}
    assert type(found.domains[0]) is DomainRow
    assert type(found.totals.sessions) is int

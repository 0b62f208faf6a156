"""Gaps as a workspace lives with them: found, kept, closed, drafted, called none."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bot.charts.pool import ChartPool
from bot.domain.errors import NotAllowedError, NotFoundError
from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import GapEffect, GapKind, MuteCode, MuteNeedsReasonError
from bot.domain.jobs import DraftForGap
from bot.domain.members import Member, Role
from bot.domain.proposals import Proposal, ProposalStatus
from bot.domain.sessions import ConfidenceTier, NewSession, ProblemDomain, SessionSource, SessionStatus
from bot.domain.workspaces import Workspace
from bot.services.gap_drafts import draft_for_gap
from bot.services.gaps import mute_gap, read_gap, read_gaps, refresh_gaps
from storage.database import Database
from tests.conftest import NOW
from tests.services.speaking import RememberingMessenger, a_desk
from tests.storage.makers import a_draft, a_session, a_step, published, stored

ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)
BEN = Member(id="UBEN", name="Ben", role=Role.ENGINEER)
WIFI = (
    "Guest Wi-Fi says the certificate has expired",
    "Wi-Fi certificate expired on the guest network",
    "Phones refuse the guest Wi-Fi: certificate expired",
    "The guest Wi-Fi certificate is no longer valid, it expired",
    "Expired certificate when joining the guest Wi-Fi",
)


@pytest.fixture(scope="module")
async def charts() -> AsyncIterator[ChartPool]:
    async with ChartPool() as pool:
        yield pool


def wifi_sessions(**changes: Any) -> list[NewSession]:
    return [
        a_session(
            problem=problem,
            problem_domain=ProblemDomain.NETWORKING,
            engineer=f"U{number % 2}",
            confidence_tier=ConfidenceTier.DISCOVERY,
            steps=(a_step(prompt="Is the certificate expired?", options=("Yes", "No"), choice="Yes"),),
            resolution="Renewed the certificate of the guest Wi-Fi.",
            **changes,
        )
        for number, problem in enumerate(WIFI)
    ]


def escalations(escalated: int, of: int, domain: ProblemDomain = ProblemDomain.EMAIL) -> list[NewSession]:
    return [
        a_session(
            problem=f"Trouble number {number} of its own kind {'abcdefghijklmnopqrstuvwxyz'[number % 26] * 9}",
            problem_domain=domain,
            engineer=f"U{number % 3}",
            status=SessionStatus.ESCALATED if number < escalated else SessionStatus.RESOLVED,
            resolved_at=None if number < escalated else NOW,
            confidence_tier=ConfidenceTier.GUIDED,
        )
        for number in range(of)
    ]


async def flow_of(database: Database, workspace: Workspace, domain: ProblemDomain) -> None:
    draft = a_draft(title="Something else entirely", problem_domain=domain)
    await published(database, workspace.id, draft)


@pytest.fixture
async def wifi(database: Database, workspace: Workspace) -> Workspace:
    """A workspace where the same thing comes back again and again, in a domain that has a flow for something else."""
    await flow_of(database, workspace, ProblemDomain.NETWORKING)
    await stored(database, workspace.id, *wifi_sessions())
    return workspace


async def only_gap(database: Database, workspace: Workspace) -> int:
    (gap,) = (await refresh_gaps(database, workspace.id, now=NOW)).gaps
    assert gap.id
    return gap.id


async def test_an_empty_workspace_and_one_session_have_no_gap(
    database: Database, workspace: Workspace
) -> None:
    assert (await read_gaps(database, workspace.id, days=30, now=NOW)).gaps == ()
    await stored(database, workspace.id, a_session(status=SessionStatus.ESCALATED, resolved_at=None))
    report = await read_gaps(database, workspace.id, days=90, now=NOW)
    assert (report.gaps, report.sessions) == ((), 1)


async def test_what_comes_back_again_is_a_pattern_with_a_name_and_examples(
    database: Database, wifi: Workspace
) -> None:
    (gap,) = (await read_gaps(database, wifi.id, days=30, now=NOW)).gaps
    assert (gap.kind, gap.level, gap.figures.rate.hits) == (GapKind.REPEATED_PATTERN, GapLevel.ALERT, 5)
    assert gap.subject in WIFI
    assert set(gap.examples) < set(WIFI)
    assert gap.domain is ProblemDomain.NETWORKING
    assert gap.id is None


async def test_reading_writes_nothing_and_a_pattern_keeps_its_row_as_it_grows(
    database: Database, wifi: Workspace
) -> None:
    gap_id = await only_gap(database, wifi)
    await stored(
        database, wifi.id, a_session(problem="Guest Wi-Fi: certificate expired again", engineer="U7")
    )
    (gap,) = (await read_gaps(database, wifi.id, days=30, now=NOW)).gaps
    assert (gap.id, gap.figures.rate.hits) == (gap_id, 6)
    details = await read_gap(database, wifi.id, gap_id)
    assert (len(details.sessions), details.gap.figures.rate.hits) == (5, 5)


async def test_the_sessions_behind_a_gap_are_read_without_personal_data(
    database: Database, workspace: Workspace
) -> None:
    sessions = [
        replace(
            each, problem=f"{each.problem}. Call back Dana Frost on +1 202 555 0142", people=("Dana Frost",)
        )
        for each in wifi_sessions()
    ]
    await flow_of(database, workspace, ProblemDomain.NETWORKING)
    await stored(database, workspace.id, *sessions)
    details = await read_gap(database, workspace.id, await only_gap(database, workspace))
    told = {session.problem for session in details.sessions}
    assert told == {f"{problem}. Call back <person> on <phone number>" for problem in WIFI}
    assert "Dana" not in details.gap.subject
    assert "0142" not in details.gap.subject


async def test_a_domain_that_escalates_is_found_kept_and_closed_when_it_is_over(
    database: Database, workspace: Workspace
) -> None:
    for domain in (ProblemDomain.EMAIL, ProblemDomain.PRINTING):
        await flow_of(database, workspace, domain)
    await stored(
        database, workspace.id, *escalations(9, 12), *escalations(8, 40, domain=ProblemDomain.PRINTING)
    )
    (gap,) = (await refresh_gaps(database, workspace.id, now=NOW)).gaps
    assert (gap.kind, gap.key, gap.figures.rate.hits) == (GapKind.HIGH_ESCALATION, "domain:email", 9)
    later = NOW + timedelta(days=60)
    await refresh_gaps(database, workspace.id, days=7, now=later)
    assert gap.id
    assert (await read_gap(database, workspace.id, gap.id)).gap.closed_at is None
    await refresh_gaps(database, workspace.id, now=later)
    assert (await read_gap(database, workspace.id, gap.id)).gap.closed_at == later


async def test_a_step_that_people_leave_is_found_by_the_sessions_that_followed_the_flow(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    flow, other = await published(database, workspace.id), await published(database, workspace.id)
    left = {"choice": None, "answer_text": "it is complicated"}
    sessions = [
        a_session(engineer=f"U{number % 2}", steps=(a_step(**(left if number < leaving else {})),))
        for leaving in (9, 1)
        for number in range(12)
    ]
    ids = [session.id for session in await stored(database, workspace.id, *sessions)]
    for followed, those in ((flow, ids[:12]), (other, ids[12:])):
        await superuser.execute(
            "UPDATE sessions SET followed_flow_id = $1, followed_flow_version = 1 WHERE id = ANY($2)",
            followed.id,
            those,
        )
    (gap,) = (await read_gaps(database, workspace.id, days=30, now=NOW)).gaps
    assert (gap.kind, gap.key, gap.figures.rate.hits) == (GapKind.WEAK_STEP, f"step:{flow.id}:n1", 9)


async def test_a_flow_that_would_have_fitted_is_unfindable(database: Database, workspace: Workspace) -> None:
    flow = await published(database, workspace.id, a_draft(title=WIFI[0], summary=WIFI[1]))
    after = NOW + timedelta(hours=1)
    asked = [
        a_session(
            problem=f"{WIFI[0]}. {WIFI[1]}",
            engineer=f"U{number % 2}",
            created_at=after,
            resolved_at=after,
            confidence_tier=ConfidenceTier.DISCOVERY,
        )
        for number in range(7)
    ]
    await stored(database, workspace.id, *asked)
    report = await read_gaps(database, workspace.id, days=30, now=NOW + timedelta(days=1))
    unfindable = [gap for gap in report.gaps if gap.kind is GapKind.UNFINDABLE]
    assert [(gap.flow and gap.flow.flow_id, gap.figures.rate.hits) for gap in unfindable] == [(flow.id, 7)]


async def test_the_window_is_of_local_days(database: Database, workspace: Workspace) -> None:
    """In Kathmandu, at 09:00 UTC, the first of seven days began at 18:15 UTC."""
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(replace(workspace.settings, time_zone="Asia/Kathmandu"))
    start = (NOW - timedelta(days=7)).replace(hour=18, minute=15)
    moments = (start - timedelta(minutes=1), start)
    await stored(database, workspace.id, *(a_session(created_at=moment) for moment in moments))
    report = await read_gaps(database, workspace.id, days=7, now=NOW)
    assert (report.window.start, report.sessions) == (start, 1)


async def test_what_is_no_gap_is_left_out_until_more_comes(database: Database, wifi: Workspace) -> None:
    gap_id = await only_gap(database, wifi)
    with pytest.raises(NotAllowedError):
        await mute_gap(database, wifi.id, gap_id, by=BEN, code=MuteCode.ONE_OFF, reason="", now=NOW)
    with pytest.raises(MuteNeedsReasonError):
        await mute_gap(database, wifi.id, gap_id, by=ADA, code=MuteCode.OTHER, reason=" ", now=NOW)
    with pytest.raises(NotFoundError):
        await mute_gap(database, wifi.id, gap_id + 1, by=ADA, code=MuteCode.ONE_OFF, reason="", now=NOW)
    await mute_gap(database, wifi.id, gap_id, by=ADA, code=MuteCode.ONE_OFF, reason="", now=NOW)
    report = await refresh_gaps(database, wifi.id, now=NOW)
    assert (report.gaps, report.muted) == ((), 1)
    await stored(database, wifi.id, *wifi_sessions())
    assert await only_gap(database, wifi) == gap_id
    async with database.transaction(wifi.id) as tx:
        assert (await tx.audit.listed(1))[0].action == "gap.mute"


async def drafted(database: Database, workspace: Workspace, charts: ChartPool) -> tuple[str, list[Proposal]]:
    """What the person who asked for a flow is told, and all proposals."""
    messenger = RememberingMessenger()
    job = DraftForGap(key="trigger", gap_id=await only_gap(database, workspace), user=BEN.id)
    await draft_for_gap(a_desk(database, messenger, charts), workspace.id, job)
    ((verb, to, sentence, _),) = messenger.said
    assert (verb, to) == ("tell", BEN.id)
    async with database.transaction(workspace.id) as tx:
        return str(sentence), await tx.proposals.listed(None, 9)


async def test_a_flow_is_drafted_from_the_sessions_of_a_gap_at_once(
    database: Database, wifi: Workspace, charts: ChartPool, superuser: asyncpg.Connection
) -> None:
    sentence, (proposal,) = await drafted(database, wifi, charts)
    assert (proposal.status, proposal.support.sessions) == (ProposalStatus.PENDING, 5)
    assert "from 5 sessions" in sentence
    queued = "SELECT count(*) FROM queue.pgqueuer WHERE entrypoint = 'proposal.show_card'"
    assert await superuser.fetchval(queued) == 1


async def test_a_draft_of_imported_sessions_waits_for_no_company_and_no_quota(
    database: Database, workspace: Workspace, charts: ChartPool
) -> None:
    settings = replace(workspace.settings, new_proposals_per_day=0, min_imported_sessions=9)
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(settings)
    await flow_of(database, workspace, ProblemDomain.NETWORKING)
    await stored(database, workspace.id, *wifi_sessions(source=SessionSource.IMPORT))
    sentence, (proposal,) = await drafted(database, workspace, charts)
    assert proposal.status is ProposalStatus.PENDING
    assert sentence.endswith("Its card is in the review channel.")


async def test_where_nothing_was_resolved_there_is_nothing_to_learn_from(
    database: Database, workspace: Workspace, charts: ChartPool
) -> None:
    await flow_of(database, workspace, ProblemDomain.NETWORKING)
    gone = [replace(session, status=SessionStatus.ABANDONED, resolved_at=None) for session in wifi_sessions()]
    await stored(database, workspace.id, *gone)
    sentence, proposals = await drafted(database, workspace, charts)
    assert proposals == []
    assert sentence.startswith("There is nothing to learn from yet for")


async def test_a_later_report_says_what_the_flow_did(
    database: Database, wifi: Workspace, charts: ChartPool
) -> None:
    _, (proposal,) = await drafted(database, wifi, charts)
    flow = await published(database, wifi.id, a_draft(title="Wi-Fi certificate"))
    async with database.transaction(wifi.id) as tx:
        await tx.proposals.set_published(proposal.id, flow.id, 1)
    (outcome,) = (await read_gaps(database, wifi.id, days=30, now=NOW + timedelta(days=3))).outcomes
    assert (outcome.effect, outcome.published.before.hits) == (GapEffect.TOO_EARLY, 5)

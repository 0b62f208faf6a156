"""From claimed sessions to proposals."""

import asyncio
import html
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.domain.analysis import Alignment, Candidate, CandidateKind
from bot.domain.errors import FlowPilotError, StaleVersionError
from bot.domain.members import Member, Role
from bot.domain.proposals import Approve, Dismiss, Proposal, ProposalKind, ProposalStatus, Publish, Reject
from bot.domain.reasons import ReasonCode
from bot.domain.sessions import AnalysisOutcome, NewSession, Session, SessionSource
from bot.domain.validation import problems_of
from bot.domain.workspaces import Workspace
from bot.services.analysis import LEASE, analyze_pending, show_waiting_proposals
from bot.services.details import read_details
from bot.services.flows import list_flows
from bot.services.jobs import GROWTH_PAUSE
from bot.services.proposals import decide_proposal, list_proposals
from bot.slack.views.details import details_modal
from bot.slack.views.proposals import proposal_card
from storage.database import Database
from tests.conftest import NOW
from tests.services.scripted import ScriptedAnalyst, StoppedClock, like_the_title
from tests.storage.makers import a_session, a_step, proposed, stored

ADMIN = Member(id="UADMIN", name="Ada", role=Role.ADMIN)


async def analysed(
    database: Database, analyst: ScriptedAnalyst, *, limit: int = 100
) -> list[AnalysisOutcome | None]:
    outcomes: list[AnalysisOutcome | None] = []
    await analyze_pending(database, analyst, StoppedClock(), limit=limit, on_done=outcomes.append)
    return outcomes


async def the_proposal(database: Database, workspace: Workspace) -> Proposal:
    (only,) = await list_proposals(database, workspace.id)
    return only


async def waiting_jobs(superuser: asyncpg.Connection) -> list[str]:
    return [
        row["entrypoint"]
        for row in await superuser.fetch("SELECT entrypoint FROM queue.pgqueuer ORDER BY id")
    ]


async def approved(database: Database, workspace: Workspace) -> None:
    proposal = await the_proposal(database, workspace)
    request = Approve(by=ADMIN, seen_version=proposal.version)
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)


async def test_what_was_redacted_is_counted_on_the_card_and_shown_nowhere(
    database: Database, workspace: Workspace
) -> None:
    told = "The password is Winter#9 on 10.0.0.12"
    first = a_session(
        problem=f"VPN drops. {told}", people=("Ada Reyes",), resolution="Ada rebooted 10.0.0.12."
    )
    second = replace(first, external_id="second", resolution="Ada rebooted 10.9.9.9, typed Winter#9.")
    await stored(database, workspace.id, first, second)
    await analysed(database, ScriptedAnalyst())
    proposal = await the_proposal(database, workspace)
    assert proposal.support.redacted == 2
    ada = Member(id="U1", name="Ada")
    details = await read_details(database, workspace.id, proposal.id, seen_by=ada, now=NOW)
    shown = json.dumps([proposal_card(details.card, None), details_modal(details, None)])
    assert "Taken out of 2 sessions before learning: 2 passwords, 3 IP addresses and 2 names." in shown
    assert "<person> rebooted <ip address 2>, typed <password>." in html.unescape(shown)
    assert not [secret for secret in ("Winter", "10.", "Ada") if secret in shown]


def diverging() -> NewSession:
    """As `a_session`, but the first answer is another one."""
    steps = (a_step(choice="Yes"), a_step(prompt="Does it drop on a cable too?", choice="No"))
    return a_session(steps=steps, resolution="Moved the access point.")


async def test_session_worked_in_slack_becomes_a_pending_proposal_with_a_card_to_draw(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    (session,) = await stored(database, workspace.id, a_session())
    assert await analysed(database, ScriptedAnalyst()) == [AnalysisOutcome.PROPOSED]
    proposal = await the_proposal(database, workspace)
    assert (proposal.status, proposal.kind) == (ProposalStatus.PENDING, ProposalKind.NEW_FLOW)
    assert proposal.support.session_ids == (session.id,)
    assert not problems_of(proposal.draft.tree)
    assert await waiting_jobs(superuser) == ["proposal.show_card"]


async def test_card_of_a_proposal_that_grows_waits_a_moment_and_a_decision_does_not(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    async def pauses() -> list[timedelta]:
        rows = await superuser.fetch("SELECT execute_after - created AS pause FROM queue.pgqueuer")
        return [row["pause"] for row in rows]

    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    await superuser.execute("DELETE FROM queue.pgqueuer")  # the first card is drawn
    await stored(database, workspace.id, a_session(), diverging(), a_session())
    await analysed(database, ScriptedAnalyst())
    assert await pauses() == [GROWTH_PAUSE]
    await approved(database, workspace)
    (pause,) = await pauses()
    assert pause < GROWTH_PAUSE


async def test_a_new_flow_stays_as_certain_of_being_new_as_when_it_began_however_later_sessions_fit(
    database: Database, workspace: Workspace
) -> None:
    def unsure_of_a_fit(session: Session, candidates: Sequence[Candidate]) -> Alignment:
        alignment = like_the_title(session, candidates)
        return replace(alignment, confidence=0.6) if alignment.candidate else alignment

    await stored(database, workspace.id, a_session(), diverging())
    assert await analysed(database, ScriptedAnalyst(unsure_of_a_fit)) == [
        AnalysisOutcome.PROPOSED,
        AnalysisOutcome.JOINED,
    ]
    assert (await the_proposal(database, workspace)).confidence == 0.9


async def test_one_imported_session_waits_for_company(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    await stored(database, workspace.id, a_session(source=SessionSource.IMPORT))
    await analysed(database, ScriptedAnalyst())
    assert (await the_proposal(database, workspace)).status is ProposalStatus.FORMING
    assert await waiting_jobs(superuser) == []
    await stored(database, workspace.id, a_session(source=SessionSource.IMPORT))
    assert await analysed(database, ScriptedAnalyst()) == [AnalysisOutcome.JOINED]
    proposal = await the_proposal(database, workspace)
    assert (proposal.status, proposal.support.sessions) == (ProposalStatus.PENDING, 2)
    assert await waiting_jobs(superuser) == ["proposal.show_card"]


async def test_diverging_session_adds_its_branch_to_the_pending_proposal(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session(), diverging())
    assert await analysed(database, ScriptedAnalyst()) == [AnalysisOutcome.PROPOSED, AnalysisOutcome.JOINED]
    proposal = await the_proposal(database, workspace)
    assert [option.label for option in proposal.draft.tree.nodes[proposal.draft.tree.root].options] == [
        "No",
        "Yes",
    ]
    assert proposal.version == 2


async def test_session_that_follows_a_flow_reinforces_it_and_proposes_nothing(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    await approved(database, workspace)
    (session,) = await stored(database, workspace.id, a_session())
    assert await analysed(database, ScriptedAnalyst()) == [AnalysisOutcome.REINFORCED]
    (flow,) = await list_flows(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        assert session.id in [each.id for each in await tx.sessions.of_flow(flow.id, 10)]
    assert len(await list_proposals(database, workspace.id)) == 1


async def test_session_that_leaves_a_flow_proposes_a_branch_and_the_next_one_joins(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    await approved(database, workspace)
    await stored(database, workspace.id, diverging(), diverging())
    assert await analysed(database, ScriptedAnalyst()) == [AnalysisOutcome.ENHANCED, AnalysisOutcome.JOINED]
    (change,) = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
    assert change.kind is ProposalKind.BRANCH_ADDITION
    assert change.flow_id is not None
    assert change.base_version == 1


async def test_session_that_contradicts_a_flow_is_no_success_of_it_and_says_where(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    await approved(database, workspace)
    (session,) = await stored(
        database, workspace.id, a_session(steps=(a_step(),), resolution="Replaced the router.")
    )
    assert await analysed(database, ScriptedAnalyst()) == [AnalysisOutcome.SKIPPED]
    async with database.transaction(workspace.id) as tx:
        analysis = await tx.sessions.analysis_of(session.id)
    (flow,) = await list_flows(database, workspace.id)
    assert analysis.reason is not None
    assert "went another way than “VPN drops every ten minutes” after the same answer" in analysis.reason
    assert flow.current.number == 1


async def test_session_that_follows_a_flow_reinforces_it_while_a_change_to_it_waits(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    await approved(database, workspace)
    await stored(database, workspace.id, diverging(), a_session())
    assert await analysed(database, ScriptedAnalyst()) == [
        AnalysisOutcome.ENHANCED,
        AnalysisOutcome.REINFORCED,
    ]


async def test_published_change_keeps_the_nodes_of_the_flow(database: Database, workspace: Workspace) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    await approved(database, workspace)
    (before,) = await list_flows(database, workspace.id)
    await stored(database, workspace.id, diverging())
    await analysed(database, ScriptedAnalyst())
    (change,) = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
    request = Publish(by=ADMIN, seen_version=change.version, draft=change.draft)
    await decide_proposal(database, workspace.id, change.id, request, now=NOW)
    (after,) = await list_flows(database, workspace.id)
    assert after.current.number == 2
    assert after.tree.nodes.keys() > before.tree.nodes.keys()


async def test_new_session_wakes_a_dismissed_proposal(database: Database, workspace: Workspace) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    proposal = await the_proposal(database, workspace)
    await decide_proposal(database, workspace.id, proposal.id, Dismiss(by=ADMIN, seen_version=1), now=NOW)
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    assert (await the_proposal(database, workspace)).status is ProposalStatus.PENDING


async def test_look_alike_of_a_rejected_proposal_is_not_proposed_again(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    proposal = await the_proposal(database, workspace)
    request = Reject(by=ADMIN, seen_version=1, reason="We never do that.")
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    await stored(database, workspace.id, a_session())
    assert await analysed(database, ScriptedAnalyst()) == [AnalysisOutcome.SKIPPED]
    assert (await the_proposal(database, workspace)).status is ProposalStatus.REJECTED


async def test_analyst_sees_why_a_similar_proposal_was_rejected_without_secrets(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    proposal = await the_proposal(database, workspace)
    reason = "Ask ada@example.com before anybody touches the MTU."
    request = Reject(by=ADMIN, seen_version=1, code=ReasonCode.UNSAFE, reason=reason)
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    seen: list[str | None] = []

    def reading(session: Session, candidates: Sequence[Candidate]) -> Alignment:
        seen.extend(candidate.rejected_because for candidate in candidates)
        return like_the_title(session, candidates)

    await stored(database, workspace.id, a_session())
    await analysed(database, ScriptedAnalyst(reading))
    assert seen == ["unsafe: Ask <e-mail address> before anybody touches the MTU."]


async def test_proposals_over_the_daily_quota_wait_and_are_shown_the_next_day(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(replace(workspace.settings, new_proposals_per_day=1))
    problems = ("VPN drops", "Printer offline", "Disk full")
    await stored(database, workspace.id, *(a_session(problem=problem) for problem in problems))
    await analysed(database, ScriptedAnalyst())
    statuses = [proposal.status for proposal in await list_proposals(database, workspace.id)]
    assert statuses == [ProposalStatus.PENDING, ProposalStatus.FORMING, ProposalStatus.FORMING]
    assert await show_waiting_proposals(database, workspace.id, now=NOW) == 0
    assert await show_waiting_proposals(database, workspace.id, now=NOW + timedelta(days=1)) == 1


async def test_lone_imported_sessions_do_not_stand_in_the_way_of_what_waits_for_the_quota(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(replace(workspace.settings, new_proposals_per_day=1))
    lone = [a_session(problem=f"Oddity {number}", source=SessionSource.IMPORT) for number in range(3)]
    await stored(
        database, workspace.id, *lone, a_session(problem="VPN drops"), a_session(problem="Disk full")
    )
    await analysed(database, ScriptedAnalyst())
    assert await show_waiting_proposals(database, workspace.id, now=NOW + timedelta(days=1)) == 1
    shown = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
    assert [proposal.draft.title for proposal in shown] == ["VPN drops", "Disk full"]


async def test_analyst_is_asked_again_when_knowledge_moved_meanwhile(
    database: Database, workspace: Workspace
) -> None:
    """Two workers with the same problem at once: the second must see what the first has proposed."""
    await stored(database, workspace.id, a_session(), a_session())
    both_have_read = asyncio.Barrier(2)

    class Meeting(ScriptedAnalyst):
        async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
            if not candidates:
                await both_have_read.wait()
            return await super().align(session, candidates)

    analysts = (Meeting(), Meeting())
    await asyncio.gather(*(analysed(database, analyst, limit=1) for analyst in analysts))
    assert (await the_proposal(database, workspace)).support.sessions == 2
    assert sorted(len(analyst.asked) for analyst in analysts) == [1, 2]


async def test_proposal_that_is_decided_on_while_a_session_joins_it_is_decided_and_the_session_analysed(
    database: Database, workspace: Workspace
) -> None:
    """Ten times both at once: they lock in the same order, so neither is refused as a deadlock."""
    for number in range(10):
        problem = f"Printer {number} is offline"
        await stored(database, workspace.id, a_session(problem=problem))
        await analysed(database, ScriptedAnalyst())
        (proposal,) = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
        await stored(database, workspace.id, a_session(problem=problem))
        request = Reject(by=ADMIN, seen_version=proposal.version, reason="Not now.")
        decision = decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
        decided, outcomes = await asyncio.gather(
            decision, analysed(database, ScriptedAnalyst()), return_exceptions=True
        )
        assert isinstance(decided, Proposal | StaleVersionError)
        assert outcomes in ([AnalysisOutcome.JOINED], [AnalysisOutcome.SKIPPED])
        if isinstance(decided, StaleVersionError):
            again = Reject(by=ADMIN, seen_version=decided.current, reason="Not now.")
            await decide_proposal(database, workspace.id, proposal.id, again, now=NOW)


async def test_failure_is_kept_with_its_reason_and_given_up_after_five_attempts(
    database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session())

    def refuse(_session: Session, _candidates: Sequence[Candidate]) -> Alignment:
        raise FlowPilotError("The model does not answer.")

    clock = StoppedClock()
    attempts = 0
    for _ in range(10):
        attempts += await analyze_pending(database, ScriptedAnalyst(refuse), clock, limit=10)
        clock.time += timedelta(hours=1)
    async with database.transaction(workspace.id) as tx:
        (failed,) = await tx.sessions.failed_analyses()
    assert (attempts, failed.attempts, failed.error) == (5, 5, "The model does not answer.")


async def test_session_that_others_are_always_quicker_than_waits_and_is_never_given_up(
    database: Database, workspace: Workspace
) -> None:
    class Overtaken(ScriptedAnalyst):
        async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
            now = await list_proposals(database, workspace.id)
            async with database.transaction(workspace.id) as tx:
                for each in now:
                    await tx.proposals.grow(
                        each.id,
                        seen_version=each.version,
                        kind=each.kind,
                        draft=replace(each.draft, summary=f"Version {each.version}"),
                        status=each.status,
                        confidence=each.confidence,
                        now=NOW,
                    )
                await tx.workspaces.touch_knowledge()
            return await super().align(session, candidates)

    await proposed(database, workspace.id)
    await stored(database, workspace.id, a_session())
    clock = StoppedClock()
    for _ in range(7):
        assert await analyze_pending(database, Overtaken(), clock, limit=10) == 1
        clock.time += timedelta(hours=1)
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.failed_analyses() == []
    assert await analyze_pending(database, ScriptedAnalyst(), clock, limit=10) == 1
    supported = [each.support.sessions for each in await list_proposals(database, workspace.id)]
    assert sum(supported) == 1


async def test_personal_data_reaches_neither_the_analyst_nor_the_tree(
    database: Database, workspace: Workspace
) -> None:
    steps = (a_step(prompt="Can you reach 192.0.2.17?", choice="No"),)
    await stored(database, workspace.id, a_session(problem="Mail for ann@example.com fails", steps=steps))
    seen: list[Session] = []

    def watch(session: Session, candidates: Sequence[Candidate]) -> Alignment:
        seen.append(session)
        return like_the_title(session, candidates)

    await analysed(database, ScriptedAnalyst(watch))
    draft = (await the_proposal(database, workspace)).draft
    for text in (repr(seen), repr(draft)):
        assert "ann@example.com" not in text
        assert "192.0.2.17" not in text


async def test_late_worker_changes_nothing(database: Database, workspace: Workspace) -> None:
    """A worker that lost its lease finds out when it commits."""
    await stored(database, workspace.id, a_session())
    clock, begun, late = StoppedClock(), asyncio.Event(), asyncio.Event()

    class Slow(ScriptedAnalyst):
        async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
            begun.set()
            await late.wait()
            return await super().align(session, candidates)

    outcomes: list[AnalysisOutcome | None] = []
    slow = asyncio.create_task(analyze_pending(database, Slow(), clock, limit=1, on_done=outcomes.append))
    await begun.wait()
    clock.time += LEASE + timedelta(seconds=1)
    assert await analyze_pending(database, ScriptedAnalyst(), clock, limit=1) == 1
    late.set()
    await slow
    assert outcomes == [None]
    assert (await the_proposal(database, workspace)).support.sessions == 1


@pytest.mark.parametrize("kind", [CandidateKind.FLOW, CandidateKind.PROPOSAL])
async def test_candidates_of_another_workspace_are_never_offered(
    database: Database, workspace: Workspace, other_workspace: Workspace, kind: CandidateKind
) -> None:
    await stored(database, other_workspace.id, a_session())
    await analysed(database, ScriptedAnalyst())
    if kind is CandidateKind.FLOW:
        await approved(database, other_workspace)
    await stored(database, workspace.id, a_session())
    analyst = ScriptedAnalyst()
    await analysed(database, analyst)
    assert [candidates for _, candidates in analyst.asked] == [()]

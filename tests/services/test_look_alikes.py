"""What people decided about a proposal, and the sessions that come after, by their words alone."""

from dataclasses import replace
from datetime import timedelta

from bot.ai.outline import OutlineAnalyst
from bot.domain.proposals import Dismiss, Proposal, ProposalStatus, Reject
from bot.domain.sessions import AnalysisOutcome, NewSession, ProblemDomain
from bot.domain.workspaces import Workspace
from bot.services.analysis import analyze_pending, show_waiting_proposals
from bot.services.proposals import decide_proposal, list_proposals
from storage.database import Database
from tests.conftest import NOW
from tests.services.scripted import StoppedClock
from tests.services.test_analysis import ADMIN
from tests.services.test_uniting import CABLE, CHANNEL, FIX, TUNNEL, published, whole
from tests.storage.makers import a_session, a_step, stored


def reworded(**changes: object) -> NewSession:
    """As `whole`, told by somebody else."""
    steps = (
        replace(TUNNEL, prompt="Split tunnelling switched on in the client of the VPN?"),
        replace(CABLE, prompt="On a network cable, does the VPN drop too?"),
        replace(CHANNEL, prompt="Is the Wi-Fi channel of the access point crowded?"),
    )
    told = "VPN at home drops about every ten minutes"
    return a_session(problem=told, steps=steps, resolution=f"{FIX} Done.", **changes)


def diverging() -> NewSession:
    return replace(whole(), steps=(TUNNEL, replace(CABLE, choice="Yes")), resolution="Replaced the modem.")


async def outcomes(
    database: Database, workspace: Workspace, *sessions: NewSession
) -> list[AnalysisOutcome | None]:
    """Of the sessions, analysed one after the other."""
    heard: list[AnalysisOutcome | None] = []
    await stored(database, workspace.id, *sessions)
    await analyze_pending(database, OutlineAnalyst(), StoppedClock(), limit=99, on_done=heard.append)
    return heard


async def the_pending(database: Database, workspace: Workspace) -> Proposal:
    (only,) = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
    return only


async def rejected(database: Database, workspace: Workspace) -> None:
    proposal = await the_pending(database, workspace)
    request = Reject(by=ADMIN, seen_version=proposal.version, reason="We never do that.")
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)


async def test_look_alike_in_other_words_of_a_rejected_proposal_stays_quiet(
    database: Database, workspace: Workspace
) -> None:
    await outcomes(database, workspace, whole())
    await rejected(database, workspace)
    assert await outcomes(database, workspace, reworded(), whole()) == [AnalysisOutcome.SKIPPED] * 2
    assert [each.status for each in await list_proposals(database, workspace.id)] == [ProposalStatus.REJECTED]


async def test_session_that_follows_a_flow_counts_for_it_although_a_change_to_it_was_rejected(
    database: Database, workspace: Workspace
) -> None:
    await outcomes(database, workspace, whole())
    await published(database, workspace, await the_pending(database, workspace))
    assert await outcomes(database, workspace, diverging()) == [AnalysisOutcome.ENHANCED]
    await rejected(database, workspace)
    assert await outcomes(database, workspace, reworded(), diverging()) == [
        AnalysisOutcome.REINFORCED,
        AnalysisOutcome.SKIPPED,
    ]


async def test_dismissed_proposal_wakes_once_by_a_new_session_in_other_words(
    database: Database, workspace: Workspace
) -> None:
    await outcomes(database, workspace, whole())
    proposal = await the_pending(database, workspace)
    await decide_proposal(database, workspace.id, proposal.id, Dismiss(by=ADMIN, seen_version=1), now=NOW)
    assert await outcomes(database, workspace) == []
    assert await list_proposals(database, workspace.id, status=ProposalStatus.PENDING) == []
    assert await outcomes(database, workspace, reworded()) == [AnalysisOutcome.JOINED]
    awake = await the_pending(database, workspace)
    assert (awake.id, awake.support.sessions) == (proposal.id, 2)
    request = Dismiss(by=ADMIN, seen_version=awake.version)
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    assert await outcomes(database, workspace) == []
    assert await list_proposals(database, workspace.id, status=ProposalStatus.PENDING) == []


async def test_proposal_and_session_without_a_domain_match_and_a_domain_is_learnt_later(
    database: Database, workspace: Workspace
) -> None:
    given = [whole(problem_domain=None), reworded(problem_domain=None), reworded()]
    assert await outcomes(database, workspace, *given) == [
        AnalysisOutcome.PROPOSED,
        AnalysisOutcome.JOINED,
        AnalysisOutcome.JOINED,
    ]
    assert (await the_pending(database, workspace)).draft.problem_domain is ProblemDomain.NETWORKING


async def test_proposals_over_the_daily_quota_wait_grow_and_are_shown_the_next_day(
    database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(replace(workspace.settings, new_proposals_per_day=1))
    printer = a_session(
        problem="Nobody can print on the second floor",
        steps=(a_step(prompt="Does the printer's panel show an address?", choice="No"),),
        resolution="Plugged the printer's cable in.",
    )
    await outcomes(database, workspace, whole(), printer, replace(printer, external_id="again"))
    shown = await the_pending(database, workspace)
    (waiting,) = await list_proposals(database, workspace.id, status=ProposalStatus.FORMING)
    assert (shown.support.sessions, waiting.support.sessions) == (1, 2)
    assert await show_waiting_proposals(database, workspace.id, now=NOW) == 0
    assert await show_waiting_proposals(database, workspace.id, now=NOW + timedelta(days=1)) == 1

"""Bringing together what was learnt twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg

from bot.ai.outline import OutlineAnalyst
from bot.domain.flows import Flow
from bot.domain.proposals import Approve, Proposal, ProposalKind, ProposalStatus, Publish, Reject
from bot.domain.sessions import NewSession, SessionSource
from bot.domain.trees import FlowTree
from bot.domain.workspaces import Workspace
from bot.services.analysis import analyze_pending
from bot.services.flows import list_flows, read_flow_page, roll_back_flow
from bot.services.proposals import decide_proposal, list_proposals
from bot.services.uniting import unite_everywhere, unite_knowledge
from storage.database import Database
from tests.conftest import NOW
from tests.services.scripted import ScriptedAnalyst, StoppedClock, all_new
from tests.services.test_analysis import ADMIN
from tests.storage.makers import a_session, a_step, stored

PROBLEM = "The VPN drops every ten minutes at home"
TUNNEL = a_step(prompt="Is split tunnelling switched on in the VPN client?", choice="Yes")
CABLE = a_step(prompt="Does the VPN drop on a network cable too?", choice="No")
CHANNEL = a_step(prompt="Is the access point on a crowded Wi-Fi channel?", choice="Yes")
FIX = "Moved the access point to a free Wi-Fi channel."


def whole(**changes: object) -> NewSession:
    """From the first question to the fix."""
    return a_session(problem=PROBLEM, steps=(TUNNEL, CABLE, CHANNEL), resolution=FIX, **changes)


def midway(**changes: object) -> NewSession:
    """The opening words answered the first question."""
    return a_session(problem=PROBLEM, steps=(CABLE, CHANNEL), resolution=FIX, **changes)


async def learnt_apart(database: Database, workspace: Workspace, *sessions: NewSession) -> list[Proposal]:
    """A proposal of its own for each session, as if nothing like it had been known."""
    await stored(database, workspace.id, *sessions)
    apart = ScriptedAnalyst(lambda session, _candidates: all_new(session))
    await analyze_pending(database, apart, StoppedClock(), limit=100)
    return await list_proposals(database, workspace.id)


async def published(database: Database, workspace: Workspace, proposal: Proposal) -> None:
    request = (
        Approve(by=ADMIN, seen_version=proposal.version)
        if proposal.kind is ProposalKind.NEW_FLOW
        else Publish(by=ADMIN, seen_version=proposal.version, draft=proposal.draft)
    )
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)


async def flows_learnt_apart(database: Database, workspace: Workspace) -> list[Flow]:
    """Two flows of one problem: the larger one whole, the smaller one midway."""
    await learnt_apart(database, workspace, whole(), midway())
    for proposal in await list_proposals(database, workspace.id):
        await published(database, workspace, proposal)
    await stored(database, workspace.id, whole())
    await analyze_pending(database, OutlineAnalyst(), StoppedClock(), limit=100)
    return sorted(await list_flows(database, workspace.id), key=lambda flow: flow.id)


def texts(tree: FlowTree) -> list[str]:
    return [node.text for _, node, _ in tree.walk()]


async def test_two_proposals_of_one_problem_become_one(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    one, two, three = await learnt_apart(database, workspace, whole(), whole(), midway())
    assert await unite_knowledge(database, workspace.id, StoppedClock(), limit=100) == 2
    kept, *merged = sorted(
        await list_proposals(database, workspace.id), key=lambda each: each.merged_into or 0
    )
    assert kept.status is ProposalStatus.PENDING
    assert {*kept.support.session_ids} == {
        *one.support.session_ids,
        *two.support.session_ids,
        *three.support.session_ids,
    }
    assert texts(kept.draft.tree) == [TUNNEL.prompt, CABLE.prompt, CHANNEL.prompt, FIX]
    assert [(each.status, each.support.sessions) for each in merged] == [(ProposalStatus.MERGED, 0)] * 2
    assert await unite_knowledge(database, workspace.id, StoppedClock(), limit=100) == 0
    async with database.transaction(workspace.id) as tx:
        events = await tx.audit.listed(9)
    assert {(each.actor, each.action, each.object_id) for each in events} == {
        (None, "proposal.merge", str(each.id)) for each in merged
    }
    waiting = await superuser.fetch("SELECT convert_from(payload, 'UTF8') AS job FROM queue.pgqueuer")
    assert {row["job"].split()[-1].rstrip("}") for row in waiting} == {
        str(each.id) for each in (one, two, three)
    }


async def test_different_problems_stay_two(database: Database, workspace: Workspace) -> None:
    printer = a_session(
        problem="Nobody can print on the second floor",
        steps=(a_step(prompt="Does the printer's panel show an address?", choice="No"),),
        resolution="Plugged the printer's cable in.",
    )
    await learnt_apart(database, workspace, whole(), whole(), printer)
    await unite_everywhere(database, StoppedClock())
    open_ones = [
        each for each in await list_proposals(database, workspace.id) if each.status is ProposalStatus.PENDING
    ]
    assert sorted(each.support.sessions for each in open_ones) == [1, 2]


async def test_proposal_that_a_flow_covers_already_counts_for_the_flow(
    database: Database, workspace: Workspace
) -> None:
    (proposal,) = await learnt_apart(database, workspace, whole())
    await published(database, workspace, proposal)
    await learnt_apart(database, workspace, midway(source=SessionSource.IMPORT))
    assert await unite_everywhere(database, StoppedClock()) == 1
    (flow,) = await list_flows(database, workspace.id)
    merged = (await list_proposals(database, workspace.id, status=ProposalStatus.MERGED))[0]
    assert (merged.published_flow_id, merged.merged_into) == (flow.id, None)
    async with database.transaction(workspace.id) as tx:
        assert len(await tx.sessions.of_flow(flow.id, 9)) == 2


async def test_flows_of_one_problem_are_offered_to_be_joined_and_publishing_archives_the_smaller(
    database: Database, workspace: Workspace
) -> None:
    larger, smaller = await flows_learnt_apart(database, workspace)
    assert await unite_everywhere(database, StoppedClock()) == 1
    (offer,) = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
    assert (offer.kind, offer.flow_id, offer.absorbs) == (ProposalKind.ENHANCEMENT, larger.id, (smaller.id,))
    assert {larger.tree.root, *larger.tree.nodes} <= {*offer.draft.tree.nodes}
    assert {each.id for each in await list_flows(database, workspace.id)} == {larger.id, smaller.id}
    await published(database, workspace, offer)
    assert [each.id for each in await list_flows(database, workspace.id)] == [larger.id]
    async with database.transaction(workspace.id) as tx:
        assert len(await tx.sessions.of_flow(larger.id, 9)) == 3
        assert "flow.archive" in [event.action for event in await tx.audit.listed(9)]
    page = await read_flow_page(database, workspace.id, smaller.id, seen_by=ADMIN, now=NOW)
    assert (page.flow.archived, page.part_of) == (True, offer.draft.title)
    await roll_back_flow(database, workspace.id, smaller.id, 1, by=ADMIN, now=NOW)
    assert {each.id for each in await list_flows(database, workspace.id)} == {larger.id, smaller.id}


async def test_session_like_a_flow_that_is_to_be_absorbed_joins_the_offer(
    database: Database, workspace: Workspace
) -> None:
    await flows_learnt_apart(database, workspace)
    await unite_everywhere(database, StoppedClock())
    other_fix = replace(CHANNEL, choice="No")
    await stored(
        database, workspace.id, replace(midway(), steps=(CABLE, other_fix), resolution="New router.")
    )
    await analyze_pending(database, OutlineAnalyst(), StoppedClock(), limit=9)
    (offer,) = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
    assert offer.support.sessions == 1
    assert "New router." in texts(offer.draft.tree)


async def test_flows_that_people_keep_apart_are_not_offered_again(
    database: Database, workspace: Workspace
) -> None:
    larger, _ = await flows_learnt_apart(database, workspace)
    await unite_everywhere(database, StoppedClock())
    (offer,) = await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)
    refusal = Reject(by=ADMIN, seen_version=offer.version, reason="One is for home, one for the office.")
    await decide_proposal(database, workspace.id, offer.id, refusal, now=NOW)
    await roll_back_flow(database, workspace.id, larger.id, 1, by=ADMIN, now=NOW)
    assert await unite_everywhere(database, StoppedClock()) == 0


async def test_a_new_version_of_either_flow_ends_the_offer(database: Database, workspace: Workspace) -> None:
    _, smaller = await flows_learnt_apart(database, workspace)
    await unite_everywhere(database, StoppedClock())
    await roll_back_flow(database, workspace.id, smaller.id, 1, by=ADMIN, now=NOW)
    assert not await list_proposals(database, workspace.id, status=ProposalStatus.PENDING)


async def test_workers_that_unite_at_the_same_time_do_it_once(
    database: Database, workspace: Workspace
) -> None:
    await learnt_apart(database, workspace, *[whole() for _ in range(4)], *[midway() for _ in range(4)])
    done = await asyncio.gather(
        *[unite_knowledge(database, workspace.id, StoppedClock(), limit=100) for _ in range(3)]
    )
    assert sum(done) == 7
    proposals = await list_proposals(database, workspace.id)
    (kept,) = [each for each in proposals if each.status is ProposalStatus.PENDING]
    assert kept.support.sessions == 8
    assert len(kept.draft.tree.session_ids) == 8


async def test_nobody_is_asked_twice_within_the_days_quota(database: Database, workspace: Workspace) -> None:
    await flows_learnt_apart(database, workspace)
    async with database.transaction(workspace.id) as tx:
        settings = (await tx.workspaces.get()).settings
        await tx.workspaces.change_settings(replace(settings, new_proposals_per_day=0))
    await unite_everywhere(database, StoppedClock(NOW + timedelta(days=1)))
    (offer,) = await list_proposals(database, workspace.id, status=ProposalStatus.FORMING)
    assert offer.absorbs

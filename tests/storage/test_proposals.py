import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.digests import QueueState
from bot.domain.errors import AlreadyDecidedError, NotFoundError, StaleVersionError
from bot.domain.proposals import Decision, MessageRef, Proposal, ProposalKind, ProposalStatus, Support
from bot.domain.redactions import Redactable, Redactions
from bot.domain.sessions import AnalysisOutcome, ProblemDomain
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_session, claimed, proposed, published, stored

LATER = NOW + timedelta(hours=1)


def a_decision(proposal: Proposal, status: ProposalStatus, **changes: Any) -> Decision:
    values: dict[str, Any] = {
        "proposal_id": proposal.id,
        "was": proposal.status,
        "seen_version": proposal.version,
        "status": status,
        "by": "UADMIN",
        "at": LATER,
    }
    return Decision(**values | changes)


async def apply(database: Database, decision: Decision) -> Proposal:
    async with database.transaction("T0001") as tx:
        return await tx.proposals.apply(decision)


async def grow(database: Database, proposal: Proposal, **changes: Any) -> Proposal:
    values: dict[str, Any] = {
        "seen_version": proposal.version,
        "kind": proposal.kind,
        "draft": a_draft(title="VPN drops more"),
        "status": proposal.status,
        "confidence": 0.9,
        "now": LATER,
    }
    async with database.transaction("T0001") as tx:
        return await tx.proposals.grow(proposal.id, **values | changes)


async def test_a_proposal_comes_back_as_it_was_made(database: Database, workspace: Workspace) -> None:
    flow = await published(database, workspace.id)
    made = await proposed(
        database, workspace.id, kind=ProposalKind.ENHANCEMENT, flow_id=flow.id, base_version=1
    )
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.get(made.id) == made
        assert made == Proposal(
            id=made.id,
            kind=ProposalKind.ENHANCEMENT,
            status=ProposalStatus.PENDING,
            version=1,
            draft=a_draft(),
            support=Support(),
            confidence=0.8,
            analyst="outline/1",
            created_at=NOW,
            updated_at=NOW,
            pending_since=NOW,
            flow_id=flow.id,
            base_version=1,
        )
        with pytest.raises(NotFoundError):
            await tx.proposals.get(0)


async def test_growing_makes_a_new_version(database: Database, workspace: Workspace) -> None:
    small = await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    grown = await grow(database, small, status=ProposalStatus.PENDING)
    assert grown == replace(
        small,
        status=ProposalStatus.PENDING,
        version=2,
        draft=a_draft(title="VPN drops more"),
        confidence=0.9,
        updated_at=LATER,
        pending_since=LATER,
    )
    with pytest.raises(StaleVersionError) as stale:
        await grow(database, small)
    assert (stale.value.seen, stale.value.current) == (1, 2)


async def test_a_decided_proposal_grows_no_more(database: Database, workspace: Workspace) -> None:
    proposal = await apply(
        database, a_decision(await proposed(database, workspace.id), ProposalStatus.APPROVED)
    )
    with pytest.raises(AlreadyDecidedError):
        await grow(database, proposal)


async def test_a_decision_is_noted_with_who_when_and_why(database: Database, workspace: Workspace) -> None:
    proposal = await proposed(database, workspace.id)
    rejected = await apply(database, a_decision(proposal, ProposalStatus.REJECTED, reason="wrong fix"))
    assert rejected == replace(
        proposal,
        status=ProposalStatus.REJECTED,
        version=2,
        decided_by="UADMIN",
        decided_at=LATER,
        reason="wrong fix",
        updated_at=LATER,
        pending_since=None,
    )
    reopened = await apply(database, a_decision(rejected, ProposalStatus.PENDING, by=None))
    assert reopened == replace(proposal, version=3, updated_at=LATER, pending_since=LATER)


async def test_the_second_of_two_decisions_learns_of_the_first(
    database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    results = await asyncio.gather(
        apply(database, a_decision(proposal, ProposalStatus.APPROVED, by="UONE")),
        apply(database, a_decision(proposal, ProposalStatus.DISMISSED, by="UTWO")),
        return_exceptions=True,
    )
    (winner,) = (result for result in results if isinstance(result, Proposal))
    (loser,) = (result for result in results if isinstance(result, AlreadyDecidedError))
    assert (loser.status, loser.by, loser.at) == (winner.status, winner.decided_by, LATER)


async def test_a_decision_on_an_older_version_is_refused(database: Database, workspace: Workspace) -> None:
    seen = await proposed(database, workspace.id)
    await grow(database, seen)
    with pytest.raises(StaleVersionError):
        await apply(database, a_decision(seen, ProposalStatus.APPROVED))
    with pytest.raises(NotFoundError):
        await apply(database, a_decision(replace(seen, id=4711), ProposalStatus.APPROVED))


async def test_publishing_hands_the_sessions_to_the_flow(database: Database, workspace: Workspace) -> None:
    proposal = await proposed(database, workspace.id)
    (session,) = await stored(database, workspace.id, a_session())
    (claim,) = await claimed(database)
    flow = await published(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        await tx.sessions.finish_analysis(
            claim, outcome=AnalysisOutcome.PROPOSED, analyst="outline/1", proposal_id=proposal.id, now=NOW
        )
        await tx.proposals.set_published(proposal.id, flow.id, 1)
        found = await tx.proposals.get(proposal.id)
        assert (found.published_flow_id, found.published_version, found.version) == (flow.id, 1, 1)
        assert await tx.sessions.of_flow(flow.id, 9) == [session]


async def test_support_sums_up_what_was_redacted(database: Database, workspace: Workspace) -> None:
    proposal = await proposed(database, workspace.id)
    await stored(database, workspace.id, *(a_session() for _ in range(3)))
    redactions: list[Redactions] = [
        {Redactable.PASSWORD: 1, Redactable.IP: 1},
        {Redactable.PASSWORD: 1},
        {},
    ]
    async with database.transaction(workspace.id) as tx:
        for claim, taken_out in zip(await claimed(database), redactions, strict=True):
            await tx.sessions.finish_analysis(
                claim,
                outcome=AnalysisOutcome.JOINED,
                analyst="outline/1",
                proposal_id=proposal.id,
                redactions=taken_out,
                now=NOW,
            )
        support = await tx.sessions.support(proposal.id)
    assert (support.sessions, support.redacted) == (3, 2)
    assert support.redactions == {Redactable.PASSWORD: 2, Redactable.IP: 1}


async def test_the_card_is_remembered_without_a_new_version(database: Database, workspace: Workspace) -> None:
    proposal = await proposed(database, workspace.id)
    card = MessageRef("C1", "1.2")
    async with database.transaction(workspace.id) as tx:
        await tx.proposals.set_card(proposal.id, card)
        assert await tx.proposals.get(proposal.id) == replace(proposal, card=card)
        with pytest.raises(NotFoundError):
            await tx.proposals.set_card(0, card)


async def test_listing_is_by_status_and_age(database: Database, workspace: Workspace) -> None:
    first = await proposed(database, workspace.id)
    second = await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    third = await proposed(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.listed(ProposalStatus.PENDING, 9) == [first, third]
        assert await tx.proposals.listed(None, 2) == [first, second]
        assert await tx.proposals.listed(ProposalStatus.FORMING, 9) == [second]
        assert await tx.proposals.forming_in_company(1, 9) == []


async def test_only_growing_proposals_are_candidates(database: Database, workspace: Workspace) -> None:
    pending = await proposed(database, workspace.id)
    forming = await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    no_domain = await proposed(database, workspace.id, a_draft(problem_domain=None))
    printing = await proposed(database, workspace.id, a_draft(problem_domain=ProblemDomain.PRINTING))
    other = await proposed(database, workspace.id)
    rejected = await apply(database, a_decision(other, ProposalStatus.REJECTED, reason="no"))
    async with database.transaction(workspace.id) as tx:
        networking = await tx.proposals.candidates("vpn drops", ProblemDomain.NETWORKING, 9)
        assert {proposal.id for proposal in networking} == {pending.id, forming.id, no_domain.id}
        without = await tx.proposals.candidates("vpn drops", None, 9)
        assert {proposal.id for proposal in without} == {pending.id, forming.id, no_domain.id, printing.id}
        assert await tx.proposals.rejected_like("vpn", None, 9) == [rejected]


async def test_the_quota_counts_what_was_shown_for_the_first_time(
    database: Database, workspace: Workspace
) -> None:
    forming = await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    await proposed(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.shown_since(NOW) == 1
    shown = await grow(database, forming, status=ProposalStatus.PENDING)
    dismissed = await apply(database, a_decision(shown, ProposalStatus.DISMISSED))
    await grow(database, dismissed, status=ProposalStatus.PENDING, now=LATER + timedelta(days=2))
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.shown_since(NOW) == 2
        assert await tx.proposals.shown_since(LATER) == 1
        assert await tx.proposals.shown_since(LATER + timedelta(days=1)) == 0


async def test_the_queue_knows_since_when_the_oldest_waits(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.queue(overdue_before=NOW) == QueueState()
    first = await proposed(database, workspace.id)
    await proposed(database, workspace.id, now=LATER)
    flow = await published(database, workspace.id)
    change = ProposalKind.BRANCH_ADDITION
    await proposed(database, workspace.id, now=LATER, kind=change, flow_id=flow.id, base_version=1)
    await grow(database, first)
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.queue(overdue_before=NOW) == QueueState(3, NOW, changes=1)
        assert await tx.proposals.queue(overdue_before=LATER) == QueueState(3, NOW, changes=1, overdue=1)


async def test_pending_proposals_that_nobody_touches_expire(database: Database, workspace: Workspace) -> None:
    old = await proposed(database, workspace.id)
    await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    await proposed(database, workspace.id, now=LATER)
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.expire(untouched_since=LATER, now=LATER) == [old.id]
        expired = await tx.proposals.get(old.id)
        assert (expired.status, expired.version, expired.decided_at) == (ProposalStatus.EXPIRED, 2, LATER)


async def test_a_forming_proposal_is_shown_once(database: Database, workspace: Workspace) -> None:
    forming = await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    for moment in (LATER, LATER + timedelta(days=1)):
        async with database.transaction(workspace.id) as tx:
            await tx.proposals.show(forming.id, now=moment)
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.queue(overdue_before=NOW) == QueueState(1, LATER)


async def test_changes_to_a_flow_that_moved_on_are_superseded(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    change: dict[str, Any] = {"kind": ProposalKind.ENHANCEMENT, "flow_id": flow.id, "base_version": 1}
    pending = await proposed(database, workspace.id, **change)
    decided = await proposed(database, workspace.id, **change)
    await apply(database, a_decision(decided, ProposalStatus.REJECTED, reason="no"))
    await proposed(database, workspace.id)
    async with database.transaction(workspace.id) as tx:
        assert await tx.proposals.supersede(flow.id, now=LATER) == [pending.id]

"""What the card says about how well a proposal works on sessions that went before."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from bot.charts.pool import ChartPool
from bot.domain.cards import Picture, ProposalCard
from bot.domain.members import Member
from bot.domain.proposals import Dismiss, Proposal, ProposalKind, Publish, Reject, Reopen, Request
from bot.domain.replay import ProposalReplay, ReplayedSession, ReplayOutcome
from bot.domain.sessions import AnalysisOutcome, NewSession, ProblemDomain
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.workspaces import Workspace, WorkspaceSettings
from bot.services.details import read_details
from bot.services.proposal_replays import replay_proposal
from bot.services.proposals import decide_proposal, get_proposal, read_card, show_proposal_card
from bot.slack.views.details import details_modal
from bot.slack.views.proposals import proposal_card
from storage.database import Database
from tests.conftest import NOW
from tests.services.speaking import RememberingMessenger, a_desk
from tests.services.test_analysis import ADMIN
from tests.storage.makers import a_draft, a_session, a_step, claimed, proposed, published, stored

PROBLEM = "The VPN drops every ten minutes at home"
SPLIT, MTU = "Is split tunnelling switched on?", "Lowered the MTU on the gateway."
FIX, DEAD_END, WRONG_TURN = ReplayOutcome.REACHED_FIX, ReplayOutcome.DEAD_END, ReplayOutcome.WRONG_TURN


@pytest.fixture
async def charts() -> AsyncIterator[ChartPool]:
    async with ChartPool() as pool:
        yield pool


def resolved(answer: str, **changes: object) -> NewSession:
    values = {"problem": PROBLEM, "resolution": MTU, "steps": (a_step(prompt=SPLIT, choice=answer),)}
    return a_session(**values | changes)


def tree(*answers: str, evidence: frozenset[Evidence] = frozenset()) -> FlowTree:
    """One question. These answers lead to the MTU, every other one to the network team."""
    others = {"Yes", "No"} - set(answers)
    options = [Option(f"o{answer}", answer, "n2") for answer in answers]
    options += [Option(f"o{answer}", answer, "n3") for answer in sorted(others)]
    return FlowTree(
        "n1",
        {
            "n1": Node(kind=NodeKind.QUESTION, text=SPLIT, options=tuple(options), evidence=evidence),
            "n2": Node(kind=NodeKind.RESOLUTION, text=MTU),
            "n3": Node(kind=NodeKind.ESCALATION, text="The printer people look at it"),
        },
    )


def tree_asking(question: str) -> FlowTree:
    """As `tree`, but with another question."""
    as_proposed = tree("No")
    asked = replace(as_proposed.nodes["n1"], text=question)
    return replace(as_proposed, nodes={**as_proposed.nodes, "n1": asked})


async def stored_behind(
    database: Database, workspace: Workspace, *given: NewSession, **what: int | None
) -> list[int]:
    """Sessions that are behind the proposal or flow; their ids."""
    sessions = await stored(database, workspace.id, *given)
    async with database.transaction(workspace.id) as tx:
        for claim in await claimed(database):
            outcome = AnalysisOutcome.JOINED
            await tx.sessions.finish_analysis(claim, outcome=outcome, analyst="x", now=NOW, **what)  # type: ignore[arg-type]
    return [session.id for session in sessions]


async def a_proposal(database: Database, workspace: Workspace, *answers: str, **changes: object) -> Proposal:
    """A proposal with one session of its own."""
    draft = a_draft(title=PROBLEM, summary="", tree=tree(*answers))
    proposal = await proposed(database, workspace.id, draft, **changes)
    await stored_behind(database, workspace, resolved("No"), proposal_id=proposal.id)
    return await get_proposal(database, workspace.id, proposal.id)


async def replay_of(database: Database, workspace: Workspace, proposal: Proposal) -> ProposalReplay:
    await replay_proposal(database, workspace.id, proposal.id)
    found = (await get_proposal(database, workspace.id, proposal.id)).replay
    assert found is not None
    return found


def by_session(replayed: tuple[ReplayedSession, ...]) -> dict[int, ReplayOutcome]:
    return {each.session_id: each.outcome for each in replayed}


async def decided(database: Database, workspace: Workspace, proposal: Proposal, request: Request) -> Proposal:
    return await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)


async def test_sessions_of_proposals_like_it_are_told_from_its_own(
    database: Database, workspace: Workspace
) -> None:
    proposal = await a_proposal(database, workspace, "No")
    waiting, rejected = [await proposed(database, workspace.id, proposal.draft) for _ in range(2)]
    good, bad = await stored_behind(
        database, workspace, resolved("No"), resolved("Yes", problem_domain=None), proposal_id=waiting.id
    )
    (stuck,) = await stored_behind(database, workspace, resolved("Perhaps"), proposal_id=rejected.id)
    await decided(database, workspace, rejected, Reject(by=ADMIN, seen_version=1, reason="Twice"))
    found = await replay_of(database, workspace, proposal)
    assert by_session(found.others) == {good: FIX, bad: WRONG_TURN, stuck: DEAD_END}
    assert by_session(found.evidence) == dict.fromkeys(proposal.support.session_ids, FIX)
    assert {each.session_id: each.ended_at for each in found.others} == {good: "n2", bad: "n3", stuck: "n1"}
    assert (found.flow_version, found.before, found.is_worse) == (None, (), False)
    assert (
        "Replayed on 3 other sessions: 1 reaches the fix, 1 dead end, 1 wrong turn."
        in proposal_card(
            ProposalCard(proposal=await get_proposal(database, workspace.id, proposal.id)), None
        )["text"]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"problem": "Nobody can print on the second floor"},
        {"problem_domain": ProblemDomain.PRINTING},
    ],
)
async def test_sessions_that_would_not_choose_it_do_not_count(
    database: Database, workspace: Workspace, changes: dict[str, object]
) -> None:
    proposal = await a_proposal(database, workspace, "No")
    other = await proposed(database, workspace.id, proposal.draft)
    await stored_behind(database, workspace, resolved("Yes", **changes), proposal_id=other.id)
    assert (await replay_of(database, workspace, proposal)).others == ()


async def test_sessions_that_a_published_flow_fits_better_do_not_count(
    database: Database, workspace: Workspace
) -> None:
    proposal = await a_proposal(database, workspace, "No")
    other = await proposed(database, workspace.id, proposal.draft)
    train = resolved("Yes", problem=f"{PROBLEM} and on the train")
    (session,) = await stored_behind(database, workspace, train, proposal_id=other.id)
    assert by_session((await replay_of(database, workspace, proposal)).others) == {session: WRONG_TURN}
    flow = await published(database, workspace.id, a_draft(title=train.problem, tree=tree("Yes")))
    known = [resolved("Yes", problem=train.problem) for _ in range(3)]
    await stored_behind(database, workspace, *known, flow_id=flow.id)
    rival = await a_proposal(database, workspace, "No")
    assert session not in by_session((await replay_of(database, workspace, rival)).others)


async def test_card_of_a_change_for_the_worse_says_so_first_and_the_details_name_the_sessions(
    database: Database, workspace: Workspace, charts: ChartPool
) -> None:
    flow = await published(database, workspace.id, a_draft(title=PROBLEM, tree=tree("No", "Yes")))
    secret = "The VPN drops every ten minutes at home. The password is Winter#9."
    kept, lost = await stored_behind(
        database, workspace, resolved("No"), resolved("Yes", problem=secret, ticket="77"), flow_id=flow.id
    )
    kind = ProposalKind.ENHANCEMENT
    proposal = await a_proposal(database, workspace, "No", kind=kind, flow_id=flow.id, base_version=1)
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(WorkspaceSettings(review_channel="C1"))
    messenger = RememberingMessenger()
    await show_proposal_card(a_desk(database, messenger, charts), workspace.id, proposal.id)
    ((_, _, card, _),) = messenger.said
    assert isinstance(card, ProposalCard)
    replay = card.proposal.replay
    assert replay is not None
    assert by_session(replay.others) == {kept: FIX, lost: WRONG_TURN}
    assert [each.session_id for each in replay.astray] == [lost]
    message = proposal_card(card, None)
    warning = "This change would lead 1 session astray that version 1 leads to its fix."
    assert message["text"].startswith(warning)
    assert message["blocks"][0]["text"]["text"].startswith("Leads 1 session astray: change to The VPN")
    assert message["blocks"][1]["text"]["text"].startswith(f"*{warning}*")
    ada = Member(id="U1", name="Ada")
    details = await read_details(database, workspace.id, proposal.id, seen_by=ada, now=NOW)
    shown = json.dumps(details_modal(details, None), ensure_ascii=False)
    assert "ticket 77, “The VPN drops every ten minutes at home. The password is &lt;password&gt;.”" in shown
    assert "wrong turn, it ends at *The printer people look at it*; version 1 leads it to its fix" in shown


async def test_card_of_an_edited_proposal_shows_what_was_published_instead_of_what_was_proposed(
    database: Database, workspace: Workspace, charts: ChartPool
) -> None:
    proposal = await a_proposal(database, workspace, "No")
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.change_settings(WorkspaceSettings(review_channel="C1"))
    messenger = RememberingMessenger()
    desk = a_desk(database, messenger, charts)
    await show_proposal_card(desk, workspace.id, proposal.id)
    edited = a_draft(title="VPN, mended", summary="", tree=tree_asking("Is the client new?"))
    request = Publish(by=ADMIN, seen_version=proposal.version, draft=edited)
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    await show_proposal_card(desk, workspace.id, proposal.id)
    _, (_, _, card, picture) = messenger.said
    assert isinstance(card, ProposalCard)
    assert isinstance(picture, Picture)
    assert "Is the client new?" in picture.alt
    shown = json.dumps(proposal_card(card, None))
    assert "New flow: VPN, mended" in shown
    assert "*Starts with, as edited*\\n1. Is the client new?" in shown
    assert "Replayed" not in shown
    assert SPLIT not in shown


async def test_card_of_a_change_published_as_it_was_proposed_keeps_its_replay(
    database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id, a_draft(tree=tree("Yes")))
    kind = ProposalKind.ENHANCEMENT
    proposal = await a_proposal(database, workspace, "No", kind=kind, flow_id=flow.id, base_version=1)
    await replay_of(database, workspace, proposal)
    request = Publish(by=ADMIN, seen_version=proposal.version, draft=proposal.draft)
    await decide_proposal(database, workspace.id, proposal.id, request, now=NOW)
    shown = json.dumps(proposal_card(await read_card(database, workspace.id, proposal.id), None))
    assert "No other session to replay it on yet." in shown
    assert "as edited" not in shown


async def test_each_version_that_waits_is_replayed_once(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    proposal = await a_proposal(database, workspace, "No")
    first = await replay_of(database, workspace, proposal)
    await stored_behind(database, workspace, resolved("Yes"), proposal_id=proposal.id)
    assert await replay_of(database, workspace, proposal) == first
    dismissed = await decided(database, workspace, proposal, Dismiss(by=ADMIN, seen_version=1))
    assert (dismissed.version, dismissed.replay) == (2, first)
    reopened = await decided(database, workspace, proposal, Reopen(by=ADMIN, seen_version=2))
    assert reopened.replay is None
    again = await replay_of(database, workspace, proposal)
    assert (again.version, len(again.evidence)) == (3, 2)


async def test_replay_is_the_same_whoever_computes_it_again(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    proposal = await a_proposal(database, workspace, "No")
    other = await proposed(database, workspace.id, proposal.draft)
    await stored_behind(database, workspace, resolved("No"), resolved("Yes"), proposal_id=other.id)
    first = await replay_of(database, workspace, proposal)
    await superuser.execute("UPDATE proposals SET replay = NULL")
    assert await replay_of(database, workspace, proposal) == first

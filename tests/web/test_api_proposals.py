"""Proposals over the API: listed, counted, shown, decided on."""

import asyncio
from typing import Any

import asyncpg
import pytest

from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.trees import Evidence
from bot.domain.workspaces import Workspace
from bot.services.flows import list_flows
from bot.services.proposals import get_proposal
from storage.database import Database
from tests.storage.makers import a_draft, a_session, a_tree, proposed, published, stored
from tests.web.conftest import Client

Document = dict[str, Any]


async def review(client: Client, proposal_id: int, **asked: object) -> Any:
    return await client.post(f"/flow-proposals/{proposal_id}/review", {"version": 1} | asked)


def ids(page: Document) -> list[int]:
    return [each["id"] for each in page["proposals"]]


async def test_pages_show_each_proposal_once_whatever_is_added_meanwhile(
    client: Client, database: Database, workspace: Workspace
) -> None:
    there = [(await proposed(database, workspace.id)).id for _ in range(5)]
    seen, path = [], "/flow-proposals?limit=2"
    while True:
        page = (await client.get(path)).document
        seen += ids(page)
        if page["next_cursor"] is None:
            break
        if len(seen) == 2:
            there.append((await proposed(database, workspace.id)).id)
            await review(client, there[0], action="dismiss")
        path = f"/flow-proposals?limit=2&cursor={page['next_cursor']}"
    assert seen == there


async def test_list_is_narrowed_by_status_kind_and_domain(
    client: Client, database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    new = await proposed(database, workspace.id)
    bare = await proposed(database, workspace.id, a_draft(problem_domain=None))
    change = await proposed(
        database, workspace.id, kind=ProposalKind.ENHANCEMENT, flow_id=flow.id, base_version=1
    )
    forming = await proposed(database, workspace.id, status=ProposalStatus.FORMING)
    for query, found in {
        "": [new, bare, change, forming],
        "?status=pending": [new, bare, change],
        "?status=forming": [forming],
        "?kind=enhancement": [change],
        "?domain=unknown": [bare],
        "?domain=networking&kind=new_flow&status=pending": [new],
        "?domain=email": [],
    }.items():
        page = (await client.get(f"/flow-proposals{query}")).document
        assert (ids(page), page["next_cursor"]) == ([each.id for each in found], None), query


WRONG_QUESTIONS = [
    ("status=nope", "status"),
    ("kind=", "kind"),
    ("domain=Networking", "domain"),
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=many", "limit"),
    ("cursor=1", "cursor"),
    ("staus=pending", "staus"),
    ("limit=1&limit=2", "limit"),
]


async def test_wrong_question_names_its_field(client: Client, subtests: pytest.Subtests) -> None:
    for query, field in WRONG_QUESTIONS:
        with subtests.test(query):
            answer = await client.get(f"/flow-proposals?{query}")
            assert (answer.status, answer.error["code"], answer.error["field"]) == (422, "invalid", field)


async def test_counts_add_up(client: Client, database: Database, workspace: Workspace) -> None:
    empty = (await client.get("/flow-proposals/stats")).document
    assert (empty["total"], empty["oldest_pending_at"], empty["approval_rate"]) == (0, None, None)
    there = [await proposed(database, workspace.id) for _ in range(4)]
    await proposed(database, workspace.id, a_draft(problem_domain=None))
    await review(client, there[0].id, action="approve")
    await review(client, there[1].id, action="reject", reason="No.")
    stats = (await client.get("/flow-proposals/stats")).document
    assert (stats["total"], stats["approval_rate"]) == (5, 0.5)
    assert {name: number for name, number in stats["by_status"].items() if number} == {
        "pending": 3,
        "approved": 1,
        "rejected": 1,
    }
    assert stats["pending_by_kind"] == {"new_flow": 3, "enhancement": 0, "branch_addition": 0}
    assert stats["pending_by_domain"] == {"networking": 2, "unknown": 1}
    assert stats["oldest_pending_at"] == "2026-11-23T09:00:00Z"


async def test_approval_publishes_and_is_signed_by_the_token(
    client: Client, database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    proposal = await proposed(database, workspace.id)
    answer = await review(client, proposal.id, action="approve")
    (flow,) = await list_flows(database, workspace.id)
    shown = answer.document
    assert answer.status == 200
    assert (shown["status"], shown["version"], shown["decided_by"]) == ("approved", 2, "api:ci")
    assert (shown["published_flow_id"], shown["decided_at"]) == (flow.id, "2026-11-23T09:00:00Z")
    async with database.transaction(workspace.id) as tx:
        decision, publication, *_ = await tx.audit.listed(9)
    assert {decision.actor, publication.actor} == {"api:ci"}
    assert await superuser.fetchval("SELECT count(*) FROM queue.pgqueuer") == 1  # the card is redrawn
    assert (await client.get(f"/flow-proposals/{proposal.id}")).document == shown


async def test_one_of_two_at_once_wins_and_the_other_hears_how_it_stands(
    client: Client, database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    answers = await asyncio.gather(
        review(client, proposal.id, action="approve"), review(client, proposal.id, action="dismiss")
    )
    won, lost = sorted(answers, key=lambda answer: answer.status)
    assert (won.status, lost.status, lost.error["code"]) == (200, 409, "already_decided")
    assert (lost.error["version"], lost.error["status"]) == (2, won.document["status"])
    assert lost.error["decided_by"] == "api:ci"


async def test_decision_on_an_old_version_hears_the_present_one(
    client: Client, database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    answer = await review(client, proposal.id, action="approve", version=7)
    assert (answer.status, answer.error["code"]) == (409, "stale_version")
    assert (answer.error["version"], answer.error["status"]) == (1, "pending")
    assert await get_proposal(database, workspace.id, proposal.id) == proposal


async def test_refused_proposal_keeps_why_and_is_reopened(
    client: Client, database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    for version, action, code in ((1, "reject", "unsafe"), (3, "dismiss", "not_now")):
        refused = await review(
            client, proposal.id, action=action, version=version, reason="Because.", reason_code=code
        )
        assert (refused.document["reason"], refused.document["reason_code"]) == ("Because.", code)
        reopened = await review(client, proposal.id, action="reopen", version=version + 1)
        assert (reopened.document["status"], reopened.document["reason"]) == ("pending", None)
    plain = await review(client, proposal.id, action="dismiss", version=5)
    assert (plain.document["status"], plain.document["reason_code"]) == ("dismissed", None)


async def test_change_is_published_with_the_tree_as_it_was_sent(
    client: Client, database: Database, workspace: Workspace
) -> None:
    flow = await published(database, workspace.id)
    (session,) = await stored(database, workspace.id, a_session(external_id="T-1"))
    tree = a_tree(evidence=frozenset({Evidence(session.id, 0)}))
    change = {"kind": ProposalKind.ENHANCEMENT, "flow_id": flow.id, "base_version": 1}
    proposal = await proposed(database, workspace.id, a_draft(tree=tree), **change)
    refused = await review(client, proposal.id, action="approve")
    assert (refused.status, refused.error["field"]) == (422, "action")
    sent = (await client.get(f"/flow-proposals/{proposal.id}")).document["tree"]
    sent["nodes"]["n1"]["prompt"] = "Is the tunnel split?"
    sent["nodes"]["n2"]["evidence"] = [{"session": "T-unknown", "step": 0}]
    answer = await review(client, proposal.id, action="modify", tree=sent)
    (after,) = await list_flows(database, workspace.id)
    assert (answer.document["status"], after.current.number) == ("modified", 2)
    assert after.tree == a_tree(text="Is the tunnel split?", evidence=frozenset({Evidence(session.id, 0)}))


TREE: Document = {"root": "n1", "nodes": {"n1": {"kind": "resolution", "text": "Restart it."}}}


WRONG_DECISIONS: list[tuple[Document, str]] = [
    ({}, "action"),
    ({"action": "publish"}, "action"),
    ({"action": "approve", "version": None}, "version"),
    ({"action": "approve", "version": "1"}, "version"),
    ({"action": "approve", "version": True}, "version"),
    ({"action": "approve", "version": 2**31}, "version"),
    ({"action": "approve", "tree": TREE}, "tree"),
    ({"action": "approve", "reason": "Good."}, "reason"),
    ({"action": "reject"}, "reason"),
    ({"action": "reject", "reason": "  "}, "reason"),
    ({"action": "reject", "reason": "x" * 1001}, "reason"),
    ({"action": "reject", "reason": "a\0b"}, "reason"),
    ({"action": "reject", "reason_code": "not_now"}, "reason_code"),
    ({"action": "dismiss", "reason_code": "other"}, "reason"),
    ({"action": "modify"}, "tree"),
    ({"action": "modify", "tree": {"root": "n1"}}, "tree.nodes"),
    ({"action": "modify", "tree": TREE | {"root": "n9"}}, "tree"),
    (
        {"action": "modify", "tree": {"root": "n1", "nodes": {"n1": {"kind": "fix"}}}},
        "tree.nodes.n1.kind",
    ),
    (
        {"action": "modify", "tree": {"root": "n1", "nodes": {"n1": {"kind": "question"}}}},
        "tree.nodes.n1.prompt",
    ),
    (
        {"action": "modify", "tree": {"root": "a\0", "nodes": {"a\0": TREE["nodes"]["n1"]}}},
        "tree.nodes",
    ),
]


async def test_wrong_decision_names_its_field_and_changes_nothing(
    client: Client, database: Database, workspace: Workspace, subtests: pytest.Subtests
) -> None:
    proposal = await proposed(database, workspace.id)
    for asked, field in WRONG_DECISIONS:
        with subtests.test(str(asked)):
            answer = await review(client, proposal.id, **asked)
            assert (answer.status, answer.error["field"]) == (422, field)
    assert await get_proposal(database, workspace.id, proposal.id) == proposal


async def test_all_that_is_wrong_with_a_tree_is_told(
    client: Client, database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    broken = {
        "root": "n1",
        "nodes": {
            "n1": {"kind": "question", "prompt": "Why?", "options": []},
            "n2": {"kind": "resolution", "text": "Restart it."},
        },
    }
    answer = await review(client, proposal.id, action="modify", tree=broken)
    assert [problem["node"] for problem in answer.error["problems"]] == ["n1", "n2"]

"""The review queue from a terminal."""

import asyncio
from pathlib import Path

from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.replay import ProposalReplay, ReplayedSession, ReplayOutcome
from bot.services.proposals import get_proposal
from storage.database import Database
from tests.cli.conftest import Stage
from tests.cli.databases import flows_in, waiting_in
from tests.cli.processes import CONFIG, Ended, FlowPilot

Told = tuple[int, str]


def told(ended: Ended) -> Told:
    """How it ended and what it said beside the results."""
    return ended.code, ended.err


async def test_table_and_document_list_what_waits_first(with_proposals: FlowPilot) -> None:
    table, document = await asyncio.gather(with_proposals("proposals"), with_proposals("proposals", "--json"))
    assert (told(table), told(document)) == ((0, ""), (0, ""))
    listed = document.document["proposals"]
    header, *rows = table.out.splitlines()
    assert header.split() == ["id", "status", "kind", "sessions", "steps", "domain", "title"]
    assert [row.split()[:2] for row in rows] == [[str(each["id"]), each["status"]] for each in listed]
    assert all(row.rstrip().endswith(each["title"]) for row, each in zip(rows, listed, strict=True))
    waiting = [each.id for each in await waiting_in(with_proposals.database_url)]
    assert [each["id"] for each in listed[: len(waiting)]] == waiting
    assert {each["status"] for each in listed[len(waiting) :]} <= {"forming", "merged"}


async def test_document_has_what_the_replay_showed(with_proposals: FlowPilot) -> None:
    url = with_proposals.database_url
    replayed, unknown, *_ = await waiting_in(url)
    replay = ProposalReplay(
        version=replayed.version,
        others=(
            ReplayedSession(3, ReplayOutcome.DEAD_END, "n1"),
            ReplayedSession(2, ReplayOutcome.REACHED_FIX, "n2"),
        ),
    )
    async with Database.open(url) as database, database.transaction(CONFIG.team_id) as tx:
        await tx.proposals.set_replay(replayed.id, replay)
    listed = (await with_proposals("proposals", "--json")).document["proposals"]
    documents = {each["id"]: each["replay"] for each in listed}
    assert documents[unknown.id] is None
    assert documents[replayed.id] == {
        "version": replayed.version,
        "others": {"reached_fix": [2], "dead_end": [3], "wrong_turn": []},
        "evidence": {"reached_fix": [], "dead_end": [], "wrong_turn": []},
        "flow_version": None,
        "before": None,
        "worse": False,
        "astray": [],
    }


async def test_approved_proposal_is_a_flow_and_is_not_decided_again(with_proposals: FlowPilot) -> None:
    first, *others = [each.id for each in await waiting_in(with_proposals.database_url)]
    assert told(await with_proposals("approve", str(first))) == (0, "1 proposal published.\n")
    again, unknown = await asyncio.gather(
        with_proposals("approve", str(first)), with_proposals("dismiss", "99999")
    )
    assert told(again) == (1, f"flowpilot: Proposal {first} is approved already, by terminal.\n")
    assert told(unknown) == (1, "flowpilot: There is no proposal 99999 in this workspace.\n")
    assert len(await flows_in(with_proposals.database_url)) == 1
    assert [each.id for each in await waiting_in(with_proposals.database_url)] == others


async def test_rejecting_needs_a_reason(with_proposals: FlowPilot) -> None:
    waiting = await waiting_in(with_proposals.database_url)
    proposal = str(waiting[0].id)
    without, blank = await asyncio.gather(
        with_proposals("reject", proposal), with_proposals("reject", proposal, "--reason", " ")
    )
    assert without.code == 2
    assert "--reason" in without.err
    assert blank.code == 1
    assert blank.err.startswith("flowpilot: Say why in your own words")
    assert await waiting_in(with_proposals.database_url) == waiting


async def test_refused_proposals_can_be_reopened(with_proposals: FlowPilot) -> None:
    url, reason = with_proposals.database_url, "Two problems in one."
    first, second, *others = [each.id for each in await waiting_in(url)]
    refused = await asyncio.gather(
        with_proposals("reject", str(first), "--reason", reason, "--code", "unsafe"),
        with_proposals("dismiss", str(second)),
    )
    assert [told(each) for each in refused] == [(0, "1 proposal decided.\n")] * 2
    async with Database.open(url) as database:
        rejected = await get_proposal(database, CONFIG.team_id, first)
    assert (rejected.status, rejected.reason, rejected.decided_by) == (
        ProposalStatus.REJECTED,
        reason,
        "terminal",
    )
    assert [each.id for each in await waiting_in(url)] == others
    listed = await with_proposals("proposals", "--status", "rejected", "--json")
    (shown,) = listed.document["proposals"]
    assert (shown["reason_code"], shown["reason"]) == ("unsafe", reason)
    reopened = await with_proposals("reopen", str(first), str(second), str(first))
    assert told(reopened) == (0, "2 proposals decided.\n")
    assert {first, second, *others} == {each.id for each in await waiting_in(url)}


async def test_all_that_wait_are_published_at_once(published: Stage, with_flows: FlowPilot) -> None:
    flows = await flows_in(with_flows.database_url)
    assert told(published.told) == (0, f"{len(flows)} proposals published.\n")


async def test_changes_to_flows_are_published_with_edited_alone(
    with_flows: FlowPilot, last_file: Path
) -> None:
    assert (await with_flows("import", str(last_file))).code == 0
    assert "would change a flow" in (await with_flows("analyze")).err
    waiting = await waiting_in(with_flows.database_url)
    changes = [each for each in waiting if each.kind is not ProposalKind.NEW_FLOW]
    assert len(changes) > 1
    plain = await with_flows("approve", "--all")
    words = (
        f"{len(waiting) - len(changes)} proposals published. "
        f"Left: {len(changes)} changes to flows; --edited publishes that too.\n"
    )
    assert told(plain) == (0, words)
    edited = await with_flows("approve", "--all", "--edited")
    assert told(edited) == (0, f"{len(changes)} proposals published.\n")
    flows = await flows_in(with_flows.database_url)
    assert {each.id for each in flows if each.current.number == 2} == {each.flow_id for each in changes}

"""Sessions over the API: sent once however often, refused with the field, shown with what became of them."""

import asyncio
from typing import Any

import pytest

from bot.domain.records import to_record
from bot.domain.sessions import AnalysisOutcome, SessionSource
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_session, claimed, proposed, stored
from tests.web.conftest import Client

RECORD: dict[str, Any] = {
    "external_id": "PSA-7",
    "problem": "VPN drops",
    "status": "resolved",
    "created_at": "2026-11-23T08:00:00+01:00",
    "resolved_at": "2026-11-23T08:30:00+01:00",
    "steps": [{"kind": "question", "prompt": "Split tunnelling?", "options": ["Yes", "No"], "choice": "No"}],
    "resolution": "Lowered the MTU.",
    "x_ours": 1,
}


async def test_session_is_stored_once_and_the_first_record_counts(
    client: Client, database: Database, workspace: Workspace
) -> None:
    first = await client.post("/sessions", RECORD)
    again = await client.post("/sessions", RECORD | {"problem": "Something else"})
    assert (first.status, again.status) == (201, 200)
    assert first.document == again.document
    assert first.headers["Location"] == f"/sessions/{first.document['id']}"
    assert (first.document["source"], first.document["problem"]) == ("api", "VPN drops")
    assert first.document["created_at"] == "2026-11-23T07:00:00Z"
    assert first.document["analysis"]["status"] == "pending"
    assert (await client.get(first.headers["Location"])).document == first.document
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.count() == 1


async def test_of_many_at_once_one_is_new(client: Client) -> None:
    answers = await asyncio.gather(*(client.post("/sessions", RECORD) for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [200] * 5 + [201]
    assert len({answer.document["id"] for answer in answers}) == 1


async def test_same_external_id_from_elsewhere_is_another_session(
    client: Client, database: Database, workspace: Workspace
) -> None:
    await stored(database, workspace.id, a_session(external_id="PSA-7", source=SessionSource.IMPORT))
    assert (await client.post("/sessions", RECORD)).status == 201


WRONG: list[tuple[dict[str, object], str]] = [
    ({"external_id": ""}, "external_id"),
    ({"external_id": 7}, "external_id"),
    ({"problem": "a\0b"}, "problem"),
    ({"status": "done"}, "status"),
    ({"rating": 6}, "rating"),
    ({"created_at": "2026-11-23T08:00:00"}, "created_at"),
    ({"created_at": "2027-01-01T08:00:00Z"}, "created_at"),
    ({"resolved_at": "2026-11-22T08:00:00Z"}, "resolved_at"),
    ({"paused_minutes": 1e300}, "paused_minutes"),
    ({"steps": [{"kind": "question"}]}, "steps[0].prompt"),
    ({"steps": [RECORD["steps"][0]] * 31}, "steps"),
    ({"sttus": "resolved"}, "sttus"),
]


async def test_wrong_record_names_its_field(client: Client, subtests: pytest.Subtests) -> None:
    for change, field in WRONG:
        with subtests.test(str(change)[:80]):
            answer = await client.post("/sessions", RECORD | change)
            assert (answer.status, answer.error["code"], answer.error["field"]) == (422, "invalid", field)


async def test_session_shows_what_became_of_it_to_its_own_workspace_alone(
    client: Client, database: Database, workspace: Workspace, stranger: str
) -> None:
    (session,) = await stored(database, workspace.id, a_session(rating=4, ticket="1042"))
    proposal = await proposed(database, workspace.id)
    (claim,) = await claimed(database)
    async with database.transaction(workspace.id) as tx:
        await tx.sessions.finish_analysis(
            claim, outcome=AnalysisOutcome.PROPOSED, analyst="x", proposal_id=proposal.id, now=NOW
        )
    shown = (await client.get(f"/sessions/{session.id}")).document
    assert shown["analysis"] == {
        "status": "done",
        "outcome": "proposed",
        "reason": None,
        "proposal_id": proposal.id,
        "flow_id": None,
    }
    record = to_record(session)
    for name in ("external_id", "problem", "rating", "ticket", "engineer", "resolution", "paused_minutes"):
        assert shown[name] == record[name]
    assert [step["prompt"] for step in shown["steps"]] == [step.prompt for step in session.steps]
    answer = await client.get(f"/sessions/{session.id}", stranger)
    assert (answer.status, answer.error["code"]) == (404, "not_found")

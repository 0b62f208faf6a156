from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bot.domain.errors import InvalidRecordError, NotFoundError
from bot.domain.sessions import ConfidenceTier, SessionSource, SessionStatus
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_session, a_step, as_given, stored


async def test_sessions_come_back_as_they_were_given(database: Database, workspace: Workspace) -> None:
    full = a_session(
        rating=4,
        ticket="1042",
        confidence_tier=ConfidenceTier.DISCOVERY,
        paused=timedelta(minutes=2.5),
        problem='Quotes "and" \\u0000 backslashes, emoji 🦊, umlauts äöü',
    )
    bare = a_session(
        status=SessionStatus.ACTIVE,
        resolved_at=None,
        problem_domain=None,
        engineer=None,
        steps=(),
        resolution=None,
    )
    found = await stored(database, workspace.id, full, bare)
    assert [as_given(session) for session in found] == [full, bare]


async def test_a_session_is_taken_in_once_per_source(database: Database, workspace: Workspace) -> None:
    given = [a_session(external_id="A"), a_session(external_id="A"), a_session(external_id="B")]
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.add_many(given, now=NOW) == 2
        assert await tx.sessions.add_many(given, now=NOW) == 0
        again = a_session(external_id="A", source=SessionSource.API)
        assert await tx.sessions.add_many([again], now=NOW) == 1
        assert await tx.sessions.count() == 3


async def test_thousands_are_taken_in_at_once(database: Database, workspace: Workspace) -> None:
    given = [a_session(steps=(a_step(),) * 8) for _ in range(2_500)]
    async with database.transaction(workspace.id) as tx:
        assert await tx.sessions.add_many(given, now=NOW) == 2_500
        assert await tx.sessions.count() == 2_500


async def test_what_postgresql_cannot_hold_is_left_out(database: Database, workspace: Workspace) -> None:
    (session,) = await stored(
        database, workspace.id, a_session(problem="a\0b", resolution="half \ud83d pair")
    )
    assert (session.problem, session.resolution) == ("ab", "half  pair")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rating": 6}, "rating"),
        ({"resolved_at": NOW - timedelta(days=9)}, "resolved_at"),
        ({"steps": (a_step(),) * 31}, "steps"),
        ({"paused": timedelta(-1)}, "paused"),
    ],
)
async def test_impossible_sessions_are_refused(
    database: Database, workspace: Workspace, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRecordError) as refusal:
        await stored(database, workspace.id, a_session(**changes))
    assert refusal.value.field == field


async def test_nothing_is_added_to_a_workspace_that_is_not_there(database: Database) -> None:
    with pytest.raises(NotFoundError, match="workspace T9999"):
        await stored(database, "T9999", a_session())


async def test_sessions_come_in_the_order_asked_for(database: Database, workspace: Workspace) -> None:
    first, second, third = await stored(database, workspace.id, a_session(), a_session(), a_session())
    async with database.transaction(workspace.id) as tx:
        found = await tx.sessions.get_many([third.id, first.id, 0])
        assert found == [third, first]
        assert await tx.sessions.get(second.id) == second
        with pytest.raises(NotFoundError):
            await tx.sessions.get(0)
        assert await tx.sessions.external_ids([first.id, 0]) == {first.id: first.external_id}


async def test_only_sessions_that_teach_wait_for_analysis(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    await stored(
        database, workspace.id, a_session(external_id="good"), a_session(external_id="mute", resolution=None)
    )
    rows = await superuser.fetch(
        "SELECT external_id, analysis_status, analysis_outcome FROM sessions ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [("good", "pending", None), ("mute", "done", "skipped")]

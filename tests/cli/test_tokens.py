"""Tokens of the JSON API from a terminal."""

import asyncio

from bot.services.audit import read_audit
from bot.services.tokens import find_token
from storage.database import Database
from tests.cli.processes import CONFIG, FlowPilot
from tests.conftest import NOW


async def test_token_is_shown_once_and_is_worth_something_until_it_is_revoked(
    with_sessions: FlowPilot,
) -> None:
    made = await with_sessions("api-token", "create", "reporting", "--workspace", CONFIG.team_id)
    token = made.out.strip()
    assert (made.code, made.out) == (0, f"{token}\n")
    assert token not in made.err
    async with Database.open(with_sessions.database_url) as database:
        found = await find_token(database, token, now=NOW)
        assert found
        assert (found.workspace_id, found.name, found.is_admin) == (CONFIG.team_id, "reporting", True)
        table, document, again = await asyncio.gather(
            with_sessions("api-token", "list"),
            with_sessions("api-token", "list", "--json"),
            with_sessions("api-token", "create", "reporting"),
        )
        (listed,) = document.document["tokens"]
        assert (listed["id"], listed["name"], listed["revoked_at"]) == (found.id, "reporting", None)
        assert "reporting" in table.out
        assert token.removeprefix("fp_") not in table.out + document.out
        words = "flowpilot: There is a token reporting already. Revoke it first, or take another name.\n"
        assert (again.code, again.out, again.err) == (1, "", words)
        revoked = await with_sessions("api-token", "revoke", str(found.id))
        assert (revoked.code, revoked.err) == (0, f"Token {found.id} is revoked.\n")
        assert await find_token(database, token, now=NOW) is None
        events, _ = await read_audit(database, CONFIG.team_id, 9)
    assert [(event.actor, event.action) for event in events] == [
        ("terminal", "token.revoke"),
        ("terminal", "token.create"),
    ]

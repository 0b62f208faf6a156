"""Who is let in, how often, and what the others are told."""

import asyncio
import json
from datetime import timedelta
from io import BytesIO

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.domain.workspaces import Workspace
from bot.services.tokens import list_tokens, revoke_token
from bot.web.api.endpoints import ENDPOINTS
from bot.web.api.gate import FAILURES_A_MINUTE
from bot.web.api.serving import Api
from bot.web.errors import UNAVAILABLE
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.server import HEADERS, MAX_BODY_BYTES, Endpoints, create_web, serving
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import proposed
from tests.web.conftest import ADA, STRANGER, TOKEN, Client, HandClock, no_backlog, no_trouble

MINUTE = timedelta(minutes=1)


NOT_IN_FORCE = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Basic Zm9v",
    f"Bearer {STRANGER}",
    f"Bearer x{TOKEN}",
    TOKEN,
    "Bearer fp_é",
]


async def test_without_a_token_in_force_nobody_comes_in(client: Client, subtests: pytest.Subtests) -> None:
    for authorization in NOT_IN_FORCE:
        with subtests.test(authorization):
            headers = {} if authorization is None else {"Authorization": authorization}
            answer = await client.send("GET", "/flow-proposals", None, headers=headers)
            assert (answer.status, answer.error["code"]) == (401, "unauthorized")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_bytes_that_are_no_text_are_no_token(client: Client) -> None:
    host, port = client.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /flow-proposals HTTP/1.0\r\nAuthorization: Bearer fp_" + b"\xe9" * 40 + b"\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"401"
    writer.close()
    await writer.wait_closed()


async def test_every_endpoint_asks_for_a_token(client: Client) -> None:
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace("{id}", "1")
        assert (await client.send(endpoint.method, path, None)).status == 401, path


async def test_scheme_is_read_in_any_case(client: Client) -> None:
    headers = {"Authorization": f"bearer {TOKEN}"}
    assert (await client.send("GET", "/flow-proposals", None, headers=headers)).status == 200


async def test_revoked_token_is_worth_nothing_from_then_on(client: Client, database: Database) -> None:
    assert (await client.get("/flow-proposals")).status == 200
    await revoke_token(database, client.token.workspace_id, client.token.id, by=ADA, now=NOW)
    assert (await client.get("/flow-proposals")).status == 401


async def test_token_of_a_workspace_that_has_left_is_worth_nothing(
    client: Client, database: Database, workspace: Workspace
) -> None:
    async with database.transaction(workspace.id) as tx:
        await tx.workspaces.set_active(active=False, at=NOW)
    assert (await client.get("/flow-proposals")).status == 401


async def test_token_that_is_not_an_admins_is_refused(client: Client, superuser: asyncpg.Connection) -> None:
    await superuser.execute("UPDATE api_tokens SET is_admin = false")
    answer = await client.get("/flow-proposals")
    assert (answer.status, answer.error["code"]) == (403, "not_allowed")


async def test_things_of_another_workspace_do_not_exist(
    client: Client, stranger: str, database: Database, workspace: Workspace
) -> None:
    proposal = await proposed(database, workspace.id)
    decision = {"action": "approve", "version": 1}
    for answer in (
        await client.get(f"/flow-proposals/{proposal.id}", stranger),
        await client.post(f"/flow-proposals/{proposal.id}/review", decision, stranger),
    ):
        assert (answer.status, answer.error["code"]) == (404, "not_found")
    assert (await client.get("/flow-proposals", stranger)).document["proposals"] == []
    assert (await client.get("/flow-proposals/stats", stranger)).document["total"] == 0


async def test_use_is_noted_once_a_minute(client: Client, database: Database) -> None:
    async def last_used() -> object:
        (token,) = await list_tokens(database, client.token.workspace_id)
        return token.last_used_at

    for moved, noted in ((0 * MINUTE, NOW), (MINUTE / 2, NOW), (MINUTE / 2, NOW + MINUTE)):
        client.clock.moment += moved
        await client.get("/flow-proposals/stats")
        assert await last_used() == noted


async def test_dashboard_is_read_fifteen_times_a_minute_and_the_rest_goes_on(client: Client) -> None:
    statuses = [(await client.get("/analytics/flowpilot?period=x")).status for _ in range(15)]
    assert statuses == [422] * 15
    refused = await client.get("/analytics/flowpilot?period=7d")
    assert (refused.status, refused.error["code"]) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "60"
    assert (await client.get("/flow-proposals/stats")).status == 200
    client.clock.moment += MINUTE
    assert (await client.get("/analytics/flowpilot?period=7d")).status == 200


async def test_limits_are_of_a_token_and_not_of_all(client: Client, stranger: str) -> None:
    for _ in range(15):
        await client.get("/analytics/flowpilot?period=x")
    assert (await client.get("/analytics/flowpilot?period=x", stranger)).status == 422


async def test_guessing_is_slow_and_locks_nobody_out(client: Client) -> None:
    """All of them come from one address, as they do behind a proxy."""
    assert (await client.get("/flow-proposals/stats")).status == 200
    guesses = [f"fp_{number:030}" for number in range(FAILURES_A_MINUTE + 1)]
    statuses = [(await client.get("/flow-proposals/stats", guess)).status for guess in guesses]
    assert statuses == [401] * FAILURES_A_MINUTE + [429]
    assert (await client.get("/flow-proposals/stats")).status == 200
    client.clock.moment += MINUTE
    assert (await client.get("/flow-proposals/stats", guesses[-1])).status == 401


NOT_THERE = [
    ("GET", "/", 404, "not_found"),
    ("GET", "/flow-proposals/", 404, "not_found"),
    ("GET", "/flow-proposals/nothing", 404, "not_found"),
    ("GET", "/flow-proposals/99999999999999999999999", 404, "not_found"),
    ("GET", "/flow-proposals/9223372036854775808", 404, "not_found"),
    ("GET", "/flow-proposals/٣", 404, "not_found"),
    ("GET", "/sessions/7", 404, "not_found"),
    ("DELETE", "/flow-proposals", 405, "method_not_allowed"),
    ("GET", "/sessions", 405, "method_not_allowed"),
]


async def test_what_is_not_there_is_said_in_the_same_form(client: Client, subtests: pytest.Subtests) -> None:
    for method, path, status, code in NOT_THERE:
        with subtests.test(f"{method} {path}"):
            answer = await client.send(method, path)
            assert (answer.status, answer.error["code"]) == (status, code)
            assert ("Allow" in answer.headers) == (status == 405)


UNREADABLE = [
    ("text/plain", b"{}", 415, "unsupported_media_type"),
    ("application/x-www-form-urlencoded", b"a=1", 415, "unsupported_media_type"),
    ("application/json", b"x" * (MAX_BODY_BYTES + 1), 413, "request_entity_too_large"),
    ("application/json", b"", 422, "invalid"),
    ("application/json", b"{", 422, "invalid"),
    ("application/json", b"\xff\xfe", 422, "invalid"),
    ("application/json", b"[" * 100_000, 422, "invalid"),
    ("application/json", b'{"a": NaN}', 422, "invalid"),
    ("application/json", b'"\\ud800"', 422, "invalid"),
    ("application/json", b"[1]", 422, "invalid"),
]


async def test_body_that_cannot_be_read_is_refused(client: Client, subtests: pytest.Subtests) -> None:
    for path in ("/sessions", "/flow-proposals/1/review"):
        for content_type, body, status, code in UNREADABLE:
            with subtests.test(f"{path} {content_type} {body[:20]!r}"):
                headers = {"Content-Type": content_type}
                answer = await client.send("POST", path, data=BytesIO(body), headers=headers)
                assert (answer.status, answer.error["code"]) == (status, code)


async def test_every_answer_keeps_itself_out_of_caches_and_pages(client: Client) -> None:
    for path in ("/flow-proposals", "/openapi.json", "/nothing", "/healthz"):
        answer = await client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


async def test_database_out_of_reach_is_said_without_details() -> None:
    async with Database.open("postgresql://nobody:secret@127.0.0.1:1/nowhere") as away:
        api = Api(away, HandClock())
        application = create_web(Endpoints(health=Health(no_trouble), metrics=Metrics(no_backlog), api=api))
        async with serving(application, "127.0.0.1", 0) as port, aiohttp.ClientSession() as http:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with http.get(f"http://127.0.0.1:{port}/flow-proposals", headers=headers) as answer:
                assert answer.status == 503
                assert await answer.json() == {"error": {"code": "unavailable", "message": UNAVAILABLE}}


async def test_failure_that_nobody_expected_stays_in_the_log() -> None:
    async def broken(_request: web.Request) -> web.Response:
        raise KeyError("secret")

    application = create_web(Endpoints(health=Health(no_trouble), metrics=Metrics(no_backlog), slack=broken))
    async with serving(application, "127.0.0.1", 0) as port, aiohttp.ClientSession() as http:
        with capture_logs() as logged:
            async with http.post(f"http://127.0.0.1:{port}/slack/events") as answer:
                text = await answer.text()
    assert (answer.status, json.loads(text)["error"]["code"]) == (500, "internal")
    assert "secret" not in text
    assert [entry["event"] for entry in logged] == ["request.failed"]

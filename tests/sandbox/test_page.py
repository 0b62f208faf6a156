"""What the browser page and the sandbox say to each other."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.sandbox.conftest import (
    ADA,
    BEN,
    CHLOE,
    IMPATIENT,
    QUICK,
    Connected,
    a_button,
    a_modal,
    a_section,
    actions,
    an_input,
)

SUPPORT = "C0SUPPORT1"
LONG_CONVERSATION, PAGES_THAT_LEAVE = 400, 10
Json = dict[str, Any]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


class Page:
    """The page as its server sees it: it asks for acts, and the last state counts."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, user: str) -> None:
        self.sandbox, self.session, self.user = sandbox, session, user

    async def act(self, do: str, **asked: Any) -> Json:
        body = {"user": self.user, "do": do, **asked}
        async with self.session.post(f"{self.sandbox.url}/sandbox/act", json=body) as answer:
            return dict(await answer.json())

    async def state(self) -> Json:
        async with self.session.ws_connect(f"{self.sandbox.url}/sandbox/live?user={self.user}") as socket:
            received = await socket.receive_json()
        assert received["type"] == "state"
        return dict(received["state"])

    async def channel(self, channel_id: str) -> Json:
        state = await self.state()
        return next(dict(channel) for channel in state["channels"] if channel["id"] == channel_id)


async def test_state_shows_who_is_there(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    state = await Page(sandbox, session, ADA).state()
    assert state["me"]["name"] == "ada"
    assert [person["is_bot"] for person in state["people"]] == [False] * 3
    assert state["users"]["U0FLOWPILOT"]["is_bot"]
    assert state["app"] == {
        "name": "FlowPilot",
        "bot_user": "U0FLOWPILOT",
        "connected": False,
        "transport": None,
    }
    assert [channel["name"] for channel in state["channels"]] == [
        "flow-review",
        "support",
        "general",
        "it-digest",
        "FlowPilot",
    ]
    assert {"text": "gaps", "hint": "Where knowledge is missing"} in state["commands"][0]["completions"]
    assert (state["home"], state["modals"], state["misbehaviour"]) == (None, [], [])


async def test_state_comes_again_after_a_change(
    sandbox: Sandbox, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    async with session.ws_connect(f"{sandbox.url}/sandbox/live?user={ADA}") as socket:
        await socket.receive_json()
        await client.chat_postMessage(channel=SUPPORT, text="hello")
        state = (await socket.receive_json())["state"]
    (support,) = [channel for channel in state["channels"] if channel["id"] == SUPPORT]
    assert (support["unread"], support["messages"][0]["text"]) == (1, "hello")


async def test_page_of_nobody_shows_the_first_person(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    assert (await Page(sandbox, session, "U404").state())["me"]["id"] == ADA


async def test_page_that_leaves_while_its_state_is_written_is_no_error(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    complaints: list[Json] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    for number in range(LONG_CONVERSATION):
        await sandbox.person(BEN).say(SUPPORT, f"{number} is down again, and nobody knows why")
    live = f"{sandbox.url}/sandbox/live"
    for _ in range(PAGES_THAT_LEAVE):
        page = await session.ws_connect(live, compress=15)
        await page.close()
    async with session.ws_connect(live, compress=15) as stays:
        await stays.receive_json()
    gc.collect()
    assert complaints == []


async def test_uploaded_picture_gets_a_link(
    sandbox: Sandbox, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    uploaded = await client.files_upload_v2(filename="a.png", content=b"png")
    image = {"type": "image", "slack_file": {"id": uploaded["file"]["id"]}, "alt_text": "A tree"}
    await client.chat_postMessage(channel=SUPPORT, text="hello", blocks=[image])
    (message,) = (await Page(sandbox, session, ADA).channel(SUPPORT))["messages"]
    link = message["blocks"][0]["image_url"]
    async with session.get(f"{sandbox.url}{link}") as answer:
        assert await answer.read() == b"png"


async def test_messages_are_read_written_reacted_to_and_deleted(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    ben, ada = Page(sandbox, session, BEN), Page(sandbox, session, ADA)
    assert await ben.act("message", channel=SUPPORT, text="VPN drops") == {"ok": True}
    ts = sandbox.messages(SUPPORT)[0].ts
    await ada.act("message", channel=SUPPORT, text="Since when?", thread_ts=ts)
    support = await ben.channel(SUPPORT)
    assert (support["unread"], support["messages"][0]["reply_count"]) == (1, 1)
    await ben.act("read", channel=SUPPORT)
    assert (await ben.channel(SUPPORT))["unread"] == 0

    await ada.act("react", channel=SUPPORT, ts=ts, name="eyes")
    assert sandbox.messages(SUPPORT)[0].reactions == {"eyes": (ADA,)}
    await ada.act("react", channel=SUPPORT, ts=ts, name="eyes", remove=True)
    assert sandbox.messages(SUPPORT)[0].reactions == {}
    reply = sandbox.messages(SUPPORT)[1].ts
    refused = await ben.act("delete_message", channel=SUPPORT, ts=reply)
    assert refused == {"ok": False, "error": "Slack refuses that: cant_delete_message."}
    await ben.act("delete_message", channel=SUPPORT, ts=ts)
    assert [message.text for message in sandbox.messages(SUPPORT)] == ["Since when?"]
    await ada.act("message", channel=SUPPORT, text="Closed")
    await ada.act("delete_message", channel=SUPPORT, ts=reply)
    assert [message.text for message in sandbox.messages(SUPPORT)] == ["Closed"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@FlowPilot it drops on the guest Wi-Fi", f"<@{QUICK.bot_user}> it drops on the guest Wi-Fi"),
        ("thanks, @ben okafor, and @ADA.", f"thanks, <@{BEN}>, and <@{ADA}>."),
        ("@ada Reyes @ada", f"<@{ADA}> <@{ADA}>"),
        ("(@chloe)", f"(<@{CHLOE}>)"),
        (f"<@{ADA}> is one already", f"<@{ADA}> is one already"),
        ("`@ada` and ```@ben\n@ada```, @ada", f"`@ada` and ```@ben\n@ada```, <@{ADA}>"),
        ("ben@ada.example @adam @ada.example @nobody", "ben@ada.example @adam @ada.example @nobody"),
    ],
)
async def test_typed_name_becomes_a_mention(
    sandbox: Sandbox, session: aiohttp.ClientSession, typed: str, sent: str
) -> None:
    await Page(sandbox, session, BEN).act("message", channel=SUPPORT, text=typed)
    assert [message.text for message in sandbox.messages(SUPPORT)] == [sent]


async def test_app_hears_of_its_typed_name(connected: Connected, session: aiohttp.ClientSession) -> None:
    heard: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def overhear() -> None: ...

        @app.event("app_mention")
        async def hear(event: Json) -> None:
            heard.append(event["text"])

    async with connected(register) as sandbox:
        await Page(sandbox, session, BEN).act("message", channel=SUPPORT, text="@flowpilot it drops")
        await sandbox.until(lambda: bool(heard))
    assert heard == [f"<@{QUICK.bot_user}> it drops"]


async def test_command_in_a_thread_is_refused_as_slack_does(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    answer = await Page(sandbox, session, BEN).act(
        "message", channel=SUPPORT, text="/flowpilot help", thread_ts="1.0"
    )
    assert answer == {"ok": False, "error": "/flowpilot is not supported in threads. Sorry!"}


async def test_failed_command_is_told_in_slacks_words(
    connected: Connected, session: aiohttp.ClientSession
) -> None:
    def register(app: AsyncApp) -> None:
        @app.command("/flowpilot")
        async def never(ack: Any) -> None:
            return None

    async with connected(register, IMPATIENT) as sandbox:
        answer = await Page(sandbox, session, BEN).act(
            "command", channel=SUPPORT, command="/flowpilot", text="help"
        )
    assert answer == {"ok": False, "error": '/flowpilot failed with the error "operation_timeout"'}


async def test_click_submit_and_close_reach_the_app(
    connected: Connected, session: aiohttp.ClientSession
) -> None:
    seen: list[Any] = []

    def register(app: AsyncApp) -> None:
        @app.action("open")
        async def opened(ack: Any, body: Any, client: Any) -> None:
            await ack()
            await client.views_open(
                trigger_id=body["trigger_id"], view=a_modal(an_input(), notify_on_close=True)
            )

        @app.view("proposal.reject")
        async def submitted(ack: Any, view: Any) -> None:
            await ack(response_action="errors", errors={"reason": "Say more."})
            seen.append(view["state"]["values"]["reason"]["reason.text"]["value"])

        @app.view_closed("proposal.reject")
        async def closed(ack: Any) -> None:
            await ack()
            seen.append("closed")

        @app.command("/flowpilot")
        async def card(ack: Any, say: Any) -> None:
            await ack()
            await say(text="New flow", blocks=[a_section(), {**actions(a_button("open")), "block_id": "row"}])

    async with connected(register) as sandbox:
        page = Page(sandbox, session, ADA)
        await page.act("message", channel=SUPPORT, text="/flowpilot queue")
        card = await sandbox.until(lambda: sandbox.messages(SUPPORT)[-1:])
        click = {"block_id": "row", "action_id": "open", "action": {"type": "button", "value": "P1:1"}}
        assert await page.act("click", channel=SUPPORT, ts=card[0].ts, **click) == {"ok": True}
        await sandbox.until(lambda: sandbox.person(ADA).top_view)
        (modal,) = (await page.state())["modals"]
        values = {"reason": {"reason.text": {"type": "plain_text_input", "value": "no"}}}
        assert await page.act("submit", view_id=modal["id"], values=values) == {"ok": True}
        (modal,) = (await page.state())["modals"]
        assert (modal["errors"], modal["busy"]) == ({"reason": "Say more."}, False)
        assert await page.act("close", view_id=modal["id"]) == {"ok": True}
        assert seen == ["no", "closed"]
        assert (await page.state())["modals"] == []


async def test_misbehaviour_is_asked_for_and_taken_back(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    page = Page(sandbox, session, ADA)
    await page.act("misbehave", method="chat.postMessage", kind="ratelimited", times=2, retry_after=9)
    (asked,) = (await page.state())["misbehaviour"]
    assert asked == {
        "method": "chat.postMessage",
        "kind": "ratelimited",
        "times": 2,
        "retry_after": 9,
        "delay": 0.0,
    }
    await page.act("misbehave", method="chat.postMessage", kind="none")
    assert (await page.state())["misbehaviour"] == []


async def test_notices_are_shown_until_dismissed(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    page = Page(sandbox, session, ADA)
    await page.act("open_home")
    (notice,) = (await page.state())["notices"]
    assert (notice["level"], "not connected" in notice["text"]) == ("warning", True)
    await page.act("dismiss_notice", id=notice["id"])
    assert (await page.state())["notices"] == []


async def test_incomplete_request_is_explained(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    answer = await Page(sandbox, session, ADA).act("submit")
    assert answer == {"ok": False, "error": "That request is not complete: KeyError('view_id')."}


@pytest.mark.parametrize("path", ["/", "/home", f"/c/{SUPPORT}"])
async def test_page_is_served_fresh(sandbox: Sandbox, session: aiohttp.ClientSession, path: str) -> None:
    async with session.get(f"{sandbox.url}{path}") as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["..%2fserver.py", "%2fetc%2fpasswd", "nothing.js"])
async def test_nothing_else_is_served(sandbox: Sandbox, session: aiohttp.ClientSession, path: str) -> None:
    async with session.get(f"{sandbox.url}/static/{path}") as answer:
        assert answer.status == 404

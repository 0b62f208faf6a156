"""What a person can do at the screen, and what becomes of it when the app fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.sandbox import ChannelConfig, NotOnScreenError, Sandbox, SlackError, serve_sandbox
from tests.sandbox.conftest import (
    ADA,
    BEN,
    QUICK,
    Connected,
    a_button,
    a_modal,
    a_section,
    actions,
    over_http,
    plain,
)

SUPPORT = "C0SUPPORT1"


def options(*values: str) -> list[dict[str, Any]]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def an_element(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "action_id": kind, **more}


ELEMENTS = [
    (an_element("static_select", options=options("all", "dns")), "dns", ("selected_option", "dns")),
    (an_element("static_select", options=options("all", "dns")), "Dns", ("selected_option", "dns")),
    (
        an_element("overflow", options=options("details", "evidence")),
        "evidence",
        ("selected_option", "evidence"),
    ),
    (an_element("radio_buttons", options=options("a", "b")), "a", ("selected_option", "a")),
    (an_element("checkboxes", options=options("a", "b", "c")), ["a", "c"], ("selected_options", ["a", "c"])),
    (an_element("multi_static_select", options=options("a", "b")), "b", ("selected_options", ["b"])),
    (an_element("users_select"), ADA, ("selected_user", ADA)),
    (an_element("multi_users_select"), [ADA, BEN], ("selected_users", [ADA, BEN])),
    (an_element("datepicker"), "2026-11-30", ("selected_date", "2026-11-30")),
]


def value_of(held: Any) -> Any:
    if isinstance(held, dict):
        return held["value"]
    return [value_of(each) for each in held] if isinstance(held, list) else held


@pytest.mark.parametrize(("element", "chosen", "wanted"), ELEMENTS)
async def test_choice_is_sent_as_slack_sends_it(element: Any, chosen: Any, wanted: Any) -> None:
    arrived: list[Any] = []

    def register(app: AsyncApp) -> None:
        @app.action(element["action_id"])
        async def handle(ack: Any, body: Any) -> None:
            await ack()
            arrived.append(body)

        @app.command("/flowpilot")
        async def card(ack: Any, say: Any) -> None:
            await say(text="Choose", blocks=[{**a_section(), "block_id": "row", "accessory": element}])
            await ack()

    async with over_http(register) as sandbox:
        ben = sandbox.person(BEN)
        await ben.command("#support", "/flowpilot help")
        assert (await ben.click(sandbox.messages(SUPPORT)[0], element["action_id"], chosen)).ok
    (body,) = arrived
    key, value = wanted
    assert value_of(body["actions"][0][key]) == value
    held = body["state"]["values"].get("row", {}).get(element["action_id"])
    assert held is None if element["type"] == "overflow" else value_of(held[key]) == value


async def test_what_is_not_there_cannot_be_clicked(sandbox: Sandbox) -> None:
    blocks = [actions(a_button(value="P1:1"), a_button("proposal.edit")), actions(a_button(value="P2:1"))]
    channel = sandbox.workspace.conversations.find(SUPPORT)
    message = sandbox.workspace.post("test", channel, {"text": "Card", "blocks": blocks})
    ben = sandbox.person(BEN)
    with pytest.raises(
        NotOnScreenError, match=r"no proposal\.reject .*there is proposal\.approve, proposal\.edit"
    ):
        await ben.click(message, "proposal.reject")
    with pytest.raises(NotOnScreenError, match="P3:1"):
        await ben.click(message, "proposal.approve", "P3:1")
    view = sandbox.workspace.views.push(BEN, a_modal())
    with pytest.raises(NotOnScreenError, match=r"no field 'why'; there is reason\.text"):
        await ben.submit(view, {"why": "x"})


async def test_nobody_acts_where_they_are_not(sandbox: Sandbox) -> None:
    channels = (ChannelConfig("C1", "admins", members=(ADA,)), ChannelConfig("C2", "old", is_archived=True))
    async with serve_sandbox(replace(QUICK, channels=channels)) as other:
        with pytest.raises(SlackError, match="channel_not_found"):
            await other.person(BEN).say("#admins", "hello")
        with pytest.raises(SlackError, match="is_archived"):
            await other.person(BEN).say("#old", "hello")
    with pytest.raises(SlackError, match="user_not_found"):
        sandbox.person("U404")


async def test_unknown_command_never_leaves(sandbox: Sandbox) -> None:
    ack = await sandbox.person(BEN).command("#support", "/flowpolit help")
    assert ack.error == "/flowpolit is not a valid command."
    assert sandbox.notices == []


async def test_app_is_not_told_of_what_it_did_not_subscribe_to() -> None:
    config = replace(QUICK, subscriptions=("app_mention",))
    async with over_http(lambda _app: None, config) as sandbox:
        assert (await sandbox.person(BEN).say("#support", "hello")).ok
        assert sandbox.notices == []


async def test_deleted_message_and_global_shortcut_reach_the_app(connected: Connected) -> None:
    arrived: asyncio.Queue[Any] = asyncio.Queue()

    def register(app: AsyncApp) -> None:
        @app.event({"type": "message", "subtype": "message_deleted"})
        async def deleted(event: Any) -> None:
            await arrived.put(event["previous_message"]["text"])

        @app.event("message")
        async def said() -> None:
            return None

        @app.shortcut("session.start")
        async def shortcut(ack: Any, body: Any) -> None:
            await ack()
            await arrived.put(body["user"]["id"])

    async with connected(register) as sandbox:
        ben = sandbox.person(BEN)
        await ben.say("#support", "typo")
        await ben.delete(sandbox.messages(SUPPORT)[0])
        await ben.global_shortcut("session.start")
        assert [await arrived.get(), await arrived.get()] == ["typo", BEN]
        assert sandbox.messages(SUPPORT) == []


async def test_nobody_writes_in_an_archived_channel_until_it_is_brought_back() -> None:
    async with serve_sandbox() as sandbox:
        ada = sandbox.person(ADA)
        await ada.archive("#support")
        with pytest.raises(SlackError, match="is_archived"):
            await ada.say("#support", "hello")
        await ada.archive("#support", bring_back=True)
        await ada.say("#support", "hello again")
        assert [message.text for message in sandbox.messages(SUPPORT)] == ["hello again"]


async def test_app_that_is_down_is_told_apart_from_one_that_is_slow() -> None:
    async with over_http(lambda _app: None) as sandbox:
        sandbox.request_url = "http://127.0.0.1:9/slack/events"
        ack = await sandbox.person(BEN).command("#support", "/flowpilot help")
        assert (ack.ok, ack.error) == (False, "the app cannot be reached (ClientConnectorError)")


BAD_ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"response_action": "shout"}, "invalid_response_action"),
    ({"response_action": "errors", "errors": {"nowhere": "Say why."}}, "invalid_response_action"),
    ({"response_action": "update", "view": a_modal(title=plain("x" * 25))}, "invalid_arguments"),
]


@pytest.mark.parametrize(("answer", "error"), BAD_ANSWERS)
async def test_submission_answered_with_nonsense_keeps_the_view(answer: Any, error: str) -> None:
    def register(app: AsyncApp) -> None:
        @app.view("proposal.reject")
        async def submitted(ack: Any) -> None:
            await ack(**answer)

    async with over_http(register) as sandbox:
        view = sandbox.workspace.views.push(BEN, a_modal())
        ack = await sandbox.person(BEN).submit(view, {"reason": "Because"})
        assert (ack.ok, ack.error) == (False, error)
        assert [notice.level for notice in sandbox.notices] == ["error"]
        kept = sandbox.person(BEN).top_view
        assert kept is not None
        assert (kept.title, kept.is_busy) == ("Reject this flow", False)


async def test_command_answered_with_an_invalid_message_fails(connected: Connected) -> None:
    def register(app: AsyncApp) -> None:
        @app.command("/flowpilot")
        async def handle(ack: Any) -> None:
            await ack(text="Numbers", blocks=[a_section("x" * 3001)])

    async with connected(register) as sandbox:
        ack = await sandbox.person(BEN).command("#support", "/flowpilot stats")
        assert (ack.ok, ack.error) == (False, "invalid_blocks")
        assert sandbox.ephemerals(BEN) == []

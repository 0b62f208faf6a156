"""slack_sdk's own client against the sandbox."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import ChannelConfig, Sandbox, SandboxConfig, serve_sandbox
from tests.sandbox.conftest import (
    ADA,
    BEN,
    CHLOE,
    QUICK,
    Clock,
    a_button,
    a_client,
    a_modal,
    a_section,
    actions,
)

REVIEW, SUPPORT = "C0REVIEW01", "C0SUPPORT1"
HOME = {"type": "home", "blocks": [a_section()]}


async def refused(call: Any) -> Any:
    """Return the answer of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def error_of(call: Any) -> str:
    return str((await refused(call))["error"])


async def test_tokens_are_checked(sandbox: Sandbox) -> None:
    for token, error in [
        ("", "not_authed"),
        ("xoxb-other", "invalid_auth"),
        (QUICK.app_token, "not_allowed_token_type"),
    ]:
        async with a_client(sandbox, token) as client:
            assert await error_of(client.auth_test()) == error
    async with a_client(sandbox) as client:
        assert (
            await error_of(client.apps_connections_open(app_token=QUICK.bot_token))
            == "not_allowed_token_type"
        )


async def test_auth_test_says_who_the_app_is(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == (
        QUICK.team_id,
        QUICK.bot_user,
        QUICK.bot_id,
    )
    assert answer.headers["X-OAuth-Scopes"] == QUICK.scopes


async def test_revoked_token_is_worthless(client: AsyncWebClient) -> None:
    assert (await client.auth_revoke())["revoked"]
    assert await error_of(client.auth_test()) == "token_revoked"


async def test_code_is_exchanged_for_the_token(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        for secret, wanted in [("wrong", None), (QUICK.client_secret, QUICK.bot_token)]:
            headers = {"Authorization": aiohttp.encode_basic_auth(QUICK.client_id, secret)}
            url = f"{sandbox.api_url}oauth.v2.access"
            async with session.post(url, data={"code": "any"}, headers=headers) as answer:
                assert (await answer.json()).get("access_token") == wanted


async def test_unknown_method_and_broken_json(sandbox: Sandbox, client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"
    assert await error_of(client.api_call("views.open", data={"view": "{broken"})) == "invalid_json"
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{sandbox.api_url}api.test", data="{", headers=headers) as answer:
            assert await answer.json() == {"ok": False, "error": "invalid_json"}


async def test_calls_are_recorded_with_their_errors(sandbox: Sandbox, client: AsyncWebClient) -> None:
    await client.api_test(foo="bar")
    await refused(client.users_info(user="U404"))
    assert [(call.method, call.error) for call in sandbox.calls] == [
        ("api.test", None),
        ("users.info", "user_not_found"),
    ]
    assert sandbox.calls[1].args == {"user": "U404"}


async def test_message_is_posted_updated_and_deleted(sandbox: Sandbox, client: AsyncWebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"job": "J1"}}
    posted = await client.chat_postMessage(
        channel=REVIEW, text="New flow", blocks=[a_section()], metadata=metadata
    )
    assert posted["message"]["blocks"][0]["block_id"]

    await client.chat_update(channel=REVIEW, ts=posted["ts"], text="Approved")
    (message,) = sandbox.messages("#flow-review")
    assert (message.text, message.blocks, message.metadata) == ("Approved", None, metadata)

    await client.chat_delete(channel=REVIEW, ts=posted["ts"])
    assert sandbox.messages(REVIEW) == []
    again = client.chat_update(channel=REVIEW, ts=posted["ts"], text="Approved")
    assert await error_of(again) == "message_not_found"


async def test_text_above_4000_is_too_long_for_an_update_only(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=REVIEW, text="x" * 4001)
    update = client.chat_update(channel=REVIEW, ts=posted["ts"], text="x" * 4001)
    assert await error_of(update) == "msg_too_long"
    await client.chat_update(channel=REVIEW, ts=posted["ts"], text="x" * 4000)


async def test_ephemeral_message_cannot_be_updated_or_found(sandbox: Sandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postEphemeral(channel=REVIEW, user=ADA, text="Only reviewers can decide.")
    ts = posted["message_ts"]
    assert [each.text for each in sandbox.ephemerals(ADA)] == ["Only reviewers can decide."]
    assert sandbox.ephemerals(BEN) == []
    assert await error_of(client.chat_update(channel=REVIEW, ts=ts, text="x")) == "message_not_found"
    assert await error_of(client.chat_delete(channel=REVIEW, ts=ts)) == "message_not_found"
    assert await error_of(client.chat_getPermalink(channel=REVIEW, message_ts=ts)) == "message_not_found"
    assert (await client.conversations_history(channel=REVIEW))["messages"] == []


async def test_messages_of_others_are_theirs(sandbox: Sandbox, client: AsyncWebClient) -> None:
    await sandbox.person(BEN).say("#support", "hello")
    ts = sandbox.messages("#support")[0].ts
    assert await error_of(client.chat_update(channel=SUPPORT, ts=ts, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel=SUPPORT, ts=ts)) == "cant_delete_message"


async def test_channels_that_cannot_be_written_to(clock: Clock) -> None:
    channels = (
        ChannelConfig("C1", "without", has_bot=False, members=(ADA,)),
        ChannelConfig("C2", "secret", is_private=True, has_bot=False),
        ChannelConfig("C3", "old", is_archived=True),
    )
    async with serve_sandbox(replace(QUICK, channels=channels)) as sandbox, a_client(sandbox) as client:
        wanted = {
            "C1": "not_in_channel",
            "C2": "channel_not_found",
            "C3": "is_archived",
            "C4": "channel_not_found",
        }
        for channel, error in wanted.items():
            assert await error_of(client.chat_postMessage(channel=channel, text="x")) == error
        assert await error_of(client.conversations_history(channel="C1")) == "not_in_channel"
        assert await error_of(client.conversations_info(channel="C2")) == "channel_not_found"
        assert await error_of(client.conversations_join(channel="C3")) == "is_archived"
        await client.conversations_join(channel="C1")
        absent = client.chat_postEphemeral(channel="C1", user=BEN, text="x")
        assert await error_of(absent) == "user_not_in_channel"


async def test_thread_is_read_in_order_and_pages(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=REVIEW, text="root")
    for number in range(3):
        await client.chat_postMessage(channel=REVIEW, text=f"reply {number}", thread_ts=root["ts"])
    (top,) = (await client.conversations_history(channel=REVIEW))["messages"]
    assert (top["text"], top["reply_count"], top["thread_ts"]) == ("root", 3, root["ts"])

    texts = []
    async for page in await client.conversations_replies(channel=REVIEW, ts=root["ts"], limit=2):
        texts += [message["text"] for message in page["messages"]]
    assert texts == ["root", "reply 0", "reply 1", "reply 2"]
    lost = client.chat_postMessage(channel=REVIEW, text="x", thread_ts="1.000001")
    assert await error_of(lost) == "thread_not_found"


async def test_history_shows_metadata_only_when_asked(client: AsyncWebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"job": "J1"}}
    first = await client.chat_postMessage(channel=REVIEW, text="one", metadata=metadata)
    await client.chat_postMessage(channel=REVIEW, text="two")
    plain = await client.conversations_history(channel=REVIEW)
    assert [message["text"] for message in plain["messages"]] == ["two", "one"]
    assert all("metadata" not in message for message in plain["messages"])
    shown = await client.conversations_history(
        channel=REVIEW, include_all_metadata=True, oldest=first["ts"], latest=first["ts"], inclusive=True
    )
    assert [message["metadata"] for message in shown["messages"]] == [metadata]
    broken = client.chat_postMessage(channel=REVIEW, text="x", metadata={"event_type": "card"})
    assert await error_of(broken) == "invalid_metadata_format"


async def test_direct_messages_by_user_and_by_channel(sandbox: Sandbox, client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users=BEN)
    await client.chat_postMessage(channel=opened["channel"]["id"], text="one")
    await client.chat_postMessage(channel=BEN, text="two")
    assert [message.text for message in sandbox.dm(BEN)] == ["one", "two"]
    assert sandbox.dm(ADA) == []


async def test_people_and_channels_are_listed(client: AsyncWebClient) -> None:
    members = []
    async for page in await client.users_list(limit=2):
        members += page["members"]
    assert [member["id"] for member in members] == [ADA, BEN, CHLOE, QUICK.bot_user]
    assert [member["is_admin"] for member in members] == [True, False, True, False]
    assert (await client.users_info(user=BEN))["user"]["profile"]["real_name"] == "Ben Okafor"
    listed = await client.conversations_list(types="public_channel,im")
    assert {channel["id"][0] for channel in listed["channels"]} == {"C", "D"}
    assert ADA in (await client.conversations_members(channel=REVIEW))["members"]
    assert len((await client.users_conversations())["channels"]) == 4
    assert (await client.bots_info(bot=QUICK.bot_id))["bot"]["user_id"] == QUICK.bot_user
    assert (await client.team_info())["team"]["id"] == QUICK.team_id
    assert await error_of(client.users_list(cursor="nowhere")) == "invalid_cursor"


async def test_permalink_opens_the_page(sandbox: Sandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=REVIEW, text="x")
    link = (await client.chat_getPermalink(channel=REVIEW, message_ts=posted["ts"]))["permalink"]
    assert link == f"{sandbox.url}/c/{REVIEW}?ts={posted['ts']}"


async def test_reaction_is_added_once(sandbox: Sandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=REVIEW, text="x")
    await client.reactions_add(channel=REVIEW, timestamp=posted["ts"], name="eyes")
    again = client.reactions_add(channel=REVIEW, timestamp=posted["ts"], name="eyes")
    assert await error_of(again) == "already_reacted"
    assert sandbox.messages(REVIEW)[0].reactions == {"eyes": (QUICK.bot_user,)}


async def test_refused_blocks_are_explained_and_kept(sandbox: Sandbox, client: AsyncWebClient) -> None:
    blocks = [a_section(), actions(a_button(text="x" * 76))]
    answer = await refused(client.chat_postMessage(channel=REVIEW, text="New flow", blocks=blocks))
    message = "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]"
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [message]
    assert sandbox.refused[0].payload["blocks"] == blocks
    assert "json-pointer:/blocks/1/elements/0" in sandbox.notices[0].text
    assert sandbox.messages(REVIEW) == []


async def test_blocks_without_text_are_refused(client: AsyncWebClient) -> None:
    post = client.chat_postMessage(channel=REVIEW, text=" ", blocks=[a_section()])
    with pytest.warns(UserWarning, match="text"):
        assert await error_of(post) == "no_text"


async def trigger(sandbox: Sandbox, user: str = ADA) -> str:
    return sandbox.workspace.triggers.issue(user)


async def test_trigger_opens_one_view_within_three_seconds(
    sandbox: Sandbox, client: AsyncWebClient, clock: Clock
) -> None:
    used, late = await trigger(sandbox), await trigger(sandbox)
    await client.views_open(trigger_id=used, view=a_modal())
    assert await error_of(client.views_open(trigger_id=used, view=a_modal())) == "exchanged_trigger_id"
    assert await error_of(client.views_open(trigger_id="12.34.56", view=a_modal())) == "invalid_trigger_id"
    clock.seconds += 3.1
    assert await error_of(client.views_open(trigger_id=late, view=a_modal())) == "expired_trigger_id"


async def test_three_views_are_the_most(sandbox: Sandbox, client: AsyncWebClient) -> None:
    assert await error_of(client.views_push(trigger_id=await trigger(sandbox), view=a_modal())) == "not_found"
    await client.views_open(trigger_id=await trigger(sandbox), view=a_modal())
    for _ in range(2):
        await client.views_push(trigger_id=await trigger(sandbox), view=a_modal())
    fourth = client.views_push(trigger_id=await trigger(sandbox), view=a_modal())
    assert await error_of(fourth) == "push_limit_reached"


async def test_view_is_updated_by_id_and_hash(sandbox: Sandbox, client: AsyncWebClient) -> None:
    view = (await client.views_open(trigger_id=await trigger(sandbox), view=a_modal(external_id="mine")))[
        "view"
    ]
    other = a_modal(title={"type": "plain_text", "text": "Now this"}, external_id="mine")
    changed = (await client.views_update(view_id=view["id"], hash=view["hash"], view=other))["view"]
    assert changed["hash"] != view["hash"]
    assert (
        await error_of(client.views_update(view_id=view["id"], hash=view["hash"], view=other))
        == "hash_conflict"
    )
    assert (await client.views_update(external_id="mine", view=other))["view"]["id"] == view["id"]
    assert await error_of(client.views_update(view_id="V404", view=other)) == "not_found"
    twice = client.views_push(trigger_id=await trigger(sandbox), view=a_modal(external_id="mine"))
    assert await error_of(twice) == "duplicate_external_id"


async def test_home_is_published_with_a_hash(sandbox: Sandbox, client: AsyncWebClient) -> None:
    first = (await client.views_publish(user_id=ADA, view=HOME))["view"]
    await client.views_publish(user_id=ADA, view=HOME, hash=first["hash"])
    stale = client.views_publish(user_id=ADA, view=HOME, hash=first["hash"])
    assert await error_of(stale) == "hash_conflict"
    wrong = await refused(client.views_publish(user_id=ADA, view=a_modal()))
    assert wrong["response_metadata"]["messages"] == ["[ERROR] must be home [json-pointer:/view/type]"]
    assert sandbox.home(BEN) is None


async def test_rates_are_enforced_when_asked(clock: Clock) -> None:
    config = SandboxConfig(enforce_rates=True)
    async with serve_sandbox(config, clock=clock) as sandbox, a_client(sandbox) as client:
        for _ in range(4):
            await client.chat_postMessage(channel=REVIEW, text="x")
        answer = await refused(client.chat_postMessage(channel=REVIEW, text="x"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "4")
        await client.chat_postMessage(channel=SUPPORT, text="another channel is free")
        clock.seconds += 4
        await client.chat_postMessage(channel=REVIEW, text="x")
        for _ in range(100):
            await client.users_info(user=BEN)
        assert await error_of(client.users_info(user=BEN)) == "ratelimited"


async def test_until_says_what_it_waited_for(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError, match=r"test_web_api\.py:\d+"):
        await sandbox.until(lambda: sandbox.messages(REVIEW), timeout=0.01)


async def test_until_wakes_at_the_change(sandbox: Sandbox, client: AsyncWebClient) -> None:
    waiting = asyncio.create_task(sandbox.until(lambda: sandbox.messages(REVIEW)))
    await client.chat_postMessage(channel=REVIEW, text="now")
    assert (await waiting)[0].text == "now"

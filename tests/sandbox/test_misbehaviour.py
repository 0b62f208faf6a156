"""What goes wrong on demand, uploads and response URLs."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import Sandbox, SlackError
from tests.sandbox.conftest import ADA, BEN, Clock, a_modal, a_section

REVIEW = "C0REVIEW01"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def an_image(file_id: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": "412 sessions, 78 % resolved."}


async def an_upload(client: AsyncWebClient) -> str:
    answer = await client.files_upload_v2(
        filename="stats.png", content=PNG, title="Stats", alt_txt="78 % resolved"
    )
    return str(answer["file"]["id"])


async def test_ratelimited_answers_429_and_does_nothing(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.misbehave("chat.postMessage", "ratelimited", times=2, retry_after=7)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="ratelimited") as caught:
            await client.chat_postMessage(channel=REVIEW, text="x")
        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    await client.chat_postMessage(channel=REVIEW, text="third")
    assert [message.text for message in sandbox.messages(REVIEW)] == ["third"]
    assert [call.error for call in sandbox.calls] == ["ratelimited", "ratelimited", None]


async def test_server_error_answers_503_and_does_nothing(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.misbehave("*", "server_error")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=REVIEW, text="x")
    assert caught.value.response.status_code == 503
    assert sandbox.messages(REVIEW) == []


async def test_accepted_call_can_lose_its_answer(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.misbehave("chat.postMessage", "timeout_after_accept")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=REVIEW, text="did it arrive?")
    assert [message.text for message in sandbox.messages(REVIEW)] == ["did it arrive?"]


async def test_answer_can_be_held_back_beyond_the_clients_patience(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    sandbox.misbehave("chat.postMessage", "timeout_after_accept", delay=30)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.chat_postMessage(channel=REVIEW, text="did it arrive?")
    assert len(sandbox.messages(REVIEW)) == 1


async def test_uploaded_picture_is_shown(sandbox: Sandbox, client: AsyncWebClient) -> None:
    file_id = await an_upload(client)
    await client.chat_postMessage(channel=REVIEW, text="Stats", blocks=[an_image(file_id)])
    file = sandbox.file(file_id)
    assert (file.content, file.title, file.alt_text, file.mimetype) == (
        PNG,
        "Stats",
        "78 % resolved",
        "image/png",
    )
    shown = (await client.files_info(file=file_id))["file"]
    async with aiohttp.ClientSession() as session, session.get(shown["url_private"]) as answer:
        assert await answer.read() == PNG
        assert answer.content_type == "image/png"
    await client.files_delete(file=file_id)
    assert sandbox.files == []
    with pytest.raises(SlackError, match="file_not_found"):
        sandbox.file(file_id)


async def test_picture_that_is_missing_or_ephemeral_is_refused(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError, match="invalid slack file"):
        await client.chat_postMessage(channel=REVIEW, text="Stats", blocks=[an_image("F404")])
    file_id = await an_upload(client)
    with pytest.raises(SlackApiError, match="invalid slack file"):
        await client.chat_postEphemeral(channel=REVIEW, user=ADA, text="Stats", blocks=[an_image(file_id)])
    await client.views_publish(user_id=ADA, view={"type": "home", "blocks": [an_image(file_id)]})


async def test_slow_file_is_refused_at_first(sandbox: Sandbox, client: AsyncWebClient) -> None:
    file_id = await an_upload(client)
    sandbox.misbehave("*", "slow_files", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="invalid slack file"):
            await client.chat_postMessage(channel=REVIEW, text="Stats", blocks=[an_image(file_id)])
    await client.chat_postMessage(channel=REVIEW, text="Stats", blocks=[an_image(file_id)])


async def test_upload_shared_in_a_channel_is_a_message(sandbox: Sandbox, client: AsyncWebClient) -> None:
    await client.files_upload_v2(
        filename="flows.json", content="{}", channel=REVIEW, initial_comment="Your export"
    )
    (message,) = sandbox.messages(REVIEW)
    assert message.text == "Your export"
    assert sandbox.file(message.files[0]).content == b"{}"


async def test_upload_of_another_length_is_refused(sandbox: Sandbox, client: AsyncWebClient) -> None:
    asked = await client.files_getUploadURLExternal(filename="a.png", length=3)
    async with aiohttp.ClientSession() as session:
        async with session.post(asked["upload_url"], data=b"four") as answer:
            assert answer.status == 400
        form = aiohttp.FormData()
        form.add_field("file", b"abc", filename="a.png")
        async with session.post(asked["upload_url"], data=form) as answer:
            assert (answer.status, sandbox.file(asked["file_id"]).content) == (200, b"abc")
    unfilled = await client.files_getUploadURLExternal(filename="b.png", length=3)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": unfilled["file_id"]}])


def a_response_url(sandbox: Sandbox, message_ts: str | None = None) -> AsyncWebhookClient:
    key = sandbox.workspace.response_urls.issue(BEN, REVIEW, message_ts)
    return AsyncWebhookClient(f"{sandbox.url}/response/{key}")


async def test_response_url_speaks_to_one_or_to_all(sandbox: Sandbox) -> None:
    url = a_response_url(sandbox)
    assert (await url.send(text="for you")).body == "ok"
    assert (await url.send(text="for all", response_type="in_channel")).status_code == 200
    assert [message.text for message in sandbox.ephemerals(BEN, REVIEW)] == ["for you"]
    assert [message.text for message in sandbox.messages(REVIEW)] == ["for all"]


async def test_response_url_works_five_times(sandbox: Sandbox) -> None:
    url = a_response_url(sandbox)
    answers = [await url.send(text=f"{number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body


async def test_response_url_works_for_half_an_hour(sandbox: Sandbox, clock: Clock) -> None:
    url = a_response_url(sandbox)
    clock.seconds += 1801
    assert "expired_url" in (await url.send(text="late")).body


async def test_ephemeral_message_is_replaced_and_deleted_by_its_response_url(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postEphemeral(channel=REVIEW, user=BEN, text="One moment.")
    url = a_response_url(sandbox, posted["message_ts"])
    await url.send(text="Done.", blocks=[a_section("Done.")], replace_original=True)
    assert [message.text for message in sandbox.ephemerals(BEN)] == ["Done."]
    await url.send(text="", delete_original=True)
    assert sandbox.ephemerals(BEN) == []
    assert "message_not_found" in (await url.send(text="again", replace_original=True)).body


async def test_response_url_is_linted_too(sandbox: Sandbox) -> None:
    answer = await a_response_url(sandbox).send(text="x", blocks=[a_section("")])
    assert (answer.status_code, sandbox.refused[0].method) == (400, "response_url")


async def test_closed_view_is_gone_and_told_of_only_if_asked(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    ada = sandbox.person(ADA)
    await client.views_open(trigger_id=sandbox.workspace.triggers.issue(ADA), view=a_modal())
    view = await sandbox.until(lambda: ada.top_view)
    assert (await ada.close(view)).ok
    assert ada.top_view is None
    assert sandbox.notices == []

"""Files: pictures, uploaded to the bot alone and shown by the blocks that name them, and documents for people."""

from __future__ import annotations

import hashlib

import aiohttp

from bot.domain.cards import Document, Picture
from bot.slack.api import SERVER_ERROR, SlackApi
from bot.slack.errors import SlackUnansweredError
from bot.slack.pace import Recent
from bot.slack.views.blocks import Json, image

OK = 200
MAX_ALT_CHARACTERS = 1000


class Pictures:
    """Uploads pictures; one that was uploaded lately is used again."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._known: Recent[str] = Recent()

    async def block_of(self, workspace_id: str, picture: Picture) -> Json:
        """The block that shows the picture. Slack may need a few seconds before it accepts it in a message.

        Raises what `SlackApi.call` raises.
        """
        fingerprint = f"{workspace_id}:{hashlib.sha256(picture.png).hexdigest()}"
        file_id = self._known.get(fingerprint)
        if file_id is None:
            file_id = await self._upload(workspace_id, picture)
            self._known.put(fingerprint, file_id)
        return image(file_id, picture.alt)

    async def _upload(self, workspace_id: str, picture: Picture) -> str:
        document = Document(content=picture.png, filename=picture.filename, title=picture.filename)
        return await upload(self._api, workspace_id, document, alt_txt=picture.alt[:MAX_ALT_CHARACTERS])


async def upload(
    api: SlackApi,
    workspace_id: str,
    document: Document,
    *,
    alt_txt: str | None = None,
    channel: str | None = None,
    thread_ts: str | None = None,
) -> str:
    """Slack's three steps: ask for an address, send the bytes there, say that it is done. The file's id.

    Without a channel the file stays private to the bot. Raises what `SlackApi.call` raises.
    """
    asked = await api.call(
        workspace_id,
        "files.getUploadURLExternal",
        filename=document.filename,
        length=len(document.content),
        alt_txt=alt_txt,
    )
    await _send(api, asked["upload_url"], document.content)
    file_id = str(asked["file_id"])
    done = [{"id": file_id, "title": document.title}]
    await api.call(
        workspace_id, "files.completeUploadExternal", files=done, channel_id=channel, thread_ts=thread_ts
    )
    return file_id


async def _send(api: SlackApi, url: str, content: bytes) -> None:
    try:
        async with api.session.post(url, data=content) as answer:
            status = answer.status
    except (TimeoutError, aiohttp.ClientError) as error:
        raise SlackUnansweredError("files.upload", type(error).__name__) from None
    if status != OK:
        reason = "server error" if status >= SERVER_ERROR else f"status {status}"
        raise SlackUnansweredError("files.upload", reason)

"""Pictures in messages: uploaded to the bot alone, shown by the image blocks that name them."""

from __future__ import annotations

import hashlib

import aiohttp

from bot.domain.cards import Picture
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
        """Slack's three steps: ask for an address, send the bytes there, say that it is done."""
        asked = await self._api.call(
            workspace_id,
            "files.getUploadURLExternal",
            filename=picture.filename,
            length=len(picture.png),
            alt_txt=picture.alt[:MAX_ALT_CHARACTERS],
        )
        await self._send(asked["upload_url"], picture.png)
        file_id = str(asked["file_id"])
        done = [{"id": file_id, "title": picture.filename}]
        await self._api.call(workspace_id, "files.completeUploadExternal", files=done)
        return file_id

    async def _send(self, url: str, content: bytes) -> None:
        try:
            async with self._api.session.post(url, data=content) as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError) as error:
            raise SlackUnansweredError("files.upload", type(error).__name__) from None
        if status != OK:
            reason = "server error" if status >= SERVER_ERROR else f"status {status}"
            raise SlackUnansweredError("files.upload", reason)

"""Uploaded files: asked for, filled, completed, shown."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from bot.sandbox.wire import Json, SlackError

SHOWABLE = ("image/png", "image/jpeg", "image/gif")


@dataclass(frozen=True)
class StoredFile:
    """A file of the workspace; `content` is empty until it was uploaded, `created_at` is in seconds since 1970."""

    id: str
    name: str
    title: str
    alt_text: str
    length: int
    created_at: int
    user: str
    content: bytes = b""
    is_complete: bool = False
    channels: tuple[str, ...] = ()

    @property
    def mimetype(self) -> str:
        """The type that the name suggests."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def path(self) -> str:
        """Where the sandbox serves the bytes."""
        return f"/files/{self.id}/{self.name}"

    @property
    def is_showable(self) -> bool:
        """Whether an image block may show it."""
        return self.is_complete and self.mimetype in SHOWABLE

    def as_slack(self, origin: str) -> Json:
        """Return Slack's file object, with links that start with `origin`."""
        link = f"{origin}{self.path}"
        return {
            "id": self.id,
            "created": self.created_at,
            "timestamp": self.created_at,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": PurePosixPath(self.name).suffix[1:] or "binary",
            "user": self.user,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "is_public": bool(self.channels),
            "alt_txt": self.alt_text,
            "url_private": link,
            "url_private_download": link,
            "permalink": link,
            "channels": list(self.channels),
            "groups": [],
            "ims": [],
        }


class Files:
    """The files of the workspace by id."""

    def __init__(self) -> None:
        """Start with none."""
        self._stored: dict[str, StoredFile] = {}
        self._asked = 0

    def __iter__(self) -> Iterator[StoredFile]:
        """Iterate over the files, oldest first."""
        return iter(self._stored.values())

    def get(self, file_id: str) -> StoredFile:
        """Return a file; raises SlackError("file_not_found")."""
        if file_id not in self._stored:
            raise SlackError("file_not_found")
        return self._stored[file_id]

    def ask(self, name: str, length: int, *, alt_text: str, user: str, now: float) -> StoredFile:
        """Return a file that waits for its `length` bytes."""
        self._asked += 1
        file = StoredFile(
            f"F{self._asked:010}", PurePosixPath(name).name, name, alt_text, length, int(now), user
        )
        self._stored[file.id] = file
        return file

    def fill(self, file_id: str, content: bytes) -> StoredFile:
        """Keep the bytes; raises SlackError: file_not_found, or file_upload_size_error if their number is another."""
        file = self.get(file_id)
        if file.is_complete or len(content) != file.length:
            raise SlackError("file_upload_size_error")
        return self._keep(replace(file, content=content))

    def complete(self, file_id: str, *, title: str | None, channels: tuple[str, ...]) -> StoredFile:
        """Make an uploaded file usable; raises SlackError("file_not_found") if its bytes never came."""
        file = self.get(file_id)
        if not file.content:
            raise SlackError("file_not_found")
        return self._keep(replace(file, title=title or file.name, is_complete=True, channels=channels))

    def delete(self, file_id: str) -> None:
        """Forget a file; raises SlackError("file_not_found")."""
        del self._stored[self.get(file_id).id]

    def shown_by(self, slack_file: Json) -> StoredFile | None:
        """Return the file that an image block's `slack_file` names by id or url, None if it cannot be shown."""
        for file in self._stored.values():
            named = slack_file.get("id") == file.id or str(slack_file.get("url", "")).endswith(file.path)
            if named and file.is_showable:
                return file
        return None

    def _keep(self, file: StoredFile) -> StoredFile:
        self._stored[file.id] = file
        return file

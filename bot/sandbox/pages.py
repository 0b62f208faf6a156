"""The browser page, uploaded files and response URLs: what is served besides the API."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web

from bot.sandbox.answers import Answers
from bot.sandbox.wire import SlackError
from bot.sandbox.workspace import Workspace

STATIC = Path(__file__).parent / "static"
FRESH = {"Cache-Control": "no-cache"}


class Pages:
    """Small handlers for one workspace."""

    def __init__(self, workspace: Workspace, answers: Answers) -> None:
        """Serve the files of `workspace`; response URLs speak through `answers`."""
        self._workspace = workspace
        self._answers = answers

    async def index(self, _request: web.Request) -> web.StreamResponse:
        """Serve the page itself."""
        return _served(STATIC / "index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Serve a script or style sheet."""
        return _served(STATIC / request.match_info["path"])

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Serve the bytes of an uploaded file."""
        try:
            file = self._workspace.files.get(request.match_info["file"])
        except SlackError:
            raise web.HTTPNotFound from None
        return web.Response(body=file.content, content_type=file.mimetype)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take the bytes of a file, as the body or as the first part of a form."""
        if request.content_type.startswith("multipart/"):
            part = await (await request.multipart()).next()
            content = bytes(await part.read()) if part is not None else b""  # type: ignore[union-attr]
        else:
            content = await request.content.read()
        try:
            file = self._workspace.files.fill(request.match_info["file"], content)
        except SlackError as error:
            return web.Response(status=400, text=error.code)
        return web.Response(text=f"OK - {len(file.content)}")

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take what the app says to a response URL."""
        try:
            grant = self._workspace.response_urls.use(request.match_info["key"])
        except SlackError as error:
            return web.json_response(error.as_answer(), status=404)
        try:
            self._answers.respond(grant, json.loads(await request.text()), "response_url")
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        except SlackError as error:
            return web.json_response(error.as_answer(), status=400)
        return web.Response(text="ok")


def _served(path: Path) -> web.StreamResponse:
    """Return a file of the static folder; raises HTTPNotFound for anything else."""
    if not path.resolve().is_relative_to(STATIC) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=FRESH)

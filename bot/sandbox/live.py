"""What one person sees, as the browser page reads it, sent again after each change."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.sandbox.blocks import files_shown
from bot.sandbox.config import PersonConfig
from bot.sandbox.delivery import Deliveries
from bot.sandbox.messages import Channel, Message
from bot.sandbox.views import View
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Workspace

DEBOUNCE_SECONDS = 0.03
APP_COLOR = "cc79a7"


class Live:
    """Serves the page's WebSocket."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries) -> None:
        """Show `workspace`, and by which way `deliveries` reach the app."""
        self._workspace = workspace
        self._deliveries = deliveries
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one page's connection until it leaves; a page that names nobody sees as the first person."""
        people = {person.id: person for person in self._workspace.config.people}
        person = people.get(request.query.get("user", ""), self._workspace.config.people[0])
        # Compressed, aiohttp writes in a task of its own, whose error nobody takes if the page leaves meanwhile.
        socket = web.WebSocketResponse(heartbeat=30, compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        sender = asyncio.create_task(self._send_changes(socket, person))
        try:
            async for _ in socket:
                pass
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Close the connections of every page."""
        for socket in list(self._sockets):
            await socket.close()

    async def _send_changes(self, socket: web.WebSocketResponse, person: PersonConfig) -> None:
        changes = self._workspace.changes
        with contextlib.suppress(ConnectionError):
            while True:
                count = changes.count
                await socket.send_json({"type": "state", "state": self.state(person)})
                await changes.after(count)
                await asyncio.sleep(DEBOUNCE_SECONDS)

    def state(self, person: PersonConfig) -> Json:
        """Return the whole State of the page for one person."""
        workspace, config = self._workspace, self._workspace.config
        people = [_user(each) for each in config.people]
        bot = _user(
            PersonConfig(config.bot_user, config.app_name.lower(), config.app_name, "App", color=APP_COLOR)
        )
        home = workspace.views.homes.get(person.id)
        return {
            "team": {"id": config.team_id, "name": config.team_name},
            "me": _user(person),
            "people": people,
            "users": {each["id"]: each for each in [*people, {**bot, "is_bot": True}]},
            "app": {
                "name": config.app_name,
                "bot_user": config.bot_user,
                "connected": self._deliveries.transport is not None,
                "transport": self._deliveries.transport,
            },
            "channels": [
                self._channel(person, each) for each in workspace.conversations.shared_by(person.id)
            ],
            "home": self._view(home) if home else None,
            "modals": [self._view(view) for view in workspace.views.stacks.get(person.id, [])],
            "commands": [asdict(each) for each in config.commands],
            "message_shortcuts": [asdict(each) for each in config.message_shortcuts],
            "global_shortcuts": [asdict(each) for each in config.global_shortcuts],
            "notices": [each.as_json() for each in workspace.journal.notices],
            "misbehaviour": workspace.misbehaviours.as_json(),
        }

    def _channel(self, person: PersonConfig, channel: Channel) -> Json:
        conversations, config = self._workspace.conversations, self._workspace.config
        is_direct = channel.kind == "im"
        return {
            "id": channel.id,
            "name": config.app_name if is_direct else channel.name,
            "kind": channel.kind,
            "with": config.bot_user if is_direct else None,
            "topic": channel.topic,
            "archived": channel.is_archived,
            "unread": conversations.unread(person.id, channel.id),
            "messages": [self._message(each) for each in conversations.seen_by(person.id, channel.id)],
        }

    def _message(self, message: Message) -> Json:
        return {
            "ts": message.ts,
            "thread_ts": message.thread_ts,
            "user": message.user,
            "text": message.text,
            "blocks": self._blocks(message.blocks) if message.blocks else None,
            "ephemeral": message.is_ephemeral,
            "edited": message.is_edited,
            "deleted": False,
            "reply_count": len(self._workspace.conversations.replies(message)),
            "broadcast": message.is_broadcast,
            "reactions": [{"name": name, "users": list(users)} for name, users in message.reactions.items()],
            "files": [self._file(file_id) for file_id in message.files],
        }

    def _file(self, file_id: str) -> Json:
        try:
            file = self._workspace.files.get(file_id)
        except SlackError:
            return {
                "id": file_id,
                "name": "",
                "title": "Deleted file",
                "mimetype": "",
                "alt_text": "",
                "url": "",
            }
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "alt_text": file.alt_text,
            "url": file.path,
        }

    def _view(self, view: View) -> Json:
        shown = view.as_slack(self._workspace.config)
        blocks = self._blocks(view.blocks)
        return {**shown, "blocks": blocks, "errors": dict(view.errors), "busy": view.is_busy}

    def _blocks(self, blocks: list[Json]) -> list[Json]:
        """Return the blocks with a link in each image that shows an uploaded file."""
        shown: list[Json] = copy.deepcopy(blocks)
        for pointer, slack_file in files_shown(shown):
            file = self._workspace.files.shown_by(slack_file)
            _at(shown, pointer.removesuffix("/slack_file"))["image_url"] = file.path if file else ""
        return shown


def _user(person: PersonConfig) -> Json:
    shown = asdict(person)
    return {name: shown[name] for name in ("id", "name", "real_name", "title", "is_admin", "color")} | {
        "is_bot": False
    }


def _at(blocks: list[Json], pointer: str) -> Any:
    found: Any = blocks
    for step in pointer.split("/")[1:]:
        found = found[int(step) if isinstance(found, list) else step]
    return found

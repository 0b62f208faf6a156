"""What the browser page asks for, done by the person who sits in front of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from bot.sandbox.delivery import TIMEOUT, Ack
from bot.sandbox.messages import Message
from bot.sandbox.misbehave import ANY, KINDS, Misbehaviour
from bot.sandbox.people import Person
from bot.sandbox.views import View
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"

EVENTS = ("open_home", "react", "delete_message")

Act: TypeAlias = Callable[[Person, Json], Awaitable[Ack]]


class Acts:
    """Serves POST /sandbox/act."""

    def __init__(self, workspace: Workspace, person: Callable[[str], Person]) -> None:
        """Act in `workspace` through what `person` returns for a user id."""
        self._workspace = workspace
        self._person = person
        self._acts: dict[str, Act] = {
            "message": lambda who, asked: who.say(asked["channel"], asked["text"], asked.get("thread_ts")),
            "command": lambda who, asked: who.command(
                asked["channel"], f"{asked['command']} {asked.get('text', '')}"
            ),
            "click": self._click,
            "submit": lambda who, asked: who.send_form(self._view(asked), asked["values"]),
            "close": lambda who, asked: who.close(self._view(asked)),
            "open_home": lambda who, _asked: who.open_home(),
            "message_shortcut": lambda who, asked: who.message_shortcut(
                self._message(asked), asked["callback_id"]
            ),
            "global_shortcut": lambda who, asked: who.global_shortcut(asked["callback_id"]),
            "react": lambda who, asked: who.react(
                self._message(asked), asked["name"], remove=bool(asked.get("remove"))
            ),
            "delete_message": lambda who, asked: who.delete(self._message(asked)),
            "read": self._read,
            "dismiss_notice": self._dismiss,
            "misbehave": self._misbehave,
        }

    async def serve(self, request: web.Request) -> web.Response:
        """Do one thing and answer when the app has acked it."""
        try:
            asked = await request.json()
            ack = await self._acts[asked["do"]](self._person(asked["user"]), asked)
        except SlackError as error:
            return web.json_response({"ok": False, "error": f"Slack refuses that: {error.code}."})
        except (ValueError, TypeError, KeyError) as error:
            return web.json_response(
                {"ok": False, "error": f"That request is not complete: {error!r}."}, status=400
            )
        if ack.ok or not self._is_shown(asked):
            return web.json_response({"ok": True})
        return web.json_response({"ok": False, "error": self._sentence(asked, ack)})

    def _is_shown(self, asked: Json) -> bool:
        """Whether a failure is shown to the person: of events, people never learn what became."""
        return asked["do"] not in EVENTS and not (
            asked["do"] == "message" and not asked["text"].startswith("/")
        )

    def _sentence(self, asked: Json, ack: Ack) -> str:
        """Return the words that Slack shows to somebody whose act failed."""
        error = TROUBLE if asked["do"] == "submit" and ack.error == TIMEOUT else ack.error or ""
        if error.endswith((".", "!", "?")):
            return error
        text = asked.get("text", "")
        typed = text.partition(" ")[0] if text.startswith("/") else None
        return f'{asked.get("command") or typed or self._workspace.config.app_name} failed with the error "{error}"'

    def _view(self, asked: Json) -> View:
        return self._workspace.views.get(asked["view_id"])

    def _message(self, asked: Json) -> Message:
        return self._workspace.conversations.get(asked["channel"], asked["ts"])

    async def _click(self, person: Person, asked: Json) -> Ack:
        seen = self._view(asked) if asked.get("view_id") else self._message(asked)
        action = {
            **asked["action"],
            "block_id": asked["block_id"],
            "action_id": asked["action_id"],
            "action_ts": self._workspace.conversations.next_ts(),
        }
        return await person.press(seen, action, asked.get("state", {}).get("values"))

    async def _read(self, person: Person, asked: Json) -> Ack:
        if self._workspace.conversations.unread(person.id, asked["channel"]):
            self._workspace.conversations.mark_read(person.id, asked["channel"])
            self._workspace.changes.notify()
        return Ack(ok=True)

    async def _dismiss(self, _person: Person, asked: Json) -> Ack:
        self._workspace.journal.dismiss(asked["id"])
        return Ack(ok=True)

    async def _misbehave(self, _person: Person, asked: Json) -> Ack:
        method, kind = asked.get("method") or ANY, asked["kind"]
        if kind in KINDS:
            wanted = {
                name: asked[name] for name in ("times", "retry_after", "delay") if asked.get(name) is not None
            }
            self._workspace.misbehaviours.add(Misbehaviour(method, kind, **wanted))
        else:
            self._workspace.misbehaviours.remove(method)
        self._workspace.changes.notify()
        return Ack(ok=True)

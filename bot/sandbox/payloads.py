"""What Slack sends to an app: events, commands, interactions."""

from __future__ import annotations

from typing import Any

from bot.sandbox.config import SandboxConfig
from bot.sandbox.messages import Channel, Message
from bot.sandbox.views import View
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

TOKEN = "sandbox-verification-token"  # noqa: S105  (Slack's retired token: apps must not rely on it)


def message_json(config: SandboxConfig, message: Message) -> Json:
    """Return Slack's message object, without metadata."""
    shown: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": config.team_id,
    }
    if message.user == config.bot_user:
        shown |= {"bot_id": config.bot_id, "app_id": config.app_id}
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.is_broadcast:
        shown["subtype"] = "thread_broadcast"
    if message.is_edited:
        shown["edited"] = {"user": message.user, "ts": message.ts}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return shown


class Payloads:
    """Builds the payloads for one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        """Take ids, triggers and response URLs from `workspace`."""
        self._workspace = workspace
        self._config = workspace.config

    def event(self, event: Json) -> Json:
        """Return the Events API's envelope around `event`."""
        config, number = self._config, next(self._workspace.numbers)
        authorization = {
            "enterprise_id": None,
            "team_id": config.team_id,
            "user_id": config.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": TOKEN,
            "team_id": config.team_id,
            "context_team_id": config.team_id,
            "context_enterprise_id": None,
            "api_app_id": config.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{number:010}",
            "event_time": int(self._workspace.clock()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
            "event_context": f"EC{number:010}",
        }

    def message_event(self, channel: Channel, message: Message, **more: Any) -> Json:
        """Return the event of a message that a person wrote."""
        return self.event(
            {
                **message_json(self._config, message),
                "channel": channel.id,
                "channel_type": channel.event_type,
                "event_ts": message.ts,
                **more,
            }
        )

    def command(self, user: str, channel: Channel, command: str, text: str) -> Json:
        """Return the form of a slash command."""
        name = "directmessage" if channel.kind == "im" else channel.name
        return {
            "token": TOKEN,
            "team_id": self._config.team_id,
            "team_domain": self._config.team_domain,
            "channel_id": channel.id,
            "channel_name": "privategroup" if channel.kind == "private" else name,
            "user_id": user,
            "user_name": self._workspace.person(user).name,
            "command": command,
            "text": text,
            "api_app_id": self._config.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, channel.id),
            "trigger_id": self._workspace.triggers.issue(user),
        }

    def click_in_message(self, user: str, message: Message, action: Json, values: Json) -> Json:
        """Return block_actions from a message; an ephemeral one is only named, as Slack keeps no copy of it."""
        where: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.is_ephemeral,
        }
        if message.thread_ts:
            where["thread_ts"] = message.thread_ts
        payload = {
            **self._interaction("block_actions", user),
            "container": where,
            "channel": self._channel(message.channel),
            "state": {"values": values},
            "response_url": self._response_url(user, message.channel, message.ts),
            "actions": [action],
        }
        return payload if message.is_ephemeral else {**payload, "message": self._with_metadata(message)}

    def click_in_view(self, user: str, view: View, action: Json, values: Json) -> Json:
        """Return block_actions from a modal or the Home."""
        shown = view.as_slack(self._config)
        return {
            **self._interaction("block_actions", user),
            "container": {"type": "view", "view_id": view.id},
            "view": {**shown, "state": {"values": values}},
            "actions": [action],
        }

    def submission(self, user: str, view: View) -> Json:
        """Return view_submission."""
        shown = view.as_slack(self._config)
        return {**self._interaction("view_submission", user), "view": shown, "response_urls": []}

    def closed(self, user: str, view: View, *, is_cleared: bool) -> Json:
        """Return view_closed."""
        payload = self._interaction("view_closed", user, has_trigger=False)
        return {**payload, "view": view.as_slack(self._config), "is_cleared": is_cleared}

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Json:
        """Return message_action, the choice of the app's entry in a message's menu."""
        return {
            **self._interaction("message_action", user),
            "callback_id": callback_id,
            "channel": self._channel(message.channel),
            "message": self._with_metadata(message),
            "message_ts": message.ts,
            "action_ts": self._workspace.conversations.next_ts(),
            "response_url": self._response_url(user, message.channel, message.ts),
        }

    def global_shortcut(self, user: str, callback_id: str) -> Json:
        """Return shortcut, the choice of the app's entry in the composer."""
        action_ts = self._workspace.conversations.next_ts()
        return {**self._interaction("shortcut", user), "callback_id": callback_id, "action_ts": action_ts}

    def _interaction(self, kind: str, user: str, *, has_trigger: bool = True) -> Json:
        person = self._workspace.person(user)
        name, team_id = person.name, person.team_id or self._config.team_id
        payload: Json = {
            "type": kind,
            "user": {"id": user, "username": name, "name": name, "team_id": team_id},
            "api_app_id": self._config.app_id,
            "token": TOKEN,
            "team": {"id": self._config.team_id, "domain": self._config.team_domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        return {**payload, "trigger_id": self._workspace.triggers.issue(user)} if has_trigger else payload

    def _channel(self, channel_id: str) -> Json:
        channel = self._workspace.conversations.channels[channel_id]
        return {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name}

    def _with_metadata(self, message: Message) -> Json:
        shown = message_json(self._config, message)
        if self._workspace.conversations.replies(message):
            shown["thread_ts"] = message.ts
        return {**shown, "metadata": message.metadata} if message.metadata else shown

    def _response_url(self, user: str, channel: str, message_ts: str | None = None) -> str:
        key = self._workspace.response_urls.issue(user, channel, message_ts)
        return f"{self._workspace.origin}/response/{key}"

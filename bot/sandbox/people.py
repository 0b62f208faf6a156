"""A person at the screen: everything one can do in Slack to an app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.sandbox.answers import Answers
from bot.sandbox.delivery import Ack, Deliveries, Parcel
from bot.sandbox.mentions import with_mentions
from bot.sandbox.messages import Channel, Message
from bot.sandbox.payloads import Payloads
from bot.sandbox.screen import Entered, Seen, action_on, complaints, filled_in, find, with_action
from bot.sandbox.views import View
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Workspace


class Person:
    """Acts for one user. Each act returns, as an Ack, how the app took it, after at most the time it has to ack."""

    def __init__(
        self, user: str, workspace: Workspace, deliveries: Deliveries, payloads: Payloads, answers: Answers
    ) -> None:
        """Raise SlackError("user_not_found") if nobody has that id."""
        self.id = workspace.person(user).id
        self._workspace = workspace
        self._deliveries = deliveries
        self._payloads = payloads
        self._answers = answers

    @property
    def top_view(self) -> View | None:
        """The modal in front of the person."""
        return self._workspace.views.top(self.id)

    @property
    def home(self) -> View | None:
        """The Home that the app published for the person."""
        return self._workspace.views.homes.get(self.id)

    async def command(self, channel: str, line: str) -> Ack:
        """Type a slash command with its text into a channel."""
        command, _, text = line.strip().partition(" ")
        if command not in [each.command for each in self._workspace.config.commands]:
            return Ack(ok=False, status=0, error=f"{command} is not a valid command.")
        form = self._payloads.command(self.id, self._channel(channel), command, text.strip())
        ack = await self._deliveries.deliver(Parcel("slash_commands", form))
        return self._answers.after_command(ack, form)

    async def say(self, channel: str, text: str, thread_ts: str | None = None) -> Ack:
        """Write a message, in which an @name mentions; one that starts with a slash is a command.

        Slack takes no commands in a thread.
        """
        if text.startswith("/"):
            refusal = f"{text.partition(' ')[0]} is not supported in threads. Sorry!"
            return Ack(ok=False, status=0, error=refusal) if thread_ts else await self.command(channel, text)
        place = self._channel(channel)
        if place.is_archived:
            raise SlackError("is_archived")
        ts = self._workspace.conversations.next_ts()
        written = with_mentions(text, self._workspace.config)
        message = self._workspace.say(Message(place.id, ts, self.id, written, thread_ts=thread_ts))
        if self._workspace.config.bot_user not in place.members:
            return Ack(ok=True)
        return await self._tell(place, message)

    async def _tell(self, channel: Channel, message: Message) -> Ack:
        event = self._payloads.message_event(channel, message)
        ack = await self._deliveries.deliver(Parcel("events_api", event))
        if channel.kind != "im" and f"<@{self._workspace.config.bot_user}>" in message.text:
            mention = self._payloads.message_event(channel, message, type="app_mention")
            del mention["event"]["channel_type"]
            mentioned = await self._deliveries.deliver(Parcel("events_api", mention))
            return ack if not ack.ok else mentioned
        return ack

    async def click(self, seen: Seen, action_id: str, value: Entered = None) -> Ack:
        """Click a button, or choose or enter `value` in another element.

        An option is named by its value or by its words; among buttons that share an action id, `value` tells which.
        Raises NotOnScreenError if the element or the option is not there.
        """
        there = find(seen, action_id, value)
        return await self.press(seen, action_on(there, value, self._workspace.conversations.next_ts()))

    async def press(self, seen: Seen, action: Json, entered: Json | None = None) -> Ack:
        """Send an action as it stands in block_actions; `entered` is state.values of the inputs around it."""
        if isinstance(seen, Message):
            values = with_action(entered or self._workspace.entered(self.id, seen), action)
            self._workspace.enter(self.id, seen, values)
            payload = self._payloads.click_in_message(self.id, self._latest(seen), action, values)
        else:
            view = self._workspace.views.get(seen.id)
            values = with_action({**view.values, **(entered or {})}, action)
            self._workspace.views.keep(replace(view, values=values))
            payload = self._payloads.click_in_view(self.id, view, action, values)
        return await self._deliveries.deliver(Parcel("interactive", payload))

    async def submit(self, view: View, values: Mapping[str, Entered]) -> Ack:
        """Fill in a modal, naming fields by action id or block id, and submit it.

        Raises NotOnScreenError for a field that is not there.
        """
        return await self.send_form(view, filled_in(self._workspace.views.get(view.id), values))

    async def send_form(self, view: View, values: Json) -> Ack:
        """Submit a modal with `values` as its state; what Slack itself complains of never reaches the app."""
        view = self._workspace.views.get(view.id)
        values = {**view.values, **values}
        errors = complaints(view, values)
        view = self._workspace.views.keep(replace(view, values=values, errors=errors, is_busy=not errors))
        self._workspace.changes.notify()
        if errors:
            return Ack(ok=False, status=0, error="; ".join(errors.values()))
        ack = await self._deliveries.deliver(Parcel("interactive", self._payloads.submission(self.id, view)))
        return await self._answers.after_submission(ack, view)

    async def close(self, view: View) -> Ack:
        """Close a modal without submitting it."""
        view = self._workspace.views.get(view.id)
        views = self._workspace.views
        gone = views.clear(self.id) if view.payload.get("clear_on_close") else views.drop(view)
        self._workspace.changes.notify()
        return await self._answers.tell_closed(gone, is_cleared=bool(view.payload.get("clear_on_close")))

    async def open_home(self) -> Ack:
        """Open the app's Home."""
        event: Json = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self._channel(self.id).id,
            "tab": "home",
            "event_ts": self._workspace.conversations.next_ts(),
        }
        if self.home is not None:
            event["view"] = self.home.as_slack(self._workspace.config)
        return await self._deliveries.deliver(Parcel("events_api", self._payloads.event(event)))

    async def message_shortcut(self, message: Message, callback_id: str) -> Ack:
        """Choose the app's entry in the menu of a message."""
        payload = self._payloads.message_shortcut(self.id, self._latest(message), callback_id)
        return await self._deliveries.deliver(Parcel("interactive", payload))

    async def global_shortcut(self, callback_id: str) -> Ack:
        """Choose the app's entry in the composer."""
        payload = self._payloads.global_shortcut(self.id, callback_id)
        return await self._deliveries.deliver(Parcel("interactive", payload))

    async def react(self, message: Message, name: str, *, remove: bool = False) -> Ack:
        """React to a message, or take the reaction back; raises SlackError if that changes nothing."""
        self._workspace.conversations.react(self._latest(message), name, self.id, remove=remove)
        self._workspace.changes.notify()
        event = {
            "type": "reaction_removed" if remove else "reaction_added",
            "user": self.id,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "item_user": message.user,
            "event_ts": self._workspace.conversations.next_ts(),
        }
        return await self._deliveries.deliver(Parcel("events_api", self._payloads.event(event)))

    async def delete(self, message: Message) -> Ack:
        """Delete a message of one's own, as an admin of the workspace anybody's.

        Raises SlackError("cant_delete_message") for other people's.
        """
        if self.id not in (message.user, message.only_for) and not self._workspace.person(self.id).is_admin:
            raise SlackError("cant_delete_message")
        self._workspace.delete(message)
        if message.is_ephemeral:
            return Ack(ok=True)
        channel = self._channel(message.channel)
        deleted = self._payloads.message_event(channel, message)
        before = deleted["event"]
        deleted["event"] = {
            "type": "message",
            "subtype": "message_deleted",
            "channel": channel.id,
            "channel_type": channel.event_type,
            "deleted_ts": message.ts,
            "previous_message": before,
            "event_ts": self._workspace.conversations.next_ts(),
        }
        return await self._deliveries.deliver(Parcel("events_api", deleted))

    async def archive(self, channel: str, *, bring_back: bool = False) -> Ack:
        """Archive a channel, so that nobody can write there, or bring it back."""
        place = self._channel(channel)
        self._workspace.conversations.change(replace(place, is_archived=not bring_back))
        self._workspace.changes.notify()
        event = {
            "type": "channel_unarchive" if bring_back else "channel_archive",
            "channel": place.id,
            "user": self.id,
            "event_ts": self._workspace.conversations.next_ts(),
        }
        return await self._deliveries.deliver(Parcel("events_api", self._payloads.event(event)))

    def _channel(self, reference: str) -> Channel:
        channel = self._workspace.conversations.find(reference)
        if self.id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def _latest(self, message: Message) -> Message:
        return self._workspace.conversations.get(message.channel, message.ts)

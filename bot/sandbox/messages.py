"""Channels and the messages in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.sandbox.config import ChannelConfig, SandboxConfig
from bot.sandbox.wire import Json, SlackError

ChannelKind = Literal["channel", "private", "im"]


@dataclass(frozen=True)
class Channel:
    """A channel, or the direct messages between one person (`with_user`) and the app."""

    id: str
    name: str
    kind: ChannelKind
    members: tuple[str, ...]
    topic: str = ""
    with_user: str | None = None
    is_archived: bool = False

    @property
    def event_type(self) -> str:
        """What a message event calls this kind of channel."""
        return {"channel": "channel", "private": "group", "im": "im"}[self.kind]


@dataclass(frozen=True)
class Message:
    """A message as it stands now. `only_for` is the one person who sees it, if it is ephemeral."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] | None = None
    thread_ts: str | None = None
    only_for: str | None = None
    is_edited: bool = False
    is_broadcast: bool = False
    metadata: Json | None = None
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def is_ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return self.only_for is not None

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another message."""
        return self.thread_ts not in (None, self.ts)


class Conversations:
    """Every channel and message of the workspace."""

    def __init__(self, config: SandboxConfig, clock: Callable[[], float]) -> None:
        """Start with the channels of `config` and one direct conversation with the app for each person."""
        self._clock = clock
        self._last_ts = 0
        everybody = tuple(person.id for person in config.people)
        listed = [_channel(each, everybody, config.bot_user) for each in config.channels]
        direct = [_direct(person, config.bot_user) for person in everybody]
        self.channels = {channel.id: channel for channel in [*listed, *direct]}
        self._messages: dict[str, dict[str, Message]] = {channel: {} for channel in self.channels}
        self._gone: set[tuple[str, str]] = set()
        self._read: dict[tuple[str, str], str] = {}

    def find(self, reference: str) -> Channel:
        """Return a channel by id, `#name`, name, or the id of the person whom the app talks to.

        Raises SlackError("channel_not_found").
        """
        name = reference.removeprefix("#")
        for channel in self.channels.values():
            if reference in (channel.id, channel.with_user) or (
                channel.kind != "im" and channel.name == name
            ):
                return channel
        raise SlackError("channel_not_found")

    def change(self, channel: Channel) -> None:
        """Keep a channel as it is now."""
        self.channels[channel.id] = channel

    def next_ts(self) -> str:
        """Return a time stamp that no message has."""
        self._last_ts = max(int(self._clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def keep(self, message: Message) -> Message:
        """Add a message, or replace the one with its time stamp."""
        self._messages[message.channel][message.ts] = message
        return message

    def get(self, channel: str, ts: str) -> Message:
        """Return a message; raises SlackError("message_not_found")."""
        try:
            return self._messages[channel][ts]
        except KeyError:
            raise SlackError("message_not_found") from None

    def delete(self, message: Message) -> None:
        """Remove a message; its thread stays open for replies."""
        self._messages[message.channel].pop(message.ts, None)
        self._gone.add((message.channel, message.ts))

    def has_thread(self, channel: str, ts: str) -> bool:
        """Whether there is, or was, a message under which one can reply."""
        known = self._messages[channel].get(ts)
        return (channel, ts) in self._gone or (known is not None and not known.is_ephemeral)

    def all_in(self, channel: str) -> list[Message]:
        """Return what everybody in the channel sees, oldest first, replies too."""
        return [message for message in self._messages[channel].values() if not message.is_ephemeral]

    def seen_by(self, user: str, channel: str) -> list[Message]:
        """Return what one person sees in the channel, oldest first, replies and ephemeral messages too."""
        return [each for each in self._messages[channel].values() if each.only_for in (None, user)]

    def replies(self, message: Message) -> list[Message]:
        """Return the replies in the thread under `message`, oldest first."""
        return [
            each for each in self.all_in(message.channel) if each.is_reply and each.thread_ts == message.ts
        ]

    def react(self, message: Message, name: str, user: str, *, remove: bool = False) -> Message:
        """Add a person's reaction or take it away.

        Raises SlackError: already_reacted, no_reaction.
        """
        users = message.reactions.get(name, ())
        if remove != (user in users):
            raise SlackError("no_reaction" if remove else "already_reacted")
        after = tuple(each for each in users if each != user) if remove else (*users, user)
        reactions = {**message.reactions, name: after}
        return self.keep(replace(message, reactions={key: who for key, who in reactions.items() if who}))

    def mark_read(self, user: str, channel: str) -> None:
        """Remember that a person saw everything in the channel."""
        latest = [message.ts for message in self.seen_by(user, channel)]
        self._read[user, channel] = latest[-1] if latest else ""

    def unread(self, user: str, channel: str) -> int:
        """Return how many messages of others a person has not seen yet."""
        since = self._read.get((user, channel), "")
        return sum(1 for each in self.seen_by(user, channel) if each.ts > since and each.user != user)

    def shared_by(self, user: str) -> Iterator[Channel]:
        """Yield the channels that a person is in."""
        return (channel for channel in self.channels.values() if user in channel.members)


def _channel(config: ChannelConfig, everybody: tuple[str, ...], bot_user: str) -> Channel:
    people = everybody if config.members is None else config.members
    members = (*people, bot_user) if config.has_bot else people
    kind: ChannelKind = "private" if config.is_private else "channel"
    return Channel(config.id, config.name, kind, members, config.topic, is_archived=config.is_archived)


def _direct(person: str, bot_user: str) -> Channel:
    return Channel(f"D{person[1:]}", f"dm-{person}", "im", (person, bot_user), with_user=person)

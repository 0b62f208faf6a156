"""What people type, open and mention, and that they remove the app."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.proposals import MessageRef
from bot.domain.trees import MAX_LABEL
from bot.slack.mrkdwn import written
from bot.slack.payloads.envelopes import Person, Reply, is_from_person, person, reply_to
from bot.slack.views.blocks import Json

LONGEST_LABEL = MAX_LABEL + 1
"""An answer's label, and the dot that people may put behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTyped:
    by: Person
    channel: str
    text: str
    trigger_id: str
    reply: Reply

    @property
    def in_modal(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened:
    by: Person
    is_home_tab: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeClick:
    by: Person
    trigger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """`words` are what was written beside the mention."""

    by: Person
    channel: str
    ts: str
    thread_ts: str
    is_from_person: bool
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectMessage:
    """`thread_ts` is set in a thread."""

    by: Person
    channel: str
    ts: str
    is_from_person: bool
    words: str = ""
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadReply:
    """What people say in the thread of a channel, to each other as a rule."""

    by: Person
    channel: str
    ts: str
    thread_ts: str
    words: str


@dataclass(frozen=True, slots=True)
class AppRemoved:
    """`is_certain`: the bot's own token went, not only one of a person."""

    workspace_id: str
    is_certain: bool


def command_typed(body: Json, workspace_id: str) -> CommandTyped:
    return CommandTyped(
        by=Person(workspace_id=workspace_id, id=body["user_id"], name=body.get("user_name", "")),
        channel=body["channel_id"],
        text=body.get("text", ""),
        trigger_id=body["trigger_id"],
        reply=reply_to(body, workspace_id),
    )


def home_opened(body: Json, workspace_id: str) -> HomeOpened:
    event = body["event"]
    by = Person(workspace_id=workspace_id, id=event["user"])
    return HomeOpened(by=by, is_home_tab=event.get("tab") == "home")


def home_click(body: Json, workspace_id: str) -> HomeClick:
    return HomeClick(by=person(body, workspace_id), trigger_id=body["trigger_id"])


def mentioned(body: Json, workspace_id: str) -> Mentioned:
    event = body["event"]
    return Mentioned(
        by=Person(workspace_id=workspace_id, id=event.get("user", "")),
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=event.get("thread_ts") or event["ts"],
        is_from_person=is_from_person(event),
        words=written(str(event.get("text") or "")),
    )


def message_written(body: Json, workspace_id: str) -> DirectMessage | ThreadReply:
    """Of what is written in channels, nothing but short replies gets here."""
    event = body["event"]
    if not is_in_channel(event):
        return direct_message(body, workspace_id)
    return ThreadReply(
        by=Person(workspace_id=workspace_id, id=event["user"]),
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=event["thread_ts"],
        words=written(event["text"]),
    )


def is_in_channel(event: Json) -> bool:
    """Whether it is a message that somebody, or something, wrote in a channel."""
    return event.get("type") == "message" and event.get("channel_type") in ("channel", "group")


def thread_of_short_reply(event: Json) -> MessageRef | None:
    """The thread that a person wrote in to nobody by name, if it is no more than an answer's label may be."""
    text, thread_ts = str(event.get("text") or ""), event.get("thread_ts")
    is_short = "<" not in text and 0 < len(written(text)) <= LONGEST_LABEL
    is_reply = bool(thread_ts) and thread_ts != event.get("ts") and is_from_person(event)
    return MessageRef(str(event["channel"]), str(thread_ts)) if is_short and is_reply else None


def direct_message(body: Json, workspace_id: str) -> DirectMessage:
    event = body["event"]
    return DirectMessage(
        by=Person(workspace_id=workspace_id, id=event.get("user", "")),
        channel=event["channel"],
        ts=str(event.get("ts") or ""),
        is_from_person=event.get("channel_type") == "im" and is_from_person(event),
        words=written(str(event.get("text") or "")),
        thread_ts=event.get("thread_ts"),
    )


def app_removed(body: Json, workspace_id: str) -> AppRemoved:
    event = body["event"]
    gone = event["type"] == "app_uninstalled" or bool((event.get("tokens") or {}).get("bot"))
    return AppRemoved(workspace_id, is_certain=gone)

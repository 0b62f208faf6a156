"""conversations.*: channels, their members and what was said in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from bot.sandbox.messages import Channel, Message
from bot.sandbox.payloads import message_json
from bot.sandbox.wire import Arguments, Json, SlackError
from bot.sandbox.workspace import Workspace

T = TypeVar("T")

HISTORY_SCOPES = {"channel": "channels:history", "private": "groups:history", "im": "im:history"}


def page_of(found: list[T], args: Arguments, *, default: int = 100) -> tuple[list[T], Json]:
    """Return the page that `limit` and `cursor` ask for, and the part of the answer that points to the next."""
    limit = args.number("limit", default, most=1000)
    cursor = args.text("cursor") or "0"
    if not cursor.isdecimal():
        raise SlackError("invalid_cursor")
    end = int(cursor) + limit
    return found[int(cursor) : end], {"next_cursor": str(end) if end < len(found) else ""}


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    """Return Slack's channel object."""
    shown: Json = {
        "id": channel.id,
        "is_im": channel.kind == "im",
        "is_archived": channel.is_archived,
        "context_team_id": workspace.config.team_id,
    }
    if channel.kind == "im":
        return {**shown, "user": channel.with_user, "is_open": True}
    return {
        **shown,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_mpim": False,
        "is_private": channel.kind == "private",
        "is_general": channel.name == "general",
        "is_member": workspace.config.bot_user in channel.members,
        "topic": {"value": channel.topic},
        "purpose": {"value": channel.topic},
        "num_members": len(channel.members),
    }


def _known(workspace: Workspace, args: Arguments) -> Channel:
    """Return a channel that the app may see; private ones only from inside."""
    channel = workspace.conversations.find(args.required("channel"))
    if channel.kind == "private" and workspace.config.bot_user not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def _readable(workspace: Workspace, args: Arguments) -> Channel:
    """Return a channel whose messages the app may read."""
    channel = _known(workspace, args)
    if HISTORY_SCOPES[channel.kind] not in workspace.config.scopes.split(","):
        raise SlackError("missing_scope")
    if workspace.config.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def info(workspace: Workspace, args: Arguments) -> Json:
    """Describe one channel."""
    return {"channel": channel_json(workspace, _known(workspace, args))}


def listing(workspace: Workspace, args: Arguments) -> Json:
    """List the channels of the asked types (public ones if nothing is asked)."""
    kinds = {"public_channel": "channel", "private_channel": "private", "im": "im"}
    wanted = {kinds.get(name.strip()) for name in args.text("types", "public_channel").split(",")}
    bot = workspace.config.bot_user
    found = [
        channel_json(workspace, channel)
        for channel in workspace.conversations.channels.values()
        if channel.kind in wanted
        and (channel.kind == "channel" or bot in channel.members)
        and not (channel.is_archived and args.flag("exclude_archived"))
    ]
    page, more = page_of(found, args)
    return {"channels": page, "response_metadata": more}


def members(workspace: Workspace, args: Arguments) -> Json:
    """List who is in a channel."""
    page, more = page_of(list(_known(workspace, args).members), args)
    return {"members": page, "response_metadata": more}


def join(workspace: Workspace, args: Arguments) -> Json:
    """Let the app join a public channel."""
    channel, bot = _known(workspace, args), workspace.config.bot_user
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if bot not in channel.members:
        channel = replace(channel, members=(*channel.members, bot))
        workspace.conversations.change(channel)
    return {"channel": channel_json(workspace, channel)}


def open_direct(workspace: Workspace, args: Arguments) -> Json:
    """Find the direct conversation with one person."""
    reference = args.text("channel") or workspace.person(args.required("users")).id
    return {
        "no_op": True,
        "already_open": True,
        "channel": {"id": workspace.conversations.find(reference).id},
    }


def _shown(workspace: Workspace, message: Message, args: Arguments) -> Json:
    shown = message_json(workspace.config, message)
    replies = workspace.conversations.replies(message)
    if replies:
        shown |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": sorted({reply.user for reply in replies}),
            "latest_reply": replies[-1].ts,
        }
    if message.metadata and args.flag("include_all_metadata"):
        shown["metadata"] = message.metadata
    return shown


def _between(messages: list[Message], args: Arguments) -> list[Message]:
    oldest, latest, inclusive = args.text("oldest", "0"), args.text("latest"), args.flag("inclusive")
    edges = {oldest, latest} if inclusive else set()
    return [
        message
        for message in messages
        if (float(message.ts) > float(oldest) and (not latest or float(message.ts) < float(latest)))
        or message.ts in edges
    ]


def _answer(workspace: Workspace, messages: list[Message], args: Arguments) -> Json:
    page, more = page_of(messages, args)
    shown = [_shown(workspace, message, args) for message in page]
    return {"messages": shown, "has_more": bool(more["next_cursor"]), "response_metadata": more}


def history(workspace: Workspace, args: Arguments) -> Json:
    """Return what was said in a channel outside of threads, newest first."""
    channel = _readable(workspace, args)
    said = workspace.conversations.all_in(channel.id)
    top = [message for message in said if not message.is_reply or message.is_broadcast]
    return _answer(workspace, _between(top, args)[::-1], args)


def replies(workspace: Workspace, args: Arguments) -> Json:
    """Return a thread, its first message included, oldest first."""
    channel, ts = _readable(workspace, args), args.required("ts")
    if not workspace.conversations.has_thread(channel.id, ts):
        raise SlackError("thread_not_found")
    said = workspace.conversations.all_in(channel.id)
    return _answer(
        workspace, _between([each for each in said if ts in (each.ts, each.thread_ts)], args), args
    )


METHODS = {
    "conversations.info": info,
    "conversations.list": listing,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.open": open_direct,
    "conversations.history": history,
    "conversations.replies": replies,
}

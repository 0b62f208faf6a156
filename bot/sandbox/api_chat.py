"""chat.* and reactions.*: what the app says."""

from __future__ import annotations

from bot.sandbox.messages import Channel, Message
from bot.sandbox.payloads import message_json
from bot.sandbox.wire import Arguments, Json, SlackError
from bot.sandbox.workspace import Workspace


def writable(workspace: Workspace, reference: str) -> Channel:
    """Return a channel in which the app may speak.

    Raises SlackError: channel_not_found, is_archived, not_in_channel.
    """
    channel = workspace.conversations.find(reference)
    if channel.is_archived:
        raise SlackError("is_archived")
    if workspace.config.bot_user not in channel.members:
        raise SlackError("channel_not_found" if channel.kind == "private" else "not_in_channel")
    return channel


def _payload(args: Arguments) -> Json:
    if args.json("attachments"):
        raise SlackError("invalid_attachments")
    return {"text": args.values.get("text"), "blocks": args.json("blocks"), "metadata": args.json("metadata")}


def _own(workspace: Workspace, args: Arguments, otherwise: str) -> Message:
    channel = writable(workspace, args.required("channel"))
    message = workspace.conversations.get(channel.id, args.required("ts"))
    if message.is_ephemeral:
        raise SlackError("message_not_found")
    if message.user != workspace.config.bot_user:
        raise SlackError(otherwise)
    return message


def _shown(workspace: Workspace, message: Message) -> Json:
    shown = message_json(workspace.config, message)
    return {**shown, "metadata": message.metadata} if message.metadata else shown


def post_message(workspace: Workspace, args: Arguments) -> Json:
    """Post for everybody in the channel."""
    channel = writable(workspace, args.required("channel"))
    message = workspace.post(
        "chat.postMessage",
        channel,
        _payload(args),
        thread_ts=args.text("thread_ts") or None,
        is_broadcast=args.flag("reply_broadcast"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": _shown(workspace, message)}


def post_ephemeral(workspace: Workspace, args: Arguments) -> Json:
    """Post for one person in the channel."""
    channel = writable(workspace, args.required("channel"))
    user = args.required("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    thread_ts = args.text("thread_ts") or None
    message = workspace.post(
        "chat.postEphemeral", channel, _payload(args), only_for=user, thread_ts=thread_ts
    )
    return {"message_ts": message.ts}


def update(workspace: Workspace, args: Arguments) -> Json:
    """Rewrite a message of the app."""
    message = _own(workspace, args, "cant_update_message")
    changed = workspace.rewrite("chat.update", message, _payload(args))
    shown = _shown(workspace, changed)
    return {"channel": changed.channel, "ts": changed.ts, "text": changed.text, "message": shown}


def delete(workspace: Workspace, args: Arguments) -> Json:
    """Remove a message of the app."""
    message = _own(workspace, args, "cant_delete_message")
    workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(workspace: Workspace, args: Arguments) -> Json:
    """Return a link that opens the message in the sandbox's page."""
    channel = workspace.conversations.find(args.required("channel"))
    message = workspace.conversations.get(channel.id, args.required("message_ts"))
    if message.is_ephemeral:
        raise SlackError("message_not_found")
    thread = f"&thread_ts={message.thread_ts}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": f"{workspace.origin}/c/{channel.id}?ts={message.ts}{thread}"}


def add_reaction(workspace: Workspace, args: Arguments) -> Json:
    """React as the app."""
    channel = writable(workspace, args.required("channel"))
    message = workspace.conversations.get(channel.id, args.required("timestamp"))
    workspace.conversations.react(message, args.required("name"), workspace.config.bot_user)
    return {}


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "reactions.add": add_reaction,
}

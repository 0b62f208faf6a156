"""files.*: uploads in three steps, and what became of them."""

from __future__ import annotations

from bot.sandbox.api_chat import writable
from bot.sandbox.messages import Message
from bot.sandbox.wire import Arguments, Json, SlackError
from bot.sandbox.workspace import Workspace


def get_upload_url(workspace: Workspace, args: Arguments) -> Json:
    """Return where to send the bytes of a file, and its id."""
    length = args.required("length")
    if not length.isdecimal() or int(length) == 0:
        raise SlackError("invalid_arguments")
    config = workspace.config
    file = workspace.files.ask(
        args.required("filename"),
        int(length),
        alt_text=args.text("alt_txt"),
        user=config.bot_user,
        now=workspace.clock(),
    )
    return {"upload_url": f"{workspace.origin}/upload/{file.id}", "file_id": file.id}


def complete_upload(workspace: Workspace, args: Arguments) -> Json:
    """Make uploaded files usable, and share them if a channel is named."""
    listed = args.json("files")
    if not isinstance(listed, list) or not listed:
        raise SlackError("invalid_arguments")
    names = [name for name in (args.text("channel_id"), *args.text("channels").split(",")) if name]
    channels = tuple(writable(workspace, name).id for name in names)
    files = [
        workspace.files.complete(str(each.get("id")), title=each.get("title"), channels=channels)
        for each in listed
    ]
    for channel in channels:
        _share(workspace, channel, tuple(file.id for file in files), args)
    return {"files": [file.as_slack(workspace.origin) for file in files]}


def _share(workspace: Workspace, channel: str, files: tuple[str, ...], args: Arguments) -> None:
    workspace.say(
        Message(
            channel=channel,
            ts=workspace.conversations.next_ts(),
            user=workspace.config.bot_user,
            text=args.text("initial_comment"),
            thread_ts=args.text("thread_ts") or None,
            files=files,
        )
    )


def info(workspace: Workspace, args: Arguments) -> Json:
    """Describe a file."""
    return {"file": workspace.files.get(args.required("file")).as_slack(workspace.origin)}


def delete(workspace: Workspace, args: Arguments) -> Json:
    """Remove a file."""
    workspace.files.delete(args.required("file"))
    return {}


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
    "files.delete": delete,
}

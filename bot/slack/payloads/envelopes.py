"""What every payload of Slack has: who acted, where to answer, what was entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.slack.ids import VALUE
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who acted. `name` is Slack's handle, empty where the payload has none."""

    workspace_id: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Where to answer the person alone."""

    workspace_id: str
    user: str
    response_url: str | None = None
    channel: str | None = None
    thread_ts: str | None = None


def reply_to(body: Json, workspace_id: str) -> Reply:
    """Where to answer whoever caused the payload, of whatever kind it is."""
    event = body.get("event") or {}
    container = body.get("container") or {}
    user = body.get("user_id") or (body.get("user") or {}).get("id") or event.get("user") or ""
    return Reply(
        workspace_id=workspace_id,
        user=str(user),
        response_url=body.get("response_url"),
        channel=body.get("channel_id") or container.get("channel_id") or event.get("channel"),
        thread_ts=container.get("thread_ts") or event.get("thread_ts"),
    )


def is_submission(body: Json) -> bool:
    """Whether a modal waits to be told what is wrong with what was entered."""
    return body.get("type") == "view_submission"


def first_input(body: Json) -> str | None:
    """The block of the first input of the modal that the payload comes from."""
    blocks = (body.get("view") or {}).get("blocks") or []
    return next((block["block_id"] for block in blocks if block["type"] == "input"), None)


def event_id(body: Json) -> str | None:
    """The id under which Slack delivers an event, again and again if need be; None for anything else."""
    return body.get("event_id") if body.get("type") == "event_callback" else None


def event_type(body: Json) -> str:
    return str((body.get("event") or {}).get("type", ""))


def person(body: Json, workspace_id: str) -> Person:
    user: dict[str, Any] = body["user"]
    return Person(
        workspace_id=workspace_id, id=user["id"], name=user.get("name") or user.get("username") or ""
    )


def is_in_modal(body: Json) -> bool:
    return (body.get("view") or {}).get("type") == "modal"


def is_third(view: Json) -> bool:
    """Whether two modals are below this one: Slack takes no fourth."""
    below = view.get("previous_view_id")
    return bool(below) and below != view.get("root_view_id")


def is_from_person(event: Json) -> bool:
    """Not from a bot, and neither an edit nor a join: those have a subtype."""
    return bool(event.get("user")) and not event.get("bot_id") and not event.get("subtype")


def entered(body: Json, block: str) -> str:
    """What was written into an input; empty when nothing was."""
    return str(body["view"]["state"]["values"][str(block)][VALUE].get("value") or "")


def chosen(body: Json, block: str) -> str:
    """The value of the option that was chosen."""
    return str(body["view"]["state"]["values"][str(block)][VALUE]["selected_option"]["value"])

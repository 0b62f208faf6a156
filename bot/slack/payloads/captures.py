"""Capturing a conversation: from the menu of a message, by a reaction, and in its forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.captures import CaptureEntered
from bot.domain.proposals import MessageRef
from bot.domain.sessions import ProblemDomain
from bot.slack.ids import VALUE, Field
from bot.slack.mrkdwn import written
from bot.slack.payloads.envelopes import Person, Reply, entered, person
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureClick:
    """Somebody wants to capture the conversation that this message belongs to; `problem` is what it says, if known."""

    by: Person
    at: MessageRef
    trigger_id: str
    problem: str = ""

    @property
    def in_modal(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """`name` is the emoji's, perhaps with a skin tone. No message, where it was something else: a file."""

    by: Person
    at: MessageRef | None
    name: str
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePasted:
    by: Person
    at: MessageRef
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSubmitted:
    by: Person
    at: MessageRef
    entered: CaptureEntered


def capture_chosen(body: Json, workspace_id: str) -> CaptureClick:
    message = body["message"]
    return CaptureClick(
        by=person(body, workspace_id),
        at=MessageRef(body["channel"]["id"], str(message.get("thread_ts") or message["ts"])),
        trigger_id=body["trigger_id"],
        problem=written(str(message.get("text") or "")),
    )


def capture_click(body: Json, workspace_id: str) -> CaptureClick:
    return CaptureClick(
        by=person(body, workspace_id), at=_place(body["actions"][0]["value"]), trigger_id=body["trigger_id"]
    )


def reacted(body: Json, workspace_id: str) -> Reacted:
    event = body["event"]
    item = event.get("item") or {}
    is_message = item.get("type") == "message"
    by = Person(workspace_id=workspace_id, id=event.get("user", ""))
    return Reacted(
        by=by,
        at=MessageRef(item["channel"], str(item["ts"])) if is_message else None,
        name=str(event.get("reaction", "")),
        reply=Reply(workspace_id=workspace_id, user=by.id, channel=item.get("channel")),
    )


def capture_pasted(body: Json, workspace_id: str) -> CapturePasted:
    return CapturePasted(
        by=person(body, workspace_id),
        at=_place(body["view"]["private_metadata"]),
        text=entered(body, Field.PASTED),
    )


def capture_submitted(body: Json, workspace_id: str) -> CaptureSubmitted:
    held = {block: values[VALUE] for block, values in body["view"]["state"]["values"].items()}
    domain = (held[Field.DOMAIN].get("selected_option") or {}).get("value")
    return CaptureSubmitted(
        by=person(body, workspace_id),
        at=_place(body["view"]["private_metadata"]),
        entered=CaptureEntered(
            problem=entered(body, Field.PROBLEM),
            tried=entered(body, Field.TRIED),
            resolution=entered(body, Field.RESOLUTION),
            worked_by=str(held[Field.PERSON]["selected_user"]),
            resolved_at=datetime.fromtimestamp(int(held[Field.RESOLVED_AT]["selected_date_time"]), UTC),
            domain=ProblemDomain(domain) if domain else None,
            ticket=entered(body, Field.TICKET).strip() or None,
        ),
    )


def _place(value: str) -> MessageRef:
    channel, _, ts = value.partition(":")
    return MessageRef(channel, ts)

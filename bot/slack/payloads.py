"""Slack's payloads become typed causes at the edge; nobody below sees a dict.

Each function takes the payload and the workspace that Slack authorised it for. A payload that does not have its form
raises KeyError, ValueError or TypeError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.formats import ExportFormat
from bot.domain.proposals import MessageRef
from bot.domain.reasons import ReasonCode
from bot.domain.setting_changes import LIMITS, SettingsEntered
from bot.slack.ids import (
    EXPORT_ACTIONS,
    PERIOD_ACTIONS,
    VALUE,
    Action,
    DraftPlace,
    EarlierVersion,
    Field,
    VersionedId,
)
from bot.slack.views.blocks import Json
from bot.slack.views.settings import ON


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalClick:
    """A button that carries a proposal. `in_modal`: it stands in a modal (`view_id`), so another one goes on top."""

    by: Person
    seen: VersionedId
    trigger_id: str
    in_modal: bool = False
    view_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueClick:
    by: Person
    trigger_id: str
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowClick:
    """A button that carries a flow. `view_id` is the modal that it stands in, if it does."""

    by: Person
    seen: VersionedId
    trigger_id: str
    in_modal: bool = False
    view_id: str | None = None


@dataclass(frozen=True, slots=True)
class FlowExportClick:
    flow: FlowClick
    format: ExportFormat


@dataclass(frozen=True, slots=True)
class RollBackClick:
    flow: FlowClick
    to_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsTurned:
    """The list of flows is turned to another page."""

    by: Person
    words: str
    page: int
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonSubmitted:
    """Why a proposal is not taken."""

    by: Person
    seen: VersionedId
    code: ReasonCode
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsSubmitted:
    """`seen` is the fingerprint of the settings that the form was filled with."""

    by: Person
    seen: str
    entered: SettingsEntered


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftClick:
    """A click in the editor: on what, and what was chosen from a menu there. `view_hash` is what the view is now."""

    by: Person
    place: DraftPlace
    action: Action
    chosen: str
    view_id: str
    view_hash: str
    trigger_id: str
    in_modal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSubmitted:
    """A form of the editor: what stands in each of its blocks. `editor_id` is the view below, which is the editor."""

    by: Person
    place: DraftPlace
    editor_id: str | None
    values: Mapping[str, str]

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts of the inputs that hold the steps as text, in order."""
        numbers = sorted(
            int(block.removeprefix(Field.STEPS)) for block in self.values if block.startswith(Field.STEPS)
        )
        return tuple(self.values[f"{Field.STEPS}{number}"] for number in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsClick:
    """A button of a report; `at` is the report's message."""

    by: Person
    at: MessageRef
    days: int
    domain: str | None
    trigger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSubmitted:
    by: Person
    channel: str
    days: int
    domain: str | None
    view_id: str


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
class Mentioned:
    by: Person
    channel: str
    ts: str
    thread_ts: str
    is_from_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectMessage:
    by: Person
    channel: str
    is_from_person: bool


@dataclass(frozen=True, slots=True)
class AppRemoved:
    """`is_certain`: the bot's own token went, not only one of a person."""

    workspace_id: str
    is_certain: bool


def proposal_click(body: Json, workspace_id: str) -> ProposalClick:
    return ProposalClick(
        by=_person(body, workspace_id),
        seen=VersionedId.parse(body["actions"][0]["value"]),
        trigger_id=body["trigger_id"],
        in_modal=_is_in_modal(body),
        view_id=str((body.get("view") or {}).get("id", "")),
    )


def flow_click(body: Json, workspace_id: str) -> FlowClick:
    return _flow_click(body, workspace_id, VersionedId.parse(body["actions"][0]["value"]))


def flow_export_click(body: Json, workspace_id: str) -> FlowExportClick:
    _, wanted = EXPORT_ACTIONS[Action(body["actions"][0]["action_id"])]
    return FlowExportClick(flow_click(body, workspace_id), wanted)


def roll_back_click(body: Json, workspace_id: str) -> RollBackClick:
    wanted = EarlierVersion.parse(body["actions"][0]["value"])
    return RollBackClick(_flow_click(body, workspace_id, wanted.seen), wanted.number)


def flows_turned(body: Json, workspace_id: str) -> FlowsTurned:
    page, _, words = body["actions"][0]["value"].partition(":")
    return FlowsTurned(
        by=_person(body, workspace_id),
        words=words,
        page=max(0, int(page)),
        reply=reply_to(body, workspace_id),
    )


def _flow_click(body: Json, workspace_id: str, seen: VersionedId) -> FlowClick:
    is_in_modal = _is_in_modal(body)
    return FlowClick(
        by=_person(body, workspace_id),
        seen=seen,
        trigger_id=body["trigger_id"],
        in_modal=is_in_modal,
        view_id=body["view"]["id"] if is_in_modal else None,
    )


def queue_click(body: Json, workspace_id: str) -> QueueClick:
    return QueueClick(
        by=_person(body, workspace_id), trigger_id=body["trigger_id"], in_modal=_is_in_modal(body)
    )


def reason_submitted(body: Json, workspace_id: str) -> ReasonSubmitted:
    return ReasonSubmitted(
        by=_person(body, workspace_id),
        seen=VersionedId.parse(body["view"]["private_metadata"]),
        code=ReasonCode(_chosen(body, Field.REASON_CODE)),
        reason=_entered(body, Field.REASON),
    )


def draft_click(body: Json, workspace_id: str) -> DraftClick:
    action, view = body["actions"][0], body["view"]
    return DraftClick(
        by=_person(body, workspace_id),
        place=DraftPlace.parse(view["private_metadata"]),
        action=Action(action["action_id"]),
        chosen=(action.get("selected_option") or {}).get("value", ""),
        view_id=view["id"],
        view_hash=view["hash"],
        trigger_id=body["trigger_id"],
    )


def draft_submitted(body: Json, workspace_id: str) -> DraftSubmitted:
    view = body["view"]
    return DraftSubmitted(
        by=_person(body, workspace_id),
        place=DraftPlace.parse(view["private_metadata"]),
        editor_id=view.get("previous_view_id"),
        values={block: _held(elements[VALUE]) for block, elements in view["state"]["values"].items()},
    )


def settings_submitted(body: Json, workspace_id: str) -> SettingsSubmitted:
    held = {block: values[VALUE] for block, values in body["view"]["state"]["values"].items()}
    entered = SettingsEntered(
        reviewers=tuple(held[Field.REVIEWERS].get("selected_users") or ()),
        review_channel=held[Field.REVIEW_CHANNEL].get("selected_conversation"),
        digest_channel=held[Field.DIGEST_CHANNEL].get("selected_conversation"),
        digest_weekday=int(_chosen(body, Field.DIGEST_WEEKDAY)),
        digest_hour=int(_chosen(body, Field.DIGEST_HOUR)),
        time_zone=_entered(body, Field.TIME_ZONE),
        analysis_enabled=_chosen(body, Field.ANALYSIS_ENABLED) == ON,
        numbers={name: _entered(body, name) for name in LIMITS},
    )
    return SettingsSubmitted(
        by=_person(body, workspace_id), seen=body["view"]["private_metadata"], entered=entered
    )


def stats_click(body: Json, workspace_id: str) -> StatsClick:
    action = body["actions"][0]
    days, domain = _period_and_domain(action["value"])
    chosen = {named.value: period for period, named in PERIOD_ACTIONS.items()}
    return StatsClick(
        by=_person(body, workspace_id),
        at=MessageRef(body["container"]["channel_id"], body["container"]["message_ts"]),
        days=chosen.get(action["action_id"], days),
        domain=domain,
        trigger_id=body["trigger_id"],
    )


def share_submitted(body: Json, workspace_id: str) -> ShareSubmitted:
    days, domain = _period_and_domain(body["view"]["private_metadata"])
    return ShareSubmitted(
        by=_person(body, workspace_id),
        channel=body["view"]["state"]["values"][Field.CHANNEL.value][VALUE]["selected_conversation"],
        days=days,
        domain=domain,
        view_id=body["view"]["id"],
    )


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


def mentioned(body: Json, workspace_id: str) -> Mentioned:
    event = body["event"]
    return Mentioned(
        by=Person(workspace_id=workspace_id, id=event.get("user", "")),
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=event.get("thread_ts") or event["ts"],
        is_from_person=_is_from_person(event),
    )


def direct_message(body: Json, workspace_id: str) -> DirectMessage:
    event = body["event"]
    return DirectMessage(
        by=Person(workspace_id=workspace_id, id=event.get("user", "")),
        channel=event["channel"],
        is_from_person=event.get("channel_type") == "im" and _is_from_person(event),
    )


def app_removed(body: Json, workspace_id: str) -> AppRemoved:
    event = body["event"]
    gone = event["type"] == "app_uninstalled" or bool((event.get("tokens") or {}).get("bot"))
    return AppRemoved(workspace_id, is_certain=gone)


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
        thread_ts=container.get("thread_ts"),
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


def _person(body: Json, workspace_id: str) -> Person:
    user: dict[str, Any] = body["user"]
    return Person(
        workspace_id=workspace_id, id=user["id"], name=user.get("name") or user.get("username") or ""
    )


def _is_in_modal(body: Json) -> bool:
    return (body.get("view") or {}).get("type") == "modal"


def _is_from_person(event: Json) -> bool:
    """Not from a bot, and neither an edit nor a join: those have a subtype."""
    return bool(event.get("user")) and not event.get("bot_id") and not event.get("subtype")


def _entered(body: Json, block: str) -> str:
    """What was written into an input; empty when nothing was."""
    return str(body["view"]["state"]["values"][str(block)][VALUE].get("value") or "")


def _held(element: Json) -> str:
    """What was written or chosen; empty when nothing was."""
    return str(element.get("value") or (element.get("selected_option") or {}).get("value") or "")


def _chosen(body: Json, block: str) -> str:
    """The value of the option that was chosen."""
    return str(body["view"]["state"]["values"][str(block)][VALUE]["selected_option"]["value"])


def _period_and_domain(value: str) -> tuple[int, str | None]:
    days, _, domain = value.partition(":")
    return int(days), domain or None

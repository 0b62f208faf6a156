"""Clicks on published flows and their list."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.formats import ExportFormat
from bot.slack.ids import EXPORT_ACTIONS, Action, EarlierVersion, FlowStep, VersionedId
from bot.slack.payloads.envelopes import Person, Reply, is_in_modal, is_third, person, reply_to
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowClick:
    """A button that carries a flow. `view_id` is the modal that it stands in, if it does.

    `is_full`: no other modal goes on top of it.
    """

    by: Person
    seen: VersionedId
    trigger_id: str
    in_modal: bool = False
    view_id: str | None = None
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class FlowExportClick:
    flow: FlowClick
    format: ExportFormat


@dataclass(frozen=True, slots=True)
class RollBackClick:
    flow: FlowClick
    to_version: int


@dataclass(frozen=True, slots=True)
class FlowStepClick:
    """A button that carries a step of a flow, by its node's id."""

    flow: FlowClick
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsTurned:
    """The list of flows is turned to another page."""

    by: Person
    words: str
    page: int
    reply: Reply


def flow_click(body: Json, workspace_id: str) -> FlowClick:
    return _flow_click(body, workspace_id, VersionedId.parse(body["actions"][0]["value"]))


def flow_export_click(body: Json, workspace_id: str) -> FlowExportClick:
    _, wanted = EXPORT_ACTIONS[Action(body["actions"][0]["action_id"])]
    return FlowExportClick(flow_click(body, workspace_id), wanted)


def roll_back_click(body: Json, workspace_id: str) -> RollBackClick:
    wanted = EarlierVersion.parse(body["actions"][0]["value"])
    return RollBackClick(_flow_click(body, workspace_id, wanted.seen), wanted.number)


def flow_step_click(body: Json, workspace_id: str) -> FlowStepClick:
    wanted = FlowStep.parse(body["actions"][0]["value"])
    return FlowStepClick(_flow_click(body, workspace_id, wanted.seen), wanted.node)


def flows_turned(body: Json, workspace_id: str) -> FlowsTurned:
    page, _, words = body["actions"][0]["value"].partition(":")
    return FlowsTurned(
        by=person(body, workspace_id),
        words=words,
        page=max(0, int(page)),
        reply=reply_to(body, workspace_id),
    )


def _flow_click(body: Json, workspace_id: str, seen: VersionedId) -> FlowClick:
    view = body["view"] if is_in_modal(body) else None
    return FlowClick(
        by=person(body, workspace_id),
        seen=seen,
        trigger_id=body["trigger_id"],
        in_modal=view is not None,
        view_id=view["id"] if view else None,
        is_full=view is not None and is_third(view),
    )

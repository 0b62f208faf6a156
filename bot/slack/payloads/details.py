"""Looking closely at a proposal, from within its modal; and beginning one by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.slack.ids import Field, ProposalPart
from bot.slack.payloads.envelopes import Person, entered, is_third, person
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class PartClick:
    """A part of a proposal that somebody wants to see, in the modal `view_id`. `is_full`: no other goes on top of it."""

    by: Person
    part: ProposalPart
    trigger_id: str
    view_id: str
    is_full: bool = False
    in_modal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBegun:
    """How a new flow begins: `entered` is the text of each field, `domain` empty when none was chosen."""

    by: Person
    entered: Mapping[Field, str]
    domain: str


def part_click(body: Json, workspace_id: str) -> PartClick:
    """From a button or a menu."""
    action, view = body["actions"][0], body["view"]
    value = (action.get("selected_option") or action)["value"]
    return PartClick(
        by=person(body, workspace_id),
        part=ProposalPart.parse(value),
        trigger_id=body["trigger_id"],
        view_id=view["id"],
        is_full=is_third(view),
    )


def flow_begun(body: Json, workspace_id: str) -> FlowBegun:
    domain = body["view"]["state"]["values"][Field.DOMAIN.value]
    element = next(iter(domain.values()))
    return FlowBegun(
        by=person(body, workspace_id),
        entered={field: entered(body, field) for field in (Field.TITLE, Field.TEXT, Field.LABEL)},
        domain=(element.get("selected_option") or {}).get("value", ""),
    )

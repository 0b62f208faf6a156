"""Clicks and forms about proposals."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import ReasonCode
from bot.slack.ids import Field, VersionedId
from bot.slack.payloads.envelopes import Person, chosen, entered, is_in_modal, person
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalClick:
    """A button that carries a proposal. `in_modal`: it stands in a modal (`view_id`), so another one goes on top.

    `in_home`: it stands in the person's Home.
    """

    by: Person
    seen: VersionedId
    trigger_id: str
    in_modal: bool = False
    in_home: bool = False
    view_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueClick:
    by: Person
    trigger_id: str
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonSubmitted:
    """Why a proposal is not taken."""

    by: Person
    seen: VersionedId
    code: ReasonCode
    reason: str


def proposal_click(body: Json, workspace_id: str) -> ProposalClick:
    return ProposalClick(
        by=person(body, workspace_id),
        seen=VersionedId.parse(body["actions"][0]["value"]),
        trigger_id=body["trigger_id"],
        in_modal=is_in_modal(body),
        in_home=(body.get("view") or {}).get("type") == "home",
        view_id=str((body.get("view") or {}).get("id", "")),
    )


def queue_click(body: Json, workspace_id: str) -> QueueClick:
    return QueueClick(
        by=person(body, workspace_id), trigger_id=body["trigger_id"], in_modal=is_in_modal(body)
    )


def reason_submitted(body: Json, workspace_id: str) -> ReasonSubmitted:
    return ReasonSubmitted(
        by=person(body, workspace_id),
        seen=VersionedId.parse(body["view"]["private_metadata"]),
        code=ReasonCode(chosen(body, Field.REASON_CODE)),
        reason=entered(body, Field.REASON),
    )

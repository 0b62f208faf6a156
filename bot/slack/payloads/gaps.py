"""Clicks on knowledge gaps."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.gaps import MuteCode
from bot.slack.ids import Field
from bot.slack.payloads.envelopes import Person, Reply, chosen, entered, is_in_modal, person, reply_to
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class GapsClick:
    """Somebody wants to see the gaps of so many days."""

    by: Person
    days: int
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class GapClick:
    """A button that carries a gap."""

    by: Person
    gap_id: int
    trigger_id: str
    reply: Reply
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapMuted:
    by: Person
    gap_id: int
    code: MuteCode
    reason: str


def gaps_click(body: Json, workspace_id: str) -> GapsClick:
    return GapsClick(
        by=person(body, workspace_id),
        days=int(body["actions"][0]["value"]),
        reply=reply_to(body, workspace_id),
    )


def gap_click(body: Json, workspace_id: str) -> GapClick:
    return GapClick(
        by=person(body, workspace_id),
        gap_id=int(body["actions"][0]["value"]),
        trigger_id=body["trigger_id"],
        reply=reply_to(body, workspace_id),
        in_modal=is_in_modal(body),
    )


def gap_muted(body: Json, workspace_id: str) -> GapMuted:
    return GapMuted(
        by=person(body, workspace_id),
        gap_id=int(body["view"]["private_metadata"]),
        code=MuteCode(chosen(body, Field.REASON_CODE)),
        reason=entered(body, Field.REASON),
    )

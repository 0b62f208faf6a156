"""Clicks on a report."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.proposals import MessageRef
from bot.slack.ids import PERIOD_ACTIONS, VALUE, Field
from bot.slack.payloads.envelopes import Person, person
from bot.slack.views.blocks import Json


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


def stats_click(body: Json, workspace_id: str) -> StatsClick:
    action = body["actions"][0]
    days, domain = _period_and_domain(action["value"])
    chosen = {named.value: period for period, named in PERIOD_ACTIONS.items()}
    return StatsClick(
        by=person(body, workspace_id),
        at=MessageRef(body["container"]["channel_id"], body["container"]["message_ts"]),
        days=chosen.get(action["action_id"], days),
        domain=domain,
        trigger_id=body["trigger_id"],
    )


def share_submitted(body: Json, workspace_id: str) -> ShareSubmitted:
    days, domain = _period_and_domain(body["view"]["private_metadata"])
    return ShareSubmitted(
        by=person(body, workspace_id),
        channel=body["view"]["state"]["values"][Field.CHANNEL.value][VALUE]["selected_conversation"],
        days=days,
        domain=domain,
        view_id=body["view"]["id"],
    )


def _period_and_domain(value: str) -> tuple[int, str | None]:
    days, _, domain = value.partition(":")
    return int(days), domain or None

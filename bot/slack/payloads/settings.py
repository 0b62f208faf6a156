"""The settings form."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.setting_changes import LIMITS, SettingsEntered
from bot.domain.workspaces import DigestSection
from bot.slack.ids import VALUE, Field
from bot.slack.payloads.envelopes import Person, chosen, entered, person
from bot.slack.views.blocks import Json
from bot.slack.views.settings import ON


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsSubmitted:
    """`seen` is the fingerprint of the settings that the form was filled with."""

    by: Person
    seen: str
    entered: SettingsEntered


def settings_submitted(body: Json, workspace_id: str) -> SettingsSubmitted:
    held = {block: values[VALUE] for block, values in body["view"]["state"]["values"].items()}
    settings = SettingsEntered(
        reviewers=tuple(held[Field.REVIEWERS].get("selected_users") or ()),
        review_channel=held[Field.REVIEW_CHANNEL].get("selected_conversation"),
        digest_channel=held[Field.DIGEST_CHANNEL].get("selected_conversation"),
        digest_weekday=int(chosen(body, Field.DIGEST_WEEKDAY)),
        digest_hour=int(chosen(body, Field.DIGEST_HOUR)),
        digest_sections=tuple(
            DigestSection(option["value"])
            for option in held[Field.DIGEST_SECTIONS].get("selected_options") or ()
        ),
        time_zone=entered(body, Field.TIME_ZONE),
        analysis_enabled=chosen(body, Field.ANALYSIS_ENABLED) == ON,
        capture_reaction=entered(body, Field.CAPTURE_REACTION),
        numbers={name: entered(body, name) for name in LIMITS},
    )
    return SettingsSubmitted(
        by=person(body, workspace_id), seen=body["view"]["private_metadata"], entered=settings
    )

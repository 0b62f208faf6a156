"""The settings of a workspace, as a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.setting_changes import LIMITS, SettingsShown
from bot.domain.workspaces import DigestSection, WorkspaceSettings
from bot.slack.ids import Callback, Field
from bot.slack.views import samples
from bot.slack.views.blocks import (
    Json,
    channel_input,
    checkboxes_input,
    choice_input,
    modal,
    number_input,
    people_input,
    text_input,
)

ON, OFF = "on", "off"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DIGEST_SECTIONS = {
    DigestSection.CHART: "The chart",
    DigestSection.GAPS: "Knowledge gaps",
    DigestSection.QUEUE: "The review queue",
    DigestSection.FLOWS: "Flows that were published, and what they did",
    DigestSection.REJECTIONS: "Why proposals were rejected",
    DigestSection.COSTS: "What the analysis cost",
    DigestSection.DETAILS: "Longer lists in its thread",
}
INVITE = "FlowPilot must be a member: type /invite @FlowPilot there first."
LIMIT_WORDS = {
    Field.NEW_PROPOSALS_PER_DAY: (
        "New proposals a day",
        "No more are shown in a day; the others wait, and none is lost.",
    ),
    Field.MIN_IMPORTED_SESSIONS: (
        "Imported sessions needed",
        "So many of imported sessions make a proposal. Of those that were worked in Slack one is enough.",
    ),
    Field.PROPOSAL_LIFETIME_DAYS: (
        "Days until a proposal expires",
        "Counted from the last change of the proposal.",
    ),
    Field.REMIND_AFTER_DAYS: (
        "Days until a proposal is called overdue",
        "Home and the digest count the proposals that wait longer. Nobody is written to.",
    ),
    Field.MODEL_CENTS_PER_DAY: (
        "Model budget in cents a day",
        "Empty: the installation's default. 0: no model is asked, rules do the analysis.",
    ),
    Field.SESSION_REMINDER_HOURS: (
        "Hours until a silent session is asked about",
        "FlowPilot asks once in the thread whether anybody goes on. A pause is not silence.",
    ),
    Field.SESSION_LIFETIME_HOURS: (
        "Hours until it is given up",
        "Counted from the question, when nobody answers it.",
    ),
}
"""Name and hint of each limit; the fields have the names of the settings."""
ZONE_CHARACTERS = 60
REACTION_CHARACTERS = 100


def settings_modal(shown: SettingsShown) -> Json:
    """Each setting in a field, filled with how it is. The fingerprint comes back with the submission."""
    return modal(
        "Settings",
        [*_places(shown), *_digest(shown.settings), *_learning(shown.settings), *_limits(shown.settings)],
        submit="Save",
        callback=Callback.SETTINGS_CHANGE.value,
        metadata=shown.fingerprint,
    )


def _places(shown: SettingsShown) -> list[Json]:
    """Who decides, and where."""
    settings = shown.settings
    return [
        people_input(
            Field.REVIEWERS,
            "Reviewers",
            [member.id for member in shown.reviewers],
            hint="They decide on proposals, change flows and these settings.",
        ),
        channel_input(
            Field.REVIEW_CHANNEL,
            "Review channel",
            hint=f"Proposals come here; cards that wait elsewhere stay where they are. {INVITE}",
            initial=settings.review_channel,
            optional=settings.review_channel is None,
        ),
        channel_input(
            Field.DIGEST_CHANNEL,
            "Digest channel",
            hint=f"The weekly digest comes here. {INVITE}",
            initial=settings.digest_channel,
            optional=settings.digest_channel is None,
        ),
    ]


def _digest(settings: WorkspaceSettings) -> list[Json]:
    weekdays = {str(number): name for number, name in enumerate(WEEKDAYS)}
    hours = {str(hour): f"{hour:02}:00" for hour in range(24)}
    return [
        choice_input(Field.DIGEST_WEEKDAY, "Digest day", weekdays, str(settings.digest_weekday)),
        choice_input(Field.DIGEST_HOUR, "Digest hour", hours, str(settings.digest_hour)),
        checkboxes_input(
            Field.DIGEST_SECTIONS,
            "Parts of the digest",
            {each.value: words for each, words in DIGEST_SECTIONS.items()},
            [each.value for each in DigestSection if each not in settings.digest_left_out],
            hint="The headline numbers always stand there. /flowpilot digest shows you what it would say today.",
        ),
        text_input(
            Field.TIME_ZONE,
            "Time zone",
            settings.time_zone,
            limit=ZONE_CHARACTERS,
            hint="For the digest and for the days of reports, as in Europe/Berlin.",
        ),
    ]


def _learning(settings: WorkspaceSettings) -> list[Json]:
    return [
        choice_input(
            Field.ANALYSIS_ENABLED,
            "Learn from resolved sessions",
            {ON: "On", OFF: "Off"},
            ON if settings.analysis_enabled else OFF,
        ),
        text_input(
            Field.CAPTURE_REACTION,
            "Reaction that captures",
            settings.capture_reaction,
            limit=REACTION_CHARACTERS,
            hint="The name of an emoji, as in brain: who reacts with it to a solved conversation can capture it. "
            "Empty: none.",
            optional=True,
        ),
    ]


def _limits(settings: WorkspaceSettings) -> list[Json]:
    """The numbers; one whose default is no number may be left empty."""
    return [
        number_input(
            field,
            label,
            getattr(settings, field.value),
            bounds=LIMITS[field.value],
            hint=hint,
            optional=getattr(WorkspaceSettings(), field.value) is None,
        )
        for field, (label, hint) in LIMIT_WORDS.items()
    ]


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "settings": partial(settings_modal, samples.SETTINGS),
    "settings of a new workspace": partial(settings_modal, samples.NEW_SETTINGS),
}

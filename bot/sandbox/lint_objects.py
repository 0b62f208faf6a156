"""Slack's composition objects and block elements, with their limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.lint_rules import (
    Check,
    Finding,
    boolean,
    by_type,
    exactly_one,
    fields,
    items,
    list_of,
    one_of,
    pattern,
    string,
    whole_number,
)

ID = string(255)
URL = string(3000)


def plain_text(most: int) -> Check:
    """A plain_text object of at most `most` characters."""
    return by_type({"plain_text": fields({"text": string(most)}, {"emoji": boolean})})


def any_text(most: int) -> Check:
    """A plain_text or mrkdwn object of at most `most` characters."""
    return by_type(
        {
            "plain_text": fields({"text": string(most)}, {"emoji": boolean}),
            "mrkdwn": fields({"text": string(most)}, {"verbatim": boolean}),
        }
    )


CONFIRM = fields(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)
SLACK_FILE = fields({}, {"id": ID, "url": URL}, exactly_one("id", "url"))
OPTION = fields({"text": plain_text(75), "value": string(150)}, {"description": plain_text(75)})
LINK_OPTION = fields(
    {"text": plain_text(75), "value": string(150)}, {"description": plain_text(75), "url": URL}
)
CHOICE = fields({"text": any_text(75), "value": string(150)}, {"description": any_text(75)})
OPTIONS = list_of(OPTION, 1, 100)
GROUPS = list_of(fields({"label": plain_text(75), "options": OPTIONS}, {}), 1, 100)
DISPATCH = fields(
    {"trigger_actions_on": list_of(one_of("on_enter_pressed", "on_character_entered"), 1, 2)}, {}
)

ASKED: dict[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
SELECTED: dict[str, Check] = {**ASKED, "placeholder": plain_text(150)}
SEVERAL: dict[str, Check] = {**SELECTED, "max_selected_items": whole_number(1, 100)}
TYPED: dict[str, Check] = {
    "action_id": ID,
    "focus_on_load": boolean,
    "placeholder": plain_text(150),
    "dispatch_action_config": DISPATCH,
}
IDS = list_of(ID, 1, 100)
DATE = pattern(r"\d{4}-\d\d-\d\d", "a date like 2026-11-30")
TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time like 09:30")
NUMBER = pattern(r"-?\d+(\.\d+)?", "a number, written as a text")


def _offered(element: dict[str, Any]) -> list[Any]:
    groups = [group for group in items(element.get("option_groups")) if isinstance(group, dict)]
    return items(element.get("options")) + [
        option for group in groups for option in items(group.get("options"))
    ]


def _initial_is_offered(value: Any, at: str) -> Iterator[Finding]:
    initial = items(value.get("initial_options")) + [
        value[name] for name in ("initial_option",) if name in value
    ]
    for option in initial:
        if option not in _offered(value):
            yield at, "initial option must match exactly one of the options"


def _bounds_are_ordered(value: Any, at: str) -> Iterator[Finding]:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield at, "min_length must not be above max_length"


BUTTON = fields(
    {"text": plain_text(75)},
    {
        "action_id": ID,
        "url": URL,
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
IMAGE = fields(
    {"alt_text": string(2000)},
    {"image_url": URL, "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)
OVERFLOW = fields({"options": list_of(LINK_OPTION, 1, 5)}, {"action_id": ID, "confirm": CONFIRM})
CHECKBOXES = fields(
    {"options": list_of(CHOICE, 1, 10)},
    {**ASKED, "initial_options": list_of(CHOICE, 1, 10)},
    _initial_is_offered,
)
RADIO = fields({"options": list_of(CHOICE, 1, 10)}, {**ASKED, "initial_option": CHOICE}, _initial_is_offered)
STATIC_SELECT = fields(
    {},
    {**SELECTED, "options": OPTIONS, "option_groups": GROUPS, "initial_option": OPTION},
    exactly_one("options", "option_groups"),
    _initial_is_offered,
)
MULTI_STATIC_SELECT = fields(
    {},
    {**SEVERAL, "options": OPTIONS, "option_groups": GROUPS, "initial_options": OPTIONS},
    exactly_one("options", "option_groups"),
    _initial_is_offered,
)
TEXT_INPUT = fields(
    {},
    {
        **TYPED,
        "initial_value": string(3000, least=0),
        "multiline": boolean,
        "min_length": whole_number(0, 3000),
        "max_length": whole_number(1, 3000),
    },
    _bounds_are_ordered,
)
NUMBER_INPUT = fields(
    {"is_decimal_allowed": boolean},
    {**TYPED, "initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER},
)
_FILTER = fields(
    {},
    {
        "include": list_of(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": _FILTER}
_ANSWERABLE: dict[str, Check] = {"response_url_enabled": boolean}

SELECTS: dict[str, Check] = {
    "static_select": STATIC_SELECT,
    "users_select": fields({}, {**SELECTED, "initial_user": ID}),
    "channels_select": fields({}, {**SELECTED, **_ANSWERABLE, "initial_channel": ID}),
    "conversations_select": fields(
        {}, {**SELECTED, **_ANSWERABLE, **_CONVERSATIONS, "initial_conversation": ID}
    ),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": MULTI_STATIC_SELECT,
    "multi_users_select": fields({}, {**SEVERAL, "initial_users": IDS}),
    "multi_channels_select": fields({}, {**SEVERAL, "initial_channels": IDS}),
    "multi_conversations_select": fields({}, {**SEVERAL, **_CONVERSATIONS, "initial_conversations": IDS}),
}
PICKERS: dict[str, Check] = {
    "datepicker": fields({}, {**SELECTED, "initial_date": DATE}),
    "timepicker": fields({}, {**SELECTED, "initial_time": TIME, "timezone": string(100)}),
    "datetimepicker": fields({}, {**ASKED, "initial_date_time": whole_number(1_000_000_000, 9_999_999_999)}),
}
CHOICES: dict[str, Check] = {"checkboxes": CHECKBOXES, "radio_buttons": RADIO}
TYPED_INPUTS: dict[str, Check] = {
    "plain_text_input": TEXT_INPUT,
    "number_input": NUMBER_INPUT,
    "email_text_input": fields({}, {**TYPED, "initial_value": string(3000)}),
    "url_text_input": fields({}, {**TYPED, "initial_value": string(3000)}),
}

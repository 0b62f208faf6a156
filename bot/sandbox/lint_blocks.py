"""Slack's blocks, with their limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.lint_objects import (
    BUTTON,
    CHOICES,
    ID,
    IMAGE,
    MULTI_SELECTS,
    OVERFLOW,
    PICKERS,
    SELECTS,
    SLACK_FILE,
    TYPED_INPUTS,
    URL,
    any_text,
    plain_text,
)
from bot.sandbox.lint_rules import (
    Check,
    Finding,
    at_least_one,
    boolean,
    by_type,
    duplicates,
    exactly_one,
    fields,
    items,
    list_of,
    one_of,
    string,
    whole_number,
)

SECTION_ACCESSORY = by_type(
    {"button": BUTTON, "image": IMAGE, "overflow": OVERFLOW, **SELECTS, **MULTI_SELECTS, **PICKERS, **CHOICES}
)
ACTION = by_type({"button": BUTTON, "overflow": OVERFLOW, **SELECTS, **PICKERS, **CHOICES})
INPUT = by_type({**TYPED_INPUTS, **SELECTS, **MULTI_SELECTS, **PICKERS, **CHOICES})
CONTEXT_ELEMENT = by_type(
    {
        "image": IMAGE,
        "plain_text": fields({"text": string(3000)}, {"emoji": boolean}),
        "mrkdwn": fields({"text": string(3000)}, {"verbatim": boolean}),
    }
)

_STYLE = fields({}, {"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean})
_INLINE = by_type(
    {
        "text": fields({"text": string(3000)}, {"style": _STYLE}),
        "link": fields({"url": URL}, {"text": string(3000), "style": _STYLE, "unsafe": boolean}),
        "emoji": fields({"name": string(100)}, {"unicode": string(100), "skin_tone": whole_number(1, 6)}),
        "user": fields({"user_id": ID}, {"style": _STYLE}),
        "channel": fields({"channel_id": ID}, {"style": _STYLE}),
        "date": fields(
            {"timestamp": whole_number(0, 9_999_999_999), "format": string(255)},
            {"url": URL, "fallback": string(255), "style": _STYLE},
        ),
    }
)
_RICH_SECTION = fields({"elements": list_of(_INLINE, 0, 1000)}, {})
_RICH_BLOCK = fields({"elements": list_of(_INLINE, 0, 1000)}, {"border": whole_number(0, 1)})
_RICH_LIST = fields(
    {
        "elements": list_of(by_type({"rich_text_section": _RICH_SECTION}), 1, 1000),
        "style": one_of("bullet", "ordered"),
    },
    {"indent": whole_number(0, 8), "offset": whole_number(0, 10_000), "border": whole_number(0, 1)},
)
RICH_TEXT = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_list": _RICH_LIST,
        "rich_text_preformatted": _RICH_BLOCK,
        "rich_text_quote": _RICH_BLOCK,
    }
)


def _action_ids_differ(value: Any, at: str) -> Iterator[Finding]:
    named = (
        (f"{at}/elements/{index}/action_id", element.get("action_id"))
        for index, element in enumerate(items(value.get("elements")))
        if isinstance(element, dict)
    )
    return duplicates(named, "action_id")


_ANY: dict[str, Check] = {"block_id": ID}

BLOCK = by_type(
    {
        "header": fields({"text": plain_text(150)}, _ANY),
        "section": fields(
            {},
            {
                **_ANY,
                "text": any_text(3000),
                "fields": list_of(any_text(2000), 1, 10),
                "accessory": SECTION_ACCESSORY,
                "expand": boolean,
            },
            at_least_one("text", "fields"),
        ),
        "context": fields({"elements": list_of(CONTEXT_ELEMENT, 1, 10)}, _ANY),
        "actions": fields({"elements": list_of(ACTION, 1, 25)}, _ANY, _action_ids_differ),
        "divider": fields({}, _ANY),
        "image": fields(
            {"alt_text": string(2000)},
            {**_ANY, "image_url": URL, "slack_file": SLACK_FILE, "title": plain_text(2000)},
            exactly_one("image_url", "slack_file"),
        ),
        "input": fields(
            {"label": plain_text(2000), "element": INPUT},
            {**_ANY, "hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        "rich_text": fields({"elements": list_of(RICH_TEXT, 1, 1000)}, _ANY),
    }
)


def blocks(least: int, most: int) -> Check:
    """A list of blocks whose block_ids differ."""
    each = list_of(BLOCK, least, most)

    def check(value: Any, at: str) -> Iterator[Finding]:
        yield from each(value, at)
        named = (
            (f"{at}/{index}/block_id", block.get("block_id"))
            for index, block in enumerate(items(value))
            if isinstance(block, dict)
        )
        yield from duplicates(named, "block_id")

    return check

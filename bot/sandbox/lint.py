"""The Block Kit linter: what Slack would refuse about a message or a view, and what it should not have to show.

Stricter than Slack in one thing: a message made of blocks needs a text that screen readers and notifications can read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.lint_blocks import blocks
from bot.sandbox.lint_objects import plain_text
from bot.sandbox.lint_rules import Finding, boolean, by_type, fields, items, string
from bot.sandbox.wire import Json, Problem

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250 * 1024
POSTED_TEXT = 40_000
UPDATED_TEXT = 4_000

_MESSAGE_BLOCKS = blocks(0, MESSAGE_BLOCKS)


def _input_needs_submit(value: Any, at: str) -> Iterator[Finding]:
    kinds = [block.get("type") for block in items(value.get("blocks")) if isinstance(block, dict)]
    if "input" in kinds and "submit" not in value:
        yield at, "a modal with an input block needs submit"


_BOTH = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}
_VIEW = by_type(
    {
        "modal": fields(
            {"title": plain_text(24), "blocks": blocks(1, VIEW_BLOCKS)},
            {
                **_BOTH,
                "submit": plain_text(24),
                "close": plain_text(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
            },
            _input_needs_submit,
        ),
        "home": fields({"blocks": blocks(0, VIEW_BLOCKS)}, _BOTH),
    }
)


def lint_message(payload: Json, *, most_text: int = POSTED_TEXT) -> list[Problem]:
    """Return what is wrong with a message's `text` and `blocks`; `most_text` is the longest text allowed."""
    text, listed = payload.get("text"), payload.get("blocks")
    found: list[Problem] = []
    if not isinstance(text, str) or not text.strip():
        found.append(Problem("no_text", "/text", "a message needs a text, also beside its blocks"))
    elif len(text) > most_text:
        found.append(Problem("msg_too_long", "/text", f"must be less than {most_text + 1} characters"))
    if listed is not None:
        found += [Problem("invalid_blocks", at, what) for at, what in _MESSAGE_BLOCKS(listed, "/blocks")]
    return found


def lint_view(view: Json) -> list[Problem]:
    """Return what is wrong with a modal or a Home view."""
    size = len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
    if size > VIEW_BYTES:
        return [Problem("view_too_large", "/view", f"must be at most {VIEW_BYTES} bytes, is {size}")]
    return [Problem("invalid_arguments", at, what) for at, what in _VIEW(view, "/view")]

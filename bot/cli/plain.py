"""The words of a Slack message, for a terminal."""

from __future__ import annotations

import html
import re
from typing import Any

STRESS = re.compile(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)")
"""Slack's marks for bold and italics."""


def plain_words(message: dict[str, Any]) -> str:
    """The sections of the message without Slack's marks; its text when it has no sections."""
    sections = [block["text"]["text"] for block in message.get("blocks", ()) if block["type"] == "section"]
    return html.unescape(STRESS.sub(r"\1", "\n\n".join(sections or [message["text"]])))

"""Walking through blocks: ids that Slack fills in, elements, what inputs hold, files shown."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.wire import Json

# For each element that holds something: where its state keeps it, and what it starts with.
HOLDS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}


@dataclass(frozen=True)
class Placed:
    """An element and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        """The block's id."""
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        """The element's id within its block."""
        return str(self.element["action_id"])

    @property
    def holds(self) -> bool:
        """Whether the element holds a value, as inputs and selects do."""
        return self.element["type"] in HOLDS


def _interactive(block: Json) -> list[Json]:
    if block["type"] == "actions":
        return list(block["elements"])
    single = block.get("accessory") or (block.get("element") if block["type"] == "input" else None)
    return [single] if single and single["type"] != "image" else []


def placed(blocks: list[Json] | None) -> Iterator[Placed]:
    """Yield the interactive elements in the order in which they are seen."""
    for block in blocks or []:
        for element in _interactive(block):
            yield Placed(block, element)


def with_ids(blocks: list[Json], ids: Iterator[str]) -> list[Json]:
    """Return a copy in which each block and each interactive element has an id, as Slack fills them in."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", next(ids))
    for each in placed(filled):
        each.element.setdefault("action_id", next(ids))
    return filled


def entry(element: Json, value: Any) -> Json:
    """Return the state of one element that holds `value`."""
    kind = element["type"]
    key = HOLDS[kind][0]
    empty: Any = [] if key.endswith("s") else None
    return {"type": kind, key: empty if value is None else value}


def values_of(blocks: list[Json] | None, known: Json | None = None) -> Json:
    """Return Slack's state.values: what was entered so far (`known`) where the element still is, else its start."""
    values: Json = {}
    for each in placed(blocks):
        if not each.holds:
            continue
        before = (known or {}).get(each.block_id, {}).get(each.action_id)
        if before is None or before.get("type") != each.element["type"]:
            before = entry(each.element, each.element.get(HOLDS[each.element["type"]][1]))
        values.setdefault(each.block_id, {})[each.action_id] = before
    return values


def files_shown(blocks: list[Json] | None) -> Iterator[tuple[str, Json]]:
    """Yield the pointer to each image that shows an uploaded file, and its `slack_file`."""
    for index, block in enumerate(blocks or []):
        nested = [(f"/elements/{place}", each) for place, each in enumerate(block.get("elements") or [])]
        for at, image in [("", block), ("/accessory", block.get("accessory") or {}), *nested]:
            if image.get("type") == "image" and "slack_file" in image:
                yield f"/{index}{at}/slack_file", image["slack_file"]

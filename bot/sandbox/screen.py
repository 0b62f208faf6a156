"""What a person sees and enters: finding an element by its action id, and the value one chooses in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from bot.sandbox.blocks import HOLDS, Placed, entry, placed, values_of
from bot.sandbox.messages import Message
from bot.sandbox.views import View
from bot.sandbox.wire import Json

Seen: TypeAlias = Message | View
Entered: TypeAlias = str | Json | Iterable[str] | None


class NotOnScreenError(LookupError):
    """There is no such element or option to click; the message lists what there is."""


def _offered(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def option(element: Json, wanted: str | Json) -> Json:
    """Return an option of a select by its value or by its words; raises NotOnScreenError."""
    if isinstance(wanted, dict):
        return wanted
    for each in _offered(element):
        if wanted in (each["value"], each["text"]["text"]):
            return dict(each)
    there = ", ".join(each["value"] for each in _offered(element))
    raise NotOnScreenError(f"no option {wanted!r}; there is {there}")


def chosen(element: Json, value: Entered) -> Any:
    """Return what an element holds after somebody entered `value`."""
    key = HOLDS[element["type"]][0]
    if value is None or key not in ("selected_option", "selected_options"):
        is_list = key.endswith("s") and value is not None and not isinstance(value, str)
        return list(value or ()) if is_list else value
    if key == "selected_option":
        return option(element, value if isinstance(value, dict) else str(value))
    wanted = [value] if isinstance(value, str | dict) else list(value)
    return [option(element, each) for each in wanted]


def find(seen: Seen, action_id: str, value: Entered = None) -> Placed:
    """Return the element with that action id; among buttons that share it, the one with `value`.

    Raises NotOnScreenError.
    """
    there = list(placed(seen.blocks))
    for each in there:
        is_other_button = each.element["type"] == "button" and value not in (None, each.element.get("value"))
        if each.action_id == action_id and not is_other_button:
            return each
    raise NotOnScreenError(
        f"no {action_id} ({value}); there is {', '.join(each.action_id for each in there) or 'nothing'}"
    )


def action_on(there: Placed, value: Entered, action_ts: str) -> Json:
    """Return the entry for `actions` of a click on an element."""
    element = there.element
    action: Json = {
        "type": element["type"],
        "action_id": there.action_id,
        "block_id": there.block_id,
        "action_ts": action_ts,
    }
    if element["type"] == "button":
        return action | {name: element[name] for name in ("text", "value", "style") if name in element}
    if element["type"] == "overflow":
        return action | {"selected_option": option(element, value if isinstance(value, dict) else str(value))}
    return action | entry(element, chosen(element, value))


def with_action(values: Json, action: Json) -> Json:
    """Return state.values after an action on an element that holds something."""
    if action["type"] not in HOLDS:
        return values
    key = HOLDS[action["type"]][0]
    held = {"type": action["type"], key: action.get(key)}
    block = {**values.get(action["block_id"], {}), action["action_id"]: held}
    return {**values, action["block_id"]: block}


def filled_in(view: View, entered: Mapping[str, Entered]) -> Json:
    """Return state.values of a view after somebody filled it in, naming fields by action id or block id.

    Raises NotOnScreenError for a field that is not there.
    """
    values = values_of(view.blocks, view.values)
    fields = [each for each in placed(view.blocks) if each.holds]
    for name, value in entered.items():
        field = next((each for each in fields if name in (each.action_id, each.block_id)), None)
        if field is None:
            there = ", ".join(each.action_id for each in fields)
            raise NotOnScreenError(f"no field {name!r}; there is {there or 'nothing'}")
        values[field.block_id][field.action_id] = entry(field.element, chosen(field.element, value))
    return values


def complaints(view: View, values: Json) -> dict[str, str]:
    """Return what Slack itself says, by block id, before it submits a view."""
    found: dict[str, str] = {}
    for field in placed(view.blocks):
        if field.block["type"] == "input":
            held = values[field.block_id][field.action_id][HOLDS[field.element["type"]][0]]
            complaint = _complaint(field, held)
            found |= {field.block_id: complaint} if complaint else {}
    return found


def _complaint(field: Placed, held: Any) -> str:
    if held in (None, "", []):
        return "" if field.block.get("optional") else "Please complete this required field."
    most, least = field.element.get("max_length", 3000), field.element.get("min_length", 0)
    if isinstance(held, str) and field.element["type"] == "plain_text_input" and len(held) > most:
        return f"Enter at most {most} characters."
    if isinstance(held, str) and field.element["type"] == "plain_text_input" and len(held) < least:
        return f"Enter at least {least} characters."
    return ""

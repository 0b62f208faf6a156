"""Clicks and forms of the editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.slack.ids import VALUE, Action, DraftPlace, Field
from bot.slack.payloads.envelopes import Person, person
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftClick:
    """A click in the editor: on what, and what was chosen from a menu there. `view_hash` is what the view is now."""

    by: Person
    place: DraftPlace
    action: Action
    chosen: str
    view_id: str
    view_hash: str
    trigger_id: str
    in_modal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSubmitted:
    """A form of the editor: what stands in each of its blocks. `editor_id` is the view below, which is the editor."""

    by: Person
    place: DraftPlace
    editor_id: str | None
    values: Mapping[str, str]

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts of the inputs that hold the steps as text, in order."""
        numbers = sorted(
            int(block.removeprefix(Field.STEPS)) for block in self.values if block.startswith(Field.STEPS)
        )
        return tuple(self.values[f"{Field.STEPS}{number}"] for number in numbers)


def draft_click(body: Json, workspace_id: str) -> DraftClick:
    action, view = body["actions"][0], body["view"]
    return DraftClick(
        by=person(body, workspace_id),
        place=DraftPlace.parse(view["private_metadata"]),
        action=Action(action["action_id"]),
        chosen=(action.get("selected_option") or {}).get("value", ""),
        view_id=view["id"],
        view_hash=view["hash"],
        trigger_id=body["trigger_id"],
    )


def draft_submitted(body: Json, workspace_id: str) -> DraftSubmitted:
    view = body["view"]
    return DraftSubmitted(
        by=person(body, workspace_id),
        place=DraftPlace.parse(view["private_metadata"]),
        editor_id=view.get("previous_view_id"),
        values={block: _held(elements[VALUE]) for block, elements in view["state"]["values"].items()},
    )


def _held(element: Json) -> str:
    """What was written or chosen; empty when nothing was."""
    return str(element.get("value") or (element.get("selected_option") or {}).get("value") or "")

"""Clicks on scripts and the forms by which they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.scripts import Language
from bot.slack.ids import VALUE, Field, RecipePlace
from bot.slack.payloads.envelopes import Person, chosen, entered, is_in_modal, person
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateClick:
    """Somebody wants a script, for a session if there is one. The button's value is the session's id, or 0."""

    by: Person
    session_id: int | None
    trigger_id: str
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeClick:
    """Somebody wants to fill in a recipe."""

    by: Person
    place: RecipePlace
    trigger_id: str
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptClick:
    """A button that carries the id of a script or of a template."""

    by: Person
    id: int
    trigger_id: str
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceSubmitted:
    by: Person
    session_id: int | None
    language: Language
    template: str
    task: str
    view_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesSubmitted:
    """`values` by the name of the parameter."""

    by: Person
    place: RecipePlace
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSubmitted:
    """A script that somebody wrote; `parameters` as they were typed."""

    by: Person
    place: RecipePlace
    title: str
    explanation: str
    parameters: str
    body: str


def generate_click(body: Json, workspace_id: str) -> GenerateClick:
    return GenerateClick(
        by=person(body, workspace_id),
        session_id=int(body["actions"][0].get("value") or 0) or None,
        trigger_id=body["trigger_id"],
        in_modal=is_in_modal(body),
    )


def recipe_click(body: Json, workspace_id: str) -> RecipeClick:
    return RecipeClick(
        by=person(body, workspace_id),
        place=RecipePlace.parse(body["actions"][0]["value"]),
        trigger_id=body["trigger_id"],
        in_modal=is_in_modal(body),
    )


def script_click(body: Json, workspace_id: str) -> ScriptClick:
    return ScriptClick(
        by=person(body, workspace_id),
        id=int(body["actions"][0]["value"]),
        trigger_id=body["trigger_id"],
        in_modal=is_in_modal(body),
    )


def choice_submitted(body: Json, workspace_id: str) -> ChoiceSubmitted:
    session = body["view"]["private_metadata"]
    return ChoiceSubmitted(
        by=person(body, workspace_id),
        session_id=int(session) if session else None,
        language=Language(chosen(body, Field.LANGUAGE)),
        template=chosen(body, Field.TEMPLATE),
        task=entered(body, Field.TASK),
        view_id=body["view"]["id"],
    )


def values_submitted(body: Json, workspace_id: str) -> ValuesSubmitted:
    state: Mapping[str, Any] = (body["view"].get("state") or {}).get("values") or {}
    return ValuesSubmitted(
        by=person(body, workspace_id),
        place=RecipePlace.parse(body["view"]["private_metadata"]),
        values={
            block.removeprefix(Field.PARAMETER): _held(held[VALUE])
            for block, held in state.items()
            if block.startswith(Field.PARAMETER)
        },
    )


def typed_submitted(body: Json, workspace_id: str) -> TypedSubmitted:
    return TypedSubmitted(
        by=person(body, workspace_id),
        place=RecipePlace.parse(body["view"]["private_metadata"]),
        title=entered(body, Field.TITLE),
        explanation=entered(body, Field.SUMMARY),
        parameters=entered(body, Field.PARAMETERS),
        body=entered(body, Field.SCRIPT),
    )


def _held(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option")
    return str(option["value"] if option else element.get("value") or "")

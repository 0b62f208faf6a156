"""The templates that FlowPilot brings along, from the files in `templates/`: one a task, in one or both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from bot.domain.scripts import Effect, Language, Parameter, ParameterKind, Recipe
from bot.scripting.checking import check


@cache
def built_in_recipes() -> Mapping[tuple[str, Language], Recipe]:
    """By the name of the template and the language, in the order of their titles."""
    found = [
        (file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8")))
        for file in files("bot.scripting").joinpath("templates").iterdir()
        if file.name.endswith(".toml")
    ]
    return {
        (name, language): _recipe(record, language)
        for name, record in sorted(found, key=lambda each: str(each[1]["title"]))
        for language in Language
        if language.value in record
    }


@cache
def effect_of_built_in(name: str, language: Language) -> Effect:
    """What the template does."""
    return check(built_in_recipes()[name, language]).effect


def _recipe(record: Mapping[str, Any], language: Language) -> Recipe:
    return Recipe(
        language=language,
        title=record["title"],
        explanation=record["explanation"],
        body=record[language.value].strip("\n"),
        parameters=tuple(
            Parameter(
                name=each["name"],
                kind=ParameterKind(each["kind"]),
                label=each["label"],
                choices=tuple(each.get("choices", ())),
                default=each.get("default"),
            )
            for each in record.get("parameters", ())
        ),
    )

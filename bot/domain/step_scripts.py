"""The script of a flow's step: the name of a template, or statements as they are.

`Node.script` is text and nothing else, so that a flow goes as it is into files and other workspaces; see decision 0014.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.errors import FlowPilotError
from bot.domain.scripts import MAX_TITLE, Advice, Language, Recipe, ScriptTemplate
from bot.domain.trees import Node, NodeKind

_NAMED = re.compile(rf"Template: (?P<title>\S.{{0,{MAX_TITLE - 1}}}) \((?P<language>\w+)\)")


@dataclass(frozen=True, slots=True)
class TemplateName:
    """A template as a flow names it, for example `Template: Restart a service (PowerShell)`."""

    title: str
    language: Language

    def __str__(self) -> str:
        return f"Template: {self.title} ({self.language.words})"

    @classmethod
    def parse(cls, script: str) -> TemplateName | None:
        """None for a script that is no name but statements."""
        found = _NAMED.fullmatch(script.strip())
        languages = {each.words.casefold(): each for each in Language}
        language = languages.get(found["language"].casefold()) if found else None
        return cls(_on_one_line(found["title"]), language) if found and language else None

    @classmethod
    def of(cls, recipe: Recipe) -> TemplateName:
        return cls(_on_one_line(recipe.title), recipe.language)

    def is_of(self, recipe: Recipe) -> bool:
        """Whether it names the recipe, in capitals or not."""
        other = TemplateName.of(recipe)
        return (self.title.casefold(), self.language) == (other.title.casefold(), other.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepScript:
    """The script of a step as it can be had now.

    `name` is of the template, None where the step has statements. `key` is by which the template is chosen; None
    when there is none of that name, or `is_withdrawn`.
    """

    name: TemplateName | None = None
    key: str | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAt:
    """The step of a flow in use, in its present version, at which a template was written."""

    flow_id: int
    version: int
    title: str
    node: Node

    @property
    def takes_scripts(self) -> bool:
        return self.node.kind is NodeKind.ACTION

    def has(self, recipe: Recipe) -> bool:
        """Whether the recipe is part of the step."""
        name = TemplateName.parse(self.node.script or "")
        return name is not None and name.is_of(recipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCard:
    """A template as reviewers see it; `by` is the name of who proposed it or decided on it.

    The lines of the `advice` are those of its statements.
    """

    template: ScriptTemplate
    by: str
    written_at: WrittenAt | None = None
    advice: tuple[Advice, ...] = ()


class NoStepForScriptError(FlowPilotError):
    """The template was not written at a step of a flow, or is not approved."""

    def __init__(self) -> None:
        super().__init__("Only an approved template that was written at a step can become part of it.")


class ScriptThereError(FlowPilotError):
    """The published step has this script."""

    def __init__(self, step: str) -> None:
        super().__init__(f"{step} has this script already.")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())

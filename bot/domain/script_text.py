"""The text of a script: a heading in words, the guard of the dry run, the values, the body."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bot.domain.script_parameters import OFF, bash_name, check_values, is_plain, literal, powershell_name
from bot.domain.scripts import EFFECT_IN_WORDS, Effect, Language, Parameter, ParameterKind, Recipe, Values

COLUMNS = 100
BASH_GUARD = """\
# Nothing is changed unless --apply is given.
DRY_RUN=1
if [ "${1:-}" = "--apply" ]; then DRY_RUN=0; fi
readonly DRY_RUN
run() {
  if [ "$DRY_RUN" = 0 ]; then "$@"; else printf 'Would run:'; printf ' %q' "$@"; printf '\\n'; fi
}"""
POWERSHELL_GUARD = """\
# Nothing is changed unless -Apply is given.
[CmdletBinding(SupportsShouldProcess)]
param([switch]$Apply)
$ErrorActionPreference = 'Stop'
if (-not $Apply) { $WhatIfPreference = $true }
function Confirm-Change([string]$Target, [string]$Action) {
    if ($Apply) { return $script:PSCmdlet.ShouldProcess($Target, $Action) }
    Write-Host "What if: $Action on $Target"
    return $false
}"""
POWERSHELL_HEAD = """\
[CmdletBinding()]
param()
$ErrorActionPreference = 'Stop'"""


def script_text(recipe: Recipe, effect: Effect, entered: Values) -> str:
    """The whole file.

    Raises:
        InvalidValuesError: a value does not fit its parameter.
    """
    values = check_values(recipe.parameters, entered)
    lines = (
        _bash(recipe, effect, values)
        if recipe.language is Language.BASH
        else _powershell(recipe, effect, values)
    )
    return "\n".join(lines) + "\n"


def specimen(recipe: Recipe, effect: Effect) -> tuple[str, int]:
    """The file with values that are made up, and how many lines of it stand before the body."""
    text = script_text(recipe, effect, {each.name: _made_up(each) for each in recipe.asked})
    body = recipe.body.strip("\n")
    return text, text.removesuffix(f"{body}\n").count("\n")


def _made_up(parameter: Parameter) -> str:
    match parameter.kind:
        case ParameterKind.SWITCH:
            return parameter.default or OFF
        case ParameterKind.CHOICE:
            return parameter.default or parameter.choices[0]
        case ParameterKind.INTEGER:
            return parameter.default or "1"
    return parameter.default or "example"


def _bash(recipe: Recipe, effect: Effect, values: Values) -> Iterator[str]:
    yield "#!/usr/bin/env bash"
    yield from _heading(recipe, effect)
    yield "set -euo pipefail"
    if effect is not Effect.READ_ONLY:
        yield BASH_GUARD
    for each in recipe.parameters:
        name = bash_name(each)
        if each.kind is ParameterKind.SECRET:
            yield f"IFS= read -r -s -p {_prompt(each, Language.BASH)} {name}; printf '\\n'"
            yield f"readonly {name}"
        else:
            yield f"readonly {name}={literal(each, values[each.name], Language.BASH)}"
    yield ""
    yield recipe.body.strip("\n")


def _powershell(recipe: Recipe, effect: Effect, values: Values) -> Iterator[str]:
    yield from _heading(recipe, effect)
    yield POWERSHELL_HEAD if effect is Effect.READ_ONLY else POWERSHELL_GUARD
    for each in recipe.parameters:
        name = powershell_name(each)
        if each.kind is ParameterKind.SECRET:
            yield f"${name} = Read-Host -AsSecureString -Prompt {_prompt(each, Language.POWERSHELL)}"
        else:
            yield f"${name} = {literal(each, values[each.name], Language.POWERSHELL)}"
    yield ""
    yield recipe.body.strip("\n")


def _heading(recipe: Recipe, effect: Effect) -> Iterator[str]:
    """Comments: one `# ` a line, and nothing in them that could end it."""
    for text in (recipe.title, recipe.explanation, EFFECT_IN_WORDS[effect]):
        seen = "".join(character if is_plain(character) else " " for character in text)
        yield from (f"# {line}" for line in textwrap.wrap(seen, COLUMNS))


def _prompt(parameter: Parameter, language: Language) -> str:
    asked = f"{parameter.label.rstrip(': ')}: "
    as_text = Parameter(name=parameter.name, kind=ParameterKind.STRING, label=parameter.label)
    return literal(as_text, asked if language is Language.BASH else parameter.label, language)

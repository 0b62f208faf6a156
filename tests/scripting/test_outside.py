"""Programs outside give advice and never trouble: asked for real as far as there are any, else small ones in their place."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from bot.domain.script_text import specimen
from bot.domain.scripts import Advice, Effect, Language, Parameter, ParameterKind
from bot.scripting.built_in import built_in_recipes, effect_of_built_in
from bot.scripting.outside import MAX_OUTPUT, PARSE, OutsideAdviser, programs_on
from bot.services.scripts import advise_on
from tests.storage.makers import a_recipe

FINDINGS = [
    {"line": 9, "message": "Double quote this."},
    {"line": 3, "message": "Use cd ... || exit."},
    {"line": 3, "message": "Use cd ... || exit."},
]
SAID = (
    Advice("shellcheck", 3, "Use cd ... || exit."),
    Advice("shellcheck", 9, "Double quote this."),
)
NAMES = {Language.BASH: "shellcheck", Language.POWERSHELL: "pwsh"}


def a_program(folder: Path, language: Language, body: str) -> OutsideAdviser:
    """An executable in the place of the real one, alone on its PATH."""
    file = folder / NAMES[language]
    file.write_text(f"#!{sys.executable} -IS\nimport json, os, sys, time\n{body}\n")
    file.chmod(0o755)
    return OutsideAdviser(programs_on(str(folder)))


async def test_what_shellcheck_finds_is_told_once_and_by_line(tmp_path: Path) -> None:
    adviser = a_program(
        tmp_path, Language.BASH, f"print(json.dumps({{'comments': {FINDINGS}}})); sys.exit(1)"
    )
    assert await adviser.advise(Language.BASH, "df\n", seconds=10) == SAID
    assert await adviser.advise(Language.POWERSHELL, "df\n", seconds=10) == ()


async def test_shellcheck_gets_the_file_and_nothing_of_ours(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    body = (
        f"said = [sys.argv[1:-1], open(sys.argv[-1]).read(), sorted(os.environ), sys.stdin.read()]\n"
        f"open({str(seen)!r}, 'w').write(json.dumps(said))\n"
        "print('{\"comments\": []}')"
    )
    adviser = a_program(tmp_path, Language.BASH, body)
    assert await adviser.advise(Language.BASH, "echo 'Ñ'\n", seconds=10) == ()
    arguments, text, environment, entered = json.loads(seen.read_text())
    assert "--norc" in arguments
    assert (text, entered) == ("echo 'Ñ'\n", "")
    assert set(environment) <= {
        "FLOWPILOT_SCRIPT",
        "HOME",
        "LC_ALL",
        "LC_CTYPE",
        "PATH",
        "POWERSHELL_TELEMETRY_OPTOUT",
        "POWERSHELL_UPDATECHECK",
    }


async def test_powershell_is_told_to_parse_the_file_and_no_more(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    body = (
        f"said = [sys.argv[1:], open(os.environ['FLOWPILOT_SCRIPT'], encoding='utf-8-sig').read()]\n"
        f"open({str(seen)!r}, 'w').write(json.dumps(said))\n"
        'print(\'[{"line": 2, "message": "Missing closing bracket."}]\')'
    )
    adviser = a_program(tmp_path, Language.POWERSHELL, body)
    said = await adviser.advise(Language.POWERSHELL, "Get-Date\nif (", seconds=10)
    assert said == (Advice("PowerShell", 2, "Missing closing bracket."),)
    arguments, text = json.loads(seen.read_text())
    assert arguments == ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", PARSE]
    assert text == "Get-Date\nif ("


@pytest.mark.parametrize(
    "body",
    [
        "sys.exit(3)",
        "print('no json')",
        "print('[]')",
        "print('{\"comments\": [{}]}')",
        'print(\'{"comments": [{"line": null, "message": 1}]}\')',
        f"print(' ' * {MAX_OUTPUT + 1})",
        "time.sleep(60)",
        "os.fork() or time.sleep(60); time.sleep(60)",
    ],
)
async def test_a_program_out_of_order_or_late_is_no_trouble(tmp_path: Path, body: str) -> None:
    adviser = a_program(tmp_path, Language.BASH, body)
    async with asyncio.timeout(20):
        assert await adviser.advise(Language.BASH, "df\n", seconds=1) == ()


async def test_without_programs_there_is_no_advice(tmp_path: Path) -> None:
    (tmp_path / "shellcheck").write_text("not executable")
    adviser = OutsideAdviser(programs_on(str(tmp_path)))
    for language in Language:
        assert await adviser.advise(language, "x", seconds=1) == ()
    assert await advise_on(None, a_recipe(), Effect.CHANGES, seconds=1) == ()


async def test_a_program_that_is_no_program_gives_no_advice(tmp_path: Path) -> None:
    file = tmp_path / "shellcheck"
    file.write_bytes(b"\x7fELF")
    file.chmod(0o755)
    assert await OutsideAdviser(programs_on(str(tmp_path))).advise(Language.BASH, "df", seconds=5) == ()


async def test_lines_are_those_of_the_body_and_what_stands_before_is_ours(tmp_path: Path) -> None:
    parameters = tuple(
        Parameter(name=f"p_{kind}", kind=kind, label="Which?", choices=("a", "b") if kind == "choice" else ())
        for kind in ParameterKind
    )
    recipe = a_recipe(body="df\ndu", parameters=parameters)
    text, before = specimen(recipe, Effect.CHANGES)
    lines = text.splitlines()
    assert lines[before:] == ["df", "du"]
    body = (
        "at = [n for n, line in enumerate(open(sys.argv[-1]), 1) if line.strip() in ('set -euo pipefail', 'du')]\n"
        "print(json.dumps({'comments': [{'line': n, 'message': 'Look.'} for n in at]}))"
    )
    adviser = a_program(tmp_path, Language.BASH, body)
    assert await advise_on(adviser, recipe, Effect.CHANGES, seconds=10) == (Advice("shellcheck", 2, "Look."),)


async def test_the_programs_of_this_machine_have_no_advice_on_built_in_templates() -> None:
    adviser = OutsideAdviser(programs_on(None))
    for (name, language), recipe in built_in_recipes().items():
        effect = effect_of_built_in(name, language)
        assert await advise_on(adviser, recipe, effect, seconds=10) == (), name
        text, _ = specimen(recipe, effect)
        assert await adviser.advise(language, text, seconds=10) == (), name

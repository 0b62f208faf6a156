"""A parameter's value can never become code: through the real bash, and through PowerShell's grammar and quoting rules."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.script_errors import InvalidValuesError, ScriptRefusedError
from bot.domain.script_parameters import (
    POWERSHELL_QUOTES,
    bash_literal,
    check_parameters,
    check_values,
    powershell_literal,
    read_parameters,
    value_problem,
)
from bot.domain.script_text import script_text
from bot.domain.scripts import Effect, Language, Parameter, ParameterKind, Recipe, file_bytes
from bot.scripting.syntax import parse, syntax_problems, text_of, walk

TEXT = Parameter(name="target", kind=ParameterKind.STRING, label="Target")
HOSTILE = (
    "'; touch owned; '",
    "$(touch owned)",
    "`touch owned`",
    "'\"'\"'; touch owned #",
    "a'b''c\\'; touch owned;\\",
    "; touch owned",
    "| touch owned",
    "& touch owned &",
    "${IFS}touch${IFS}owned",
    "a[$(touch owned)]",
    "{touch,owned}",
    "~root/* ?[a-z] !! !$",
    "$'\\x27;touch owned'",
    "\\",
    "'",
    "‘; touch owned; ’",
    "Ñ\u201a \u201b “quoted” — dash",
    "\u00e9\u4e2d\U0001f600",
    '"$(touch owned)"',
    "%s%n%d $1 $@ #",
)
PLAIN = st.text(
    st.one_of(
        st.sampled_from(f'{POWERSHELL_QUOTES}"`$(){{}};&|<>\\!*?[]~# a'),
        st.characters(exclude_categories=["C", "Z"]),
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: bool(text.strip()) and value_problem(TEXT, text) is None)


def recipe(language: Language, body: str, *parameters: Parameter) -> Recipe:
    return Recipe(language=language, title="Look", explanation="Looks.", body=body, parameters=parameters)


def run(text: str, folder: Path, *arguments: str) -> str:
    """What the script says, run by the real bash where the only commands are a stub that records its arguments."""
    stub = folder / "bin" / "record"
    if not stub.exists():
        stub.parent.mkdir()
        stub.write_text('#!/bin/bash\nprintf "%s\\0" "$@"\n')
        stub.chmod(0o755)
        (folder / "bin" / "touch").symlink_to("/usr/bin/touch")
    script = folder / "script.sh"
    script.write_bytes(file_bytes(Language.BASH, text))
    done = subprocess.run(
        ["/bin/bash", str(script), *arguments],
        cwd=folder,
        env={"PATH": str(stub.parent), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
        timeout=10,
    )
    assert not (folder / "owned").exists()
    assert done.stderr == b""
    return done.stdout.decode()


def test_hostile_values_reach_the_command_as_they_are_in_the_real_bash(tmp_path: Path) -> None:
    parameters = tuple(
        Parameter(name=f"value{number}", kind=ParameterKind.STRING, label="Value")
        for number in range(len(HOSTILE))
    )
    body = "record " + " ".join(f'"${each.name.upper()}"' for each in parameters)
    values = {each.name: value for each, value in zip(parameters, HOSTILE, strict=True)}
    said = run(script_text(recipe(Language.BASH, body, *parameters), Effect.READ_ONLY, values), tmp_path)
    assert said.split("\0")[:-1] == list(HOSTILE)


def test_a_dry_run_shows_hostile_values_and_only_apply_runs_the_command(tmp_path: Path) -> None:
    text = script_text(
        recipe(Language.BASH, 'run record "$TARGET"', TEXT), Effect.CHANGES, {"target": HOSTILE[0]}
    )
    assert run(text, tmp_path).startswith("Would run: record ")
    assert run(text, tmp_path, "--apply") == f"{HOSTILE[0]}\0"


@settings(max_examples=15, deadline=None)
@given(values=st.lists(PLAIN, min_size=40, max_size=40))
def test_whatever_is_quoted_comes_out_of_bash_as_it_went_in(values: list[str]) -> None:
    words = " ".join(map(bash_literal, values))
    done = subprocess.run(["/bin/bash", "-c", f"printf '%s\\0' {words}"], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == values


@given(value=PLAIN)
@settings(max_examples=150, deadline=None)
def test_powershell_reads_one_literal_with_the_value(value: str) -> None:
    text = script_text(recipe(Language.POWERSHELL, "Get-Date", TEXT), Effect.READ_ONLY, {"target": value})
    root = parse(text, Language.POWERSHELL)
    literals = [text_of(node) for node, _ in walk(root) if node.type == "verbatim_string_characters"]
    commands = [text_of(node) for node, _ in walk(root) if node.type == "command"]
    assert syntax_problems(root) == []
    assert commands == ["Get-Date"]
    assert [read_by_powershell(each) for each in literals] == ["Stop", value.strip()]


def read_by_powershell(literal: str) -> str:
    """The string as PowerShell's tokenizer reads it: any of its quotes ends it, any two of them are the second one."""
    inner, value, place = literal[1:], "", 0
    while inner[place] not in POWERSHELL_QUOTES or inner[place + 1 : place + 2] in tuple(POWERSHELL_QUOTES):
        place += inner[place] in POWERSHELL_QUOTES
        value += inner[place]
        place += 1
    assert inner[place:] == "'"
    return value


def test_powershell_files_say_that_they_are_utf_8() -> None:
    """Without the mark, Windows PowerShell 5.1 reads the second byte of Ñ as a quotation mark."""
    content = file_bytes(Language.POWERSHELL, powershell_literal("Ñ; Remove-Item x #"))
    assert "‘" in content[3:].decode("cp1252")
    assert content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((ParameterKind.STRING, f"a{sign}b") for sign in "\n\r\0\t\x1b\x85\u2028\u2029\u202e\u200b\ufeff"),
        *((ParameterKind.STRING, f"{dash}rf") for dash in ("-", "--", "–", "—", "\u2212", " -")),
        (ParameterKind.STRING, "  "),
        (ParameterKind.STRING, "a" * 401),
        (ParameterKind.PATH, "-rf"),
        (ParameterKind.PATH, 'C:\\x" /y'),
        (ParameterKind.HOSTNAME, "host;id"),
        (ParameterKind.HOSTNAME, "-f"),
        (ParameterKind.HOSTNAME, "a b"),
        (ParameterKind.HOSTNAME, "fe80::1%eth0"),
        (ParameterKind.HOSTNAME, "höst"),
        (ParameterKind.INTEGER, "1+1"),
        (ParameterKind.INTEGER, "-1"),
        (ParameterKind.INTEGER, "a[$(id)]"),
        (ParameterKind.INTEGER, "\u0661"),
        (ParameterKind.SWITCH, "true"),
        (ParameterKind.CHOICE, "other"),
    ],
)
def test_values_that_no_shell_should_see_are_refused(kind: ParameterKind, value: str) -> None:
    parameter = Parameter(name="target", kind=kind, label="Target", choices=("one", "two"))
    with pytest.raises(InvalidValuesError) as caught:
        check_values((parameter,), {"target": value})
    assert list(caught.value.problems) == ["target"]


@pytest.mark.parametrize(
    ("kind", "value", "tidied"),
    [
        (ParameterKind.INTEGER, " 008 ", "8"),
        (ParameterKind.HOSTNAME, "2001:db8::1", "2001:db8::1"),
        (ParameterKind.HOSTNAME, "web-01.example.com", "web-01.example.com"),
        (ParameterKind.PATH, "C:\\Users\\O'Neil\\", "C:\\Users\\O'Neil\\"),
        (ParameterKind.SWITCH, "on", "on"),
        (ParameterKind.CHOICE, "two", "two"),
    ],
)
def test_values_that_fit_are_tidied(kind: ParameterKind, value: str, tidied: str) -> None:
    parameter = Parameter(name="target", kind=kind, label="Target", choices=("one", "two"))
    assert check_values((parameter,), {"target": value}) == {"target": tidied}


@pytest.mark.parametrize("language", Language)
def test_a_secret_is_asked_for_when_the_script_runs_and_stands_nowhere(language: Language) -> None:
    secret = Parameter(name="new_word", kind=ParameterKind.SECRET, label="It's the new one:")
    text = script_text(
        recipe(language, "df" if language is Language.BASH else "Get-Date", secret),
        Effect.CHANGES,
        {"new_word": "hunter2"},
    )
    assert "hunter2" not in text
    assert re.search(r"^IFS= read -r -s |^\$NewWord = Read-Host -AsSecureString ", text, re.MULTILINE)
    assert syntax_problems(parse(text, language)) == []


@pytest.mark.parametrize("language", Language)
def test_a_heading_cannot_be_left(language: Language) -> None:
    hostile = Recipe(
        language=language,
        title="Look\ntouch owned\r\nRemove-Item x",
        explanation="#>\u2028touch owned\u0085touch owned",
        body="df" if language is Language.BASH else "Get-Date",
    )
    lines = script_text(hostile, Effect.READ_ONLY, {}).splitlines()
    assert all(line.startswith("#") for line in lines if "owned" in line or "x" in line.split())


@pytest.mark.parametrize(
    ("language", "name"),
    [
        (Language.BASH, "path"),
        (Language.BASH, "ld_preload"),
        (Language.BASH, "bash_env"),
        (Language.BASH, "dry_run"),
        (Language.BASH, "ifs"),
        (Language.BASH, "Target"),
        (Language.BASH, "a b"),
        (Language.BASH, "a;id"),
        (Language.POWERSHELL, "apply"),
        (Language.POWERSHELL, "what_if_preference"),
        (Language.POWERSHELL, "error_action_preference"),
        (Language.POWERSHELL, "ps_cmdlet"),
        (Language.POWERSHELL, "input"),
    ],
)
def test_a_name_that_means_something_is_refused(language: Language, name: str) -> None:
    with pytest.raises(ScriptRefusedError):
        check_parameters((Parameter(name=name, kind=ParameterKind.STRING, label="Name"),), language)


def test_parameters_are_read_from_lines() -> None:
    read = read_parameters("target_host: hostname: Which host?\n\nlevel: choice: Level: error, warning")
    assert [each.kind for each in read] == [ParameterKind.HOSTNAME, ParameterKind.CHOICE]
    assert read[1].choices == ("error", "warning")
    with pytest.raises(ScriptRefusedError, match="Line 2: Write name: kind: label"):
        read_parameters("a: string: A\nb: code: B")

"""Parameters of scripts: which names and values are taken, and how a value stands in the text of a script.

A value is bound to a variable at the top, as one literal of its shell. There is no way from the literal into code:
what could end it is doubled or taken apart, and what the shells disagree about is not taken at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from ipaddress import ip_address

from bot.domain.script_errors import InvalidValuesError, ScriptRefusedError
from bot.domain.scripts import (
    MAX_CHOICES,
    MAX_LABEL,
    MAX_PARAMETERS,
    MAX_VALUE,
    Language,
    Parameter,
    ParameterKind,
    ScriptProblem,
    Values,
)

POWERSHELL_QUOTES = "'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{SINGLE LOW-9 QUOTATION MARK}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}"
"""Each of them opens and closes a single-quoted string in PowerShell (its tokenizer, `CharTraits.IsSingleQuote`)."""
ON, OFF = "on", "off"
MAX_CHOICE = 75
"""Characters: Slack's limit for an option."""
MAX_INTEGER = 999_999_999

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_RESERVED_IN_BASH = re.compile(
    r"PATH|HOME|IFS|ENV|PWD|OLDPWD|UID|EUID|PPID|GROUPS|SHELL|SHELLOPTS|SHLVL|USER|LOGNAME|LANG|LINENO|RANDOM|SECONDS|OPTARG|OPTIND"
    r"|OPTERR|PS[0-9]|PROMPT_COMMAND|CDPATH|GLOBIGNORE|REPLY|MAPFILE|PIPESTATUS|FUNCNAME|DIRSTACK|HOSTNAME|HOSTTYPE|MACHTYPE"
    r"|OSTYPE|TMOUT|TMPDIR|TERM|COLUMNS|LINES|DRY_RUN|TZ|EDITOR|VISUAL|PAGER|MAIL|(?:BASH|LC|LD|DYLD|HIST|COMP|GIT|PYTHON|PERL|SSH|XDG)_?.*"
)
_RESERVED_IN_POWERSHELL = re.compile(
    r"(?:ps|is|env|whatif|confirm|error|warning|verbose|debug|information|progress|output|last|ofs|maximum|log|native).*|args|input|host|home|pid|pwd|profile|matches"
    r"|this|true|false|null|foreach|switch|sender|event.*|stacktrace|shellid|executioncontext|myinvocation|nestedpromptlevel|apply"
    r"|transcript|consolefilename|enabledexperimentalfeatures|using|script|global|local|private|function|alias|variable"
)
_HOST = re.compile(
    r"(?!.{254})[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*\.?"
)
_INTEGER = re.compile(r"[0-9]{1,9}")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that end a line, reorder the text, or are not seen."""


def bash_name(parameter: Parameter) -> str:
    """`target_host` is TARGET_HOST."""
    return parameter.name.upper()


def powershell_name(parameter: Parameter) -> str:
    """`target_host` is TargetHost."""
    return "".join(part.capitalize() for part in parameter.name.split("_"))


def variable_name(parameter: Parameter, language: Language) -> str:
    return bash_name(parameter) if language is Language.BASH else powershell_name(parameter)


def check_parameters(parameters: tuple[Parameter, ...], language: Language) -> None:
    """Raise ScriptRefusedError with everything that is wrong with the parameters themselves."""
    problems = [sentence for each in parameters for sentence in _parameter_problems(each, language)]
    names = [variable_name(each, language).casefold() for each in parameters]
    problems += [
        f"There are two parameters {name}." for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if len(parameters) > MAX_PARAMETERS:
        problems.append(f"It has more than {MAX_PARAMETERS} parameters.")
    if problems:
        raise ScriptRefusedError(tuple(ScriptProblem(1, sentence) for sentence in problems))


def _parameter_problems(parameter: Parameter, language: Language) -> list[str]:
    name = parameter.name
    if not _NAME.fullmatch(name) or len(name) > MAX_LABEL:
        return ["A parameter's name has small letters, digits and underscores only."]
    found = []
    if (
        is_reserved_in_bash(name.upper())
        if language is Language.BASH
        else is_reserved_in_powershell(powershell_name(parameter))
    ):
        found.append(f"The name {name} means something else in {language.words}. Take another one.")
    if not is_plain(parameter.label) or not 0 < len(parameter.label) <= MAX_LABEL:
        found.append(f"The label of {name} must be one line of at most {MAX_LABEL} characters.")
    if parameter.kind is ParameterKind.CHOICE and not 1 < len(parameter.choices) <= MAX_CHOICES:
        found.append(f"{name} must offer 2 to {MAX_CHOICES} choices.")
    found += [f"{name}: {said}" for each in parameter.choices if (said := _choice_problem(each))]
    if parameter.default is not None and (said := value_problem(parameter, parameter.default)):
        found.append(f"The default of {name}: {said}")
    return found


def _choice_problem(choice: str) -> str | None:
    too_long = f"A choice has at most {MAX_CHOICE} characters." if len(choice) > MAX_CHOICE else None
    return too_long or _text_problem(choice)


def is_reserved_in_bash(name: str) -> bool:
    """Whether bash, or the guard of the dry run, gives the variable a meaning."""
    return _RESERVED_IN_BASH.fullmatch(name) is not None


def is_reserved_in_powershell(name: str) -> bool:
    """Whether PowerShell, or the guard of the dry run, gives the variable a meaning."""
    return _RESERVED_IN_POWERSHELL.fullmatch(name.lower()) is not None


def check_values(parameters: tuple[Parameter, ...], entered: Mapping[str, str]) -> Values:
    """What was entered, tidied, for each parameter that is asked for.

    Raises:
        InvalidValuesError: what is wrong, by parameter.
    """
    problems, values = {}, {}
    for each in parameters:
        if each.kind is ParameterKind.SECRET:
            continue
        value = entered.get(each.name, "")
        value = value if each.kind is ParameterKind.CHOICE else value.strip()
        if said := value_problem(each, value):
            problems[each.name] = said
        values[each.name] = str(int(value)) if each.kind is ParameterKind.INTEGER and not said else value
    if problems:
        raise InvalidValuesError(problems)
    return values


def value_problem(parameter: Parameter, value: str) -> str | None:
    """What is wrong with the value, as a sentence."""
    match parameter.kind:
        case ParameterKind.INTEGER:
            return None if _INTEGER.fullmatch(value) else f"Enter a whole number from 0 to {MAX_INTEGER}."
        case ParameterKind.SWITCH:
            return None if value in (ON, OFF) else "Choose on or off."
        case ParameterKind.CHOICE:
            return None if value in parameter.choices else "Choose one of the words that are offered."
        case ParameterKind.HOSTNAME:
            return None if _is_host(value) else "Enter a host name or an IP address."
        case ParameterKind.PATH:
            return _text_problem(value) or ('A path holds no ".' if '"' in value else None)
    return _text_problem(value)


def _text_problem(value: str) -> str | None:
    if not value:
        return "Enter something."
    if len(value) > MAX_VALUE:
        return f"Enter at most {MAX_VALUE} characters."
    if not is_plain(value):
        return "Enter one line, without characters that cannot be seen."
    if unicodedata.category(value[0]) == "Pd" or value[0] == "\N{MINUS SIGN}":
        return "It must not begin with a dash: a command would take it for an option."
    return None


def is_plain(text: str) -> bool:
    """Whether all of it is seen, in its order, on one line."""
    return not any(unicodedata.category(character) in _UNSEEN for character in text)


def _is_host(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return _HOST.fullmatch(value) is not None
    return "%" not in value


def bash_literal(value: str) -> str:
    """One word of bash that is the value, whatever is in it."""
    return "'" + value.replace("'", "'\\''") + "'"


def powershell_literal(value: str) -> str:
    """One single-quoted string of PowerShell that is the value: each character that could end it is doubled."""
    return "'" + re.sub(f"[{POWERSHELL_QUOTES}]", r"\g<0>\g<0>", value) + "'"


def literal(parameter: Parameter, value: str, language: Language) -> str:
    """How the value stands behind the `=` of its variable."""
    if parameter.kind is ParameterKind.INTEGER:
        return str(int(value))
    if parameter.kind is ParameterKind.SWITCH:
        words = ("1", "0") if language is Language.BASH else ("$true", "$false")
        return words[value == OFF]
    return bash_literal(value) if language is Language.BASH else powershell_literal(value)


def read_parameters(text: str) -> tuple[Parameter, ...]:
    """Parameters as people type them, one a line: `name: kind: label`, and for a choice `: first, second` behind it.

    Raises:
        ScriptRefusedError: a line that is none.
    """
    found, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        name, kind, label, choices = ([part.strip() for part in line.split(":", 3)] + [""] * 4)[:4]
        if not line.strip():
            continue
        if kind not in set(ParameterKind) or not label:
            kinds = ", ".join(ParameterKind)
            problems.append(ScriptProblem(number, f"Write name: kind: label. The kinds are {kinds}."))
            continue
        offered = tuple(choice.strip() for choice in choices.split(",")) if choices else ()
        found.append(Parameter(name=name, kind=ParameterKind(kind), label=label, choices=offered))
    if problems:
        raise ScriptRefusedError(tuple(problems))
    return tuple(found)

"""What a script does, as far as its parser sees it, and why it is refused if it is.

The check is strict in one direction: read-only is what is known to be; what is not known counts as a change; what cannot
be known, such as code in a variable, is refused. Every change has to stand behind the guard of the dry run.
"""

from __future__ import annotations

import unicodedata

from bot.domain.script_errors import ScriptRefusedError
from bot.domain.script_parameters import check_parameters
from bot.domain.scripts import MAX_BODY, MAX_EXPLANATION, MAX_TITLE, Checked, Language, Recipe, ScriptProblem
from bot.scripting.bash import BashCheck
from bot.scripting.powershell import PowerShellCheck
from bot.scripting.syntax import comment_problems, parse, syntax_problems


def check(recipe: Recipe) -> Checked:
    """What the recipe's commands are.

    Raises:
        ScriptRefusedError: everything that is wrong with it.
    """
    checked = examine(recipe)
    if checked.problems:
        raise ScriptRefusedError(checked.problems)
    return checked


def examine(recipe: Recipe) -> Checked:
    """As `check`, with the problems of the body in the value. Raises ScriptRefusedError for those of the parameters."""
    check_parameters(recipe.parameters, recipe.language)
    problems = [*_size_problems(recipe), *_character_problems(recipe.body)]
    if problems:
        return Checked(problems=tuple(problems))
    root = parse(recipe.body, recipe.language)
    if problems := syntax_problems(root):
        return Checked(problems=tuple(problems))
    if problems := comment_problems(root):
        return Checked(problems=tuple(problems))
    judge = BashCheck if recipe.language is Language.BASH else PowerShellCheck
    return judge(recipe.parameters).examine(root)


def _size_problems(recipe: Recipe) -> list[ScriptProblem]:
    wrong = []
    if not recipe.title.strip() or len(recipe.title) > MAX_TITLE:
        wrong.append(f"It needs a title of at most {MAX_TITLE} characters.")
    if len(recipe.explanation) > MAX_EXPLANATION:
        wrong.append(f"Its explanation is longer than {MAX_EXPLANATION} characters.")
    if not recipe.body.strip():
        wrong.append("It does nothing.")
    if len(recipe.body) > MAX_BODY:
        wrong.append(f"It is longer than {MAX_BODY} characters.")
    return [ScriptProblem(1, sentence) for sentence in wrong]


def _character_problems(body: str) -> list[ScriptProblem]:
    """Characters that a shell reads otherwise than the eye: curly quotes, long dashes, what is not seen."""
    for number, line in enumerate(body.split("\n"), start=1):
        for character in line:
            if not _is_plain(character):
                name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
                return [ScriptProblem(number, f"Code holds letters and ASCII signs only; this has a {name}.")]
    return []


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isprintable() or character == "\t"
    return unicodedata.category(character) in ("Lu", "Ll", "Lo")

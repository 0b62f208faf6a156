"""What a bash body does, command by command."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain.script_parameters import bash_name, is_reserved_in_bash
from bot.domain.scripts import Checked, Effect, FoundCommand, Parameter, ParameterKind, ScriptProblem, worst
from bot.scripting.bash_commands import CODE, DESTRUCTIVE, READ_ONLY, REFUSED, UNKNOWN, VALUE
from bot.scripting.syntax import Node, line_of, named, text_of, walk

GUARD = "run"
MAX_SHOWN = 120
UNDERSTOOD = frozenset(
    """
    program command command_name word string string_content raw_string number concatenation simple_expansion expansion
    variable_name special_variable_name command_substitution variable_assignment declaration_command pipeline list
    redirected_statement file_redirect file_descriptor herestring_redirect if_statement elif_clause else_clause
    while_statement for_statement do_group case_statement case_item compound_statement subshell function_definition
    test_command binary_expression unary_expression parenthesized_expression test_operator negated_command comment
    arithmetic_expansion extglob_pattern
    """.split()
)
"""Kinds of syntax that are looked into; all others are refused."""
EXPANSIONS = ("simple_expansion", "expansion", "command_substitution")
NUMBER_TESTS = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})

_PLAIN_WORD = re.compile(r"[\w@%+=:,./^~\[\]*?!-]+", re.ASCII)
_GLOB = re.compile(r"[*?\[]")
_PLAIN_EXPANSION = re.compile(r"\$\{(?:#?\w+|\w+(?::?[-+]|%%?|##?).*)\}", re.DOTALL)
_READ_WORD = re.compile(r"-[rs]+|[A-Za-z_]\w*", re.ASCII)
_NOWHERE = re.compile(r"/dev/(?:null|stdout|stderr)|[0-9]")
_DEVICE = re.compile(r"/dev/(?!null|stdout|stderr)")


class BashCheck:
    """One reading of one body."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        parameters = tuple(parameters)
        self._values = {bash_name(each) for each in parameters if each.kind is not ParameterKind.SECRET}
        self._numbers = {
            bash_name(each)
            for each in parameters
            if each.kind in (ParameterKind.INTEGER, ParameterKind.SWITCH)
        }
        self._own: set[str] = set()
        self._commands: list[FoundCommand] = []
        self._problems: list[ScriptProblem] = []

    def examine(self, root: Node) -> Checked:
        nodes = [node for node, _ in walk(root)]
        names = (node.child_by_field_name("name") for node in nodes if node.type == "function_definition")
        self._own = {text_of(name) for name in names if name}
        for node in nodes:
            self._look_at(node)
        return Checked(tuple(self._commands), tuple(dict.fromkeys(self._problems)))

    def _look_at(self, node: Node) -> None:
        kind = node.type
        if node.is_named and kind not in UNDERSTOOD:
            self._refuse(node, f"{kind.replace('_', ' ')} is not allowed here; write it more plainly.")
        elif kind == "command":
            self._command(node)
        elif kind == "function_definition":
            self._function(node)
        elif kind in ("variable_assignment", "for_statement"):
            self._names(node)
        elif kind == "declaration_command":
            self._declaration(node)
        elif kind == "expansion":
            self._expansion(node)
        elif kind == "arithmetic_expansion" or (
            kind == "compound_statement" and node.children[0].type == "(("
        ):
            self._numbers_only(node)
        elif kind == "test_command":
            self._test(node)
        elif kind == "file_redirect":
            self._redirect(node)

    def _refuse(self, node: Node, sentence: str) -> None:
        self._problems.append(ScriptProblem(line_of(node), sentence))

    def _function(self, node: Node) -> None:
        for name in self._own:
            if name == GUARD or name in READ_ONLY or name in DESTRUCTIVE or name in REFUSED:
                self._refuse(node, f"A function must not be called {name}.")

    def _names(self, node: Node) -> None:
        for each in named(node, "variable_name", "subscript"):
            self._name(each, text_of(each))

    def _name(self, node: Node, name: str) -> None:
        if is_reserved_in_bash(name) or name in self._values:
            self._refuse(node, f"{name} must not be set: it means something already.")

    def _declaration(self, node: Node) -> None:
        if text_of(node.children[0]) not in ("local", "readonly"):
            self._refuse(node, "Only local and readonly declare variables here.")
        for each in node.children[1:]:
            if each.type not in ("variable_assignment", "variable_name"):
                self._refuse(node, "Declare variables without options.")
            elif each.type == "variable_name":
                self._name(each, text_of(each))

    def _expansion(self, node: Node) -> None:
        if not _PLAIN_EXPANSION.fullmatch(text_of(node)):
            self._refuse(node, "This kind of ${…} can run what a variable holds.")

    def _numbers_only(self, node: Node) -> None:
        """Arithmetic runs code that a variable's text holds, such as `a[$(id)]`: only whole numbers may enter it."""
        for each, _ in walk(node):
            if each.type in ("variable_name", "word") and text_of(each) not in self._numbers:
                self._refuse(
                    each,
                    f"Arithmetic on {text_of(each)} would run what it holds: only whole-number parameters.",
                )
            elif each.type in ("command_substitution", "string", "raw_string", "special_variable_name"):
                self._refuse(each, "Arithmetic works on whole-number parameters only.")

    def _test(self, node: Node) -> None:
        is_double = node.children[0].type == "[["
        for each, _ in walk(node):
            operator = text_of(each) if each.type == "test_operator" else ""
            if operator in ("-v", "-R"):
                self._refuse(each, f"{operator} can run what a variable holds.")
            if is_double and operator in NUMBER_TESTS:
                self._refuse(
                    each, f"Compare numbers in [ … ]: in [[ … ]] {operator} runs what a variable holds."
                )
            if is_double and each.type in ("<", ">", "+", "-", "*", "/"):
                self._refuse(each, "Compare numbers in [ … ].")

    def _redirect(self, node: Node) -> None:
        """Reading is free; writing cannot stand behind the guard, so `run tee` does it."""
        signs = {child.type for child in node.children}
        if signs & {"<", "<&"}:
            return
        target = text_of(node.children[-1]).strip("\"'")
        if not _NOWHERE.fullmatch(target):
            effect = Effect.DESTRUCTIVE if _DEVICE.match(target) else Effect.CHANGES
            self._commands.append(_found(node, effect))
            self._refuse(node, "Write files with | run tee, so that a dry run does not.")

    def _command(self, node: Node) -> None:
        arguments = [child for child in node.children if child.is_named and child.type not in _NOT_WORDS]
        for each in arguments:
            self._quoted(each)
        words = [self._word(each) for each in arguments]
        is_guarded = words[:1] == [GUARD]
        words = words[1:] if is_guarded else words
        if words[:1] == ["sudo"]:
            words = words[1:]
        if not words:
            self._refuse(node, "It runs nothing.")
            return
        name, rest = words[0].rpartition("/")[2], words[1:]
        effect = self._effect(node, name, words[0], rest)
        if effect is None:
            return
        effect = worst(effect, Effect.CHANGES) if is_guarded else effect
        self._commands.append(_found(node, effect))
        if effect is not Effect.READ_ONLY and not is_guarded:
            self._refuse(node, f"{name} changes something: put run before it, so that a dry run does not.")

    def _effect(self, node: Node, name: str, path: str, rest: list[str]) -> Effect | None:
        """None when it is refused."""
        said = " ".join(rest)
        if sentence := _refusal(name, path):
            self._refuse(node, sentence)
            return None
        if name == "read":
            return self._reading(node, rest)
        known, pattern = READ_ONLY.get(name), DESTRUCTIVE.get(name)
        if name in self._own or (known and known.fullmatch(said)):
            return Effect.READ_ONLY
        if CODE.match(f"{name} {said}"):
            self._refuse(node, f"The code in the words of {name} cannot be looked into here.")
            return None
        is_destructive = name.startswith("mkfs") or (pattern and pattern.search(said))
        return Effect.DESTRUCTIVE if is_destructive else Effect.CHANGES

    def _reading(self, node: Node, words: list[str]) -> Effect | None:
        for each in words:
            if not _READ_WORD.fullmatch(each):
                self._refuse(node, "read takes -r, -s and names of variables.")
                return None
            self._name(node, each)
        return Effect.READ_ONLY

    def _quoted(self, node: Node) -> None:
        parts = node.children if node.type == "concatenation" else [node]
        if any(part.type in EXPANSIONS for part in parts):
            self._refuse(node, f"Put {text_of(node)[:40]} in double quotes.")

    def _word(self, node: Node) -> str:
        """The word as the shell would have it; VALUE for a parameter's, UNKNOWN for what is only known when it runs."""
        text = text_of(node)
        if node.type == "command_name":
            return self._word(node.children[0])
        if node.type == "raw_string":
            return re.sub(r"\s", "_", text[1:-1])
        if node.type in ("word", "number"):
            return text if _PLAIN_WORD.fullmatch(text) and not _GLOB.match(text) else UNKNOWN
        if node.type == "concatenation":
            first = self._word(node.children[0])
            return f"{first}{UNKNOWN}" if first not in (VALUE, UNKNOWN) else UNKNOWN
        if node.type == "string":
            return self._string(node)
        return UNKNOWN

    def _string(self, node: Node) -> str:
        inner = [child for child in node.children if child.is_named]
        if all(child.type == "string_content" for child in inner):
            return re.sub(r"\s", "_", text_of(node)[1:-1]) if "\\" not in text_of(node) else UNKNOWN
        if len(inner) == 1 and text_of(node).strip('"{}$') in self._values:
            return VALUE
        is_first = inner[0].start_byte == node.start_byte + 1
        if is_first and text_of(inner[0]).strip("{}$") in self._values:
            return VALUE + UNKNOWN
        if is_first and inner[0].type == "string_content":
            return re.sub(r"\s", "_", text_of(inner[0])) + UNKNOWN
        return UNKNOWN


_NOT_WORDS = frozenset({"variable_assignment", "file_redirect", "herestring_redirect", "comment"})
_KNOWN_FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin")


def _refusal(name: str, path: str) -> str | None:
    """Why the command is not even looked into."""
    if name in ("", VALUE, UNKNOWN) or name.startswith("-") or UNKNOWN in name:
        return "The name of a command must stand there as it is."
    if name in REFUSED:
        return f"{name} runs what cannot be looked into here."
    if path != name and path.rpartition("/")[0] not in _KNOWN_FOLDERS:
        return f"{path} is a program that nobody knows."
    return None


def _found(node: Node, effect: Effect) -> FoundCommand:
    return FoundCommand(line_of(node), " ".join(text_of(node).split())[:MAX_SHOWN], effect)

"""What a PowerShell body does, command by command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.domain.script_parameters import is_reserved_in_powershell, powershell_name
from bot.domain.scripts import Checked, Effect, FoundCommand, Parameter, ScriptProblem
from bot.scripting.powershell_commands import (
    CHANGES,
    DESTRUCTIVE,
    DESTRUCTIVE_VERBS,
    METHODS,
    READ_ONLY,
    READ_ONLY_VERBS,
    REFUSED,
    TYPES,
    VALUE,
    WITH_BLOCK,
)
from bot.scripting.syntax import Node, line_of, named, text_of, walk

GUARD = "confirm-change"
MAX_SHOWN = 120
NOT_UNDERSTOOD = frozenset(
    """
    class_statement enum_statement trap_statement data_statement inlinescript_statement parallel_statement sequence_statement
    stop_parsing braced_variable using_statement verbatim_command_argument flow_control_label label
    """.split()
)
FORBIDDEN_PARAMETERS = re.compile(
    r"-(?:wh.*|wi|ov|outv.*|pv|pipelinev.*|ev|errorv.*|wv|warningv.*|iv|informationv.*|var.*|encodedc.*|ec|enc)"
)
"""They switch the dry run off, or set variables by a name that cannot be looked into."""

_NAME = re.compile(r"[a-z%?][a-z0-9_.-]*|[%?]")
_GLUED = re.compile("[`'\"$]")
_DRIVE = re.compile(r"(?:\w+\\)?(?:function|alias|variable|env):")


class PowerShellCheck:
    """One reading of one body."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self._values = {powershell_name(each).lower() for each in parameters}
        self._own: set[str] = set()
        self._commands: list[FoundCommand] = []
        self._problems: list[ScriptProblem] = []

    def examine(self, root: Node) -> Checked:
        self._own = {
            text_of(name).lower()
            for node, _ in walk(root)
            if node.type == "function_statement"
            for name in named(node, "function_name")
        }
        for node, is_guarded in _with_guards(root, guarded=False):
            self._look_at(node, is_guarded=is_guarded)
        return Checked(tuple(self._commands), tuple(dict.fromkeys(self._problems)))

    def _look_at(self, node: Node, *, is_guarded: bool) -> None:
        looks = {
            "invokation_expression": self._method,
            "type_literal": self._type,
            "variable": self._variable,
            "left_assignment_expression": self._assignment,
            "function_statement": self._function,
            "foreach_statement": self._declares,
            "script_parameter": self._declares,
        }
        if look := looks.get(node.type):
            look(node)
        elif node.type == "command":
            self._command(node, is_guarded=is_guarded)
        elif node.type == "redirection":
            self._redirect(node, is_guarded=is_guarded)
        elif node.type in NOT_UNDERSTOOD:
            self._refuse(node, f"{node.type.replace('_', ' ')} is not allowed here; write it more plainly.")

    def _declares(self, node: Node) -> None:
        for each in named(node, "variable"):
            self._assigned(each)

    def _refuse(self, node: Node, sentence: str) -> None:
        self._problems.append(ScriptProblem(line_of(node), sentence))

    def _function(self, node: Node) -> None:
        if node.children[0].type.lower() != "function":
            self._refuse(node, "Only plain functions are allowed here.")
        for name in self._own:
            if name == GUARD or _verb(name) in READ_ONLY_VERBS | DESTRUCTIVE_VERBS or name in _KNOWN:
                self._refuse(node, f"A function must not be called {name}: it would hide another command.")

    def _type(self, node: Node) -> None:
        name = text_of(node).strip("[]").lower().removeprefix("system.")
        if name not in TYPES and text_of(node)[1:-1].lower() not in TYPES:
            self._refuse(node, f"The type {text_of(node)} is not allowed here.")

    def _method(self, node: Node) -> None:
        names = [text_of(child).lower() for member in named(node, "member_name") for child in member.children]
        if names and names[0] not in METHODS:
            self._refuse(
                node, f"The method {names[0]} is not known to change nothing; use a command instead."
            )

    def _variable(self, node: Node) -> None:
        text = text_of(node).lower()
        name = text.lstrip("$@").strip("{}")
        if text.startswith("@"):
            self._refuse(node, "Give parameters one by one: behind @ they cannot be looked into.")
        elif name.rpartition(":")[2] in _OUT_OF_BOUNDS or name.partition(":")[0] in (
            "function",
            "alias",
            "variable",
        ):
            self._refuse(node, f"${name} is not for the body of a script.")

    def _assignment(self, node: Node) -> None:
        inner = _innermost(node)
        while inner.type == "cast_expression":
            inner = _innermost(inner.children[-1])
        if inner.type == "variable":
            self._assigned(inner)
        else:
            self._refuse(node, "Only plain variables are set here: a property may be part of the machine.")

    def _assigned(self, node: Node) -> None:
        name = text_of(node).lower().lstrip("$")
        if ":" in name or is_reserved_in_powershell(name) or name in self._values:
            self._refuse(node, f"${name} must not be set: it means something already.")

    def _redirect(self, node: Node, *, is_guarded: bool) -> None:
        operators = named(node, "file_redirection_operator")
        if not operators or text_of(node).rpartition(">")[2].strip().lower() == "$null":
            return
        self._commands.append(_found(node, Effect.CHANGES))
        if not is_guarded:
            self._refuse(node, _BEHIND_GUARD.format("Writing a file"))

    def _command(self, node: Node, *, is_guarded: bool) -> None:
        name_node = next(iter(named(node, "command_name")), None)
        if name_node is None or named(node, "command_invokation_operator", "foreach_command"):
            self._refuse(
                node, "The name of a command must stand there as it is, without & or a dot before it."
            )
            return
        name = _name(name_node)
        words = [self._word(each) for each in _arguments(node)]
        for each in _arguments(node):
            self._plain(each)
        if name == GUARD:
            self._commands.append(_found(node, Effect.CHANGES))
            if not _is_condition(node):
                self._refuse(node, "Confirm-Change stands alone in the condition of an if.")
            return
        effect = self._effect(node, name, words)
        if effect is None:
            return
        self._commands.append(_found(node, effect))
        if effect is not Effect.READ_ONLY and not is_guarded:
            self._refuse(node, _BEHIND_GUARD.format(text_of(name_node)))

    def _plain(self, node: Node) -> None:
        text = text_of(node).lower()
        if node.type in ("generic_token", "command_parameter"):
            if _GLUED.search(text):
                self._refuse(node, f"Put {text[:40]} in quotes as a whole.")
            if FORBIDDEN_PARAMETERS.fullmatch(text.rstrip(":")):
                self._refuse(node, f"{text} is not allowed here.")
        if _DRIVE.match(text.lstrip("'\"")):
            self._refuse(node, "Functions, aliases and variables are not reached as files here.")

    def _effect(self, node: Node, name: str, words: list[str]) -> Effect | None:
        """None when it is refused."""
        said = " ".join(words)
        if not _NAME.fullmatch(name):
            self._refuse(node, f"{name} is no command that can be looked up.")
        elif name in REFUSED or any(word.removesuffix(".exe") in _PROGRAMS for word in words):
            self._refuse(node, f"{name} runs or fetches what cannot be looked into here.")
        elif name in WITH_BLOCK and _names_a_member(node):
            self._refuse(node, f"Give {name} a block: a name or a variable cannot be looked into.")
        elif (pattern := DESTRUCTIVE.get(name)) and pattern.search(said):
            return Effect.DESTRUCTIVE
        elif name in self._own or name in ("invoke-command", "icm", "measure-command"):
            return Effect.READ_ONLY
        elif known := READ_ONLY.get(name):
            return Effect.READ_ONLY if known.fullmatch(said) else Effect.CHANGES
        elif name in CHANGES:
            return Effect.CHANGES
        else:
            return _by_verb(_verb(name))
        return None

    def _word(self, node: Node) -> str:
        text = text_of(node).lower()
        if "$" in text:
            return VALUE
        return re.sub(r"\s", "_", text.strip("'\""))


_KNOWN = frozenset({*READ_ONLY, *DESTRUCTIVE, *REFUSED, *CHANGES, *WITH_BLOCK})
_PROGRAMS = REFUSED - frozenset("start at r si sv ii curl sh bash python py node ruby perl explorer".split())
_OUT_OF_BOUNDS = frozenset(
    """
    apply pscmdlet whatifpreference confirmpreference executioncontext psdefaultparametervalues myinvocation psboundparameters
    """.split()
)
_BEHIND_GUARD = "{} changes something: put it into if (Confirm-Change 'the target' 'what is done') {{ … }}."


def _with_guards(node: Node, *, guarded: bool) -> Iterator[tuple[Node, bool]]:
    """Each node, and whether it stands in the block that only runs when the change is to be made."""
    waiting = [(node, guarded)]
    while waiting:
        here, is_guarded = waiting.pop()
        yield here, is_guarded
        opens = here.type == "if_statement" and _asks(here)
        blocks = named(here, "statement_block")[:1]
        waiting += [(child, is_guarded or (opens and child in blocks)) for child in reversed(here.children)]


def _asks(node: Node) -> bool:
    """Whether the condition of the `if` is the guard alone."""
    conditions = named(node, "pipeline")
    command = _innermost(conditions[0]) if conditions else node
    while command.type not in ("command", "pipeline_chain") and len(command.children) == 1:
        command = command.children[0]
    command = command if command.type == "command" else next(iter(named(command, "command")), command)
    return (
        command.type == "command"
        and text_of(command) == text_of(conditions[0])
        and [text_of(name).lower() for name in named(command, "command_name")] == [GUARD]
    )


def _is_condition(command: Node) -> bool:
    node: Node | None = command
    while node is not None and node.type != "if_statement":
        if node.type in ("statement_list", "statement_block"):
            return False
        node = node.parent
    return node is not None and _asks(node)


def _innermost(node: Node) -> Node:
    """Down through all that has one part."""
    while len(node.children) == 1 and node.type not in ("command", "variable", "cast_expression"):
        node = node.children[0]
    return node


def _arguments(command: Node) -> list[Node]:
    return [
        each
        for elements in named(command, "command_elements")
        for each in elements.children
        if each.is_named and each.type not in ("command_argument_sep", "redirection")
    ]


def _names_a_member(command: Node) -> bool:
    """Whether anything but blocks and parameters stands behind the name, or a parameter that takes a member's name."""
    arguments = _arguments(command)
    name = text_of(named(command, "command_name")[0]).lower()
    if name in ("foreach-object", "foreach", "%"):
        return any(
            _innermost(each).type != "script_block_expression"
            for each in arguments
            if each.type != "command_parameter"
        ) or any(
            text_of(each).lower().startswith(("-m", "-a", "-inp"))
            for each in arguments
            if each.type == "command_parameter"
        )
    if name in ("invoke-command", "icm"):
        has_block = any(_innermost(each).type == "script_block_expression" for each in arguments)
        return not has_block or any(
            text_of(each).lower().startswith(("-f", "-pspath"))
            for each in arguments
            if each.type == "command_parameter"
        )
    return False


def _name(node: Node) -> str:
    """In small letters, without `.exe`; `sc` alone is another command, which writes files."""
    name = text_of(node).lower()
    return name if name == "sc.exe" else name.removesuffix(".exe")


def _verb(name: str) -> str:
    return name.partition("-")[0] if "-" in name else ""


def _by_verb(verb: str) -> Effect:
    if verb in DESTRUCTIVE_VERBS:
        return Effect.DESTRUCTIVE
    return Effect.READ_ONLY if verb in READ_ONLY_VERBS else Effect.CHANGES


def _found(node: Node, effect: Effect) -> FoundCommand:
    return FoundCommand(line_of(node), " ".join(text_of(node).split())[:MAX_SHOWN], effect)

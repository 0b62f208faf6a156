"""The syntax trees of bash and PowerShell: the only file that knows the grammars."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

import tree_sitter
import tree_sitter_bash
import tree_sitter_powershell

from bot.domain.scripts import Language, ScriptProblem

Node: TypeAlias = tree_sitter.Node
LISTS = "Put the words of a list in quotes, as in 'Name', 'Status'."
"""What the grammar of PowerShell does not know about bare words."""
MAX_DEPTH = 250
"""Of nested syntax; what is deeper is no script that people read."""


def parse(text: str, language: Language) -> Node:
    """The root of the tree. May be called in any thread."""
    return tree_sitter.Parser(_grammar(language)).parse(text.encode()).root_node


@cache
def _grammar(language: Language) -> tree_sitter.Language:
    grammar = tree_sitter_bash if language is Language.BASH else tree_sitter_powershell
    return tree_sitter.Language(grammar.language())


def text_of(node: Node) -> str:
    return (node.text or b"").decode()


def line_of(node: Node) -> int:
    """From 1 on."""
    return node.start_point.row + 1


def named(node: Node, *kinds: str) -> list[Node]:
    """The children of these kinds."""
    return [child for child in node.children if child.type in kinds]


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Each node with its depth, in the order of the text."""
    waiting = [(node, 0)]
    while waiting:
        here, depth = waiting.pop()
        yield here, depth
        waiting += [(child, depth + 1) for child in reversed(here.children)]


def syntax_problems(root: Node) -> list[ScriptProblem]:
    """Where the text is not of its language, the first place of each line."""
    found: dict[int, str] = {}
    for node, depth in walk(root):
        line = line_of(node)
        if node.is_missing:
            found.setdefault(line, f"{node.type} is missing." if node.type.strip() else LISTS)
        elif node.is_error:
            found.setdefault(
                line,
                f"This is not understood: {text_of(node).strip()[:60]} {LISTS if ',' in text_of(node) else ''}".strip(),
            )
        if depth > MAX_DEPTH:
            return [ScriptProblem(line, "It is nested too deeply.")]
    return [ScriptProblem(line, sentence) for line, sentence in sorted(found.items())]


def comment_problems(root: Node) -> list[ScriptProblem]:
    """Comments that a shell may read as code: grammar and shell disagree about a "#" that follows on something."""
    text, found = root.text or b"", []
    for node, _ in walk(root):
        if node.type != "comment":
            continue
        if node.start_byte and not text[node.start_byte - 1 : node.start_byte].isspace():
            found.append(ScriptProblem(line_of(node), "Put a space before a comment."))
        if text_of(node).lower().replace(" ", "").startswith("#requires"):
            found.append(ScriptProblem(line_of(node), "#Requires loads what cannot be looked into here."))
    return found

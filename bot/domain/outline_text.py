"""A whole tree as text that people edit: one line a step, indented below the question that it answers.

    Is split tunnelling on?
      Yes: Does it drop on a cable too?
        Yes: #1 = Replace the cable
        No: > Restart the adapter
          It helped: = Keep an eye on it
          It did not: -> #1
      "Error: 720": ! Hand over to the network team

`=` begins a fix, `!` an escalation, `>` an action; anything else is a question (`?` says so where the words would
mislead). `#1` marks a step and `->` leads to it from elsewhere. An answer with a colon stands in quotes. A line
break inside a step shows as `⏎`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from bot.domain.errors import InvalidTreeError, TreeProblem
from bot.domain.outline_identity import identities, label_key, says_the_same
from bot.domain.outline_lines import (
    REFERENCE,
    BadLineError,
    Line,
    read_line,
    several_lines,
    written_body,
    written_label,
)
from bot.domain.tree_ids import next_number
from bot.domain.trees import FlowTree, Node, Option
from bot.domain.validation import problems_of

INDENT = "  "


def to_outline(tree: FlowTree) -> str:
    """The tree, which must be valid, as text. A step that several answers lead to is written once and referred to."""
    tags = _tags(tree)
    written: set[str] = set()
    lines: list[str] = []
    stack = [(tree.root, "", 0)]
    while stack:
        node_id, label, depth = stack.pop()
        node, tag = tree.nodes[node_id], tags.get(node_id)
        is_again = node_id in written
        body = f"{REFERENCE} #{tag}" if is_again else written_body(node.kind, node.text, tag)
        lines.append(INDENT * depth + (f"{label} {body}" if label else body))
        if not is_again:
            written.add(node_id)
            stack.extend((o.next, written_label(o.label), depth + 1) for o in reversed(node.options))
    return "\n".join(lines)


def from_outline(text: str, *, base: FlowTree | None = None, may_be_unfinished: bool = False) -> FlowTree:
    """The tree that the text describes.

    Steps that are recognised from `base` keep their id, evidence, help, expected outcome and script. It
    `may_be_unfinished`: a "!" alone is a step that is still to be written.

    Raises:
        InvalidTreeError: with a problem, and its line, for everything that is wrong.
    """
    first, problems = _read(text)
    if problems or first is None:
        raise InvalidTreeError(
            problems or [TreeProblem(None, "The outline is empty. Write the first question.")]
        )
    ids = identities(first, base)
    targets, problems = _references(first)
    if problems:
        raise InvalidTreeError(problems)
    nodes = {ids[line]: _node(line, ids, targets, base) for line in ids}
    tree = FlowTree(ids[first], nodes)
    if found := problems_of(tree, may_be_unfinished=may_be_unfinished):
        raise InvalidTreeError(list(_with_lines(found, {node_id: line for line, node_id in ids.items()})))
    return tree


def _tags(tree: FlowTree) -> dict[str, str]:
    """Numbers for the nodes that more than one answer leads to."""
    led_to = Counter(option.next for node in tree.nodes.values() for option in node.options)
    shared = [node_id for node_id, _, _ in tree.walk() if led_to[node_id] > 1]
    return {node_id: str(number) for number, node_id in enumerate(shared, 1)}


def _read(text: str) -> tuple[Line | None, list[TreeProblem]]:
    """The first line with all others below it, and what could not be read."""
    first: Line | None = None
    problems: list[TreeProblem] = []
    open_lines: list[tuple[int, Line | None]] = []
    has_begun = False
    for number, raw in enumerate(text.splitlines(), 1):
        content = raw.strip()
        if not content:
            continue
        width = len(raw[: len(raw) - len(raw.lstrip())].expandtabs(len(INDENT)))
        closed = [open_lines.pop()[0] for _ in range(len(open_lines)) if open_lines[-1][0] >= width]
        line: Line | None = None
        try:
            _require_place(width, closed, is_second=has_begun and not open_lines)
            line = read_line(number, content, is_first=not open_lines)
            first = first or line
            if open_lines and (parent := open_lines[-1][1]):
                _add_below(parent, line)
        except BadLineError as bad:
            problems.append(_at(number, str(bad)))
        open_lines.append((width, line))
        has_begun = True
    return first, problems


def _require_place(width: int, closed: Sequence[int], *, is_second: bool) -> None:
    if is_second:
        raise BadLineError("is a second first step. Indent it below the answer that leads there.")
    if closed and closed[-1] != width:
        raise BadLineError("does not line up with a step above. Indent it by two spaces for each step.")


def _add_below(parent: Line, line: Line) -> None:
    if parent.leads_to is not None:
        raise BadLineError(f"stands below a line with {REFERENCE}, which cannot have answers of its own.")
    parent.children.append(line)


def _references(first: Line) -> tuple[dict[Line, Line], list[TreeProblem]]:
    """The step that each referring line leads to."""
    steps = list(first.steps())
    found: dict[Line, Line] = {}
    problems = [
        _at(line.number, f"uses the mark #{line.tag} a second time. Give each step its own.")
        for position, line in enumerate(steps)
        if line.tag and any(line.tag == other.tag for other in steps[:position])
    ]
    for referring in (child for line in steps for child in line.children if child.leads_to is not None):
        meant = _meant(steps, referring.leads_to or "")
        if len(meant) == 1:
            found[referring] = meant[0]
        else:
            many = "several steps are" if meant else "no step is"
            problems.append(
                _at(referring.number, f"leads to {referring.leads_to}, but {many} marked or worded so.")
            )
    return found, sorted(problems, key=lambda problem: problem.line or 0)


def _meant(steps: Sequence[Line], wanted: str) -> list[Line]:
    marked = [line for line in steps if f"#{line.tag}" == wanted]
    return marked or [line for line in steps if line.text.casefold() == wanted.casefold()]


def _node(line: Line, ids: Mapping[Line, str], targets: Mapping[Line, Line], base: FlowTree | None) -> Node:
    before = base.nodes.get(ids[line]) if base else None
    next_ids = [ids[targets.get(child, child)] for child in line.children]
    options = tuple(_options(line, next_ids, before))
    if before is None:
        return Node(kind=line.kind, text=several_lines(line.text), options=options)
    text = before.text if says_the_same(line, before) else several_lines(line.text)
    return replace(before, kind=line.kind, text=text, options=options)


def _options(line: Line, next_ids: Sequence[str], before: Node | None) -> Iterator[Option]:
    """The answers below the line; one with its old label, or else its old target, keeps its id."""
    known = list(before.options) if before else []
    by_label = {label_key(option.label): option for option in known}
    kept = [by_label.pop(label_key(child.label or ""), None) for child in line.children]
    by_target = {option.next: option for option in by_label.values()}
    numbers = count(next_number(option.id for option in known))
    for child, next_id, same in zip(line.children, next_ids, kept, strict=True):
        label = child.label or ""
        old = same or by_target.pop(next_id, None)
        if old is None:
            yield Option(f"o{next(numbers)}", label, next_id)
        else:
            is_same = old.label.strip() == label
            yield Option(old.id, old.label if is_same else label, next_id)


def _with_lines(problems: Sequence[TreeProblem], lines: Mapping[str, Line]) -> Iterator[TreeProblem]:
    for problem in problems:
        line = lines.get(problem.node or "")
        if line is None:
            yield problem
            continue
        is_open = not line.kind.is_end and not line.children
        hint = " A fix begins with “=”, an escalation with “!”." if is_open else ""
        yield TreeProblem(problem.node, f"Line {line.number}: {problem.sentence}{hint}", line.number)


def _at(number: int, reason: str) -> TreeProblem:
    return TreeProblem(None, f"Line {number} {reason}", number)

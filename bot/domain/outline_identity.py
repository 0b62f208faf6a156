"""Which line of an edited outline is which node of the tree that it was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, count

from bot.domain.outline_lines import Line, one_line
from bot.domain.tree_ids import next_number
from bot.domain.trees import FlowTree, Node, NodeKind

_Path = tuple[str, ...]


def identities(first: Line, base: FlowTree | None) -> dict[Line, str]:
    """The node id of every step below `first`: the base's where it is the same step, else a new one.

    The same step stands at the same place with the same words, or elsewhere with the same words (moved), or
    behind the same answer of the same step with other words (re-worded), in this order of precedence.
    """
    found: dict[Line, str] = {}
    if base is not None and base.root in base.nodes:
        _match_unmoved(first, base, found)
        _match_moved(first, base, found)
        _match_reworded(first, base, found)
    numbers = count(next_number(base.nodes if base else ()))
    return {line: found.get(line) or f"n{next(numbers)}" for line in first.steps()}


def label_key(label: str) -> str:
    return label.strip().casefold()


def says_the_same(line: Line, node: Node) -> bool:
    return line.kind is node.kind and line.text == one_line(node.text)


def _match_unmoved(first: Line, base: FlowTree, found: dict[Line, str]) -> None:
    by_path = dict(_base_paths(base))
    for path, line in _line_paths(first):
        node_id = by_path.get(path)
        if node_id and says_the_same(line, base.nodes[node_id]):
            found[line] = node_id


def _match_moved(first: Line, base: FlowTree, found: dict[Line, str]) -> None:
    taken = set(found.values())
    unmatched: dict[tuple[NodeKind, str], list[str]] = defaultdict(list)
    for node_id, node, _ in base.walk():
        if node_id not in taken:
            unmatched[node.kind, one_line(node.text)].append(node_id)
    for line in first.steps():
        same_words = unmatched[line.kind, line.text]
        if line not in found and same_words:
            found[line] = same_words.pop(0)


def _match_reworded(first: Line, base: FlowTree, found: dict[Line, str]) -> None:
    taken = set(found.values())
    for line, candidate in chain([(first, base.root)], _answers_of_known(first, base, found)):
        node = base.nodes.get(candidate)
        if line not in found and node and candidate not in taken and node.kind.is_end is line.kind.is_end:
            found[line] = candidate
            taken.add(candidate)


def _answers_of_known(first: Line, base: FlowTree, found: dict[Line, str]) -> Iterator[tuple[Line, str]]:
    """Each line below a line that is known by then, with the node that its answer leads to in the base."""
    for line in first.steps():
        known = base.nodes.get(found.get(line, ""))
        if known is None:
            continue
        targets = {label_key(option.label): option.next for option in known.options}
        for child in line.children:
            if child.leads_to is None and (target := targets.get(label_key(child.label or ""))):
                yield child, target


def _line_paths(first: Line) -> Iterator[tuple[_Path, Line]]:
    stack: list[tuple[_Path, Line]] = [((), first)]
    while stack:
        path, line = stack.pop()
        yield path, line
        stack.extend(
            ((*path, label_key(child.label or "")), child)
            for child in reversed(line.children)
            if child.leads_to is None
        )


def _base_paths(base: FlowTree) -> Iterator[tuple[_Path, str]]:
    """The way by which `FlowTree.walk` first comes to each node."""
    seen: set[str] = set()
    stack: list[tuple[_Path, str]] = [((), base.root)]
    while stack:
        path, node_id = stack.pop()
        if node_id in seen or node_id not in base.nodes:
            continue
        seen.add(node_id)
        yield path, node_id
        stack.extend(
            ((*path, label_key(option.label)), option.next)
            for option in reversed(base.nodes[node_id].options)
        )

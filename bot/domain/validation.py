"""When a tree may be stored and published. All problems are found at once, each with a sentence to act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.errors import TreeProblem
from bot.domain.trees import MAX_DEPTH, MAX_LABEL, MAX_NODES, MAX_OPTIONS, MAX_PROMPT, FlowTree, Node

QUOTED_CHARACTERS = 60
"""How much of a step's text names it in a sentence."""


def problems_of(tree: FlowTree, *, may_be_unfinished: bool = False) -> tuple[TreeProblem, ...]:
    """Every rule that the tree breaks, in the order of its nodes; empty for a valid tree.

    What somebody still works on `may_be_unfinished`: have steps without text, to be written before it is published.
    """
    if tree.root not in tree.nodes:
        return (TreeProblem(None, "The flow has no first step. Add a question to begin with."),)
    shape = _shape_of(tree)
    return (
        *_size_problems(tree),
        *(
            problem
            for node_id, node in tree.nodes.items()
            if node.text.strip() or not may_be_unfinished
            for problem in _node_problems(tree, node_id, node)
        ),
        *_unreachable(tree, shape),
        *(_cycle(tree, source, target) for source, target in shape.back_edges),
        *_too_deep(tree, shape),
    )


def named(node_id: str, node: Node) -> str:
    """The step as people know it: its text in quotes, shortened, or its id when it has no text."""
    text = " ".join(node.text.split())
    if not text:
        return f"Step {node_id}"
    return f"“{text}”" if len(text) <= QUOTED_CHARACTERS else f"“{text[: QUOTED_CHARACTERS - 1].rstrip()}…”"


def _size_problems(tree: FlowTree) -> Iterator[TreeProblem]:
    if len(tree.nodes) > MAX_NODES:
        yield TreeProblem(
            None,
            f"The flow has {len(tree.nodes)} steps; {MAX_NODES} is the most. Split it into two flows.",
        )


def _node_problems(tree: FlowTree, node_id: str, node: Node) -> Iterator[TreeProblem]:
    name = named(node_id, node)
    if not node.text.strip():
        yield TreeProblem(node_id, f"Step {node_id} has no text. Write what it asks or says.")
    if len(node.text) > MAX_PROMPT:
        yield TreeProblem(
            node_id, f"{name} has {len(node.text)} characters; {MAX_PROMPT} is the most. Shorten it."
        )
    yield from _option_count_problems(node_id, node, name)
    yield from _label_problems(node_id, node, name)
    yield from _option_id_problems(node_id, node, name)
    for option in node.options:
        if option.next not in tree.nodes:
            yield TreeProblem(
                node_id, f"The answer “{option.label}” to {name} leads to a step that does not exist."
            )


def _option_count_problems(node_id: str, node: Node, name: str) -> Iterator[TreeProblem]:
    if node.kind.is_end and node.options:
        yield TreeProblem(node_id, f"{name} ends the flow, so it cannot have answers. Make it a question.")
    if not node.kind.is_end and not node.options:
        yield TreeProblem(node_id, f"{name} has no answers. Add one, or make it a fix or an escalation.")
    if len(node.options) > MAX_OPTIONS:
        yield TreeProblem(
            node_id,
            f"{name} has {len(node.options)} answers; {MAX_OPTIONS} is the most. Ask in two questions.",
        )


def _label_problems(node_id: str, node: Node, name: str) -> Iterator[TreeProblem]:
    seen: set[str] = set()
    for option in node.options:
        key = option.label.strip().casefold()
        if not key:
            yield TreeProblem(node_id, f"An answer to {name} has no words. Write what the button says.")
        elif key in seen:
            yield TreeProblem(node_id, f"{name} has the answer “{option.label}” twice. Keep one.")
        seen.add(key)
        if len(key.splitlines()) > 1:
            yield TreeProblem(node_id, f"An answer to {name} has a line break. Write it on one line.")
        if len(option.label) > MAX_LABEL:
            yield TreeProblem(
                node_id,
                f"The answer “{option.label[:30]}…” to {name} has {len(option.label)} characters; "
                f"{MAX_LABEL} is the most. Shorten it.",
            )


def _option_id_problems(node_id: str, node: Node, name: str) -> Iterator[TreeProblem]:
    ids = [option.id for option in node.options]
    for doubled in sorted({option_id for option_id in ids if ids.count(option_id) > 1}):
        yield TreeProblem(node_id, f"{name} has two answers with the id {doubled}. Give each its own.")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Distance of each reachable node from the root by the longest way, and the edges that close a cycle."""

    depths: Mapping[str, int]
    back_edges: tuple[tuple[str, str], ...]


def _shape_of(tree: FlowTree) -> _Shape:
    """Depth-first search without recursion: a tree from outside may be deep enough to exhaust the stack."""
    open_nodes, finished, back_edges = {tree.root}, [], []
    done: set[str] = set()
    stack = [(tree.root, iter(_targets(tree, tree.root)))]
    while stack:
        node_id, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            stack.pop()
            open_nodes.discard(node_id)
            done.add(node_id)
            finished.append(node_id)
        elif target in open_nodes:
            back_edges.append((node_id, target))
        elif target not in done:
            open_nodes.add(target)
            stack.append((target, iter(_targets(tree, target))))
    return _Shape(_longest_ways(tree, finished[::-1], set(back_edges)), tuple(back_edges))


def _longest_ways(tree: FlowTree, order: list[str], back_edges: set[tuple[str, str]]) -> dict[str, int]:
    """`order` is topological once the back edges are left out."""
    depths = dict.fromkeys(order, 0)
    for node_id in order:
        for target in _targets(tree, node_id):
            if (node_id, target) not in back_edges:
                depths[target] = max(depths[target], depths[node_id] + 1)
    return depths


def _targets(tree: FlowTree, node_id: str) -> tuple[str, ...]:
    """Where the node leads, each existing target once."""
    return tuple(
        dict.fromkeys(option.next for option in tree.nodes[node_id].options if option.next in tree.nodes)
    )


def _unreachable(tree: FlowTree, shape: _Shape) -> Iterator[TreeProblem]:
    for node_id, node in tree.nodes.items():
        if node_id not in shape.depths:
            yield TreeProblem(
                node_id, f"No answer leads to {named(node_id, node)}. Link it to an answer, or remove it."
            )


def _cycle(tree: FlowTree, source: str, target: str) -> TreeProblem:
    return TreeProblem(
        source,
        f"{named(source, tree.nodes[source])} leads back to {named(target, tree.nodes[target])}, so the flow never ends. "
        "Lead that answer to another step.",
    )


def _too_deep(tree: FlowTree, shape: _Shape) -> Iterator[TreeProblem]:
    deepest = max(shape.depths, key=shape.depths.__getitem__)
    if (depth := shape.depths[deepest]) > MAX_DEPTH:
        yield TreeProblem(
            deepest,
            f"{named(deepest, tree.nodes[deepest])} comes after {depth} steps; {MAX_DEPTH} is the most on one path. "
            "Shorten the path.",
        )

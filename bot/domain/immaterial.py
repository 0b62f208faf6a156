"""Steps of a flow that make no difference: whatever is found there, it goes on the same way.

Who finds a fix for the first time also checks what has nothing to do with it, and all of it becomes the flow. Later
sessions show which steps those were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bot.domain.trees import FlowTree, Node, NodeKind

MIN_ANSWERED = 3
"""Sessions that answered a question, from which on different answers that all lead on alike say something."""
MIN_PAST = 2
"""Sessions that went past a step to the next one, at least."""


def immaterial(tree: FlowTree) -> Mapping[str, str]:
    """The steps that need not be asked, each with the step to ask instead, which is none of them.

    A step is immaterial when all of its answers lead on to the same step, and
    - it is a question that at least MIN_ANSWERED sessions gave different answers to, or
    - as many sessions came to that next step past it as through it, and at least MIN_PAST.

    What people put into a flow, without a session that shows it, is never immaterial. It depends on nothing but the
    tree, so a new answer that leads elsewhere makes a step count again.
    """
    instead: dict[str, str] = {}
    parents = _parents(tree)
    for node_id in _ends_first(tree):
        node = tree.nodes[node_id]
        leads_to = {instead.get(option.next, option.next) for option in node.options}
        if len(leads_to) == 1 and node.evidence:
            (next_id,) = leads_to
            if _is_settled(node) or _is_passed(tree, node_id, next_id, parents, instead):
                instead[node_id] = next_id
    return instead


def first_asked(tree: FlowTree) -> str:
    """The first step that is asked: the root, unless it makes no difference."""
    return immaterial(tree).get(tree.root, tree.root)


def _is_settled(node: Node) -> bool:
    """Whether different answers were given, often enough to tell that they do not matter."""
    return node.kind is NodeKind.QUESTION and len(node.options) > 1 and len(_sessions(node)) >= MIN_ANSWERED


def _is_passed(
    tree: FlowTree,
    node_id: str,
    next_id: str,
    parents: Mapping[str, frozenset[str]],
    instead: Mapping[str, str],
) -> bool:
    """Whether half of the sessions that could have come through the step went past it."""
    asked = _sessions(tree.nodes[node_id])
    others = {each for each in parents[next_id] if each != node_id and each not in instead}
    elsewhere = frozenset[int]().union(*(_sessions(tree.nodes[each]) for each in others))
    past = _sessions(tree.nodes[next_id]) - asked - elsewhere
    return len(past) >= MIN_PAST and len(past) >= len(asked)


def _sessions(node: Node) -> frozenset[int]:
    return frozenset(evidence.session_id for evidence in node.evidence)


def _parents(tree: FlowTree) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for node_id, node, _ in tree.walk():
        for option in node.options:
            found[option.next].add(node_id)
    return defaultdict(frozenset, {node_id: frozenset(those) for node_id, those in found.items()})


def _ends_first(tree: FlowTree) -> list[str]:
    """The nodes, each after all that it leads to."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(node_id: str) -> None:
        if node_id in seen:
            return
        seen.add(node_id)
        for option in tree.nodes[node_id].options:
            visit(option.next)
        order.append(node_id)

    visit(tree.root)
    return order

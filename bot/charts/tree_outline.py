"""The shape of a flow tree for drawing: numbers, columns and edges. Nothing here knows how large a node is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.trees import FlowTree, Node


@dataclass(frozen=True, slots=True)
class Edge:
    """All the answers to `start` that lead to `end`, as they are told.

    Every node but the root is reached by one edge that is not `crossing`, from the column before: these make the
    tree that is laid out. The others cross to a node that has its place already.
    """

    start: str
    end: str
    label: str
    crossing: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """`order` holds the node ids by column; numbers count from 1 in the order of `FlowTree.walk`.

    The column of a node is the longest way to it from the root, so that every edge leads to the right. Edges that
    would close a circle, or lead nowhere, are left out.
    """

    order: tuple[str, ...]
    numbers: Mapping[str, int]
    columns: Mapping[str, int]
    edges: Mapping[str, tuple[Edge, ...]]

    @property
    def column_count(self) -> int:
        return 1 + self.columns[self.order[-1]] if self.order else 0

    def only(self, kept: frozenset[str]) -> Outline:
        """These nodes, among them the one that places each, and the edges between them."""
        order = tuple(node_id for node_id in self.order if node_id in kept)
        edges = {start: tuple(edge for edge in self.edges[start] if edge.end in kept) for start in order}
        return Outline(order, self.numbers, self.columns, edges)


def outline_of(tree: FlowTree) -> Outline:
    """The outline of all nodes that can be reached from the root; empty when there is no root."""
    numbers = {node_id: number for number, (node_id, _, _) in enumerate(tree.walk(), start=1)}
    answers = {node_id: _answers(tree.nodes[node_id], numbers) for node_id in numbers}
    finished = _finishing_order(tree.root, answers) if numbers else ()
    place = {node_id: index for index, node_id in enumerate(finished)}
    for start, labels in answers.items():  # what finishes later than its answer's target leads on, not back
        answers[start] = {end: label for end, label in labels.items() if place[end] < place[start]}
    columns = _columns(reversed(finished), answers)
    order = sorted(numbers, key=lambda node_id: (columns[node_id], numbers[node_id]))
    return Outline(tuple(order), numbers, columns, _edges(order, columns, answers))


def _answers(node: Node, known: Mapping[str, int]) -> dict[str, str]:
    """Target and label, in the order of the options; two answers with one target are one."""
    labels: dict[str, str] = {}
    for option in node.options:
        if option.next in known:
            before = labels.get(option.next)
            labels[option.next] = f"{before} / {option.label}" if before else option.label
    return labels


def _finishing_order(root: str, answers: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Depth-first finishing order: each node after all that can be reached from it, circles apart."""
    finished: list[str] = []
    seen = {root}
    open_nodes: list[tuple[str, Iterator[str]]] = [(root, iter(answers[root]))]
    while open_nodes:
        node_id, ends = open_nodes[-1]
        end = next((end for end in ends if end not in seen), None)
        if end is None:
            finished.append(node_id)
            open_nodes.pop()
        else:
            seen.add(end)
            open_nodes.append((end, iter(answers[end])))
    return tuple(finished)


def _columns(starts: Iterator[str], answers: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """The longest way to each node; `starts` come before what they lead to."""
    columns: dict[str, int] = {}
    for start in starts:
        column = columns.setdefault(start, 0)
        for end in answers[start]:
            columns[end] = max(columns.get(end, 0), column + 1)
    return columns


def _edges(
    order: list[str], columns: Mapping[str, int], answers: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[Edge, ...]]:
    """The first edge from the column before is the one that places a node."""
    edges: dict[str, tuple[Edge, ...]] = {}
    placed: set[str] = set()
    for start in order:
        leaving = []
        for end, label in answers[start].items():
            crossing = end in placed or columns[end] != columns[start] + 1
            leaving.append(Edge(start, end, label, crossing))
            if not crossing:
                placed.add(end)
        edges[start] = tuple(leaving)
    return edges

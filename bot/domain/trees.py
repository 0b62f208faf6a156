"""A flow tree: a troubleshooting decision tree as a flat map of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

MAX_NODES = 200
MAX_OPTIONS = 10
MAX_DEPTH = 30
MAX_LABEL = 75
"""Characters of an option's label: Slack's limit for a button's text."""
MAX_PROMPT = 2000


class NodeKind(StrEnum):
    QUESTION = "question"
    ACTION = "action"
    RESOLUTION = "resolution"
    ESCALATION = "escalation"

    @property
    def is_end(self) -> bool:
        return self in (NodeKind.RESOLUTION, NodeKind.ESCALATION)


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """A step that a node was learnt from. Steps count from 0; a session's resolution is the step after its last."""

    session_id: int
    step: int


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to a node and the node that it leads to. `id` is unique within its node."""

    id: str
    label: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of a flow. `text` is the prompt, the instruction, the fix or the reason to escalate, by kind.

    `expected` is an action's expected outcome and `script` its optional script.
    """

    kind: NodeKind
    text: str
    help: str | None = None
    expected: str | None = None
    script: str | None = None
    options: tuple[Option, ...] = ()
    evidence: frozenset[Evidence] = frozenset()

    @property
    def is_unfinished(self) -> bool:
        """Whether the step is still to be written: a draft may have such, a flow never."""
        return not self.text.strip()

    def option_labelled(self, label: str) -> Option | None:
        """The option with this label, whatever its case and the space around it."""
        wanted = label.strip().casefold()
        return next((option for option in self.options if option.label.strip().casefold() == wanted), None)


UNFINISHED = Node(kind=NodeKind.ESCALATION, text="")
"""Stands where an answer leads to a step that is still to be written: so each path of a draft has an end, too."""


@dataclass(frozen=True, slots=True)
class FlowTree:
    """`nodes` by id; `root` is the id of the first one. May be invalid until `validation.problems_of` finds nothing."""

    root: str
    nodes: Mapping[str, Node]

    def walk(self) -> Iterator[tuple[str, Node, int]]:
        """Each reachable node once, depth first in the order of the options: id, node, depth (the root is 0)."""
        seen: set[str] = set()
        stack = [(self.root, 0)]
        while stack:
            node_id, depth = stack.pop()
            if node_id in seen or node_id not in self.nodes:
                continue
            seen.add(node_id)
            node = self.nodes[node_id]
            yield node_id, node, depth
            stack.extend((option.next, depth + 1) for option in reversed(node.options))

    @property
    def unfinished(self) -> tuple[int, ...]:
        """The numbers of the steps, from 1 in the order of `walk`, that are still to be written."""
        walked = enumerate(self.walk(), 1)
        return tuple(number for number, (_, node, _) in walked if node.is_unfinished)

    @property
    def session_ids(self) -> frozenset[int]:
        """The sessions that any node was learnt from."""
        return frozenset(evidence.session_id for node in self.nodes.values() for evidence in node.evidence)

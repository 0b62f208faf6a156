"""The best way to read a session as a walk through a tree: which step is which node, and where it left the tree.

The walk follows the tree: a step can be a node only if the answers before lead there. This is what tells two
questions apart that share their words, and joins two that share none: after the same answer at the same node the
same question is due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.domain.immaterial import immaterial
from bot.domain.trees import FlowTree, Option

QUESTION_BAR = 0.36
"""Likeness above which a step speaks for being the node that is due, and below which it speaks against it."""
FIX_BAR = 0.2
"""The same for a fix: what led to it says more than its words."""
START = 0.3
"""What any walk must bring before it says anything: most sessions belong elsewhere."""
MIDWAY = 0.15
"""Price of beginning at another node than the first."""
EARLIER_QUESTION = 0.1
"""Price of a question before the tree's first one while the tree is young: its first session may have begun midway."""
SETTLED_FROM = 3
"""Sessions that asked the first question, from which on nothing comes before it any more."""
DIGRESSION = 0.3
"""Price of a step that belongs to no node, with the walk going on after it."""
SKIPPED_NODE = 0.3
"""Price of a node that the session did not ask, unless it makes no difference."""
BRANCH = 0.05
"""Price of leaving the tree by an answer that it does not know."""
CONFLICT = 0.4
"""Price of leaving the tree although it knows the answer."""
HOPELESS = -0.8
"""A way that has fallen so low is not followed."""


@dataclass(frozen=True, slots=True)
class Walk:
    """`steps` are (step number, node id or None), in order; the fix is the step after the last.

    `meant` holds for steps that are nodes the label of the answer that was meant in other words. `score` is above 0 for a session that belongs to the tree, as far as its steps tell.
    """

    score: float
    steps: tuple[tuple[int, str | None], ...]
    meant: Mapping[int, str] = field(default_factory=dict)

    @property
    def first_known(self) -> tuple[int, str] | None:
        return next(((step, node_id) for step, node_id in self.steps if node_id), None)


class Meant(NamedTuple):
    """An option that an answer may be, and the price of taking it for that: 0 where it says the same.

    `is_other`: it is another answer, which may lead where this one does.
    """

    option: Option
    price: float
    is_other: bool = False


Meaning = Callable[[str, int], Sequence[Meant]]
"""For a node and a step the options that the step's answer may be."""


class _Place(NamedTuple):
    """At a node, with so many steps of the session behind."""

    node_id: str
    behind: int


class _Arrival(NamedTuple):
    """The best way to a place: its score, the place before, and how the step was answered if it was the node there."""

    score: float
    came_from: _Place | None = None
    meant: Meant | None = None


@dataclass(slots=True)
class _Walker:
    tree: FlowTree
    labels: Sequence[str | None]
    likeness: Mapping[str, Sequence[float]]
    meaning: Meaning
    arrivals: dict[_Place, _Arrival] = field(default_factory=dict)
    best: Walk | None = None
    immaterial: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.immaterial = immaterial(self.tree)

    def walk(self) -> Walk:
        order = topological(self.tree)
        self._enter(order)
        for node_id in order:
            for behind in range(len(self.labels) + 1):
                place = _Place(node_id, behind)
                if place in self.arrivals:
                    self._go_on(place, self.arrivals[place].score)
        return self.best or Walk(-START, ())

    def _enter(self, order: Sequence[str]) -> None:
        price = DIGRESSION if _is_settled(self.tree) else EARLIER_QUESTION
        for behind in range(len(self.labels)):
            self._arrive(_Place(self.tree.root, behind), _Arrival(-START - price * behind))
        for node_id in order:
            self._arrive(_Place(node_id, 0), _Arrival(-START - MIDWAY))

    def _arrive(self, place: _Place, arrival: _Arrival) -> None:
        if arrival.score < HOPELESS:
            return
        known = self.arrivals.get(place)
        if known is None or arrival.score > known.score:
            self.arrivals[place] = arrival

    def _go_on(self, place: _Place, score: float) -> None:
        node, end = self.tree.nodes[place.node_id], len(self.labels)
        is_over = place.behind == end
        if not is_over:
            price = 0.0 if self.labels[place.behind] is None else DIGRESSION
            self._arrive(_Place(place.node_id, place.behind + 1), _Arrival(score - price, place))
        if node.kind.is_end:
            if is_over:
                self._end(score + self.likeness[place.node_id][end] - FIX_BAR, place, is_known=True)
            return
        skipping = 0.0 if place.node_id in self.immaterial else SKIPPED_NODE
        for option in node.options:
            self._arrive(_Place(option.next, place.behind), _Arrival(score - skipping, place))
        if not is_over and self.labels[place.behind] is not None:
            self._ask(place, score + self.likeness[place.node_id][place.behind] - QUESTION_BAR)

    def _ask(self, place: _Place, score: float) -> None:
        meant = self.meaning(place.node_id, place.behind)
        for each in meant:
            self._arrive(
                _Place(each.option.next, place.behind + 1), _Arrival(score - each.price, place, each)
            )
        is_known = any(each.price == 0 for each in meant)
        self._end(score - (CONFLICT if is_known else BRANCH), place, is_known=False)

    def _end(self, score: float, last: _Place, *, is_known: bool) -> None:
        """`is_known`: the fix is a node of the tree; otherwise all after the last place is new."""
        if self.best is not None and score <= self.best.score:
            return
        end = len(self.labels)
        rest = [] if is_known else [(step, None) for step in range(last.behind + 1, end + 1)]
        first, taken = self._way_to(last)
        is_earlier = first.node_id == self.tree.root and not _is_settled(self.tree)
        self.best = Walk(
            score,
            (
                *((step, None) for step in range(first.behind if is_earlier else 0)),
                *((place.behind, place.node_id) for place, _ in taken),
                (last.behind, last.node_id),
                *rest,
            ),
            {place.behind: meant.option.label for place, meant in taken if not meant.is_other},
        )

    def _way_to(self, last: _Place) -> tuple[_Place, list[tuple[_Place, Meant]]]:
        """Where the walk began, and each node that was asked on the way with what its answer meant."""
        way: list[tuple[_Place, Meant]] = []
        place = last
        while (before := self.arrivals[place].came_from) is not None:
            if (meant := self.arrivals[place].meant) is not None:
                way.append((before, meant))
            place = before
        return place, way[::-1]


def best_walk(
    tree: FlowTree,
    labels: Sequence[str | None],
    likeness: Mapping[str, Sequence[float]],
    meaning: Meaning,
) -> Walk:
    """The walk with the highest score.

    `labels` are the answers, None for a skipped step. `likeness` holds for each node how alike it is to each step
    and, last, to the fix.
    """
    return _Walker(tree, labels, likeness, meaning).walk()


def topological(tree: FlowTree) -> list[str]:
    """The reachable nodes, each after all that lead to it."""
    waiting = Counter(option.next for _, node, _ in tree.walk() for option in node.options)
    order = [tree.root]
    for node_id in order:
        for option in tree.nodes[node_id].options:
            waiting[option.next] -= 1
            if not waiting[option.next]:
                order.append(option.next)
    return order


def _is_settled(tree: FlowTree) -> bool:
    return len({evidence.session_id for evidence in tree.nodes[tree.root].evidence}) >= SETTLED_FROM

"""Plain path merging: nearest problem and same question by TF-IDF of words, nothing else. What learning must beat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

from bot.domain.sessions import Session

SAME_PROBLEM = 0.2
SAME_QUESTION = 0.4

Vector = Mapping[str, float]
_WORD = re.compile(r"\w+")


@dataclass
class _Node:
    text: str
    evidence: list[tuple[str, int]] = field(default_factory=list)
    options: dict[str, _Node] = field(default_factory=dict)


@dataclass
class _Flow:
    root: _Node
    problems: list[Vector]


def learn_plainly(
    train: Sequence[Session], test: Sequence[Session]
) -> tuple[list[dict[str, Any]], dict[str, object]]:
    """The flows learnt from the one, as a document has them, and the flow chosen for each of the other."""
    vector = vectors(text for each in train for text in (each.problem, *(step.prompt for step in each.steps)))
    flows: list[_Flow] = []
    for session in train:
        _take(flows, session, vector)
    chosen: dict[str, object] = {}
    for session in test:
        at, _ = _nearest(flows, vector(session.problem))
        chosen[session.external_id] = at
    return [_document(number, flow) for number, flow in enumerate(flows)], chosen


def _take(flows: list[_Flow], session: Session, vector: Callable[[str], Vector]) -> None:
    """Into the flow of the nearest problem, from the question there that is most like the session's first one."""
    problem, first = vector(session.problem), vector(session.steps[0].prompt)
    at, alike = _nearest(flows, problem)
    nodes = list(_nodes(flows[at].root)) if alike >= SAME_PROBLEM else []
    start = max(nodes, key=lambda node: cosine(first, vector(node.text)), default=None)
    if start is None or cosine(first, vector(start.text)) < SAME_QUESTION:
        start = _Node(session.steps[0].prompt)
        flows.append(_Flow(start, []))
        at = len(flows) - 1
    flows[at].problems.append(problem)
    _follow(start, session, vector)


def _follow(node: _Node, session: Session, vector: Callable[[str], Vector]) -> None:
    """Add the path, as far as the flow does not ask something else after the same answer."""
    end = len(session.steps)
    texts = [*(step.prompt for step in session.steps), session.resolution or ""]
    for number, step in enumerate(session.steps):
        node.evidence.append((session.external_id, number))
        known = node.options.setdefault(step.choice or "", _Node(texts[number + 1]))
        if number + 1 < end and cosine(vector(known.text), vector(texts[number + 1])) < SAME_QUESTION:
            return
        node = known
    node.evidence.append((session.external_id, end))


def _nodes(node: _Node) -> Iterator[_Node]:
    yield node
    for behind in node.options.values():
        yield from _nodes(behind)


def _nearest(flows: Sequence[_Flow], problem: Vector) -> tuple[int, float]:
    alike = [(max(cosine(problem, known) for known in flow.problems), -at) for at, flow in enumerate(flows)]
    score, at = max(alike, default=(0.0, 0))
    return -at, score


def vectors(texts: Iterable[str]) -> Callable[[str], Vector]:
    """How to weigh the words of a text by how rare they are among these."""
    bags = [set(_words(text)) for text in texts]
    rarity = {
        word: log((1 + len(bags)) / (1 + count)) + 1
        for word, count in Counter(w for bag in bags for w in bag).items()
    }

    def vector(text: str) -> Vector:
        weights = {word: count * rarity.get(word, 0.0) for word, count in Counter(_words(text)).items()}
        length = sum(weight * weight for weight in weights.values()) ** 0.5 or 1.0
        return {word: weight / length for word, weight in weights.items()}

    return vector


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def cosine(first: Vector, second: Vector) -> float:
    return sum(weight * second.get(word, 0.0) for word, weight in first.items())


def _document(number: int, flow: _Flow) -> dict[str, Any]:
    nodes: dict[str, dict[str, Any]] = {}

    def add(node: _Node) -> str:
        node_id = f"n{len(nodes) + 1}"
        nodes[node_id] = record = {
            "evidence": [{"session": session, "step": step} for session, step in node.evidence]
        }
        record["options"] = [{"label": label, "next": add(behind)} for label, behind in node.options.items()]
        return node_id

    return {"id": str(number), "root": add(flow.root), "nodes": nodes}

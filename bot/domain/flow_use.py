"""How the steps of a flow work out: who comes by, who leaves it there, how long it takes, and how it ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from statistics import median

from bot.domain.flows import Flow, FlowVersion
from bot.domain.immaterial import immaterial
from bot.domain.sessions import Session, SessionStatus, Step
from bot.domain.statistics import Rate
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.troubleshooting import OPEN, Troubleshooting

USE_DAYS = 90
"""What lies further back says little about the flow as it is."""
USE_SESSIONS = 300
"""The newest ones are enough for a share in whole per cent."""
MIN_ASKED = 4
"""A step that fewer sessions came to has no rate worth telling."""
_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeUse:
    """What the sessions did that came to one step.

    Ways off the step that the flow has no answer for: own words (`typed`), `skipped`, a fix that did not help
    (`failed`), and sessions that were given up there (`left`). `escalated` were handed over there. Of the sessions that
    came by `ended` have ended, `resolved` of them with a fix, wherever. `minutes` is the median that the step took, of
    sessions without a pause; None where no times are known.
    """

    asked: int = 0
    typed: int = 0
    skipped: int = 0
    failed: int = 0
    left: int = 0
    escalated: int = 0
    ended: int = 0
    resolved: int = 0
    minutes: float | None = None

    @property
    def escapes(self) -> Rate:
        return Rate(self.typed + self.skipped + self.failed + self.left, self.asked)

    @property
    def resolution(self) -> Rate:
        return Rate(self.resolved, self.ended)


NOT_ASKED = NodeUse()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeUse:
    """The use of each node of a flow's present tree, by `sessions` sessions.

    `taken` is how many of them went from one node straight on to another, by an answer that the tree has.
    `is_learnt`: nobody followed the flow yet, and these are the sessions that it was learnt from. They could not leave
    what was not there, so they have traffic and times alone.
    """

    nodes: Mapping[str, NodeUse] = field(default_factory=dict)
    taken: Mapping[tuple[str, str], int] = field(default_factory=dict)
    sessions: int = 0
    is_learnt: bool = False

    def of(self, node_id: str) -> NodeUse:
        return self.nodes.get(node_id, NOT_ASKED)

    @property
    def most_left(self) -> str | None:
        """The node that the largest share of those who came to it left, with confidence (Wilson's lower bound)."""
        weak = [
            (use.escapes.interval.low, node_id)
            for node_id, use in self.nodes.items()
            if use.asked >= MIN_ASKED and use.escapes.hits
        ]
        return max(weak)[1] if weak else None


NO_TREE_USE = TreeUse()


class _Way(StrEnum):
    """How a session got on from a node."""

    ANSWERED = "answered"
    TYPED = "typed"
    SKIPPED = "skipped"
    FAILED = "failed"
    LEFT = "left"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class _Visit:
    """`way` is None while the node is still asked; `minutes` where they are known."""

    node: str
    way: _Way | None
    status: SessionStatus
    minutes: float | None


def use_of_followed(
    flow: Flow, versions: Sequence[FlowVersion], followed: Sequence[Troubleshooting]
) -> TreeUse:
    """What happened at the nodes of the flow's present tree in the sessions that followed it.

    A node that said something else in the version that a session followed was another step, and does not count.
    """
    trees = {version.number: version.draft.tree for version in versions}

    def is_the_same(version: int, node_id: str) -> bool:
        now, then = flow.tree.nodes.get(node_id), trees[version].nodes.get(node_id)
        return now is not None and then is not None and now.text == then.text

    visits = [
        {
            visit.node: visit
            for version, visit in _visits(live, flow)
            if version in trees and is_the_same(version, visit.node)
        }
        for live in followed
    ]
    return TreeUse(nodes=_counted(visits), taken=_taken(visits, flow.tree), sessions=len(followed))


def use_of_evidence(tree: FlowTree, sessions: Sequence[Session]) -> TreeUse:
    """How often the sessions that the tree was learnt from came to its nodes, and how long that took."""
    by_id = {session.id: session for session in sessions}
    visits: dict[int, dict[str, _Visit]] = defaultdict(dict)
    learnt = [(evidence, node_id) for node_id, node in tree.nodes.items() for evidence in node.evidence]
    for evidence, node_id in sorted(learnt):
        if session := by_id.get(evidence.session_id):
            minutes = _minutes(session, evidence.step)
            visits[session.id][node_id] = _Visit(node_id, _Way.ANSWERED, session.status, minutes)
    nodes, taken = _counted(visits.values()), _taken(visits.values(), tree)
    return TreeUse(nodes=nodes, taken=taken, sessions=len(visits), is_learnt=True)


def _visits(live: Troubleshooting, flow: Flow) -> Iterator[tuple[int, _Visit]]:
    """The flow's nodes that the session came to, each with the version that it had."""
    session = live.session
    for number, step in enumerate(session.steps):
        if step.place and step.place.flow_id == flow.id:
            way = _way_of(step, flow.tree.nodes.get(step.place.node))
            visit = _Visit(step.place.node, way, live.status, _minutes(session, number))
            yield step.place.version, visit
    if live.place and live.place.flow_id == flow.id:
        end = {SessionStatus.ABANDONED: _Way.LEFT, SessionStatus.ESCALATED: _Way.ESCALATED}
        resolved = _Way.ANSWERED if live.status is SessionStatus.RESOLVED else None
        minutes = _minutes(session, len(session.steps)) if resolved else None
        visit = _Visit(live.place.node, end.get(live.status, resolved), live.status, minutes)
        yield live.place.version, visit


def _way_of(step: Step, node: Node | None) -> _Way:
    if node is not None and node.kind is NodeKind.RESOLUTION:
        return _Way.FAILED  # a fix that helps ends the session; only one that does not becomes a step
    if step.choice is not None:
        return _Way.ANSWERED
    return _Way.TYPED if step.answer_text is not None else _Way.SKIPPED


def _minutes(session: Session, step: int) -> float | None:
    """From the answer before to this one, or to the resolution; of a session without a pause."""
    times: list[datetime | None] = [session.created_at, *(each.at for each in session.steps)]
    times.append(session.resolved_at)
    if step + 1 >= len(times):
        return None
    before, after = times[step], times[step + 1]
    if before is None or after is None or session.paused or after < before:
        return None
    return (after - before).total_seconds() / _SECONDS


def _counted(sessions: Iterable[Mapping[str, _Visit]]) -> dict[str, NodeUse]:
    visits: dict[str, list[_Visit]] = defaultdict(list)
    for session in sessions:
        for visit in session.values():
            visits[visit.node].append(visit)
    return {node_id: _use(those) for node_id, those in visits.items()}


def _taken(sessions: Iterable[Mapping[str, _Visit]], tree: FlowTree) -> dict[tuple[str, str], int]:
    """Who went past a step that makes no difference took the answer that leads to it."""
    instead = immaterial(tree)
    answers = {
        (node_id, option.next): (node_id, option.next)
        for node_id, node in tree.nodes.items()
        for option in node.options
    }
    past = {(start, instead[end]): (start, end) for start, end in answers if end in instead}
    answers = past | answers
    return Counter(answers[way] for session in sessions for way in pairwise(session) if way in answers)


def _use(visits: Sequence[_Visit]) -> NodeUse:
    ways = [visit.way for visit in visits]
    ends = [visit.status for visit in visits if visit.status not in OPEN]
    minutes = [visit.minutes for visit in visits if visit.minutes is not None]
    return NodeUse(
        asked=len(visits),
        typed=ways.count(_Way.TYPED),
        skipped=ways.count(_Way.SKIPPED),
        failed=ways.count(_Way.FAILED),
        left=ways.count(_Way.LEFT),
        escalated=ways.count(_Way.ESCALATED),
        ended=len(ends),
        resolved=ends.count(SessionStatus.RESOLVED),
        minutes=median(minutes) if minutes else None,
    )

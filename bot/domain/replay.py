"""Walking sessions through a flow with their own answers: would the flow have led them to their fix?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.immaterial import immaterial
from bot.domain.merging import label_of
from bot.domain.sessions import NewSession, Session
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import WORKED

SAME_QUESTION = 0.1
"""Similarity from which the most similar step of the session is taken for what the flow asks. It may be low: the flow
came there by the session's own answers, and each step is taken once."""
SAME_FIX = 0.2
"""The same for the flow's end and the session's resolution, which is compared with nothing else."""
SAME_START = 0.5
"""Similarity from which a session may begin at a question in the middle, wherever it stands."""

Similarity = Callable[[str, str], float]
"""How alike two texts are, from 0 to 1."""


class ReplayOutcome(StrEnum):
    REACHED_FIX = "reached_fix"
    DEAD_END = "dead_end"  # the flow asks what the session cannot answer, or does not know its answer
    WRONG_TURN = "wrong_turn"  # the flow ends elsewhere
    NO_FLOW = "no_flow"


@dataclass(frozen=True, slots=True)
class Replay:
    """`path` are the nodes that were visited, in order."""

    outcome: ReplayOutcome
    path: tuple[str, ...] = ()


def replay(tree: FlowTree | None, session: NewSession, similarity: Similarity) -> Replay:
    """Walk from the first question; each is answered by the step that it was learnt from, else by the most similar one.

    A session whose opening words answered the first questions begins in the middle, as it did. Steps that make no
    difference are left out, as in a guided session.
    """
    if tree is None:
        return Replay(ReplayOutcome.NO_FLOW)
    walk, instead = _Replaying(tree, session, similarity), immaterial(tree)
    start = walk.start()
    node_id = instead.get(start, start)
    path, left = [node_id], set(range(len(session.steps)))
    while not (node := tree.nodes[node_id]).kind.is_end:
        at = walk.answering(node, left)
        label = label_of(session.steps[at]) if at is not None else None
        option = node.option_labelled(label) if label else None
        if at is not None and option is not None:
            left.remove(at)
        elif (option := walk.what_worked(node)) is None:
            return Replay(ReplayOutcome.DEAD_END, tuple(path))
        node_id = instead.get(option.next, option.next)
        path.append(node_id)
    outcome = ReplayOutcome.REACHED_FIX if walk.is_fix(node) else ReplayOutcome.WRONG_TURN
    return Replay(outcome, tuple(path))


@dataclass(frozen=True, slots=True)
class _Replaying:
    tree: FlowTree
    session: NewSession
    similarity: Similarity

    def start(self) -> str:
        """The root, or where the session's first step stands when the root asks what the session never answered."""
        root = self.tree.nodes[self.tree.root]
        every_step = set(range(len(self.session.steps)))
        first = next((at for at in every_step if label_of(self.session.steps[at])), None)
        if root.kind.is_end or first is None or self.answering(root, every_step) is not None:
            return self.tree.root
        asked = [
            (self._told(node, first), self._alike(node, first), node_id)
            for node_id, node, _ in self.tree.walk()
            if not node.kind.is_end
        ]
        told, alike, node_id = max(asked, key=lambda each: each[:2])
        return node_id if told or alike >= SAME_START else self.tree.root

    def answering(self, node: Node, left: Collection[int]) -> int | None:
        """The step that answers the node, of those that are left."""
        answered = [at for at in sorted(left) if label_of(self.session.steps[at])]
        known = next((at for at in answered if self._told(node, at)), None)
        if known is not None:
            return known
        best = max(answered, key=lambda at: self._alike(node, at), default=None)
        return best if best is not None and self._alike(node, best) >= SAME_QUESTION else None

    def what_worked(self, node: Node) -> Option | None:
        """The way on from an action that tries a fix, for a session that ended with this fix and so never said "It worked"."""
        option = node.option_labelled(WORKED)
        fix = self.tree.nodes[option.next] if option else None
        is_trial = fix is not None and fix.kind is NodeKind.RESOLUTION and fix.text == node.text
        return option if fix and is_trial and self.is_fix(fix) else None

    def is_fix(self, node: Node) -> bool:
        """Whether the flow's end is what resolved the session."""
        alike = self.similarity(node.text, self.session.resolution or "")
        return alike >= SAME_FIX or self._told(node, len(self.session.steps))

    def _told(self, node: Node, step: int) -> bool:
        """Whether the node was learnt from this step."""
        return isinstance(self.session, Session) and Evidence(self.session.id, step) in node.evidence

    def _alike(self, node: Node, step: int) -> float:
        return self.similarity(node.text, self.session.steps[step].prompt)


@dataclass(frozen=True, slots=True)
class ReplayedSession:
    """Where a session came to in a tree; `ended_at` is the node where it stopped."""

    session_id: int
    outcome: ReplayOutcome
    ended_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalReplay:
    """What the tree of a proposal, in this `version` of it, does with sessions that went before, newest first.

    `others` are sessions that it was not learnt from, `evidence` those that it was. For a change to a published flow,
    `before` is where that flow, in its `flow_version`, leads all of them.
    """

    version: int
    others: tuple[ReplayedSession, ...] = ()
    evidence: tuple[ReplayedSession, ...] = ()
    flow_version: int | None = None
    before: tuple[ReplayedSession, ...] = ()

    @property
    def all(self) -> tuple[ReplayedSession, ...]:
        return (*self.others, *self.evidence)

    @property
    def astray(self) -> tuple[ReplayedSession, ...]:
        """The sessions that the published flow leads to their fix, and the proposal does not."""
        led_before = set(led_to(ReplayOutcome.REACHED_FIX, self.before))
        return tuple(
            each
            for each in self.all
            if each.outcome is not ReplayOutcome.REACHED_FIX and each.session_id in led_before
        )

    @property
    def is_worse(self) -> bool:
        """Whether fewer sessions reach their fix than by the published flow."""
        fixes = len(led_to(ReplayOutcome.REACHED_FIX, self.all))
        return fixes < len(led_to(ReplayOutcome.REACHED_FIX, self.before))


def led_to(outcome: ReplayOutcome, replayed: Sequence[ReplayedSession]) -> tuple[int, ...]:
    """The ids of the sessions that ended so."""
    return tuple(each.session_id for each in replayed if each.outcome is outcome)


def replay_all(
    tree: FlowTree, sessions: Sequence[Session], similarity: Similarity
) -> tuple[ReplayedSession, ...]:
    """`replay` of each session."""
    walked = [(session, replay(tree, session, similarity)) for session in sessions]
    return tuple(ReplayedSession(session.id, found.outcome, found.path[-1]) for session, found in walked)

"""Walking sessions through a flow with their own answers: would the flow have led them to their fix?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.merging import label_of
from bot.domain.sessions import NewSession, Session, Step
from bot.domain.trees import FlowTree

SAME_QUESTION = 0.1
"""Similarity from which the most similar step of the session is taken for what the flow asks. It may be low: the flow
came there by the session's own answers, and each step is taken once."""
SAME_FIX = 0.2
"""The same for the flow's end and the session's resolution, which is compared with nothing else."""

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
    """Walk from the root; each question is answered as the session answered its most similar step."""
    if tree is None:
        return Replay(ReplayOutcome.NO_FLOW)
    node_id, path, steps = tree.root, [tree.root], list(session.steps)
    while not (node := tree.nodes[node_id]).kind.is_end:
        step = _most_similar(node.text, steps, similarity)
        label = label_of(step) if step else None
        option = node.option_labelled(label) if label else None
        if step is None or option is None:
            return Replay(ReplayOutcome.DEAD_END, tuple(path))
        steps.remove(step)
        node_id = option.next
        path.append(node_id)
    is_same = similarity(node.text, session.resolution or "") >= SAME_FIX
    return Replay(ReplayOutcome.REACHED_FIX if is_same else ReplayOutcome.WRONG_TURN, tuple(path))


def _most_similar(question: str, steps: Sequence[Step], similarity: Similarity) -> Step | None:
    answered = [(similarity(question, step.prompt), at) for at, step in enumerate(steps) if label_of(step)]
    score, at = max(answered, key=lambda pair: pair[0], default=(0.0, 0))
    return steps[at] if score >= SAME_QUESTION else None


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

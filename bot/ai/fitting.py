"""How well a session fits a flow or a proposal: by its walk through the tree, its problem and its domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np

from bot.ai.meaning import Meanings
from bot.ai.titles import clean
from bot.ai.walking import Walk, best_walk
from bot.ai.wording import Wording, likeness, mention_of, together, wording_of
from bot.domain.analysis import AlignedStep, Candidate
from bot.domain.merging import label_of
from bot.domain.sessions import ProblemDomain, Session, Step
from bot.domain.trees import Evidence, Node

PROBLEM_BAR = 0.4
"""Likeness of a problem to those of a flow, taken together, above which it speaks for the flow, below against it."""
PROBLEM_WEIGHT = 2.0
"""How much the problem says beside one step."""
OTHER_DOMAIN = 0.5
"""Price of two different, known domains."""
STEEPNESS = 4.0
"""How quickly a score above or below 0 becomes certainty."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a session fits a candidate: above 0 it rather belongs there."""

    candidate: Candidate
    walk: Walk
    score: float

    @property
    def belongs(self) -> bool:
        """The fix alone is no place in a flow."""
        return self.score > 0 and self.walk.first_known is not None and len(self.walk.steps) > 1

    @property
    def certainty(self) -> float:
        return certainty(self.score, STEEPNESS)

    @property
    def precedence(self) -> tuple[int, int]:
        """The flow that explains the session from its first step on comes first; of several, the largest."""
        first = self.walk.first_known
        return (first[0] if first else len(self.walk.steps), -len(self.candidate.draft.tree.session_ids))

    @property
    def age(self) -> tuple[str, int]:
        """Where all else is equal, flows come before proposals and older ones before younger ones."""
        return (self.candidate.ref.kind, self.candidate.ref.id)


def fit_of(session: Session, candidate: Candidate) -> Fit:
    labels = [label_of(step) for step in session.steps]
    meaning = Meanings(session, candidate)
    walk = best_walk(candidate.draft.tree, labels, _node_likeness(session, candidate), meaning)
    score = walk.score + _problem_score(session, candidate)
    if not domains_agree(session.problem_domain, candidate.draft.problem_domain):
        score -= OTHER_DOMAIN
    return Fit(candidate, walk, score)


def aligned_steps(session: Session, walk: Walk) -> tuple[AlignedStep, ...]:
    """The walk's steps with their clean wording, and the answers that they mean."""
    return tuple(
        replace(aligned_step(session, step, node_id), answer=walk.meant.get(step))
        for step, node_id in walk.steps
    )


def aligned_step(session: Session, step: int, node_id: str | None) -> AlignedStep:
    text = session.steps[step].prompt if step < len(session.steps) else session.resolution or ""
    return AlignedStep(step, node_id, clean(text))


def problems_told(candidate: Candidate) -> list[Wording]:
    """The problems that are known to have led to the candidate."""
    told = (each.problem for each in candidate.sessions) if candidate.sessions else candidate.problems
    return [wording_of(problem) for problem in told]


def domains_agree(one: ProblemDomain | None, other: ProblemDomain | None) -> bool:
    """A domain that is not known agrees with any."""
    return one is None or other is None or one is other


def certainty(score: float, steepness: float) -> float:
    """A score around 0 as a number between 0 and 1."""
    return 1 / (1 + exp(-steepness * score))


def _node_likeness(session: Session, candidate: Candidate) -> Mapping[str, Sequence[float]]:
    """For each node, how alike its most similar wording is to each step of the session and to its fix."""
    mentions = [_mention(step) for step in session.steps]
    mentions.append(wording_of(session.resolution or ""))
    sessions = {each.id: each for each in candidate.sessions}
    known: list[Wording] = []
    starts: dict[str, int] = {}
    for node_id, node, _ in candidate.draft.tree.walk():
        starts[node_id] = len(known)
        known += _wordings(node, sessions)
    best = np.maximum.reduceat(likeness(mentions, known), list(starts.values()), axis=1)
    for at, node_id in _asked_by(candidate, session).items():
        best[at] = np.array([each == node_id for each in starts])
    return dict(zip(starts, best.T.tolist(), strict=True))


def _asked_by(candidate: Candidate, session: Session) -> Mapping[int, str]:
    """The steps that the candidate itself asked in the session, and its nodes that did."""
    nodes = candidate.draft.tree.nodes
    asked = ((at, step.place.node, step.prompt) for at, step in enumerate(session.steps) if step.place)
    return {
        at: node_id for at, node_id, prompt in asked if node_id in nodes and nodes[node_id].text == prompt
    }


def _wordings(node: Node, sessions: Mapping[int, Session]) -> list[Wording]:
    """How the sessions worded the node, in no order; its own text where none is at hand."""
    heard = (_heard(evidence, sessions) for evidence in node.evidence)
    return [wording for wording in heard if wording] or [wording_of(node.text)]


def _heard(evidence: Evidence, sessions: Mapping[int, Session]) -> Wording | None:
    session = sessions.get(evidence.session_id)
    if session is None or evidence.step > len(session.steps):
        return None
    if evidence.step == len(session.steps):
        return wording_of(session.resolution or "")
    return _mention(session.steps[evidence.step])


def _mention(step: Step) -> Wording:
    return mention_of(step.prompt, step.answer_text or "")


def _problem_score(session: Session, candidate: Candidate) -> float:
    described = wording_of(f"{candidate.draft.title}. {candidate.draft.summary}")
    known = together(problems_told(candidate) or [described])
    alike = likeness([wording_of(session.problem)], [known])[0, 0]
    return PROBLEM_WEIGHT * (float(alike) - PROBLEM_BAR)

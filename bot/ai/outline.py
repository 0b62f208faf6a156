"""The analyst without a model: it aligns sessions by their words, their answers and their order. Deterministic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from bot.ai.titles import clean, keywords_of, summary_of, title_of
from bot.ai.walking import Walk, best_walk
from bot.ai.wording import Wording, likeness, mention_of, together, wording_of
from bot.domain.analysis import AlignedStep, Alignment, Candidate, CandidateKind, Match
from bot.domain.flows import FlowDraft
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
SAME_TEXT, TEXT_STEEPNESS = 0.43, 15.0
"""Likeness from which two texts are rather the same step than not, and how quickly this becomes certain."""
MATCHING_PROBLEM = 0.35
"""Likeness of a problem to those of a flow, taken together, from which the flow rather fits."""
MATCHING_DESCRIPTION = 0.25
"""The same for what the flow says of itself, when none of its problems is at hand."""
MATCH_STEEPNESS = 10.0
"""How quickly a likeness above or below these becomes certainty."""
SURE, UNSURE = 0.95, 0.05
"""No confidence lies outside."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a session fits a candidate: above 0 it belongs there."""

    candidate: Candidate
    walk: Walk
    score: float

    @property
    def precedence(self) -> tuple[int, int]:
        """The flow that explains the session from its first step on comes first; of several, the largest."""
        first = self.walk.first_known
        return (first[0] if first else len(self.walk.steps), -len(self.candidate.draft.tree.session_ids))


class OutlineAnalyst:
    """Needs no key, no network and no clock."""

    @property
    def name(self) -> str:
        return "outline-1"

    async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
        fits = [_fit(session, candidate) for candidate in candidates]
        fitting = [fit for fit in fits if fit.score > 0 and fit.walk.first_known]
        if fitting:
            return _joining(session, min(fitting, key=lambda fit: fit.precedence))
        return _new(session, max((_certainty(fit.score, STEEPNESS) for fit in fits), default=0.0))


def match(problem: str, domain: ProblemDomain | None, candidates: Sequence[Candidate]) -> list[Match]:
    """How well each flow among the candidates fits a new problem, best first; at equal scores, the first given."""
    wording = wording_of(problem)
    flows = [candidate for candidate in candidates if candidate.ref.kind is CandidateKind.FLOW]
    matches = [Match(flow_id=flow.ref.id, score=_match_score(wording, domain, flow)) for flow in flows]
    return sorted(matches, key=lambda found: -found.score)


def similarity(first: str, second: str) -> float:
    """From 0 to 1 whether two texts mean the same step; 0.5 is undecided."""
    same = likeness([wording_of(first)], [wording_of(second)])[0, 0]
    return _certainty(float(same) - SAME_TEXT, TEXT_STEEPNESS)


def _fit(session: Session, candidate: Candidate) -> _Fit:
    labels = [label_of(step) for step in session.steps]
    walk = best_walk(candidate.draft.tree, labels, _node_likeness(session, candidate))
    score = walk.score + _problem_score(session, candidate)
    if not _domains_agree(session.problem_domain, candidate):
        score -= OTHER_DOMAIN
    return _Fit(candidate, walk, score)


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
    return dict(zip(starts, best.T.tolist(), strict=True))


def _wordings(node: Node, sessions: Mapping[int, Session]) -> list[Wording]:
    """How the sessions worded the node; its own text where none is at hand."""
    heard = (_heard(evidence, sessions) for evidence in sorted(node.evidence))
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
    known = together(_problems(candidate) or [described])
    alike = likeness([wording_of(session.problem)], [known])[0, 0]
    return PROBLEM_WEIGHT * (float(alike) - PROBLEM_BAR)


def _problems(candidate: Candidate) -> list[Wording]:
    told = (each.problem for each in candidate.sessions) if candidate.sessions else candidate.problems
    return [wording_of(problem) for problem in told]


def _domains_agree(domain: ProblemDomain | None, candidate: Candidate) -> bool:
    theirs = candidate.draft.problem_domain
    return domain is None or theirs is None or domain is theirs


def _joining(session: Session, fit: _Fit) -> Alignment:
    certainty = _certainty(fit.score, STEEPNESS)
    problems = [*(each.problem for each in fit.candidate.sessions), session.problem]
    return Alignment(
        candidate=fit.candidate.ref,
        steps=tuple(_aligned(session, step, node_id) for step, node_id in fit.walk.steps),
        title=title_of(problems, " ".join(node.text for node in fit.candidate.draft.tree.nodes.values())),
        summary=summary_of(problems),
        keywords=keywords_of([*_own_words(session), *problems[:-1]]),
        score=certainty,
        confidence=min(SURE, max(UNSURE, certainty)),
    )


def _new(session: Session, nearest: float) -> Alignment:
    """`nearest` is the certainty that the session belongs to the best of the candidates."""
    return Alignment(
        candidate=None,
        steps=tuple(_aligned(session, step, None) for step in range(len(session.steps) + 1)),
        title=title_of([session.problem], _worked_on(session)),
        summary=summary_of([session.problem]),
        keywords=keywords_of(_own_words(session)),
        score=nearest,
        confidence=min(SURE, max(UNSURE, 1 - nearest)),
    )


def _worked_on(session: Session) -> str:
    """What the session was about, as its steps show."""
    return " ".join([*(step.prompt for step in session.steps), session.resolution or ""])


def _own_words(session: Session) -> Iterator[str]:
    """The problem twice: it says what the flow is for."""
    yield from (session.problem, session.problem)
    yield from (step.prompt for step in session.steps)


def _aligned(session: Session, step: int, node_id: str | None) -> AlignedStep:
    text = session.steps[step].prompt if step < len(session.steps) else session.resolution or ""
    return AlignedStep(step, node_id, clean(text))


def _match_score(problem: Wording, domain: ProblemDomain | None, flow: Candidate) -> float:
    if problems := _problems(flow):
        alike = likeness([problem], [together(problems)]).mean() - MATCHING_PROBLEM
    else:
        alike = likeness([problem], _description(flow.draft)).mean() - MATCHING_DESCRIPTION
    score = _certainty(float(alike), MATCH_STEEPNESS)
    return score if _domains_agree(domain, flow) else score / 2


def _description(draft: FlowDraft) -> list[Wording]:
    """What a flow says of itself: its title and summary, its keywords, its steps."""
    steps = (node.text for _, node, _ in draft.tree.walk())
    texts = (f"{draft.title} {draft.summary}", " ".join(draft.keywords), " ".join(steps))
    return [wording_of(text) for text in texts if text]


def _certainty(score: float, steepness: float) -> float:
    """A score around 0 as a number between 0 and 1."""
    return 1 / (1 + exp(-steepness * score))

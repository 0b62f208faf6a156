"""Which published flow fits a new problem, and how sure that is: a ridge regression over the problems that flows are known by.

Each flow gets a weight for every group of letters, so that its own problems reach 1 and those of the others 0. There is
no intercept: words that no flow knows count for nothing, and a problem of nothing else reaches 0 everywhere. That is the
answer "no flow". A flow counts the same whether three sessions came to it or three hundred.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.ai.wording import (
    BUCKETS,
    STOP_WORDS,
    Vector,
    Wording,
    likeness,
    stem_of,
    together,
    words_of,
)
from bot.domain.analysis import Candidate, CandidateKind, Match
from bot.domain.flows import FlowDraft
from bot.domain.sessions import ProblemDomain

SMOOTHING = 0.1
"""Ridge penalty for each problem, times how many its flow has: so every flow counts the same."""
SHARED = 0.5
"""Likeness of two problems of one flow that a full match is measured by."""
MIDDLE = 0.47
"""Part of a full match from which a flow rather fits."""
STEEPNESS = 25.0
"""How quickly more or less becomes certainty, for a flow that is known by many problems."""
FEW = 3.0
"""Problems that a flow must be known by to be half as certain as that."""
SISTERS = 0.25
"""What the problems of one flow reach with another, as a part of what they reach with their own, from which the two are
sisters: parts of one problem that were learnt apart. Then either of them is right."""
OTHER_DOMAIN = 0.5
"""What is left of a score when flow and problem are of two different, known domains."""
MAX_PROBLEMS = 30
"""Problems of a flow that are looked at, the first ones."""
MAX_COMPARED = 16
"""Flows that are compared closely: those whose problems, taken together, are most like the new one."""
LETTERS = (3, 4, 5)
"""Lengths of the groups of letters that a word is known by."""
KEPT_REGRESSIONS, KEPT_TEXTS, KEPT_FLOWS = 8, 2_000, 1_000
"""How many stay in memory: 1 MB, about 10 kB, and about 50 kB each."""

Problems = tuple[str, ...]


def match(problem: str, domain: ProblemDomain | None, candidates: Sequence[Candidate]) -> list[Match]:
    """How well each flow among the candidates fits a new problem, best first; at equal scores, the first given.

    A score is how often such a match is right when half of all problems have no flow. Of many flows, those that are far
    from the problem are left out.
    """
    flows = [candidate for candidate in candidates if candidate.ref.kind is CandidateKind.FLOW]
    wording = _wording(problem)
    near = _nearest(wording, flows)
    if not near:
        return []
    known = tuple(_known_by(flow) for flow in near)
    reached = wording.weights @ regression(known)[wording.buckets]
    matches = [
        Match(
            flow_id=flow.ref.id,
            score=_certainty(float(part), len(problems)) * _for_domain(domain, flow.draft),
        )
        for flow, problems, part in zip(near, known, reached, strict=True)
    ]
    return sorted(matches, key=lambda found: -found.score)


def _nearest(problem: Wording, flows: Sequence[Candidate]) -> Sequence[Candidate]:
    """In the order given, so that the same flows need no new regression."""
    if len(flows) <= MAX_COMPARED:
        return flows
    alike = likeness([problem], [_taken_together(_known_by(flow)) for flow in flows])[0]
    return [flows[at] for at in sorted(np.argsort(-alike, kind="stable")[:MAX_COMPARED])]


def _known_by(flow: Candidate) -> Problems:
    """The problems of its sessions; where none is at hand, what the flow says of itself."""
    problems = tuple(each.problem for each in flow.sessions) or flow.problems
    return problems[:MAX_PROBLEMS] or _description(flow.draft)


def _description(draft: FlowDraft) -> Problems:
    """Title and summary, keywords, steps."""
    steps = " ".join(node.text for _, node, _ in draft.tree.walk())
    return (f"{draft.title} {draft.summary}", " ".join(draft.keywords), steps)


@lru_cache(maxsize=KEPT_REGRESSIONS)
def regression(known: tuple[Problems, ...]) -> Vector:
    """What flows known by these problems teach: for each group of letters (row) what it adds to a match with each flow (column); 1 in all is a full match."""
    counts = np.array([len(problems) for problems in known])
    flow_of = np.repeat(np.arange(len(known)), counts)
    dense = np.zeros((len(flow_of), BUCKETS))
    for row, text in enumerate(text for problems in known for text in problems):
        wording = _wording(text)
        dense[row, wording.buckets] = wording.weights
    inverse = np.linalg.inv(dense @ dense.T + np.diag(SMOOTHING * counts[flow_of]))
    targets = _sisters(inverse, flow_of)[flow_of]
    weights: Vector = dense.T @ (inverse @ targets) / _full_match(counts)
    return weights


def _sisters(inverse: NDArray[np.floating[Any]], flow_of: NDArray[np.int64]) -> Vector:
    """How far each flow (column) counts as right for the problems of each other (row): 1 where nobody could tell them apart.

    From what each problem reaches when the regression does not know it; the leave-one-out residual of a ridge regression
    is its dual by the diagonal of the inverse.
    """
    own = np.eye(flow_of[-1] + 1)
    residuals = inverse @ own[flow_of] / np.diag(inverse)[:, None]
    reached = np.array([(own[flow] - residuals[flow_of == flow]).mean(axis=0) for flow in range(len(own))])
    share = reached / np.maximum(np.diag(reached), MIDDLE)[:, None]
    alike: Vector = np.clip((share - SISTERS) / (1 - SISTERS), 0, 1)
    np.fill_diagonal(alike, 1)
    return alike


def _full_match(counts: Vector) -> Vector:
    """What the regression gives a problem of a flow known by so many, if any two of them are SHARED alike.

    (K + c·n·I)⁻¹·1 for a kernel K with ones on, and SHARED off, its diagonal.
    """
    return counts * SHARED / (1 + (counts - 1) * SHARED + SMOOTHING * counts)


def _certainty(part: float, problems: int) -> float:
    """From the part of a full match to how often that is right."""
    return 1 / (1 + exp(-STEEPNESS * problems / (problems + FEW) * (part - MIDDLE)))


def _for_domain(domain: ProblemDomain | None, draft: FlowDraft) -> float:
    differ = domain is not None and draft.problem_domain is not None and domain is not draft.problem_domain
    return OTHER_DOMAIN if differ else 1.0


@lru_cache(maxsize=KEPT_TEXTS)
def _wording(text: str) -> Wording:
    """The groups of letters inside the stems of its words."""
    words = words_of(text) or text.split() or [""]
    telling = [word for word in words if word not in STOP_WORDS] or words
    groups = Counter(zlib.crc32(group.encode()) % BUCKETS for word in telling for group in _groups(word))
    weights = 1 + np.log(np.fromiter(groups.values(), np.float64, len(groups)))
    return Wording(np.fromiter(groups, np.int64), weights / np.linalg.norm(weights))


def _groups(word: str) -> Iterator[str]:
    """A word that is shorter than a group is one by itself."""
    bounded = f" {stem_of(word)} "
    for length in LETTERS:
        for at in range(max(1, len(bounded) - length + 1)):
            yield bounded[at : at + length]


@lru_cache(maxsize=KEPT_FLOWS)
def _taken_together(problems: Problems) -> Wording:
    return together([_wording(problem) for problem in problems])

"""Whether two bodies of knowledge are about one problem, and what they are together.

Sessions come one by one, and some begin in the middle: of one problem, two flows may have been learnt. They are one
when some sessions of the smaller fit into the larger as it stands, nearly all of them once those are in, and when
nobody could tell from the problems which of the two to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.ai.fitting import STEEPNESS, Fit, aligned_steps, certainty, domains_agree, fit_of
from bot.ai.wording import Vector, likeness, wording_of
from bot.domain.analysis import Candidate
from bot.domain.merging import MergeRefusedError, merge
from bot.domain.sessions import Session
from bot.domain.trees import FlowTree

PLACED = 0.9
"""Share of the smaller's sessions that must find their place in the larger."""
TOLD_APART = 0.95
"""Area under the ROC curve from which two kinds of problems are always told apart."""
ENOUGH = 5
"""Sessions of the smaller from which their problems say whether they can be told apart."""
CLEAR = 0.2
"""Score of a session that fits without doubt. When the problems say nothing yet, one such or two others must fit."""
SAME_PROBLEM = 0.8
"""Likeness from which two problems are the same one told again: such pairs say nothing about all others."""
HEARD = 12
"""Sessions whose wordings a candidate is compared by: the newest."""


@dataclass(frozen=True, slots=True)
class United:
    """The tree of both, the sessions that found no place in it, and how well those that did fit on average."""

    tree: FlowTree
    left: tuple[Session, ...]
    score: float

    @property
    def certainty(self) -> float:
        return certainty(self.score, STEEPNESS)


@dataclass(frozen=True, slots=True)
class _Grown:
    candidate: Candidate
    left: tuple[Session, ...]

    @property
    def tree(self) -> FlowTree:
        return self.candidate.draft.tree


def unite(larger: Candidate, smaller: Candidate, *, either_way: bool = True) -> United | None:
    """Both as one, or None when they are two. Each candidate comes with all of its sessions, oldest first.

    The smaller's sessions are added to the larger's tree or (if `either_way` allows it) the larger's to the smaller's,
    whichever fits all of them better: the first question of either may be the one that comes before all others.

    The tree is valid, has all evidence of the one that was added to, and every session of the other but those in
    `left`. It depends on the order of the added sessions, and on nothing else that is not in the candidates.
    """
    if not smaller.sessions:
        return None
    if not domains_agree(larger.draft.problem_domain, smaller.draft.problem_domain):
        return None
    if _are_told_apart(larger, smaller):  # first, because it is quick and ends most comparisons
        return None
    ways = [(larger, smaller), (smaller, larger)] if either_way else [(larger, smaller)]
    fits = _fits(larger, smaller)
    if not (_touch(fits) or (either_way and any(map(_is_clear, _fits(smaller, larger))))):
        return None
    grown = [_grown(base, more.sessions) for base, more in ways]
    whole = [each for each, (_, more) in zip(grown, ways, strict=True) if _is_whole(each, more)]
    if not whole:
        return None
    best = max(whole, key=lambda each: _rank(each, larger, smaller))
    return United(best.tree, best.left, sum(fit.score for fit in fits) / len(fits))


def _fits(base: Candidate, more: Candidate) -> list[Fit]:
    """How the sessions of the one fit into the other as it stands."""
    heard = _hearing(base, base.sessions)
    return [fit_of(session, heard) for session in more.sessions]


def _touch(fits: Sequence[Fit]) -> bool:
    """Whether enough of the smaller's sessions fit."""
    fitting = sum(fit.belongs for fit in fits)
    is_clear = len(fits) >= ENOUGH or any(_is_clear(fit) for fit in fits)
    return fitting >= (1 if is_clear else min(2, len(fits)))


def _is_clear(fit: Fit) -> bool:
    return fit.belongs and fit.score >= CLEAR


def _is_whole(grown: _Grown, more: Candidate) -> bool:
    return len(grown.left) <= (1 - PLACED) * len(more.sessions)


def _rank(grown: _Grown, larger: Candidate, smaller: Candidate) -> tuple[int, float]:
    sessions = (*larger.sessions, *smaller.sessions)
    return (-len(grown.left), sum(fit_of(session, grown.candidate).score for session in sessions))


def _grown(candidate: Candidate, sessions: Sequence[Session]) -> _Grown:
    """The candidate with the sessions in it, those that fit first: each may make the next ones fit."""
    within, left = list(candidate.sessions), list(sessions)
    candidate = _hearing(candidate, within)
    while True:
        waiting: list[Session] = []
        for session in left:
            tree = _with(candidate, session)
            if tree is None:
                waiting.append(session)
                continue
            within.append(session)
            candidate = _hearing(replace(candidate, draft=replace(candidate.draft, tree=tree)), within)
        if len(waiting) in (0, len(left)):
            return _Grown(candidate, tuple(waiting))
        left = waiting


def _with(candidate: Candidate, session: Session) -> FlowTree | None:
    """The candidate's tree with the session in it; None when it does not belong there or has no room."""
    fit = fit_of(session, candidate)
    if not fit.belongs:
        return None
    try:
        merged = merge(candidate.draft.tree, session, aligned_steps(session, fit.walk))
    except MergeRefusedError:
        return None
    return None if merged.crowded_out else merged.tree


def _hearing(candidate: Candidate, sessions: Sequence[Session]) -> Candidate:
    newest = sorted(sessions, key=lambda each: (each.created_at, each.id), reverse=True)[:HEARD]
    return replace(candidate, sessions=tuple(newest))


def _are_told_apart(larger: Candidate, smaller: Candidate) -> bool:
    if len(smaller.sessions) < ENOUGH:
        return False
    return (
        separability([s.problem for s in larger.sessions], [s.problem for s in smaller.sessions])
        >= TOLD_APART
    )


def separability(some: Sequence[str], others: Sequence[str]) -> float:
    """How surely the problems of one kind are told from those of the other: 0.5 by chance, 1 always.

    The area under the ROC curve of "more like some than like others", each problem compared with all but itself and
    those that tell the same again. Both kinds count alike, however many there are of each.
    """
    wordings = [wording_of(problem) for problem in (*some, *others)]
    alike = likeness(wordings, wordings)
    is_other_problem = alike < SAME_PROBLEM
    counted = alike * is_other_problem
    count = len(some)

    def mean(columns: slice) -> Vector:
        likes: Vector = counted[:, columns].sum(axis=1) / np.maximum(
            1, is_other_problem[:, columns].sum(axis=1)
        )
        return likes

    leaning = mean(slice(None, count)) - mean(slice(count, None))
    difference = leaning[:count, None] - leaning[None, count:]
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))

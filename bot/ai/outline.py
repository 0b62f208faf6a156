"""The analyst without a model: it aligns sessions by their words, their answers and their order. Deterministic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from bot.ai.fitting import Fit, aligned_step, aligned_steps, certainty, fit_of
from bot.ai.titles import keywords_of, summary_of, title_of
from bot.ai.wording import likeness, wording_of
from bot.domain.analysis import Alignment, Candidate
from bot.domain.sessions import Session

VERSION = "outline-2"

NEAR = 0.3
"""Of candidates whose scores differ by no more, the one that explains the session from its beginning is taken."""
SAME_TEXT, TEXT_STEEPNESS = 0.43, 15.0
"""Likeness from which two texts are rather the same step than not, and how quickly this becomes certain."""
SURE, UNSURE = 0.95, 0.05
"""No confidence lies outside."""


class OutlineAnalyst:
    """Needs no key, no network and no clock."""

    @property
    def name(self) -> str:
        return VERSION

    async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
        """In a thread: whoever waits for an answer from this process must not wait for the arithmetic."""
        return await asyncio.to_thread(_aligned, session, candidates)


def _aligned(session: Session, candidates: Sequence[Candidate]) -> Alignment:
    fits = [fit_of(session, candidate) for candidate in candidates]
    chosen = _chosen([fit for fit in fits if fit.belongs])
    if chosen is not None:
        return _joining(session, chosen)
    return _new(session, max((fit.certainty for fit in fits), default=0.0))


def similarity(first: str, second: str) -> float:
    """From 0 to 1 whether two texts mean the same step; 0.5 is undecided."""
    same = likeness([wording_of(first)], [wording_of(second)])[0, 0]
    return certainty(float(same) - SAME_TEXT, TEXT_STEEPNESS)


def _chosen(fits: Sequence[Fit]) -> Fit | None:
    """What was rejected is chosen only where it fits better than all else. The order of the fits does not matter."""
    best = min(fits, key=lambda fit: (-fit.score, fit.candidate.is_rejected, fit.age), default=None)
    if best is None or best.candidate.is_rejected:
        return best
    near = [fit for fit in fits if fit.score >= best.score - NEAR and not fit.candidate.is_rejected]
    return min(near, key=lambda fit: (fit.precedence, -fit.score, fit.age))


def _joining(session: Session, fit: Fit) -> Alignment:
    problems = [*(each.problem for each in fit.candidate.sessions), session.problem]
    worked_on = " ".join(node.text for node in fit.candidate.draft.tree.nodes.values())
    return Alignment(
        candidate=fit.candidate.ref,
        steps=aligned_steps(session, fit.walk),
        title=title_of(problems, worked_on, so_far=fit.candidate.draft.title),
        summary=summary_of(problems),
        keywords=keywords_of([*_own_words(session), *problems[:-1]]),
        score=fit.certainty,
        confidence=min(SURE, max(UNSURE, fit.certainty)),
    )


def _new(session: Session, nearest: float) -> Alignment:
    """`nearest` is the certainty that the session belongs to the best of the candidates."""
    return Alignment(
        candidate=None,
        steps=tuple(aligned_step(session, step, None) for step in range(len(session.steps) + 1)),
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

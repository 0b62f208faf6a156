"""Made-up sessions of made-up problems: one decision chart for about fifty sessions, in words that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.domain.sessions import (
    NewSession,
    ProblemDomain,
    SessionSource,
    SessionStatus,
    Step,
    StepKind,
)

SESSIONS_A_CHART = 50
DEPTHS = range(3, 6)
"""Questions from the first one to a fix."""
THIRD_ANSWER = 0.2
MIDWAY, DIGRESSION, SKIPPED = 0.15, 0.08, 0.05
"""Share of sessions that begin with their second question, ask something else, and leave a question out."""

_ONSETS = re.findall(r"\w+", "b bl br c cl d dr f fl g gl gr h j k l m n p pl pr qu r s sk sl st t tr v w z")
_NUCLEI = re.findall(r"\w+", "a e i o u ai ea ee oa ou")
_CODAS = re.findall(r"\w+", "b ck d g l m n nd ng nt p r rk st t x")
_OPENINGS = (
    "Since this morning the {0} {1} will not {2} when the {3} is on.",
    "Our {0} {1} stopped to {2}. The {3} shows a {4}.",
    "Hello, a colleague cannot {2} with the {0} {1}, there is a {4} each time.",
    "{0} {1}: {4} after {3}, please help.",
    "The {3} of the {0} {1} went wrong and we cannot {2} any more.",
)
_QUESTIONS = (
    "Is the {0} {1} set to {2}?",
    "Could you look whether the {0} {1} says {2}?",
    "What about the {0} {1}, does it have {2}?",
    "Please check the {0} {1} for {2}.",
)
_FIXES = (
    "Replaced the {0} {1} and made {2} new.",
    "The {0} {1} was wrong, {2} put it right.",
    "Set {2} on the {0} {1}.",
)
_SMALL_TALK = (
    "How long have you been with us?",
    "Can I call you back in ten minutes?",
    "Is that all clear so far?",
)
_DOMAINS = (ProblemDomain.NETWORKING, ProblemDomain.M365)
"""So few that even in the smallest workspace more proposals resemble a session than an analysis looks at."""


@dataclass(frozen=True, slots=True)
class _Question:
    words: tuple[str, ...]
    answers: tuple[tuple[str, _Question | _Fix], ...]


@dataclass(frozen=True, slots=True)
class _Fix:
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Chart:
    topic: tuple[str, ...]
    domain: ProblemDomain
    first: _Question


def made_up_sessions(count: int, *, until: datetime) -> Iterator[NewSession]:
    """So many resolved sessions of `count` / 50 charts, mixed at random, the same ones each time."""
    rng = Random(count)  # noqa: S311  (samples, not secrets)
    charts = [_a_chart(rng) for _ in range(max(1, count // SESSIONS_A_CHART))]
    for number in range(count):
        yield _a_session(rng, rng.choice(charts), number, until - timedelta(minutes=5 * (count - number)))


def _a_chart(rng: Random) -> _Chart:
    return _Chart(_words(rng, 5), rng.choice(_DOMAINS), _a_question(rng, rng.choice(DEPTHS)))


def _a_question(rng: Random, depth: int) -> _Question:
    labels = ["Yes", "No", *(["Not sure"] if rng.random() < THIRD_ANSWER else [])]
    later = rng.randrange(len(labels))

    def behind(at: int) -> _Question | _Fix:
        ends = depth == 1 or (at != later and rng.random() < 0.5)
        return _Fix(_words(rng, 3)) if ends else _a_question(rng, depth - 1)

    return _Question(_words(rng, 3), tuple((label, behind(at)) for at, label in enumerate(labels)))


def _words(rng: Random, count: int) -> tuple[str, ...]:
    return tuple(
        "".join(rng.choice(_ONSETS) + rng.choice(_NUCLEI) for _ in range(rng.choice((1, 2))))
        + rng.choice(_CODAS)
        for _ in range(count)
    )


def _a_session(rng: Random, chart: _Chart, number: int, at: datetime) -> NewSession:
    steps, fix = _walk(rng, chart.first)
    return NewSession(
        external_id=f"S-{number}",
        source=SessionSource.IMPORT,
        problem=rng.choice(_OPENINGS).format(*chart.topic).capitalize(),
        status=SessionStatus.RESOLVED,
        created_at=at,
        resolved_at=at + timedelta(minutes=rng.randint(10, 90)),
        problem_domain=chart.domain,
        engineer=f"U{rng.randrange(20)}",
        steps=tuple(_irregular(rng, steps)),
        resolution=rng.choice(_FIXES).format(*fix.words),
    )


def _walk(rng: Random, first: _Question) -> tuple[list[Step], _Fix]:
    steps, place = [], first
    while True:
        label, behind = rng.choice(place.answers)
        steps.append(_step(rng.choice(_QUESTIONS).format(*place.words), label))
        if isinstance(behind, _Fix):
            return steps, behind
        place = behind


def _irregular(rng: Random, steps: Sequence[Step]) -> list[Step]:
    steps = list(steps)
    if len(steps) > 1 and rng.random() < MIDWAY:
        steps = steps[1:]
    if len(steps) > 2 and rng.random() < SKIPPED:
        del steps[rng.randrange(1, len(steps))]
    if rng.random() < DIGRESSION:
        steps.insert(rng.randrange(len(steps) + 1), _step(rng.choice(_SMALL_TALK), "Yes"))
    return steps


def _step(prompt: str, answer: str) -> Step:
    options = ("Yes", "No", "Not sure")
    return Step(
        kind=StepKind.QUESTION,
        prompt=prompt,
        options=options,
        choice=answer,
        answer_text=f"{answer}, it seems",
    )

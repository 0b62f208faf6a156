"""How far a flow can be trusted: whether it has proved itself in several hands, and whether it still does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.likelihood import beta_survival
from bot.domain.statistics import Rate

VALIDATED_BY_SUCCESSES = 3
"""Sessions that a flow led to one of its ends before it counts as proved; those that it was learnt from do not count."""
VALIDATED_BY_ENGINEERS = 2
"""So many people must have had them: one person's habit proves nothing."""
RECENT = 10
"""The newest sessions, which are held against those before them."""
MIN_RECENT = 5
"""Fewer say too little for a doubt, however bad they are."""
MIN_EARLIER = 8
"""From so many earlier sessions on a flow is measured by its own past."""
EXPECTED = 0.7
"""What a flow without a past is measured by: a guided match is right four times in five, and not every fix helps."""
PRIOR_STRENGTH = 8.0
"""What is expected counts like so many sessions, as it does for gaps."""
MARGIN = 0.1
"""A share that is lower by less than this is not worth a doubt."""
DOUBTED_AT = 0.9
"""Certainty from which a flow is doubted. A flow that is as it always was is so in less than 1 of 500 looks."""
LOOKED_AT = 60
"""The newest sessions of a flow that its trust is told from."""


_NOTHING = Rate(0, 0)


class TrustLevel(StrEnum):
    NOT_VALIDATED = "not validated"
    VALIDATED = "validated"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A session that followed a flow and has ended: whose it was, and whether the flow led it to one of its ends."""

    engineer: str | None
    success: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """`engineers` had the successes. `recent` is the newest sessions, `expected` the share of them that should succeed."""

    level: TrustLevel = TrustLevel.NOT_VALIDATED
    engineers: int = 0
    recent: Rate = _NOTHING
    expected: float = EXPECTED


NO_TRUST = Trust()


def trust_of(outcomes: Sequence[Outcome]) -> Trust:
    """The trust that a flow has earned in these sessions, newest first."""
    recent, earlier = _rate(outcomes[:RECENT]), _rate(outcomes[RECENT:])
    expected = EXPECTED
    if earlier.n >= MIN_EARLIER and earlier.value is not None:
        expected = earlier.value
    proved = [outcome for outcome in outcomes if outcome.success]
    engineers = len({outcome.engineer for outcome in proved if outcome.engineer})
    level = TrustLevel.NOT_VALIDATED
    if recent.n >= MIN_RECENT and certainty_of_fall(recent, expected) >= DOUBTED_AT:
        level = TrustLevel.DOUBTED
    elif len(proved) >= VALIDATED_BY_SUCCESSES and engineers >= VALIDATED_BY_ENGINEERS:
        level = TrustLevel.VALIDATED
    return Trust(level=level, engineers=engineers, recent=recent, expected=expected)


def certainty_of_fall(recent: Rate, expected: float) -> float:
    """P(share < expected - MARGIN), with what is expected as a Beta prior of PRIOR_STRENGTH."""
    hits = PRIOR_STRENGTH * expected + recent.hits
    misses = PRIOR_STRENGTH * (1 - expected) + recent.n - recent.hits
    return 1 - beta_survival(hits, misses, expected - MARGIN)


def _rate(outcomes: Sequence[Outcome]) -> Rate:
    return Rate(sum(outcome.success for outcome in outcomes), len(outcomes))

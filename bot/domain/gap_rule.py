"""When a share is high enough to be called a gap: the rule, its thresholds, and why they are where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.likelihood import beta_survival, chance_of_at_least
from bot.domain.statistics import Rate

PRIOR_STRENGTH = 8.0
"""What is usual elsewhere counts like so many sessions of the place itself (product rule)."""
MARGIN = 0.05
"""A share that is higher by less than this is not worth anybody's time (product rule)."""
OPENS_AT = 0.9
"""Certainty from which a place is an alert (product rule)."""
CLOSES_AT = 0.5
"""Certainty below which an open alert ends: lower than where it opens, so that it does not come and go (product rule)."""
MIN_SESSIONS = 5
"""Fewer sessions say too little for an alert, however bad they are."""
MIN_ENGINEERS = 2
"""One person's habit is no gap of the team (product rule)."""
NEGLIGIBLE = 1e-6
"""Expected false alerts that make no difference."""


class GapLevel(StrEnum):
    ALERT = "alert"
    WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What was counted at one place: `rate` of its sessions went wrong, at so many engineers' hands."""

    key: str
    rate: Rate
    engineers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`baseline` is the share that is usual elsewhere, `certainty` P(share > baseline + MARGIN)."""

    key: str
    level: GapLevel
    baseline: float
    certainty: float


def certainty_of(rate: Rate, baseline: float) -> float:
    """P(share > baseline + MARGIN), with the baseline as a Beta prior of PRIOR_STRENGTH."""
    hits = PRIOR_STRENGTH * baseline + rate.hits
    misses = PRIOR_STRENGTH * (1 - baseline) + rate.n - rate.hits
    return beta_survival(hits, misses, baseline + MARGIN)


def judge_among(
    places: Sequence[Place], *, false_alerts: float, open_keys: Collection[str] = ()
) -> list[Verdict]:
    """The places whose share is higher than in all others together.

    An alert opens at OPENS_AT, or at `bar_for` these places: whoever looks at many finds something by chance. What is open (`open_keys`) stays so down to CLOSES_AT.
    """
    total = sum(place.rate.n for place in places)
    all_hits = sum(place.rate.hits for place in places)
    known = {place.key: _elsewhere(place.rate, all_hits, total) for place in places}
    sure = {
        place.key: certainty_of(place.rate, baseline)
        for place in places
        if (baseline := known[place.key]) is not None
    }
    bar = OPENS_AT
    if any(certainty >= OPENS_AT for key, certainty in sure.items() if key not in open_keys):
        bar = bar_for([place.rate.n for place in places], all_hits, total, false_alerts)
    return _verdicts(places, {key: (known[key] or 0.0, sure[key]) for key in sure}, bar, open_keys)


def judge_against(
    places: Sequence[Place], expected: float, *, open_keys: Collection[str] = ()
) -> list[Verdict]:
    """The places whose share is higher than what is to be expected anywhere."""
    sure = {place.key: (expected, certainty_of(place.rate, expected)) for place in places}
    return _verdicts(places, sure, OPENS_AT, open_keys)


def bar_for(sizes: Sequence[int], all_hits: int, total: int, false_alerts: float) -> float:
    """The least certainty, OPENS_AT or more, above which chance puts no more than `false_alerts` of these places.

    Chance means that `all_hits` of `total` sessions fall on places of these sizes at random, so the promise holds
    whatever the true share is.
    """
    reached = [
        (certainty, chance)
        for n, places in Counter(n for n in sizes if n >= MIN_SESSIONS).items()
        for certainty, chance in _chances(n, all_hits, total, places)
    ]
    bar, expected = 1.0, 0.0
    for certainty, chance in sorted(reached, reverse=True):
        expected += chance
        if expected > false_alerts:
            return bar
        bar = certainty
    return OPENS_AT


def _chances(n: int, all_hits: int, total: int, places: int) -> Iterator[tuple[float, float]]:
    """Each certainty from OPENS_AT on that a place of this size may reach, and on how many `places` chance does it."""
    fewest = _fewest_hits(n, all_hits, total, OPENS_AT)
    tail = chance_of_at_least(fewest, n, all_hits, total)
    for hits in range(fewest, min(n, all_hits) + 1):
        rest = chance_of_at_least(hits + 1, n, all_hits, total)
        baseline = _elsewhere(Rate(hits, n), all_hits, total)
        if baseline is not None and places * tail > NEGLIGIBLE:
            yield certainty_of(Rate(hits, n), baseline), places * (tail - rest)
        tail = rest
        if places * tail <= NEGLIGIBLE:
            return


def _fewest_hits(n: int, all_hits: int, total: int, bar: float) -> int:
    """Hits from which a place of this size is above the bar; one more than there can be when none are enough."""
    low, high = max(0, all_hits - (total - n)), min(n, all_hits) + 1
    while low < high:
        middle = (low + high) // 2
        baseline = _elsewhere(Rate(middle, n), all_hits, total)
        if baseline is not None and certainty_of(Rate(middle, n), baseline) >= bar:
            high = middle
        else:
            low = middle + 1
    return low


def _elsewhere(rate: Rate, all_hits: int, total: int) -> float | None:
    """The share at all other places together; None without any. With the place in it, a large gap would hide itself.

    Where the others are fewer than the place has itself, the share of all: so few say little of what is usual.
    """
    if not 0 < rate.n < total:
        return None
    if 2 * rate.n > total:
        return all_hits / total
    return (all_hits - rate.hits) / (total - rate.n)


def _verdicts(
    places: Sequence[Place],
    sure: Mapping[str, tuple[float, float]],
    bar: float,
    open_keys: Collection[str],
) -> list[Verdict]:
    found = []
    for place in places:
        if place.key not in sure or place.engineers < MIN_ENGINEERS:
            continue
        baseline, certainty = sure[place.key]
        needed = CLOSES_AT if place.key in open_keys else bar
        if certainty >= needed and place.rate.n >= MIN_SESSIONS:
            found.append(Verdict(key=place.key, level=GapLevel.ALERT, baseline=baseline, certainty=certainty))
        elif place.rate.interval.low > baseline:
            found.append(Verdict(key=place.key, level=GapLevel.WATCH, baseline=baseline, certainty=certainty))
    return found

"""Exact order statistics of many durations that lie sorted in the roll-ups, without reading them all.

Of each span of time every 64th duration is known, its *posts*. The posts of all spans bracket a rank; only what lies
inside the bracket is read. Durations are whole microseconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, sqrt
from struct import unpack

from bot.domain.statistics import Interval, Minutes
from bot.domain.windows import Span

SPACING = 64
"""Durations from one post to the next. Wider: fewer posts, wider brackets."""
FEW = 1_024
"""Durations that are sooner read than bracketed."""
MICROSECONDS = 60_000_000
"""In a minute."""
WIDTH = 8
"""Bytes of a duration in the roll-ups."""
LARGEST = 2**63 - 1
MEDIAN, NINTH_DECILE = 50, 90
Z_HALF = 0.98
"""Half of the normal quantile 1.96: the median's interval reaches 0.98 sqrt(n) ranks to either side (Conover 3.2)."""


@dataclass(frozen=True, slots=True)
class Slice:
    """So many durations of a span's, from the `first` (counting from 0) on. `clock` is "wall" or "active"."""

    span: Span
    clock: str
    first: int
    length: int


@dataclass(frozen=True, slots=True)
class SpanDurations:
    """Of one span, in ascending order: the posts, and all of them where they are few or had to be read anyway."""

    span: Span
    clock: str
    count: int
    posts: Sequence[int]
    every: Sequence[int] | None = None

    def between(self, low: int, high: int) -> Slice:
        """Whatever lies above `low` and below `high` is in the slice; whatever comes before it is `low` or less."""
        first = SPACING * bisect_right(self.posts, low)
        until = min(SPACING * (bisect_left(self.posts, high) + 1), self.count)
        return Slice(self.span, self.clock, first, max(0, until - first))


@dataclass(frozen=True)
class Durations:
    """The durations of several spans, read in two goes: what `wanted` names is given to `minutes`."""

    parts: Sequence[SpanDurations]
    total: int
    with_interval: bool = True

    @cached_property
    def count(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def wanted(self) -> set[Slice]:
        """What has to be read from the roll-ups."""
        brackets = [self._bracket(rank) for rank in self._ranks]
        unknown = [part for part in self.parts if part.every is None]
        slices = {part.between(*bracket) for bracket in brackets for part in unknown}
        return {each for each in slices if each.length}

    def minutes(self, read: Mapping[Slice, Sequence[int]]) -> Minutes:
        if not self.count:
            return Minutes()
        at = {rank: self._at(rank, read) for rank in self._ranks}
        ends = self._interval_ranks
        return Minutes(
            n=self.count,
            mean=self.total / self.count / MICROSECONDS,
            median=_quantile(at, self.count, MEDIAN),
            p90=_quantile(at, self.count, NINTH_DECILE),
            interval=Interval(*(at[rank] / MICROSECONDS for rank in ends)) if ends else None,
        )

    @cached_property
    def _ranks(self) -> set[int]:
        if not self.count:
            return set()
        quantiles = (quantile_place(self.count, percent) for percent in (MEDIAN, NINTH_DECILE))
        return {rank for low, high, _ in quantiles for rank in (low, high)} | set(self._interval_ranks)

    @property
    def _interval_ranks(self) -> tuple[int, ...]:
        return interval_ranks(self.count) if self.with_interval else ()

    @cached_property
    def _posts(self) -> list[int]:
        return sorted(post for part in self.parts for post in part.posts)

    def _bracket(self, rank: int) -> tuple[int, int]:
        """The duration of this rank is not less than the first and not more than the second.

        Up to the k-th post there are 64 k durations at least, and 63 of each span more at most.
        """
        enough = ceil(rank / SPACING)
        too_few = (rank - 1 - (SPACING - 1) * len(self.parts)) // SPACING
        low = self._posts[too_few - 1] if too_few >= 1 else -1
        return low, self._posts[enough - 1] if enough <= len(self._posts) else LARGEST

    def _at(self, rank: int, read: Mapping[Slice, Sequence[int]]) -> int:
        low, high = self._bracket(rank)
        up_to_low, inside = 0, list[int]()
        for part in self.parts:
            between = part.between(low, high)
            durations = _of_slice(part, between, read)
            start = bisect_right(durations, low)
            up_to_low += between.first + start
            inside += durations[start : bisect_left(durations, high)]
        if rank <= up_to_low:
            return low
        inside.sort()
        place = rank - up_to_low - 1
        return inside[place] if place < len(inside) else high


def quantile_place(count: int, percent: int) -> tuple[int, int, float]:
    """The two ranks that the quantile lies between, from 1, and how far towards the second (as percentile_cont)."""
    whole, rest = divmod(percent * (count - 1), 100)
    return whole + 1, whole + 1 + bool(rest), rest / 100


def interval_ranks(count: int) -> tuple[int, ...]:
    """The two ranks that hold the median with 95 % confidence; none where they fall outside."""
    ranks = ceil(count / 2 - Z_HALF * sqrt(count)), ceil(count / 2 + Z_HALF * sqrt(count))
    return ranks if ranks[0] >= 1 and ranks[1] <= count else ()


def durations_from(stored: bytes) -> tuple[int, ...]:
    return unpack(f">{len(stored) // WIDTH}q", stored)


def posts_of(every: Sequence[int]) -> Sequence[int]:
    return every[SPACING - 1 :: SPACING]


def all_wanted(durations: Iterable[Durations]) -> list[Slice]:
    """Each once, by span."""
    wanted = set[Slice]().union(*(each.wanted for each in durations))
    return sorted(wanted, key=lambda each: (each.span, each.clock, each.first, each.length))


def _of_slice(part: SpanDurations, asked: Slice, read: Mapping[Slice, Sequence[int]]) -> Sequence[int]:
    if not asked.length:
        return ()
    return read[asked] if part.every is None else part.every[asked.first : asked.first + asked.length]


def _quantile(at: Mapping[int, int], count: int, percent: int) -> float:
    low, high, share = quantile_place(count, percent)
    return (at[low] + (at[high] - at[low]) * share) / MICROSECONDS

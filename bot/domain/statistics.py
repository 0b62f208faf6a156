"""Rates and durations with their uncertainty, and when a difference may be called one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal distribution."""


class Change(StrEnum):
    UP = "up"
    DOWN = "down"
    UNCLEAR = "no clear change"


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n`; 0 <= hits <= n."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """The share between 0 and 1; None of nothing."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> Interval:
        """The Wilson score interval at 95 % (Wilson 1927, JASA 22:209)."""
        if not self.n:
            return Interval(0.0, 1.0)
        share, z2 = self.hits / self.n, Z_95**2
        centre = (share + z2 / (2 * self.n)) / (1 + z2 / self.n)
        half = Z_95 / (1 + z2 / self.n) * sqrt(share * (1 - share) / self.n + z2 / (4 * self.n**2))
        return Interval(max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Mean:
    """Of `n` values that add up to `total`, and their squares to `squares`."""

    n: int = 0
    total: int = 0
    squares: int = 0

    @property
    def value(self) -> float | None:
        return self.total / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """The mean with 95 % confidence, by the normal distribution; None of fewer than two values."""
        if self.n <= 1:
            return None
        mean = self.total / self.n
        variance = (self.squares * self.n - self.total**2) / (self.n * (self.n - 1))
        half = Z_95 * sqrt(variance / self.n)
        return Interval(mean - half, mean + half)


NO_MEAN = Mean()


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """A distribution of durations in minutes. The figures are None when there are none.

    `interval` holds the median with 95 % confidence: the order statistics at n/2 -+ 0.98 sqrt(n) (Conover 1999, 3.2).
    """

    n: int = 0
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    interval: Interval | None = None


def change_of_rate(now: Rate, before: Rate) -> Change:
    """The direction of the change, or unclear when either is empty or the intervals overlap."""
    if not now.n or not before.n:
        return Change.UNCLEAR
    return _change(now.interval, before.interval)


def change_of_count(now: int, before: int) -> Change:
    """The direction of the change, or unclear when the intervals overlap. One that comes from nothing is unclear."""
    if not now or not before:
        return Change.UNCLEAR
    return _change(_poisson_interval(now), _poisson_interval(before))


def change_of_mean(now: Mean, before: Mean) -> Change:
    """The direction of the change, or unclear when either has too few values or the intervals overlap."""
    if now.interval is None or before.interval is None:
        return Change.UNCLEAR
    return _change(now.interval, before.interval)


def change_of_minutes(now: Minutes, before: Minutes) -> Change:
    """The direction in which the median moved, or unclear when either is empty or the intervals overlap."""
    if now.interval is None or before.interval is None:
        return Change.UNCLEAR
    return _change(now.interval, before.interval)


def _poisson_interval(count: int) -> Interval:
    """95 % for a count of things that come by themselves: the square root varies by a half (Bartlett 1936)."""
    return Interval(max(0.0, sqrt(count) - Z_95 / 2) ** 2, (sqrt(count) + Z_95 / 2) ** 2)


def _change(now: Interval, before: Interval) -> Change:
    if now.overlaps(before):
        return Change.UNCLEAR
    return Change.UP if now.low > before.high else Change.DOWN

"""Rates with intervals, and what may be called a change."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.statistics import (
    Change,
    Interval,
    Mean,
    Minutes,
    Rate,
    change_of_count,
    change_of_mean,
    change_of_minutes,
    change_of_rate,
)


def test_wilson_interval_agrees_with_the_published_example() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:857), table I: 81 of 263."""
    interval = Rate(81, 263).interval
    assert interval.low == pytest.approx(0.2553, abs=1e-4)
    assert interval.high == pytest.approx(0.3662, abs=1e-4)


@given(n=st.integers(1, 10_000), share=st.floats(0, 1))
def test_interval_holds_the_rate_and_stays_between_0_and_1(n: int, share: float) -> None:
    rate = Rate(round(share * n), n)
    assert rate.value is not None
    assert 0 <= rate.interval.low <= rate.value + 1e-12
    assert rate.value - 1e-12 <= rate.interval.high <= 1


def test_nothing_has_no_rate_and_no_change() -> None:
    assert Rate(0, 0).value is None
    assert change_of_rate(Rate(0, 0), Rate(5, 5)) is Change.UNCLEAR


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        (Rate(80, 100), Rate(50, 100), Change.UP),
        (Rate(50, 100), Rate(80, 100), Change.DOWN),
        (Rate(8, 10), Rate(5, 10), Change.UNCLEAR),
    ],
)
def test_rates_change_only_when_their_intervals_part(now: Rate, before: Rate, change: Change) -> None:
    assert change_of_rate(now, before) is change


def test_minutes_change_only_when_the_intervals_of_their_medians_part() -> None:
    quick = Minutes(n=50, median=20.0, interval=Interval(18.0, 22.0))
    slow = Minutes(n=50, median=30.0, interval=Interval(25.0, 35.0))
    assert change_of_minutes(quick, slow) is Change.DOWN
    assert change_of_minutes(quick, quick) is Change.UNCLEAR
    assert change_of_minutes(quick, Minutes()) is Change.UNCLEAR


def test_the_mean_of_ratings_has_an_interval() -> None:
    ratings = [5, 4, 4, 3, 5, 1, 4, 5]
    mean = Mean(len(ratings), sum(ratings), sum(rating**2 for rating in ratings))
    assert mean.value == 3.875
    assert mean.interval
    half = 1.959964 * statistics.stdev(ratings) / math.sqrt(len(ratings))
    assert (mean.interval.low, mean.interval.high) == pytest.approx((3.875 - half, 3.875 + half), abs=1e-5)
    assert Mean(1, 4, 16).interval is None
    assert Mean().value is None


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [(130, 80, Change.UP), (80, 130, Change.DOWN), (12, 8, Change.UNCLEAR), (9, 0, Change.UNCLEAR)],
)
def test_counts_change_only_beyond_their_own_scatter(now: int, before: int, change: Change) -> None:
    assert change_of_count(now, before) is change


def test_means_change_only_when_their_intervals_part() -> None:
    good, bad = Mean(50, 240, 1_160), Mean(50, 100, 220)
    assert change_of_mean(good, bad) is Change.UP
    assert change_of_mean(good, good) is Change.UNCLEAR
    assert change_of_mean(good, Mean()) is Change.UNCLEAR

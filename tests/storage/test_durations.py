"""Ranks of durations that were not all read are those of all durations."""

import math
import statistics
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.windows import Span
from storage.durations import MICROSECONDS, SPACING, Durations, SpanDurations, posts_of

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def durations_of(spans: list[list[int]], *, read: list[bool]) -> Durations:
    parts = [
        SpanDurations(
            Span(START + DAY * number, START + DAY * (number + 1)),
            "wall",
            len(values),
            posts_of(values),
            values if every else None,
        )
        for number, (values, every) in enumerate(zip(spans, read, strict=True))
    ]
    return Durations(parts, sum(map(sum, spans)))


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 700), min_size=1, max_size=6),
    most=st.sampled_from([0, 1, 40, 10**6]),
    seed=st.integers(0, 2**32),
)
def test_ranks_are_exact(sizes: list[int], most: int, seed: int) -> None:
    random = Random(seed)  # noqa: S311  (sample data)
    spans = [sorted(random.randint(0, most) * MICROSECONDS for _ in range(size)) for size in sizes]
    durations = durations_of(spans, read=[random.random() < 0.3 for _ in spans])
    stored = {
        each: spans[(each.span.start - START).days][each.first : each.first + each.length]
        for each in durations.wanted
    }
    found, minutes = (
        durations.minutes(stored),
        sorted(value // MICROSECONDS for span in spans for value in span),
    )
    n = len(minutes)
    assert found.n == n
    if n < 2:
        return
    tenths = statistics.quantiles(minutes, n=10, method="inclusive")
    assert (found.median, found.p90) == pytest.approx((tenths[4], tenths[8]))
    assert found.mean == pytest.approx(statistics.fmean(minutes))
    low, high = (math.ceil(n / 2 + side * 0.98 * math.sqrt(n)) for side in (-1, 1))
    if low >= 1 and high <= n:
        assert found.interval
        assert (found.interval.low, found.interval.high) == (minutes[low - 1], minutes[high - 1])
    else:
        assert found.interval is None


def test_little_is_read_of_many() -> None:
    """Of each span and rank, what lies in a bracket of two posts a span."""
    spans = [sorted((number * 7_919 + span) % 1_000_003 for number in range(20_000)) for span in range(30)]
    durations = durations_of(spans, read=[False] * 30)
    read = sum(each.length for each in durations.wanted)
    assert read < 6 * 30 * 5 * SPACING
    assert read < 0.1 * durations.count

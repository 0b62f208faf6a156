"""Reporting windows in local time."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.windows import PERIODS, week_before, window_ending

BERLIN = ZoneInfo("Europe/Berlin")


def test_window_begins_with_a_local_midnight_and_has_every_day() -> None:
    window = window_ending(datetime(2026, 11, 23, 9, tzinfo=UTC), 7, BERLIN)
    assert window.start == datetime(2026, 11, 17, tzinfo=BERLIN)
    assert window.dates[0] == date(2026, 11, 17)
    assert window.dates[-1] == date(2026, 11, 23)
    assert len(window.dates) == 7


def test_window_over_the_end_of_summer_time_is_an_hour_longer() -> None:
    window = week_before(date(2026, 10, 26), BERLIN)
    assert window.end.astimezone(UTC) - window.start.astimezone(UTC) == timedelta(days=7, hours=1)
    assert len(window.dates) == 7


def test_previous_window_ends_at_the_same_local_time() -> None:
    window = window_ending(datetime(2026, 10, 26, 11, tzinfo=UTC), 7, BERLIN)
    previous = window.previous
    assert previous.end == datetime(2026, 10, 19, 12, tzinfo=BERLIN)
    assert previous.start == datetime(2026, 10, 13, tzinfo=BERLIN)


@given(
    now=st.datetimes(timezones=st.just(UTC), min_value=datetime(2024, 1, 1), max_value=datetime(2028, 1, 1)),  # noqa: DTZ001  (the strategy adds the zone)
    days=st.sampled_from(PERIODS),
    zone=st.sampled_from(["Asia/Kathmandu", "America/New_York", "Europe/Berlin"]),
)
def test_last_date_is_today(now: datetime, days: int, zone: str) -> None:
    window = window_ending(now, days, ZoneInfo(zone))
    assert window.dates[-1] == now.astimezone(ZoneInfo(zone)).date()
    assert len(window.dates) == days


ZONES = (
    "Africa/Cairo",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
)
"""Among them clocks that are changed at midnight, or by half an hour, and offsets that are no whole hours."""


@given(
    now=st.datetimes(timezones=st.just(UTC), min_value=datetime(2024, 1, 1), max_value=datetime(2028, 1, 1)),  # noqa: DTZ001  (the strategy adds the zone)
    days=st.sampled_from(PERIODS),
    zone=st.sampled_from(ZONES),
)
def test_local_days_are_the_window(now: datetime, days: int, zone: str) -> None:
    window = window_ending(now, days, ZoneInfo(zone))
    for each in (window, window.previous):
        spans = [day.span for day in each.local_days]
        assert (spans[0].start, spans[-1].end) == (each.start, each.end)
        assert all(one.end == other.start for one, other in pairwise(spans))
        assert tuple(day.on for day in each.local_days) == each.dates
        for day in each.local_days:
            if day.span.start < day.span.end:
                moments = (day.span.start, day.span.end - timedelta(microseconds=1))
                assert {moment.astimezone(ZoneInfo(zone)).date() for moment in moments} == {day.on}
    assert window.previous.end <= window.start


@pytest.mark.parametrize(
    ("zone", "on", "hours"),
    [
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/Santiago", date(2026, 9, 6), 23),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ],
)
def test_the_day_of_a_change_is_as_long_as_it_was(zone: str, on: date, hours: float) -> None:
    window = window_ending(datetime(2026, 12, 1, tzinfo=UTC), 300, ZoneInfo(zone))
    (span,) = (day.span for day in window.local_days if day.on == on)
    assert span.end - span.start == timedelta(hours=hours)
    assert len(span.hours) == int(hours)

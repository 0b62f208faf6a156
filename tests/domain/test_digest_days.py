"""When a weekly digest is due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digests import digest_due
from bot.domain.workspaces import WorkspaceSettings

BERLIN_MONDAY_NINE = WorkspaceSettings(time_zone="Europe/Berlin", digest_weekday=0, digest_hour=9)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (the strategy adds the zone)


@pytest.mark.parametrize(
    ("now", "due_on"),
    [
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 7, 6, 7, 0, tzinfo=UTC), date(2026, 7, 6)),
    ],
    ids=["a minute early", "on time in winter", "late by days", "on time in summer"],
)
def test_digest_is_due_from_its_local_hour_until_the_next_one(now: datetime, due_on: date) -> None:
    assert digest_due(BERLIN_MONDAY_NINE, now=now, since=LONG_AGO) == due_on


def test_new_workspace_gets_no_digest_of_the_week_before_it_came() -> None:
    since = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert digest_due(BERLIN_MONDAY_NINE, now=since + timedelta(days=6), since=since) is None
    assert digest_due(BERLIN_MONDAY_NINE, now=since + timedelta(days=7), since=since) == date(2026, 11, 30)


@given(
    now=MOMENTS,
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Europe/Berlin"]),
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
)
def test_exactly_one_digest_falls_into_any_week(now: datetime, zone: str, weekday: int, hour: int) -> None:
    settings = WorkspaceSettings(time_zone=zone, digest_weekday=weekday, digest_hour=hour)
    due_on = digest_due(settings, now=now, since=LONG_AGO)
    assert due_on is not None
    assert due_on.weekday() == weekday
    local = now.astimezone(settings.zone)
    behind = local.replace(tzinfo=None) - datetime.combine(due_on, datetime.min.time()).replace(hour=hour)
    assert timedelta(hours=-1) <= behind < timedelta(days=7, hours=1)

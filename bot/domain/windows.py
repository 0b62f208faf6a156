"""Reporting windows: whole local days up to now, and the window of equal length before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

PERIODS = (7, 30, 90)
"""Days that a report can cover."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` (inclusive) to `end` (exclusive), in UTC."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> tuple[Span, ...]:
        """One after the other from the start; a last one that would be shorter is left out."""
        count = (self.end - self.start) // HOUR
        return tuple(Span(self.start + HOUR * at, self.start + HOUR * (at + 1)) for at in range(count))


class Period(StrEnum):
    """PERIODS as people write them."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def days(self) -> int:
        return int(self.removesuffix("d"))


@dataclass(frozen=True, slots=True)
class LocalDay:
    """One local date, from its first moment to the next date's: 24 hours more or less.

    The span is empty where a zone left a date out, and where a window ends with a midnight.
    """

    on: date
    span: Span


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` (inclusive, a local midnight) to `end` (exclusive), in the time zone `zone`."""

    start: datetime
    end: datetime
    zone: str
    days: int

    @property
    def dates(self) -> tuple[date, ...]:
        """Every local date of the window, in order."""
        first = self.start.astimezone(ZoneInfo(self.zone)).date()
        return tuple(first + timedelta(days=offset) for offset in range(self.days))

    @property
    def local_days(self) -> tuple[LocalDay, ...]:
        """A day for each date; together they are the window, so that the last one ends where the window does."""
        zone = ZoneInfo(self.zone)
        begins = [self.start, *(datetime.combine(each, time(), zone) for each in self.dates[1:]), self.end]
        instants = [begin.astimezone(UTC) for begin in begins]
        return tuple(
            LocalDay(on, Span(*moments)) for on, moments in zip(self.dates, pairwise(instants), strict=True)
        )

    @property
    def previous(self) -> Window:
        """The window of as many days just before, at the same local times."""
        zone, shift = ZoneInfo(self.zone), timedelta(days=self.days)
        return Window(
            start=_local(self.start.astimezone(zone) - shift, zone),
            end=_local(self.end.astimezone(zone) - shift, zone),
            zone=self.zone,
            days=self.days,
        )


def window_ending(now: datetime, days: int, zone: ZoneInfo) -> Window:
    """The last `days` local days, today included as far as it has come."""
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    return Window(start=datetime.combine(first, time(), zone), end=now, zone=zone.key, days=days)


def week_before(day: date, zone: ZoneInfo) -> Window:
    """The seven whole local days that end with the midnight at the start of `day`."""
    return Window(
        start=datetime.combine(day - timedelta(days=7), time(), zone),
        end=datetime.combine(day, time(), zone),
        zone=zone.key,
        days=7,
    )


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Wall-clock arithmetic leaves the old offset behind: set it anew for the date that was reached."""
    return moment.replace(tzinfo=zone)

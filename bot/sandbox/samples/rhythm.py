"""When the sample sessions happen: working days, office hours, and durations with a long tail."""

from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from random import Random

PERIOD = timedelta(days=90)
# The youngest closed session is this old, so that nearly every one has ended by now.
SETTLED = timedelta(hours=4)

_WEEKDAYS = (1.25, 1.05, 1.0, 1.0, 0.8, 0.05, 0.03)
_HOURS = {7: 3, 8: 8, 9: 12, 10: 12, 11: 9, 12: 5, 13: 8, 14: 10, 15: 9, 16: 7, 17: 4, 18: 2}
_TAIL = 0.7  # sigma of the log-normal: the slowest tenth takes two and a half times the median
_SLOWER_AT_FIRST = 1.1
_GAIN_OVER_PERIOD = 0.2
_PAUSED = 0.12
_FRIDAY = 4
_PAUSED_OVERNIGHT = 1 / 3


def working_moment(now: datetime, rng: Random) -> datetime:
    """Return a moment (UTC) of the last 90 days, in the office hours of `now`'s time zone."""
    dates = [now.date() - timedelta(days=ago) for ago in range(PERIOD.days)]
    while True:
        day = rng.choices(dates, weights=[_WEEKDAYS[date.weekday()] for date in dates])[0]
        hour = rng.choices(list(_HOURS), weights=list(_HOURS.values()))[0]
        clock = time(hour, rng.randrange(60), rng.randrange(60), tzinfo=now.tzinfo)
        moment = datetime.combine(day, clock).astimezone(UTC)
        if moment <= now - SETTLED:
            return moment


def progress(moment: datetime, now: datetime) -> float:
    """Return how far into the period the moment lies: 0 at its start, 1 now."""
    return 1 - (now - moment) / PERIOD


def active_minutes(usual: float, *, through: float, rng: Random) -> float:
    """Return minutes of work around the usual ones, fewer the further `through` the period (0 to 1)."""
    trend = _SLOWER_AT_FIRST - _GAIN_OVER_PERIOD * through
    return usual * trend * rng.lognormvariate(0, _TAIL)


def pause_minutes(start: datetime, rng: Random) -> int:
    """Return how long work begun at `start` rests: mostly 0, else a lunch or until the next working day."""
    if rng.random() >= _PAUSED:
        return 0
    if rng.random() >= _PAUSED_OVERNIGHT:
        return rng.randint(30, 100)
    days = 7 - start.weekday() if start.weekday() >= _FRIDAY else 1
    return days * 24 * 60 - rng.randint(0, 60)


def spaced(start: datetime, *, turns: int, minutes: float, paused: float, rng: Random) -> list[datetime]:
    """Return the time of each turn and, last, of the end: `minutes` of work and one pause after the start."""
    gaps = [rng.uniform(0.4, 2) for _ in range(turns + 1)]
    lengths = [minutes * gap / sum(gaps) for gap in gaps]
    lengths[rng.randrange(len(lengths))] += paused
    return [start + timedelta(minutes=passed) for passed in accumulate(lengths)]

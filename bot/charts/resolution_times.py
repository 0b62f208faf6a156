"""Panel: how long it took to resolve, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan, nan

from matplotlib.axes import Axes

from bot.charts.canvas import BLUE, FAINT, MUTED, PAPER, SKY, Box, plot_in, write
from bot.charts.panels import SMALL_SIZE, TINY_SIZE, Panel, Swatch
from bot.domain.dashboard import Dashboard, DayRow
from bot.domain.words import MIN_FOR_PERCENT, counted, day_of_month, duration

_TICKS = {
    1: "1 min",
    2: "2 min",
    5: "5 min",
    10: "10 min",
    20: "20 min",
    30: "30 min",
    60: "1 h",
    120: "2 h",
    240: "4 h",
    480: "8 h",
    1440: "1 day",
    2880: "2 days",
    5760: "4 days",
    10080: "1 week",
    20160: "2 weeks",
    40320: "4 weeks",
    80640: "8 weeks",
    161280: "16 weeks",
    525600: "1 year",
}
"""Minutes where the scale may be labelled: each is a time that people say."""
FEW = 5
"""Resolved on one day, from which on 9 of 10 of them say something; the median of fewer is drawn hollow."""
_BAND = "#CFE6F5"
_BARS = "#C3C7CC"
_MOST_TICKS = 4
_MOST_DATES = 4
_AXIS_WIDTH = 126
_DATES_HEIGHT = 44
_BARS_SHARE = 0.24


def draw_resolution_times(panel: Panel, dashboard: Dashboard) -> None:
    """Median line and band up to the 90th percentile on a logarithmic scale, over bars of how many were resolved.

    Few are shown as few: a day of less than `FEW` has no band, and its median is hollow.
    """
    days = dashboard.trend
    if all(day.median_minutes is None for day in days):
        panel.write_title("Time to resolve, by day")
        panel.say("No session was resolved in this time.")
        return
    panel.write_title("Time to resolve, by day", f"n = {dashboard.wall.n:,}")
    panel.write_legend(*legend_of(days))
    whole = panel.plot
    room = whole.height - _DATES_HEIGHT
    lines = Box(whole.left + _AXIS_WIDTH, whole.top, whole.width - _AXIS_WIDTH, room * (1 - _BARS_SHARE) - 46)
    bars = Box(lines.left, whole.top + room * (1 - _BARS_SHARE), lines.width, room * _BARS_SHARE)
    _draw_lines(plot_in(panel.figure, lines), days)
    _draw_bars(plot_in(panel.figure, bars), days)
    write(panel.page, bars.left, bars.top - 8, "resolved a day", TINY_SIZE, colour=MUTED)


def legend_of(days: Sequence[DayRow]) -> Iterator[Swatch]:
    """What is drawn of these days, and only that."""
    yield Swatch("median", BLUE, "line")
    if any(0 < day.resolved < FEW for day in days):
        yield Swatch(f"fewer than {FEW}", BLUE, "hollow")
    if any(day.resolved >= FEW for day in days):
        yield Swatch("9 of 10 within", _BAND)


def _draw_lines(axes: Axes, days: Sequence[DayRow]) -> None:
    places = range(len(days))
    medians = [_at_least_one(day.median_minutes) for day in days]
    tops = [_at_least_one(day.p90_minutes if day.resolved >= FEW else None) for day in days]
    size = _marker_size(days)
    axes.fill_between(places, medians, tops, color=_BAND, linewidth=0)
    axes.vlines(places, medians, tops, color=_BAND, lw=size)  # a day between two of few has no area
    axes.plot(places, tops, color=SKY, lw=2, marker="_", ms=size)
    axes.plot(places, medians, color=BLUE, lw=4, marker="o", ms=size)
    few = [place for place in places if days[place].resolved < FEW]
    axes.plot(few, [medians[place] for place in few], "o", color=BLUE, mfc=PAPER, mew=size / 4, ms=size)
    axes.set_yscale("log")
    ticks = ticks_between([*medians, *tops])
    axes.set_yticks(ticks, [_TICKS[tick] for tick in ticks], fontsize=SMALL_SIZE)
    axes.set_yticks([], minor=True)
    axes.set(xlim=(-0.6, len(days) - 0.4), ylim=(ticks[0] * 0.9, ticks[-1] * 1.15), xticks=[])
    axes.grid(axis="y", color=FAINT, lw=1.5)
    axes.spines[["left", "bottom"]].set_visible(False)


def _draw_bars(axes: Axes, days: Sequence[DayRow]) -> None:
    most = max(day.resolved for day in days)
    axes.bar(range(len(days)), [day.resolved for day in days], width=0.8, color=_BARS)
    axes.set(xlim=(-0.6, len(days) - 0.4), ylim=(0, max(most, FEW)))
    axes.set_yticks([most], [f"{most:,}"], fontsize=SMALL_SIZE, va="top")
    step = _days_between_dates(len(days))
    places = range(0, len(days), step)
    axes.set_xticks(places, [day_of_month(days[place].on) for place in places], fontsize=SMALL_SIZE)
    axes.tick_params(axis="x", length=8)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)


def ticks_between(minutes: Sequence[float]) -> tuple[int, ...]:
    """Labels of the scale around all of the minutes (not-a-number apart): at least two, at most `_MOST_TICKS`.

    From one to the next are as many labels left out as need be. Longer than the last of all labels is outside.
    """
    known = [value for value in minutes if not isnan(value)]
    ticks = tuple(_TICKS)
    low = max((index for index, tick in enumerate(ticks) if tick <= min(known)), default=0)
    high = min((index for index, tick in enumerate(ticks) if tick >= max(known)), default=len(ticks) - 1)
    if low == high:
        low, high = max(0, low - 1), min(len(ticks) - 1, high + 1)
    step = -(-(high - low) // (_MOST_TICKS - 1))
    length = step * -(-(high - low) // step)
    low = max(0, min(low, len(ticks) - 1 - length))
    return ticks[low : low + length + 1 : step]


def _at_least_one(minutes: float | None) -> float:
    """A gap where nothing was resolved; the logarithm starts at one minute."""
    return nan if minutes is None else max(1.0, minutes)


def _marker_size(days: Sequence[DayRow]) -> float:
    return max(4.0, min(14.0, 300 / sum(day.median_minutes is not None for day in days)))


def _days_between_dates(days: int) -> int:
    """One to four dates: every other day of a week, whole weeks of a longer window."""
    if days <= _MOST_DATES:
        return 1
    return 2 if days <= 2 * _MOST_DATES else 7 * -(-days // (7 * _MOST_DATES))


def describe_resolution_times(dashboard: Dashboard) -> str:
    """The panel in a sentence."""
    wall = dashboard.wall
    if wall.median is None:
        return "No session was resolved in this time."
    within = f"{counted(wall.n, 'session')} resolved, half of them within {duration(wall.median)}"
    if wall.n < MIN_FOR_PERCENT or wall.p90 is None:
        return f"{within}."
    return f"{within}, 9 of 10 within {duration(wall.p90)}."

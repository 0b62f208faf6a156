"""Panel: how sure FlowPilot was when sessions began, and how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.charts.canvas import BLUE, FAINT, GREEN, MUTED, Box, plot_in, write
from bot.charts.panels import SMALL_SIZE, TEXT_SIZE, TINY_SIZE, Panel, Swatch
from bot.domain.dashboard import Dashboard
from bot.domain.statistics import Rate
from bot.domain.words import counted, listed, share_of

_ORDER = ("guided", "exploring", "discovery")
_NAME_WIDTH = 186
_GAP = 44
_SCALE_HEIGHT = 32
_MOST_PITCH = 84
_LABEL_HALF = 32
_LOWER = 0.16
"""Rows by which a line lies below the middle of its row, so that its figure has room above."""


class _Row(NamedTuple):
    name: str
    share: Rate
    resolution: Rate


def draw_tiers(panel: Panel, dashboard: Dashboard) -> None:
    """For each tier its share of the sessions and its resolution rate, each with its 95 % interval."""
    rows = _rows(dashboard)
    panel.write_title("Confidence tiers", "bars: 95 % interval" if rows else "")
    if not rows:
        panel.say("No session was started in this time.")
        return
    plot = panel.plot
    pitch = min(_MOST_PITCH, (plot.height - _SCALE_HEIGHT) / len(rows))
    width = (plot.width - _NAME_WIDTH - _GAP) / 2
    left = Box(plot.left + _NAME_WIDTH, plot.top + 4, width, pitch * len(rows))
    right = Box(left.right + _GAP, left.top, width, left.height)
    _draw_column(panel, left, [row.share for row in rows], Swatch("of sessions", BLUE, "round"))
    _draw_column(panel, right, [row.resolution for row in rows], Swatch("resolved", GREEN, "diamond"))
    for index, row in enumerate(rows):
        y = left.top + (index + 0.5) * pitch
        write(panel.page, plot.left, y - 2, row.name, TEXT_SIZE)
        write(panel.page, plot.left, y + 28, f"n = {row.resolution.n:,}", TINY_SIZE, colour=MUTED)


def _draw_column(panel: Panel, box: Box, rates: Sequence[Rate], look: Swatch) -> None:
    panel.write_legend(look, indent=box.left - panel.box.left)
    axes = plot_in(panel.figure, box)
    marker = "o" if look.shape == "round" else "D"
    for place, rate in enumerate(rates):
        share, interval = rate.value or 0.0, rate.interval
        axes.plot([0, 1], [place + _LOWER] * 2, color=FAINT, lw=3, zorder=1)
        axes.plot(
            [interval.low, interval.high], [place + _LOWER] * 2, color=look.colour, lw=8, alpha=0.4, zorder=2
        )
        axes.plot([share], [place + _LOWER], marker, color=look.colour, ms=15, zorder=3, clip_on=False)
        x = min(box.right - _LABEL_HALF, max(box.left + _LABEL_HALF, box.left + box.width * share))
        y = box.top + box.height * (place + 0.5 + _LOWER) / len(rates)
        write(panel.page, x, y - 10, share_of(rate), SMALL_SIZE, across="center", up="bottom")
    axes.set(xlim=(0, 1), ylim=(len(rates) - 0.5, -0.5))
    axes.set_axis_off()
    write(panel.page, box.left, box.bottom + 4, "0", TINY_SIZE, colour=MUTED, up="top")
    write(panel.page, box.right, box.bottom + 4, "100 %", TINY_SIZE, colour=MUTED, across="right", up="top")


def _rows(dashboard: Dashboard) -> list[_Row]:
    """The tiers that had sessions, surest first, sessions without a tier last."""
    total = sum(row.sessions for row in dashboard.tiers)
    known = {row.tier: row for row in dashboard.tiers if row.sessions}
    order = [tier for tier in _ORDER if tier in known] + [tier for tier in known if tier not in _ORDER]
    return [
        _Row(tier.capitalize(), Rate(known[tier].sessions, total), known[tier].resolution) for tier in order
    ]


def describe_tiers(dashboard: Dashboard) -> str:
    """The panel in a sentence, empty without sessions."""
    parts = [
        f"{row.name.lower()} {counted(row.resolution.n, 'session')} ({share_of(row.resolution)} resolved)"
        for row in _rows(dashboard)
    ]
    return f"Confidence: {listed(parts)}." if parts else ""

"""Panel: the sessions of each problem domain, by how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from matplotlib.axes import Axes

from bot.charts.canvas import GREEN, MUTED, PAPER, VERMILLION, Box, plot_in, write
from bot.charts.glyphs import fitted, width_of
from bot.charts.panels import MOST_PITCH, SMALL_SIZE, TEXT_SIZE, Panel, Swatch
from bot.domain.dashboard import DomainRow
from bot.domain.words import domain_name, listed, share_of

OUTCOMES = (
    Swatch("resolved", GREEN),
    Swatch("escalated", VERMILLION, hatch="//"),
    Swatch("abandoned", "#A4A9AF"),
    Swatch("open", PAPER, edge=MUTED),
)
MOST_ROWS = 8
_FULL_SCALE_FROM = 10
"""Bars of fewer sessions than this do not fill the width: few look like few."""
_NAME_WIDTH = 280
_TOTAL_WIDTH = 104
_ESCALATED_WIDTH = 240
_COUNT_SIZE = 26


def top_rows(rows: Sequence[DomainRow], most: int) -> tuple[DomainRow, ...]:
    """The rows with most sessions first, the last of `most` standing for all that remain."""
    ordered = sorted((row for row in rows if row.total), key=lambda row: (-row.total, row.domain))
    if len(ordered) <= most:
        return tuple(ordered)
    rest = ordered[most - 1 :]
    return (*ordered[: most - 1], reduce(_added, rest, DomainRow(domain=f"{len(rest)} more", total=0)))


def _added(one: DomainRow, other: DomainRow) -> DomainRow:
    return DomainRow(
        domain=one.domain,
        total=one.total + other.total,
        resolved=one.resolved + other.resolved,
        escalated=one.escalated + other.escalated,
        abandoned=one.abandoned + other.abandoned,
    )


def draw_outcomes(panel: Panel, rows: Sequence[DomainRow], *, escalations: bool = False) -> None:
    """Stacked bars, most sessions first; with `escalations` their number is written at the end of the line."""
    shown = top_rows(rows, MOST_ROWS)
    panel.write_title("Sessions by domain", f"n = {sum(row.total for row in shown):,}" if shown else "")
    if not shown:
        panel.say("No session was started in this time.")
        return
    panel.write_legend(*(swatch for swatch in OUTCOMES if any(_count(row, swatch.name) for row in shown)))
    plot = panel.plot
    pitch = min(MOST_PITCH, plot.height / len(shown))
    width = plot.width - _NAME_WIDTH - _TOTAL_WIDTH - (_ESCALATED_WIDTH if escalations else 0)
    bars = Box(plot.left + _NAME_WIDTH, plot.top, width, pitch * len(shown))
    scale = max(_FULL_SCALE_FROM, *(row.total for row in shown), 1)
    _draw_bars(plot_in(panel.figure, bars), shown, scale)
    for index, row in enumerate(shown):
        end = _write_row(panel.page, bars, row, plot.top + (index + 0.5) * pitch, scale)
        if escalations and row.escalated:
            words = f"{row.escalated:,} escalated"
            write(
                panel.page,
                end + 20,
                bars.top + (index + 0.5) * pitch,
                words,
                SMALL_SIZE,
                colour=VERMILLION,
                up="center",
            )


def _draw_bars(axes: Axes, rows: Sequence[DomainRow], scale: int) -> None:
    lefts = [0] * len(rows)
    for swatch in OUTCOMES:
        counts = [_count(row, swatch.name) for row in rows]
        bars = axes.barh(range(len(rows)), counts, 0.74, lefts, color=swatch.colour, hatch=swatch.hatch)
        for bar, count in zip(bars, counts, strict=True):
            bar.set(edgecolor=swatch.edge or PAPER, linewidth=1.5, visible=count > 0, clip_on=False)
        lefts = [left + count for left, count in zip(lefts, counts, strict=True)]
    axes.set(xlim=(0, scale), ylim=(len(rows) - 0.5, -0.5))
    axes.set_axis_off()


def _write_row(page: Axes, bars: Box, row: DomainRow, y: float, scale: int) -> float:
    """Name, total, and number of resolved where there is room; returns where the line ends."""
    name = fitted(domain_name(row.domain), TEXT_SIZE, _NAME_WIDTH - 14)
    write(page, bars.left - 14, y, name, TEXT_SIZE, across="right", up="center")
    resolved, total = f"{row.resolved:,}", f"{row.total:,}"
    if bars.width * row.resolved / scale > width_of(resolved, _COUNT_SIZE, bold=True) + 20:
        write(page, bars.left + 10, y, resolved, _COUNT_SIZE, colour=PAPER, bold=True, up="center")
    end = bars.left + bars.width * row.total / scale + 12
    write(page, end, y, total, TEXT_SIZE, bold=True, up="center")
    return end + width_of(total, TEXT_SIZE, bold=True)


def _count(row: DomainRow, outcome: str) -> int:
    counts = {
        "resolved": row.resolved,
        "escalated": row.escalated,
        "abandoned": row.abandoned,
        "open": row.open,
    }
    return counts[outcome]


def describe_outcomes(rows: Sequence[DomainRow]) -> str:
    """The panel in a sentence, empty without sessions."""
    shown = top_rows(rows, MOST_ROWS)
    if not shown:
        return ""
    parts = [
        f"{domain_name(row.domain)} {row.total:,} ({share_of(row.resolution)} resolved)" for row in shown
    ]
    return f"Sessions by domain: {listed(parts)}."

"""Panel: where flows guide sessions, and where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from bot.charts.canvas import BLUE, FAINT, MUTED, VERMILLION, Box, plot_in, write
from bot.charts.glyphs import fitted
from bot.charts.panels import MOST_PITCH, SMALL_SIZE, TEXT_SIZE, Panel, Swatch
from bot.domain.dashboard import CoverageRow
from bot.domain.words import counted, domain_name, listed, share_of

_MOST_ROWS = 7
_NAME_WIDTH = 280
_SHARE_WIDTH = 132
_FLOWS_WIDTH = 124


def draw_coverage(panel: Panel, rows: Sequence[CoverageRow]) -> None:
    """The share of sessions that a flow guided, beside the number of flows, domains with most sessions first."""
    panel.write_title("Knowledge coverage")
    shown = _top_rows(rows)
    if not shown:
        panel.say("No sessions in this time, and no flows.")
        return
    panel.write_legend(Swatch("sessions guided by a flow", BLUE))
    plot = panel.plot
    pitch = min(MOST_PITCH, plot.height / len(shown))
    bars = Box(
        plot.left + _NAME_WIDTH,
        plot.top,
        plot.width - _NAME_WIDTH - _SHARE_WIDTH - _FLOWS_WIDTH,
        pitch * len(shown),
    )
    axes = plot_in(panel.figure, bars)
    places = range(len(shown))
    axes.barh(places, [1] * len(shown), 0.66, color=FAINT)
    axes.barh(places, [row.guided_rate.value or 0 for row in shown], 0.66, color=BLUE)
    axes.set(xlim=(0, 1), ylim=(len(shown) - 0.5, -0.5))
    axes.set_axis_off()
    for index, row in enumerate(shown):
        _write_row(panel, bars, row, plot.top + (index + 0.5) * pitch)


def _write_row(panel: Panel, bars: Box, row: CoverageRow, y: float) -> None:
    name = fitted(domain_name(row.domain), TEXT_SIZE, _NAME_WIDTH - 14)
    write(panel.page, bars.left - 14, y, name, TEXT_SIZE, across="right", up="center")
    write(panel.page, bars.right + 12, y, share_of(row.guided_rate), TEXT_SIZE, bold=True, up="center")
    flows = counted(row.flows, "flow") if row.flows else "no flow"
    colour = MUTED if row.flows else VERMILLION
    write(panel.page, panel.box.right, y, flows, SMALL_SIZE, colour=colour, across="right", up="center")


def _top_rows(rows: Sequence[CoverageRow]) -> tuple[CoverageRow, ...]:
    known = (row for row in rows if row.sessions or row.flows)
    ordered = sorted(known, key=lambda row: (-row.sessions, -row.flows, row.domain))
    if len(ordered) <= _MOST_ROWS:
        return tuple(ordered)
    rest = ordered[_MOST_ROWS - 1 :]
    return (*ordered[: _MOST_ROWS - 1], reduce(_added, rest, CoverageRow(domain=f"{len(rest)} more")))


def _added(one: CoverageRow, other: CoverageRow) -> CoverageRow:
    return CoverageRow(
        domain=one.domain,
        flows=one.flows + other.flows,
        sessions=one.sessions + other.sessions,
        guided=one.guided + other.guided,
    )


def describe_coverage(rows: Sequence[CoverageRow]) -> str:
    """The panel in a sentence, empty without sessions and flows."""
    parts = [
        f"{domain_name(row.domain)} {share_of(row.guided_rate) if row.sessions else 'no sessions'}"
        f" ({counted(row.flows, 'flow') if row.flows else 'no flow'})"
        for row in _top_rows(rows)
    ]
    return f"Sessions guided by a flow: {listed(parts)}." if parts else ""

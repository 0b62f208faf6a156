"""One panel of the dashboard as a picture of its own, under what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from matplotlib.figure import Figure

from bot.charts.canvas import FAINT, Box, render, sheet, write_heading
from bot.charts.coverage import describe_coverage, draw_coverage
from bot.charts.outcomes import describe_outcomes, draw_outcomes
from bot.charts.panels import Panel
from bot.charts.registry import Part
from bot.charts.resolution_times import describe_resolution_times, draw_resolution_times
from bot.charts.tiers import describe_tiers, draw_tiers
from bot.domain.cards import Picture
from bot.domain.dashboard import UNKNOWN, Dashboard
from bot.domain.statistics import Rate
from bot.domain.words import alt_text, counted, domain_name, duration, headline, share_of, window_words

SIZE = (1600, 760)
_HEADING = Box(44, 30, 1512, 98)
_PANEL = Box(44, 166, 1512, 560)


class _Drawing(NamedTuple):
    draw: Callable[[Panel, Dashboard], None]
    describe: Callable[[Dashboard], str]
    takeaway: Callable[[Dashboard], str | None]
    """None where there is nothing to tell."""


def draw_part(dashboard: Dashboard, part: Part) -> Picture:
    """1600 by 760 pixels: the part's takeaway, the window, and its panel."""
    drawing = _DRAWINGS[part]
    title = drawing.takeaway(dashboard) or headline(dashboard)
    only = f"Only {domain_name(dashboard.domain)}. " if dashboard.domain else ""
    subtitle = only + window_words(dashboard.window)

    def paint(figure: Figure) -> None:
        page = sheet(figure)
        write_heading(page, title, subtitle, _HEADING, size=52)
        page.plot([44, 1556], [148, 148], color=FAINT, lw=2)
        drawing.draw(Panel(figure, page, _PANEL), dashboard)

    alt = alt_text(f"{title}.", f"{subtitle}.", drawing.describe(dashboard))
    last = dashboard.window.dates[-1].isoformat()
    filename = f"flowpilot-{part}-{dashboard.window.days}-days-to-{last}.png"
    return Picture(render(*SIZE, paint), alt, filename)


def _time_taken(dashboard: Dashboard) -> str | None:
    wall = dashboard.wall
    if wall.median is None:
        return None
    return f"Half of {counted(wall.n, 'resolved session')} took up to {duration(wall.median)}"


def _busiest(dashboard: Dashboard) -> str | None:
    rows = [row for row in dashboard.domains if row.domain != UNKNOWN and row.total]
    if not rows:
        return None
    busiest = max(rows, key=lambda row: row.total)
    return (
        f"{domain_name(busiest.domain)}: {busiest.total:,} of {counted(dashboard.totals.sessions, 'session')}"
    )


def _guided(dashboard: Dashboard) -> str | None:
    total = sum(row.sessions for row in dashboard.tiers)
    guided = sum(row.sessions for row in dashboard.tiers if row.tier == "guided")
    if not total:
        return None
    guided_of = share_of(Rate(guided, total))
    return f"{guided_of if ' of ' in guided_of else f'{guided_of} of {total:,}'} sessions guided by a flow"


def _uncovered(dashboard: Dashboard) -> str | None:
    rows = [row for row in dashboard.coverage if row.domain != UNKNOWN and row.sessions]
    without = [row for row in rows if not row.flows]
    if not rows:
        return None
    if not without:
        return "Every domain with sessions has a flow"
    most = max(without, key=lambda row: row.sessions)
    return f"{domain_name(most.domain)}: {counted(most.sessions, 'session')} and no flow"


_DRAWINGS: Mapping[Part, _Drawing] = {
    Part.TIME: _Drawing(draw_resolution_times, describe_resolution_times, _time_taken),
    Part.DOMAINS: _Drawing(
        lambda panel, dashboard: draw_outcomes(panel, dashboard.domains, escalations=True),
        lambda dashboard: describe_outcomes(dashboard.domains),
        _busiest,
    ),
    Part.TIERS: _Drawing(draw_tiers, describe_tiers, _guided),
    Part.COVERAGE: _Drawing(
        lambda panel, dashboard: draw_coverage(panel, dashboard.coverage),
        lambda dashboard: describe_coverage(dashboard.coverage),
        _uncovered,
    ),
}

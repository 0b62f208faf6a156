"""The dashboard as one picture of four panels."""

from __future__ import annotations

from matplotlib.figure import Figure

from bot.charts.canvas import FAINT, Box, render, sheet, write_heading
from bot.charts.coverage import describe_coverage, draw_coverage
from bot.charts.outcomes import describe_outcomes, draw_outcomes
from bot.charts.panels import Panel
from bot.charts.resolution_times import describe_resolution_times, draw_resolution_times
from bot.charts.tiers import describe_tiers, draw_tiers
from bot.domain.cards import Picture
from bot.domain.dashboard import Dashboard
from bot.domain.words import alt_text, domain_name, headline, window_words

SIZE = (1600, 1000)
_HEADING = Box(44, 30, 1512, 98)
_TIMES = Box(44, 166, 728, 398)
_TIERS = Box(44, 600, 728, 376)
_OUTCOMES = Box(836, 166, 720, 414)
_COVERAGE = Box(836, 600, 720, 376)


def draw_dashboard(dashboard: Dashboard) -> Picture:
    """1600 by 1000 pixels: the takeaway, the window, and time to resolve, outcomes, confidence and coverage."""

    def paint(figure: Figure) -> None:
        page = sheet(figure)
        write_heading(page, headline(dashboard), _subtitle(dashboard), _HEADING, size=52)
        page.plot([44, 1556], [148, 148], color=FAINT, lw=2)
        draw_resolution_times(Panel(figure, page, _TIMES), dashboard)
        draw_tiers(Panel(figure, page, _TIERS), dashboard)
        draw_outcomes(Panel(figure, page, _OUTCOMES), dashboard.domains)
        draw_coverage(Panel(figure, page, _COVERAGE), dashboard.coverage)

    last = dashboard.window.dates[-1]
    filename = f"flowpilot-{dashboard.window.days}-days-to-{last.isoformat()}.png"
    return Picture(render(*SIZE, paint), _alt(dashboard), filename)


def _subtitle(dashboard: Dashboard) -> str:
    only = f"Only {domain_name(dashboard.domain)}. " if dashboard.domain else ""
    return only + window_words(dashboard.window)


def _alt(dashboard: Dashboard) -> str:
    return alt_text(
        f"{headline(dashboard)}.",
        f"{_subtitle(dashboard)}.",
        describe_resolution_times(dashboard),
        describe_outcomes(dashboard.domains),
        describe_tiers(dashboard),
        describe_coverage(dashboard.coverage),
    )

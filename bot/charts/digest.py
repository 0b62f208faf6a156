"""The week in one chart: where the sessions were, and how they ended."""

from __future__ import annotations

from matplotlib.figure import Figure

from bot.charts.canvas import FAINT, Box, render, sheet, write_heading
from bot.charts.outcomes import MOST_ROWS, describe_outcomes, draw_outcomes, top_rows
from bot.charts.panels import LEGEND_HEIGHT, MOST_PITCH, TITLE_HEIGHT, Panel
from bot.domain.cards import Picture
from bot.domain.digests import Digest
from bot.domain.words import alt_text, domain_name, headline, listed, window_words

_WIDTH = 1600
_MARGIN = 44
_HEAD = 166
"""Pixels above the chart."""


def draw_digest(digest: Digest) -> Picture | None:
    """1600 pixels wide and as high as there are domains; None in a week without sessions."""
    dashboard = digest.dashboard
    rows = top_rows(dashboard.domains, MOST_ROWS)
    if not rows:
        return None
    chart = Box(
        _MARGIN, _HEAD, _WIDTH - 2 * _MARGIN, TITLE_HEIGHT + LEGEND_HEIGHT + MOST_PITCH * max(3, len(rows))
    )

    def paint(figure: Figure) -> None:
        page = sheet(figure)
        heading = Box(_MARGIN, 30, chart.width, 98)
        write_heading(page, headline(dashboard), window_words(dashboard.window), heading, size=52)
        page.plot([chart.left, chart.right], [148, 148], color=FAINT, lw=2)
        draw_outcomes(Panel(figure, page, chart), dashboard.domains, escalations=True)

    png = render(_WIDTH, int(chart.bottom) + 40, paint)
    return Picture(png, _alt(digest), f"flowpilot-digest-{digest.due_on.isoformat()}.png")


def _alt(digest: Digest) -> str:
    dashboard = digest.dashboard
    worst = [f"{domain_name(row.domain)} {row.escalated} of {row.total}" for row in digest.most_escalated]
    return alt_text(
        f"{headline(dashboard)}.",
        f"{window_words(dashboard.window)}.",
        describe_outcomes(dashboard.domains),
        f"Most escalated: {listed(worst)}." if worst else "",
    )

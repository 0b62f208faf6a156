"""A flow's picture as a whole: title, the flow from left to right, legend, and a line about what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.charts.canvas import MUTED, render, sheet, write
from bot.charts.glyphs import drawable, fitted, width_of, wrapped
from bot.charts.tree_layout import TEXT_SIZE, Layout
from bot.charts.tree_outline import Edge
from bot.charts.tree_shapes import (
    PLAIN,
    Legend,
    Look,
    Mark,
    Stroke,
    draw_arrow,
    draw_legend,
    draw_mark,
    draw_node,
    legend_height,
)

_TITLE_LINES = 2
_SUBTITLE = 0.7
"""Its letters, as a share of the title's."""
_SQUEEZED = 1.4
"""Lines of a title that may become one in smaller letters."""
_TOP = 36
_LEFT = 40
_LEGEND_MARGIN = 19
_NOTE_HEIGHT = 48
_EMPTY_SIZE = (900, 220)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePage:
    """`looks` of all nodes that are shown, `marks` of some; arrows without a stroke are plain. `note` is what is left out."""

    title: str
    subtitle: str = ""
    layout: Layout
    looks: Mapping[str, Look]
    marks: Mapping[str, Mark] = field(default_factory=dict)
    strokes: Mapping[Edge, Stroke] = field(default_factory=dict)
    legend: Legend = ()
    note: str = ""

    def render(self) -> bytes:
        """As large as the flow needs."""
        layout, inner = self.layout, self.layout.width - 2 * _LEFT
        size = _title_size(self.title, inner)
        titles = wrapped(self.title, size, inner, _TITLE_LINES, bold=True)
        head = _TOP + 1.3 * size * len(titles) + (1.3 * _SUBTITLE * size if self.subtitle else 0)
        legend = legend_height(self.legend, inner) + 2 * _LEGEND_MARGIN
        foot = legend + (_NOTE_HEIGHT if self.note else 0)

        def paint(figure: Figure) -> None:
            page = sheet(figure)
            page.set_ylim(layout.height + foot, -head)  # the layout counts from below the title
            y = _TOP - head
            for line in titles:
                write(page, _LEFT, y + size, line, size, bold=True)
                y += 1.3 * size
            if self.subtitle:
                small = _SUBTITLE * size
                write(page, _LEFT, y + small, fitted(self.subtitle, small, inner), small, colour=MUTED)
            self._draw_flow(page)
            draw_legend(page, _LEFT, layout.height + _LEGEND_MARGIN, self.legend, inner)
            if self.note:
                note = fitted(self.note, TEXT_SIZE, inner, bold=True)
                write(page, _LEFT, layout.height + legend + 18, note, TEXT_SIZE, bold=True)

        return render(ceil(layout.width), ceil(head + layout.height + foot), paint)

    def _draw_flow(self, page: Axes) -> None:
        layout = self.layout
        for arrow in layout.arrows:
            draw_arrow(page, arrow, self.strokes.get(arrow.edge, PLAIN))
        for node_id, box in layout.boxes.items():
            draw_node(page, box, self.looks[node_id], layout.texts[node_id], layout.notes[node_id])
            if node_id in self.marks:
                draw_mark(page, box.right - 4, box.top + 2, self.marks[node_id])
            if node_id in layout.cut:
                size, below = 1.3 * TEXT_SIZE, box.bottom + 15
                write(page, box.right, below, "…", size, colour=MUTED, bold=True, across="right")


def _title_size(title: str, width: float) -> float:
    """Pixels of its letters: somewhat smaller where it is only just too long for a line."""
    size = max(36, width / 43)
    taken = width_of(drawable(title), size, bold=True)
    return 0.999 * size * width / taken if 1 < taken / width < _SQUEEZED else size


def empty_page(title: str, sentence: str) -> bytes:
    """The title, and a sentence in place of a flow."""

    def paint(figure: Figure) -> None:
        page = sheet(figure)
        write(page, _LEFT, 72, fitted(title, 36, _EMPTY_SIZE[0] - 2 * _LEFT, bold=True), 36, bold=True)
        write(page, _LEFT, 132, sentence, TEXT_SIZE, colour=MUTED)

    return render(*_EMPTY_SIZE, paint)

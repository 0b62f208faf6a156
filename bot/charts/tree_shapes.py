"""The shapes of a flow's picture: nodes by kind, arrows, marks, and the legend that explains them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from bot.charts.canvas import BLUE, INK, MUTED, ORANGE, PAPER, VERMILLION, Box, write
from bot.charts.glyphs import width_of
from bot.charts.tree_layout import LABEL_LINE, LABEL_SIZE, LINE, NOTE_SIZE, PADDING, TEXT_SIZE, Arrow
from bot.domain.trees import NodeKind


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    fill: str
    edge: str
    text: str = INK
    rounding: float = 0
    line: float = 3
    is_double: bool = False


LOOKS = {
    NodeKind.QUESTION: Look("question", "#E6F2FA", BLUE, rounding=18),
    NodeKind.ACTION: Look("action", "#FDF3DC", "#8F6400"),
    NodeKind.RESOLUTION: Look("fix", "#00664B", "#00664B", text=PAPER, rounding=8),
    NodeKind.ESCALATION: Look("escalation", PAPER, VERMILLION, is_double=True),
}
_DOUBLE = 6
_ROW_HEIGHT = 46
_ENTRY_GAP = 34
_MARK_RADIUS = 17
_POINT = 13


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign at the corner of a node."""

    sign: str
    name: str
    fill: str
    text: str


class Stroke(NamedTuple):
    """How the line of an arrow is drawn."""

    name: str = ""
    width: float = 2.5
    colour: str = "#7A7F86"


PLAIN = Stroke()
Entry = Look | Mark | Stroke
NEW = Mark("+", "new", INK, PAPER)
CHANGED = Mark("~", "changed", ORANGE, INK)


def draw_node(page: Axes, box: Box, look: Look, lines: Sequence[str], notes: Sequence[str] = ()) -> None:
    """The notes stand in bold below the lines."""
    _draw_outline(page, box, look)
    y = box.top + PADDING
    styled = [*((line, TEXT_SIZE, False) for line in lines), *((note, NOTE_SIZE, True) for note in notes)]
    for line, size, bold in styled:
        y += LINE * size
        write(page, box.left + PADDING, y - 0.265 * size, line, size, colour=look.text, bold=bold)


def _draw_outline(page: Axes, box: Box, look: Look) -> None:
    rounding = min(look.rounding, box.height / 3)
    shape = f"round,pad=0,rounding_size={rounding}" if rounding else "square,pad=0"
    outer = FancyBboxPatch(
        (box.left, box.top), box.width, box.height, boxstyle=shape, linewidth=look.line, zorder=3
    )
    outer.set(facecolor=look.fill, edgecolor=look.edge)
    page.add_patch(outer)
    if look.is_double:
        inner = Rectangle(
            (box.left + _DOUBLE, box.top + _DOUBLE),
            box.width - 2 * _DOUBLE,
            box.height - 2 * _DOUBLE,
            zorder=3,
        )
        inner.set(fill=False, edgecolor=look.edge, linewidth=2)
        page.add_patch(inner)


def draw_mark(page: Axes, x: float, y: float, mark: Mark) -> None:
    """The mark, around a point."""
    page.add_patch(Circle((x, y), _MARK_RADIUS, facecolor=mark.fill, edgecolor=PAPER, linewidth=2, zorder=4))
    page.text(
        x,
        y,
        mark.sign,
        fontsize=26,
        weight="bold",
        color=mark.text,
        ha="center",
        va="center_baseline",
        zorder=5,
    )


def draw_arrow(page: Axes, arrow: Arrow, stroke: Stroke = PLAIN) -> None:
    """The line from left to right with its point, and the label above it."""
    tip_x, tip_y = arrow.points[-1]
    points = [*arrow.points[:-1], (tip_x - _POINT / 2, tip_y)]
    corners, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        corners += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    style = "--" if arrow.edge.crossing else "-"
    page.add_patch(
        PathPatch(
            Path(corners, codes),
            fill=False,
            edgecolor=stroke.colour,
            linewidth=stroke.width,
            linestyle=style,
            zorder=1,
        )
    )
    wide = max(7, 0.95 * stroke.width)
    corner = tip_x - _POINT
    point = Polygon([(tip_x, tip_y), (corner, tip_y - wide), (corner, tip_y + wide)], zorder=2)
    point.set_facecolor(stroke.colour)
    page.add_patch(point)
    _draw_label(page, arrow, above=max(0, stroke.width - PLAIN.width) / 2)


def _draw_label(page: Axes, arrow: Arrow, *, above: float) -> None:
    x, y = arrow.label_at
    y -= above
    for number, line in enumerate(reversed(arrow.label)):
        halo = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
        place = y - 8 - LABEL_LINE * number
        page.text(
            x, place, line, fontsize=LABEL_SIZE, color=INK, ha="center", va="baseline", bbox=halo, zorder=2.5
        )


Legend = Sequence[Sequence[Entry]]
"""What occurs in a picture, in groups that each begin a row."""


def legend_height(legend: Legend, width: float) -> float:
    return _ROW_HEIGHT * (1 + max((row for row, _, _ in _placed(legend, width)), default=0))


def draw_legend(page: Axes, left: float, top: float, legend: Legend, width: float) -> None:
    """Names the shapes, tints, marks and lines, in as many rows as they need."""
    for row, indent, entry in _placed(legend, width):
        x, y = left + indent, top + (row + 0.5) * _ROW_HEIGHT
        if isinstance(entry, Mark):
            draw_mark(page, x + _MARK_RADIUS, y, entry)
        elif isinstance(entry, Look):
            _draw_outline(page, Box(x, y - 15, 44, 30), entry)
        else:
            page.plot([x, x + 44], [y, y], color=entry.colour, lw=entry.width, solid_capstyle="butt")
        name = x + _sample_width(entry)
        write(page, name, y + 0.36 * LABEL_SIZE, entry.name, LABEL_SIZE, colour=MUTED)


def _placed(legend: Legend, width: float) -> Iterator[tuple[int, float, Entry]]:
    """Row and distance from the left of each entry."""
    row = -1
    for group in legend:
        x = width
        for entry in group:
            taken = _sample_width(entry) + width_of(entry.name, LABEL_SIZE)
            if x + taken > width:
                row, x = row + 1, 0.0
            yield row, x, entry
            x += taken + _ENTRY_GAP


def _sample_width(entry: Entry) -> float:
    return 2 * _MARK_RADIUS + 12 if isinstance(entry, Mark) else 56

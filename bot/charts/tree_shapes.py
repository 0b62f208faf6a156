"""The shapes of a flow's picture: nodes by kind, arrows, marks, and the legend that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from bot.charts.canvas import BLUE, INK, MUTED, ORANGE, PAPER, VERMILLION, Box, write
from bot.charts.glyphs import width_of
from bot.charts.tree_layout import LABEL_LINE, LABEL_SIZE, LINE, PADDING, TEXT_SIZE, Arrow
from bot.domain.trees import NodeKind


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    fill: str
    edge: str
    text: str = INK
    rounding: float = 0
    is_double: bool = False


LOOKS = {
    NodeKind.QUESTION: Look("question", "#E6F2FA", BLUE, rounding=18),
    NodeKind.ACTION: Look("action", "#FDF3DC", "#8F6400"),
    NodeKind.RESOLUTION: Look("fix", "#00664B", "#00664B", text=PAPER, rounding=8),
    NodeKind.ESCALATION: Look("escalation", PAPER, VERMILLION, is_double=True),
}
_DOUBLE = 6
_LINE_COLOUR = "#7A7F86"
_MARK_RADIUS = 17


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign at the corner of a node."""

    sign: str
    name: str
    fill: str
    text: str


NEW = Mark("+", "new", INK, PAPER)
CHANGED = Mark("~", "changed", ORANGE, INK)


def draw_node(page: Axes, box: Box, kind: NodeKind, lines: Sequence[str]) -> None:
    look = LOOKS[kind]
    _draw_outline(page, box, look)
    y = box.middle - (len(lines) - 1) / 2 * LINE * TEXT_SIZE
    for line in lines:
        write(page, box.left + PADDING, y + 0.36 * TEXT_SIZE, line, TEXT_SIZE, colour=look.text)
        y += LINE * TEXT_SIZE


def _draw_outline(page: Axes, box: Box, look: Look) -> None:
    rounding = min(look.rounding, box.height / 3)
    shape = f"round,pad=0,rounding_size={rounding}" if rounding else "square,pad=0"
    outer = FancyBboxPatch((box.left, box.top), box.width, box.height, boxstyle=shape, linewidth=3, zorder=3)
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


def draw_arrow(page: Axes, arrow: Arrow) -> None:
    """The line from left to right with its point, and the label above it."""
    corners, codes = [arrow.points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in zip(arrow.points, arrow.points[1:], strict=False):
        corners += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    style = "--" if arrow.edge.crossing else "-"
    page.add_patch(
        PathPatch(
            Path(corners, codes), fill=False, edgecolor=_LINE_COLOUR, linewidth=2.5, linestyle=style, zorder=1
        )
    )
    x, y = arrow.points[-1]
    page.add_patch(Polygon([(x, y), (x - 13, y - 7), (x - 13, y + 7)], facecolor=_LINE_COLOUR, zorder=2))
    _draw_label(page, arrow)


def _draw_label(page: Axes, arrow: Arrow) -> None:
    x, y = arrow.label_at
    for above, line in enumerate(reversed(arrow.label)):
        halo = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
        place = y - 8 - LABEL_LINE * above
        page.text(
            x, place, line, fontsize=LABEL_SIZE, color=INK, ha="center", va="baseline", bbox=halo, zorder=2.5
        )


def draw_legend(page: Axes, left: float, y: float, kinds: Sequence[NodeKind], marks: Sequence[Mark]) -> None:
    """One line that names the shapes and the marks that occur."""
    x = left
    for kind in kinds:
        _draw_outline(page, Box(x, y - 15, 44, 30), LOOKS[kind])
        x = _named(page, x + 56, y, LOOKS[kind].name)
    for mark in marks:
        draw_mark(page, x + _MARK_RADIUS, y, mark)
        x = _named(page, x + 2 * _MARK_RADIUS + 12, y, mark.name)


def _named(page: Axes, x: float, y: float, name: str) -> float:
    write(page, x, y + 0.36 * LABEL_SIZE, name, LABEL_SIZE, colour=MUTED)
    return x + width_of(name, LABEL_SIZE) + 34

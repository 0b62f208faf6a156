"""What the panels of a picture share: title, legend, folded rows, and words where there is no data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from bot.charts.canvas import MUTED, PAPER, Box, write
from bot.charts.glyphs import width_of, wrapped

TITLE_SIZE = 36
TEXT_SIZE = 32
SMALL_SIZE = 28
TINY_SIZE = 26
"""Pixels of letters: a phone shows the 1600 of the picture on 380 points, so that these are 6 to 9 points there."""
MOST_PITCH = 52
"""Pixels from row to row where there are few."""
TITLE_HEIGHT = 46
LEGEND_HEIGHT = 44


class Swatch(NamedTuple):
    """An entry of a legend: a sample of how it is drawn, and its name."""

    name: str
    colour: str
    shape: Literal["block", "line", "round", "hollow", "diamond"] = "block"
    hatch: str = ""
    edge: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a picture. `page` takes words and shapes in pixels, axes for data are added to `figure`."""

    figure: Figure
    page: Axes
    box: Box

    @property
    def plot(self) -> Box:
        """What is left below title and legend."""
        head = TITLE_HEIGHT + LEGEND_HEIGHT
        return Box(self.box.left, self.box.top + head, self.box.width, self.box.height - head)

    def write_title(self, title: str, note: str = "") -> None:
        y = self.box.top + TITLE_SIZE
        write(self.page, self.box.left, y, title, TITLE_SIZE, bold=True)
        if note:
            write(self.page, self.box.right, y, note, SMALL_SIZE, colour=MUTED, across="right")

    def write_legend(self, *swatches: Swatch, indent: float = 0) -> None:
        x, y = self.box.left + indent, self.box.top + TITLE_HEIGHT + LEGEND_HEIGHT / 2 - 3
        for swatch in swatches:
            _draw_sample(self.page, x, y, swatch)
            write(self.page, x + 36, y, swatch.name, SMALL_SIZE, colour=MUTED, up="center")
            x += 36 + width_of(swatch.name, SMALL_SIZE) + 22

    def say(self, sentence: str) -> None:
        """The sentence instead of a chart, at the top of where the chart would be."""
        y = self.box.top + TITLE_HEIGHT + TEXT_SIZE + 14
        for line in wrapped(sentence, TEXT_SIZE, self.box.width - 20, 4):
            write(self.page, self.box.left, y, line, TEXT_SIZE, colour=MUTED)
            y += 1.35 * TEXT_SIZE


def _draw_sample(page: Axes, x: float, y: float, swatch: Swatch) -> None:
    if swatch.shape == "block":
        edge = swatch.edge or ("white" if swatch.hatch else swatch.colour)
        page.add_patch(
            Rectangle(
                (x, y - 11), 28, 22, facecolor=swatch.colour, edgecolor=edge, hatch=swatch.hatch, lw=1.5
            )
        )
        return
    marker = {"line": "", "round": "o", "hollow": "o", "diamond": "D"}[swatch.shape]
    inside = PAPER if swatch.shape == "hollow" else swatch.colour
    line = Line2D([x, x + 28], [y, y], color=swatch.colour, lw=4, marker=marker, ms=14, mew=3, mfc=inside)
    if marker:
        line.set(xdata=[x + 14], ydata=[y])
    page.add_line(line)

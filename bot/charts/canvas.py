"""An empty picture and its finished bytes: size, colours and letters. All lengths are pixels from the top left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

from bot.charts.glyphs import FAMILY, drawable, fitted, width_of

PAPER = "#FFFFFF"
INK = "#1D1C1D"
MUTED = "#5C6066"
FAINT = "#E3E5E8"
# The colours of Okabe and Ito (2008), told apart with any colour vision.
BLUE = "#0072B2"
SKY = "#56B4E9"
GREEN = "#009E73"
ORANGE = "#E69F00"
VERMILLION = "#D55E00"

_DPI = 72  # one point is one pixel, so font sizes and line widths are pixels too
_STYLE: dict[RcKeyType, str | float] = {
    "font.family": FAMILY,
    "text.color": INK,
    "text.parse_math": False,  # a $ in somebody's sentence is a dollar
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.linewidth": 1.5,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.width": 1.5,
    "ytick.major.size": 0,
    "hatch.color": PAPER,
    "hatch.linewidth": 2.5,
    "text.hinting": "no_hinting",  # letters are as wide as they were measured
}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, from its left top corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def render(width: int, height: int, paint: Callable[[Figure], None]) -> bytes:
    """The PNG, `width` by `height` pixels, of what `paint` draws. Equal drawings are equal bytes."""
    with rc_context(_STYLE):
        # Half a pixel more, because matplotlib cuts the size down to whole pixels.
        figure = Figure(figsize=((width + 0.5) / _DPI, (height + 0.5) / _DPI), dpi=_DPI, facecolor=PAPER)
        paint(figure)
        stream = BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def sheet(figure: Figure) -> Axes:
    """Axes over the whole picture, in pixels from the top left, for words and shapes."""
    width, height = figure.get_size_inches() * _DPI
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    axes.set_zorder(1)  # words stand on top of bars
    return axes


def plot_in(figure: Figure, box: Box) -> Axes:
    """Axes for data, inside `box`."""
    width, height = figure.get_size_inches() * _DPI
    axes = figure.add_axes(
        (box.left / width, 1 - box.bottom / height, box.width / width, box.height / height)
    )
    axes.patch.set_visible(False)
    return axes


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    colour: str = INK,
    bold: bool = False,
    across: Literal["left", "center", "right"] = "left",
    up: Literal["top", "center", "baseline", "bottom"] = "baseline",
) -> None:
    """Write text at a place in the units of `axes`; what the font lacks becomes a box."""
    weight = "bold" if bold else "normal"
    axes.text(x, y, drawable(text), fontsize=size, color=colour, weight=weight, ha=across, va=up)


def write_heading(axes: Axes, title: str, subtitle: str, box: Box, *, size: float) -> None:
    """The takeaway in bold, in smaller letters where it is long, and a line under it."""
    line = drawable(title)
    size *= max(0.6, min(1, box.width / max(1, width_of(line, size, bold=True))))
    write(axes, box.left, box.top + size, fitted(line, size, box.width, bold=True), size, bold=True)
    below = fitted(subtitle, 0.68 * size, box.width)
    write(axes, box.left, box.bottom, below, 0.68 * size, colour=MUTED)

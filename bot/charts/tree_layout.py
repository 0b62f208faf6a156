"""Where everything of a flow's picture goes, and how it breaks into lines: columns from left to right, rows by band."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.charts.canvas import Box
from bot.charts.glyphs import width_of, wrapped
from bot.charts.tree_outline import Edge, Outline
from bot.charts.tree_rows import Rows, rows_of
from bot.domain.trees import Node

TEXT_SIZE = 26
LABEL_SIZE = 22
NOTE_SIZE = 23
LINE = 1.25
"""Height of a line of text, in sizes."""
LABEL_LINE = 1.15 * LABEL_SIZE
PADDING = 15
MAX_WIDTH = 2400
MAX_HEIGHT = 3360
"""Of the flow; with title and legend the picture has at most 3,600 pixels."""

_MARGIN = 40
_LANE_GAP = 12
"""Pixels above the label of a lane, and below its line."""
_LABEL_LINES = 3
_LABEL_GAP = 12
_BEND = 32
"""Pixels that an edge has to change its height."""
_ARROW = 16
_TEXT_WIDTHS = {1: 440, 2: 380, 3: 320, 4: 250, 5: 206, 6: 190}
"""Pixels for the words of a node by number of columns: fewer columns, wider nodes."""
_NARROWEST = 172
_LABEL_WIDTHS = {1: 170, 2: 170, 3: 150, 4: 110}
_NARROWEST_LABEL = 88
_WIDEST_WORD = 150
_LINES_UP_TO = ((12, 5), (24, 4), (40, 3))
"""Lines of text in a node, for flows of up to so many nodes."""
_FEWEST_LINES = 2
_LONGEST_TEXT = 300
"""Characters that are looked at: more never fit."""
_LEAST_WIDTH = 900
_NOTE_JOINT = " · "
NO_NOTES: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge: its corner points from left to right, and its label in lines that stand on the line at `label_at`."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    label: tuple[str, ...]
    label_at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes, texts and the notes below them by node id, in pixels.

    `hidden` nodes are left out, `cut` are those that led to them.
    """

    width: float
    height: float
    boxes: Mapping[str, Box]
    texts: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, tuple[str, ...]]
    arrows: tuple[Arrow, ...]
    hidden: int = 0
    cut: frozenset[str] = frozenset()


def lay_out(
    outline: Outline,
    nodes: Mapping[str, Node],
    *,
    notes: Mapping[str, Sequence[str]] = NO_NOTES,
    by: Sequence[str] = (),
) -> Layout:
    """The layout of as many nodes as `MAX_WIDTH` by `MAX_HEIGHT` hold; one at the least.

    Where not all have room, those that come first in `by` have: each after the one that places it. Without it the
    nodes go column by column. `notes` stand in bold below the words of a node, as many on a line as fit.
    """
    ranked = by or outline.order

    def first(count: int) -> Layout:
        return _lay_out_only(frozenset(ranked[:count]), outline, nodes, notes)

    def is_too_large(count: int) -> bool:
        layout = first(count)
        return layout.width > MAX_WIDTH or layout.height > MAX_HEIGHT

    if not is_too_large(len(ranked)):
        return first(len(ranked))
    return first(bisect_left(range(2, len(ranked)), x=True, key=is_too_large) + 1)


def _lay_out_only(
    kept: frozenset[str], whole: Outline, nodes: Mapping[str, Node], said: Mapping[str, Sequence[str]]
) -> Layout:
    outline = whole.only(kept)
    texts, notes, labels = _texts(outline, nodes), _notes(outline, said), _labels(outline)
    columns = _columns(outline, texts, notes, labels)
    rows = rows_of(
        outline,
        {node_id: _height(lines, notes[node_id]) for node_id, lines in texts.items()},
        {edge: len(label) * LABEL_LINE + 2 * _LANE_GAP for edge, label in labels.items() if edge.crossing},
    )
    boxes = {
        node_id: Box(column.left, rows.tops[node_id], column.width, rows.heights[node_id])
        for node_id in outline.order
        for column in [columns[outline.columns[node_id]]]
    }
    return Layout(
        width=max(_LEAST_WIDTH, columns[-1].right + _MARGIN),
        height=rows.bottom,
        boxes=boxes,
        texts=texts,
        notes=notes,
        arrows=tuple(
            _arrow(edge, label, boxes, columns[outline.columns[edge.end]].before, rows)
            for edge, label in labels.items()
        ),
        hidden=len(whole.order) - len(outline.order),
        cut=frozenset(
            node_id for node_id in outline.order if len(outline.edges[node_id]) < len(whole.edges[node_id])
        ),
    )


def _texts(outline: Outline, nodes: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    """What stands in each node: its number and its words."""
    width = _text_width(outline)
    lines = next((lines for most, lines in _LINES_UP_TO if len(outline.order) <= most), _FEWEST_LINES)
    texts = {}
    for node_id in outline.order:
        words = f"{outline.numbers[node_id]}. {nodes[node_id].text[:_LONGEST_TEXT]}"
        texts[node_id] = wrapped(words, TEXT_SIZE, width, lines)
    return texts


def _text_width(outline: Outline) -> int:
    return _TEXT_WIDTHS.get(outline.column_count, _NARROWEST)


def _notes(outline: Outline, said: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """What stands below the words of each node, in lines."""
    width = _text_width(outline)
    return {node_id: _joined(said.get(node_id, ()), width) for node_id in outline.order}


def _joined(notes: Sequence[str], width: float) -> tuple[str, ...]:
    """As many on a line as fit; a note is not broken."""
    lines: list[str] = []
    for note in notes:
        longer = f"{lines[-1]}{_NOTE_JOINT}{note}" if lines else note
        if lines and width_of(longer, NOTE_SIZE, bold=True) <= width:
            lines[-1] = longer
        else:
            lines.append(note)
    return tuple(lines)


def _height(lines: Sequence[str], notes: Sequence[str]) -> float:
    return LINE * (len(lines) * TEXT_SIZE + len(notes) * NOTE_SIZE) + 2 * PADDING


def _labels(outline: Outline) -> dict[Edge, tuple[str, ...]]:
    """The words on each edge."""
    width = _LABEL_WIDTHS.get(outline.column_count, _NARROWEST_LABEL)
    return {
        edge: wrapped(
            edge.label[:_LONGEST_TEXT], LABEL_SIZE, max(width, _longest_word(edge.label)), _LABEL_LINES
        )
        for node_id in outline.order
        for edge in outline.edges[node_id]
    }


def _longest_word(label: str) -> float:
    """Pixels for the longest word, as far as a word may claim: most then stay whole."""
    return min(_WIDEST_WORD, max((width_of(word, LABEL_SIZE) for word in label.split()), default=0) + 1)


@dataclass(frozen=True, slots=True)
class _Column:
    """Left edge and width of the nodes; `before` them is room for the labels and points of the edges that end there."""

    left: float
    width: float
    before: float

    @property
    def right(self) -> float:
        return self.left + self.width


def _columns(
    outline: Outline,
    texts: Mapping[str, Sequence[str]],
    notes: Mapping[str, Sequence[str]],
    labels: Mapping[Edge, Sequence[str]],
) -> list[_Column]:
    """Columns as wide as their words, with gaps for the labels of the edges that end or set out there."""
    count = outline.column_count
    widths, ending, leaving = [0.0] * count, [0.0] * count, [0.0] * count
    for node_id, lines in texts.items():
        column = outline.columns[node_id]
        words = (width_of(line, TEXT_SIZE) for line in lines)
        below = (width_of(note, NOTE_SIZE, bold=True) for note in notes[node_id])
        widths[column] = max(widths[column], *words, *below)
    for edge, label in labels.items():
        column, gaps = outline.columns[edge.start] + 1, leaving if edge.crossing else ending
        gaps[column] = max(gaps[column], _label_width(label) + (_BEND if edge.crossing else 0))
    columns = [_Column(_MARGIN, widths[0] + 2 * PADDING, 0)]
    for width, end, leave in zip(widths[1:], ending[1:], leaving[1:], strict=True):
        before = end + _ARROW
        columns.append(_Column(columns[-1].right + _BEND + leave + before, width + 2 * PADDING, before))
    return columns


def _arrow(edge: Edge, label: tuple[str, ...], boxes: Mapping[str, Box], before: float, rows: Rows) -> Arrow:
    """An edge bends to the height of its end, a crossing one to its lane first."""
    start, end = boxes[edge.start], boxes[edge.end]
    turned = end.left - before
    sets_out, arrives = (start.right, start.middle), ((turned, end.middle), (end.left, end.middle))
    if not edge.crossing:
        return Arrow(edge, (sets_out, *arrives), label, (turned + (before - _ARROW) / 2, end.middle))
    lane, lane_from = rows.lanes[edge] - _LANE_GAP, start.right + _BEND
    points = (sets_out, (lane_from, lane), (turned - _BEND, lane), *arrives)
    return Arrow(edge, points, label, (lane_from + _label_width(label) / 2, lane))


def _label_width(label: Sequence[str]) -> float:
    return max((width_of(line, LABEL_SIZE) for line in label), default=0) + _LABEL_GAP

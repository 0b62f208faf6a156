"""A flow as a picture, for the people who decide on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.charts.canvas import MUTED, render, sheet, write
from bot.charts.glyphs import fitted, wrapped
from bot.charts.tree_layout import TEXT_SIZE, Layout, lay_out
from bot.charts.tree_outline import outline_of
from bot.charts.tree_shapes import CHANGED, NEW, Mark, draw_arrow, draw_legend, draw_mark, draw_node
from bot.domain.cards import Picture
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.words import alt_text, counted, listed, one_line

_TITLE_LINES = 2
_TOP = 36
_LEFT = 40
_LEGEND_HEIGHT = 84
_NOTE_HEIGHT = 48
_LONGEST_QUOTE = 200
_EMPTY_SIZE = (900, 220)
_NO_STEPS = "This flow has no steps yet."


def draw_tree(
    tree: FlowTree,
    title: str,
    *,
    added: frozenset[str] = frozenset(),
    changed: frozenset[str] = frozenset(),
) -> Picture:
    """The flow from left to right, its steps numbered in the order of `FlowTree.walk`, new and changed ones marked.

    As large as the flow needs, up to 2,400 by 3,600 pixels; a flow that needs more is cut and says so.
    """
    outline = outline_of(tree)
    alt, filename = _alt(tree, added, changed), "flow.png"
    if not outline.order:
        return Picture(render(*_EMPTY_SIZE, lambda figure: _paint_empty(figure, title)), alt, filename)
    layout = lay_out(outline, tree.nodes)
    marks = dict.fromkeys(changed, CHANGED) | dict.fromkeys(added, NEW)
    size = max(36, layout.width / 45)
    lines = wrapped(title, size, layout.width - 2 * _LEFT, _TITLE_LINES, bold=True)
    head = _TOP + 1.3 * size * len(lines)
    foot = _LEGEND_HEIGHT + (_NOTE_HEIGHT if layout.hidden else 0)

    def paint(figure: Figure) -> None:
        page = sheet(figure)
        page.set_ylim(layout.height + foot, -head)  # the layout counts from below the title
        _write_title(page, lines, _TOP - head, size)
        _draw_flow(page, layout, tree.nodes, marks)
        _draw_foot(page, layout, tree.nodes, marks)

    return Picture(render(ceil(layout.width), ceil(head + layout.height + foot), paint), alt, filename)


def _paint_empty(figure: Figure, title: str) -> None:
    page = sheet(figure)
    write(page, _LEFT, 72, fitted(title, 36, _EMPTY_SIZE[0] - 2 * _LEFT, bold=True), 36, bold=True)
    write(page, _LEFT, 132, _NO_STEPS, TEXT_SIZE, colour=MUTED)


def _write_title(page: Axes, lines: Sequence[str], top: float, size: float) -> None:
    for number, line in enumerate(lines):
        write(page, _LEFT, top + size * (1 + 1.3 * number), line, size, bold=True)


def _draw_flow(page: Axes, layout: Layout, nodes: Mapping[str, Node], marks: Mapping[str, Mark]) -> None:
    for arrow in layout.arrows:
        draw_arrow(page, arrow)
    for node_id, box in layout.boxes.items():
        draw_node(page, box, nodes[node_id].kind, layout.texts[node_id])
        if node_id in marks:
            draw_mark(page, box.right - 4, box.top + 2, marks[node_id])
        if node_id in layout.cut:
            write(
                page,
                box.right,
                box.bottom + 15,
                "…",
                1.3 * TEXT_SIZE,
                colour=MUTED,
                bold=True,
                across="right",
            )


def _draw_foot(page: Axes, layout: Layout, nodes: Mapping[str, Node], marks: Mapping[str, Mark]) -> None:
    """What the shapes and marks mean, and how much is not shown."""
    kinds = {nodes[node_id].kind for node_id in layout.boxes}
    signs = {marks[node_id] for node_id in layout.boxes if node_id in marks}
    draw_legend(
        page,
        _LEFT,
        layout.height + _LEGEND_HEIGHT / 2,
        [kind for kind in NodeKind if kind in kinds],
        [mark for mark in (NEW, CHANGED) if mark in signs],
    )
    if layout.hidden:
        note = f"… and {counted(layout.hidden, 'more step')}: open Details"
        write(page, _LEFT, layout.height + _LEGEND_HEIGHT + 18, note, TEXT_SIZE, bold=True)


def _alt(tree: FlowTree, added: frozenset[str], changed: frozenset[str]) -> str:
    steps = {node_id: node for node_id, node, _ in tree.walk()}
    if not steps:
        return _NO_STEPS
    root = steps[tree.root]
    begins = "asks" if root.kind is NodeKind.QUESTION else "says"
    ends = [part for part in (_fixes(steps.values()), _escalations(steps.values())) if part]
    new, other = len(added & steps.keys()), len(changed & steps.keys())
    marked = [f"{new} new"] * bool(new) + [f"{other} changed"] * bool(other)
    return alt_text(
        f"Flow with {counted(len(steps), 'step')}: first {begins} {_quoted(root)}; {'; '.join(ends)}.",
        f"Marked: {listed(marked)}." if marked else "",
    )


def _fixes(nodes: Iterable[Node]) -> str:
    """How many fixes, and the one with most evidence."""
    fixes = [node for node in nodes if node.kind is NodeKind.RESOLUTION]
    if not fixes:
        return "no fix yet"
    often = max(fixes, key=lambda node: len(node.evidence))
    return (
        f"{counted(len(fixes), 'fix', 'fixes')}, {'most often: ' if len(fixes) > 1 else ''}{_quoted(often)}"
    )


def _escalations(nodes: Iterable[Node]) -> str:
    count = sum(1 for node in nodes if node.kind is NodeKind.ESCALATION)
    return counted(count, "escalation") if count else ""


def _quoted(node: Node) -> str:
    return f'"{one_line(node.text, _LONGEST_QUOTE)}"'

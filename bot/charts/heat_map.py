"""A flow's heat map: the tree, each step tinted by how many sessions came to it, with its numbers in words."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from heapq import heappop, heappush

from bot.charts.canvas import FAINT, INK, MUTED, PAPER, VERMILLION
from bot.charts.tree import NO_STEPS
from bot.charts.tree_layout import Layout, lay_out
from bot.charts.tree_outline import Edge, Outline, outline_of
from bot.charts.tree_page import TreePage, empty_page
from bot.charts.tree_shapes import LOOKS, Entry, Legend, Look, Mark, Stroke
from bot.domain.cards import Picture
from bot.domain.flow_use import TreeUse
from bot.domain.heat_maps import NOBODY, HeatMap, use_words
from bot.domain.trees import NodeKind
from bot.domain.words import alt_text, counted, one_line

MOST_STEPS = 24
MOST_COLUMNS = 6
"""More would be too small to read: of a flow with more steps, the most travelled up to this depth are shown."""
_TINTS = (
    (0.1, "up to 10 % of the sessions came here", "#E4EFF9"),
    (0.25, "up to 25 %", "#C3DCF1"),
    (0.5, "up to half", "#93C2E8"),
    (1.0, "more", "#5FA5DB"),
)
"""One hue, so that the order shows in any colour vision and in grey; the darkest still carries dark letters."""
_UNSEEN = Stroke("", 2.5, "#B4B9BF")
_NARROWEST, _WIDEST = 2.5, 15.0
"""Pixels of an arrow that hardly any and that all sessions took."""
_TRAVELLED = "#6C8FB0"
_WEAK = Mark("!", "most leave here", VERMILLION, PAPER)
_TOLD_STEPS = 5
_QUOTE = 120


def draw_heat_map(heat: HeatMap) -> Picture:
    """The flow as in `draw_tree`, its title the takeaway. The steps with most traffic where not all have room."""
    outline, alt, filename = outline_of(heat.tree), _alt(heat), f"flow-{heat.flow.id}-heat-map.png"
    if not outline.order:
        return Picture(empty_page(heat.flow.title, NO_STEPS), alt, filename)
    notes = {node_id: use_words(heat.use.of(node_id)) for node_id in outline.order}
    layout = lay_out(outline, heat.tree.nodes, notes=notes, by=most_travelled(outline, heat.use))
    weak = heat.use.most_left
    page = TreePage(
        title=heat.takeaway,
        subtitle=f"{heat.flow.title} · {heat.basis}",
        layout=layout,
        looks={node_id: _look(heat, node_id) for node_id in layout.boxes},
        marks={weak: _WEAK} if weak else {},
        strokes={arrow.edge: _stroke(heat.use, arrow.edge) for arrow in layout.arrows},
        legend=_legend(heat, layout),
        note=_left_out(layout),
    )
    return Picture(page.render(), alt, filename)


def most_travelled(outline: Outline, use: TreeUse) -> list[str]:
    """As many nodes as can be read, each after the one that places it: those with most traffic, and where most leave."""
    placed_by = {
        edge.end: edge.start for edges in outline.edges.values() for edge in edges if not edge.crossing
    }
    kept, node_id = set[str](), use.most_left
    while node_id:
        kept.add(node_id)
        node_id = placed_by.get(node_id)

    def rank(node_id: str) -> tuple[bool, int, int, str]:
        return node_id not in kept, -use.of(node_id).asked, outline.numbers[node_id], node_id

    most_columns = MOST_COLUMNS if len(outline.order) > MOST_STEPS else outline.column_count
    ranked: list[str] = []
    reached = [rank(outline.order[0])]
    while reached and len(ranked) < MOST_STEPS:
        *_, start = heappop(reached)
        ranked.append(start)
        for edge in outline.edges[start]:
            if not edge.crossing and (edge.end in kept or outline.columns[edge.end] < most_columns):
                heappush(reached, rank(edge.end))
    return ranked


def _left_out(layout: Layout) -> str:
    if not layout.hidden:
        return ""
    shown = len(layout.boxes)
    return (
        f"{shown} of {shown + layout.hidden} steps are shown: the most travelled, up to {MOST_COLUMNS} deep."
    )


def _look(heat: HeatMap, node_id: str) -> Look:
    asked = heat.use.of(node_id).asked
    fill = tint(asked / heat.use.sessions) if asked else PAPER
    return _bare(heat.tree.nodes[node_id].kind, fill)


def tint(share: float) -> str:
    """Of a share of the sessions between 0 and 1."""
    return _TINTS[bisect_left([most for most, _, _ in _TINTS], min(1.0, share))][2]


def _bare(kind: NodeKind, fill: str = PAPER) -> Look:
    """The outline tells the kind, for the fill tells the traffic; a fix has a thick one."""
    return replace(LOOKS[kind], fill=fill, text=INK, line=7 if kind is NodeKind.RESOLUTION else 3)


def _stroke(use: TreeUse, edge: Edge) -> Stroke:
    taken = use.taken.get((edge.start, edge.end), 0)
    if not taken:
        return _UNSEEN
    width = _NARROWEST + (_WIDEST - _NARROWEST) * min(1.0, taken / use.sessions)
    return Stroke("", width, _TRAVELLED)


def _legend(heat: HeatMap, layout: Layout) -> Legend:
    kinds = {heat.tree.nodes[node_id].kind for node_id in layout.boxes}
    shapes: list[Entry] = [_bare(kind) for kind in NodeKind if kind in kinds]
    if heat.use.most_left in layout.boxes:
        shapes.append(_WEAK)
    shapes.append(Stroke("the thicker, the more went this way", 10, _TRAVELLED))
    return [
        shapes,
        [Look(NOBODY, PAPER, MUTED), *(Look(name, fill, FAINT) for _, name, fill in _TINTS)],
    ]


def _alt(heat: HeatMap) -> str:
    if not heat.use.sessions:
        return alt_text(f"{heat.takeaway}.", f"{heat.flow.title}: {counted(len(heat.steps), 'step')}.")
    told = [step for step in heat.steps if step.use.asked][:_TOLD_STEPS]
    numbers = [
        f'{step.number}. "{one_line(step.text, _QUOTE)}": {", ".join(use_words(step.use))}.' for step in told
    ]
    return alt_text(f"{heat.takeaway}.", f"{heat.flow.title}. {heat.basis}.", *numbers)

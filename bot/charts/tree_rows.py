"""At which height the nodes of a flow's picture lie: every subtree has a band of its own.

Bands do not overlap, and a node stays inside its band, so two nodes of one column cannot meet. An edge to a node that
has its place elsewhere gets a free lane among its siblings' bands, like a leaf, and can cross all columns there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.charts.tree_outline import Edge, Outline

GAP = 22.0
"""The least number of pixels between two nodes of a column."""
_TOP = 20.0


@dataclass(frozen=True, slots=True)
class Rows:
    """`tops` and `heights` of the nodes, the lower ends of the `lanes` of crossing edges, and the `bottom` of all."""

    tops: Mapping[str, float]
    heights: Mapping[str, float]
    lanes: Mapping[Edge, float]
    bottom: float


def rows_of(outline: Outline, heights: Mapping[str, float], lane_heights: Mapping[Edge, float]) -> Rows:
    """Leaves one under the other, and each node in the middle of what follows from it, as far as its band allows."""
    bands = _bands(outline, heights, lane_heights)
    band_tops, lanes = _stack(outline, bands, lane_heights)
    middles: dict[str, float] = {}
    for node_id in reversed(outline.order):
        edges, middle = outline.edges[node_id], band_tops[node_id] + bands[node_id] / 2
        ends = [lanes[edge] if edge.crossing else middles[edge.end] for edge in edges]
        wanted = (ends[0] + ends[-1]) / 2 if ends else middle
        room = (bands[node_id] - heights[node_id] - GAP) / 2
        middles[node_id] = min(middle + room, max(middle - room, wanted))
    tops = {node_id: middle - heights[node_id] / 2 for node_id, middle in middles.items()}
    return Rows(tops, heights, lanes, _TOP + bands[outline.order[0]])


def _bands(
    outline: Outline, heights: Mapping[str, float], lane_heights: Mapping[Edge, float]
) -> dict[str, float]:
    """The height that each node needs together with all that follows from it."""
    bands: dict[str, float] = {}
    for node_id in reversed(outline.order):
        behind = _behind(outline.edges[node_id], bands, lane_heights)
        bands[node_id] = max(heights[node_id] + GAP, behind)
    return bands


def _behind(edges: tuple[Edge, ...], bands: Mapping[str, float], lane_heights: Mapping[Edge, float]) -> float:
    return sum(lane_heights[edge] if edge.crossing else bands[edge.end] for edge in edges)


def _stack(
    outline: Outline, bands: Mapping[str, float], lane_heights: Mapping[Edge, float]
) -> tuple[dict[str, float], dict[Edge, float]]:
    """The top of each band and the lower end of each lane, in the order of the answers."""
    tops, lanes = {outline.order[0]: _TOP}, {}
    for node_id in outline.order:
        edges = outline.edges[node_id]
        y = tops[node_id] + (bands[node_id] - _behind(edges, bands, lane_heights)) / 2
        for edge in edges:
            if edge.crossing:
                y += lane_heights[edge]
                lanes[edge] = y
            else:
                tops[edge.end] = y
                y += bands[edge.end]
    return tops, lanes

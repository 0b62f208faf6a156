from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts.canvas import Box
from bot.charts.tree_layout import MAX_HEIGHT, MAX_WIDTH, Arrow, Layout, lay_out
from bot.charts.tree_outline import outline_of
from bot.charts.tree_rows import GAP
from bot.domain.trees import FlowTree, Node, NodeKind
from tests.charts.makers import FIX, Q, a_chain, a_flow, a_node

WORDS = ("Is it on?", "Restart the print spooler and try once more.", "x" * 80, "Why? " * 50, "")
LABELS = ("Yes", "No", "It did not", "Only since the update of last week", "w" * 75, "")


@st.composite
def flows(draw: st.DrawFn, largest: int = 45) -> FlowTree:
    """Trees with some more edges that lead to a later node: valid flows have no circles."""
    size = draw(st.integers(1, largest))
    answers: dict[int, list[int]] = {index: [] for index in range(size)}
    for index in range(1, size):
        answers[draw(st.integers(max(0, index - 6), index - 1))].append(index)
    for _ in range(draw(st.integers(0, 6)) if size > 1 else 0):
        start = draw(st.integers(0, size - 2))
        answers[start].insert(0, draw(st.integers(start + 1, size - 1)))
    nodes = {}
    for index, ends in answers.items():
        kind = draw(st.sampled_from([NodeKind.QUESTION, NodeKind.ACTION] if ends else [FIX]))
        labelled = [(draw(st.sampled_from(LABELS)), f"n{end}") for end in ends]
        nodes[f"n{index}"] = a_node(kind, draw(st.sampled_from(WORDS)), *labelled)
    return FlowTree("n0", nodes)


def laid_out(tree: FlowTree) -> Layout:
    return lay_out(outline_of(tree), tree.nodes)


def apart(one: Box, other: Box) -> bool:
    beside = one.right < other.left or other.right < one.left
    return beside or one.bottom + GAP <= other.top + 0.01 or other.bottom + GAP <= one.top + 0.01


def runs_through(arrow: Arrow, box: Box) -> bool:
    """A bend stays inside the rectangle between its two points, so it is enough to look at that."""
    for (x0, y0), (x1, y1) in pairwise(arrow.points):
        low, high = min(y0, y1), max(y0, y1)
        if x0 < box.right and box.left < x1 and low < box.bottom and box.top < high:
            return True
    return False


@settings(max_examples=80, deadline=None)
@given(flows())
def test_nodes_never_overlap_and_no_edge_runs_through_one(tree: FlowTree) -> None:
    layout = laid_out(tree)
    assert all(apart(one, other) for one, other in combinations(layout.boxes.values(), 2))
    assert not [
        (arrow.edge, node_id)
        for arrow in layout.arrows
        for node_id, box in layout.boxes.items()
        if runs_through(arrow, box)
    ]


@settings(max_examples=40, deadline=None)
@given(flows())
def test_everything_is_inside_and_nothing_is_lost(tree: FlowTree) -> None:
    layout = laid_out(tree)
    assert layout.width <= MAX_WIDTH
    assert layout.height <= MAX_HEIGHT
    assert len(layout.boxes) + layout.hidden == sum(1 for _ in tree.walk())
    assert all(box.left > 0 and box.right < layout.width for box in layout.boxes.values())
    assert all(box.top > 0 and box.bottom < layout.height for box in layout.boxes.values())
    assert bool(layout.hidden) == bool(layout.cut)


@settings(max_examples=40, deadline=None)
@given(flows())
def test_each_node_is_drawn_once_with_all_edges_leading_right(tree: FlowTree) -> None:
    outline = outline_of(tree)
    for edges in outline.edges.values():
        assert all(outline.columns[edge.start] < outline.columns[edge.end] for edge in edges)
    ends = [edge.end for edges in outline.edges.values() for edge in edges if not edge.crossing]
    assert sorted(ends) == sorted(outline.order[1:])
    assert {(edge.start, edge.end) for edges in outline.edges.values() for edge in edges} == {
        (node_id, option.next) for node_id, node, _ in tree.walk() for option in node.options
    }


def test_numbers_follow_the_walk() -> None:
    layout = laid_out(a_flow())
    assert layout.texts["n1"][0].startswith("1. Is split")
    assert [layout.texts[node_id][0].split(".")[0] for node_id, _, _ in a_flow().walk()] == list("123456789")


def test_a_node_reached_twice_has_two_edges() -> None:
    labels = {arrow.label for arrow in laid_out(a_flow()).arrows if arrow.edge.end == "n3"}
    assert labels == {("No",), ("It did", "not")}


def test_two_answers_with_one_target_share_an_edge() -> None:
    nodes = {"a": a_node(Q, "On?", ("Yes", "b"), ("No", "b")), "b": a_node(FIX, "Done.")}
    (arrow,) = laid_out(FlowTree("a", nodes)).arrows
    assert " ".join(arrow.label) == "Yes / No"


def test_parents_stand_in_the_middle_of_their_children() -> None:
    nodes = {"a": a_node(Q, "On?", ("Yes", "b"), ("No", "c")), "b": a_node(FIX, "B"), "c": a_node(FIX, "C")}
    boxes = laid_out(FlowTree("a", nodes)).boxes
    assert boxes["b"].bottom < boxes["a"].middle < boxes["c"].top
    assert abs(boxes["a"].middle - (boxes["b"].middle + boxes["c"].middle) / 2) < 0.01


def test_a_long_flow_is_cut_column_by_column() -> None:
    layout = laid_out(a_chain(30))
    assert layout.hidden > 30
    assert len(layout.cut) == 1
    assert "q0" in layout.boxes


def test_a_circle_and_a_missing_target_are_left_out() -> None:
    nodes: dict[str, Node] = {
        "a": a_node(Q, "A?", ("on", "b"), ("gone", "nowhere")),
        "b": a_node(Q, "B?", ("back", "a"), ("itself", "b"), ("on", "c")),
        "c": a_node(FIX, "C."),
    }
    arrows = laid_out(FlowTree("a", nodes)).arrows
    assert [(arrow.edge.start, arrow.edge.end) for arrow in arrows] == [("a", "b"), ("b", "c")]

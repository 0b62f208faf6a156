"""A flow as a picture, for the people who decide on it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.charts.tree_layout import lay_out
from bot.charts.tree_outline import outline_of
from bot.charts.tree_page import TreePage, empty_page
from bot.charts.tree_shapes import CHANGED, LOOKS, NEW
from bot.domain.cards import Picture
from bot.domain.immaterial import immaterial
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.words import alt_text, counted, listed, one_line

NO_STEPS = "This flow has no steps yet."
NOT_ASKED = "not asked"
_LONGEST_QUOTE = 200


def draw_tree(
    tree: FlowTree,
    title: str,
    *,
    added: frozenset[str] = frozenset(),
    changed: frozenset[str] = frozenset(),
) -> Picture:
    """The flow from left to right, its steps numbered in the order of `FlowTree.walk`, new and changed ones marked.

    Steps that make no difference say that they are not asked.

    As large as the flow needs, up to 2,400 by 3,600 pixels; a flow that needs more is cut and says so.
    """
    outline, filename = outline_of(tree), "flow.png"
    if not outline.order:
        return Picture(empty_page(title, NO_STEPS), NO_STEPS, filename)
    left_out = immaterial(tree)
    alt = _alt(tree, added, changed, left_out=len(left_out))
    layout = lay_out(outline, tree.nodes, notes=dict.fromkeys(left_out, (NOT_ASKED,)))
    marks = dict.fromkeys(changed, CHANGED) | dict.fromkeys(added, NEW)
    kinds = {tree.nodes[node_id].kind for node_id in layout.boxes}
    signs = {marks[node_id] for node_id in layout.boxes if node_id in marks}
    page = TreePage(
        title=title,
        layout=layout,
        looks={node_id: LOOKS[tree.nodes[node_id].kind] for node_id in layout.boxes},
        marks=marks,
        legend=[
            [
                *(LOOKS[kind] for kind in NodeKind if kind in kinds),
                *(mark for mark in (NEW, CHANGED) if mark in signs),
            ]
        ],
        note=f"… and {counted(layout.hidden, 'more step')}: open Details" if layout.hidden else "",
    )
    return Picture(page.render(), alt, filename)


def _alt(tree: FlowTree, added: frozenset[str], changed: frozenset[str], *, left_out: int) -> str:
    steps = {node_id: node for node_id, node, _ in tree.walk()}
    root = steps[tree.root]
    begins = "asks" if root.kind is NodeKind.QUESTION else "says"
    ends = [part for part in (_fixes(steps.values()), _escalations(steps.values())) if part]
    new, other = len(added & steps.keys()), len(changed & steps.keys())
    marked = [f"{new} new"] * bool(new) + [f"{other} changed"] * bool(other)
    return alt_text(
        f"Flow with {counted(len(steps), 'step')}: first {begins} {_quoted(root)}; {'; '.join(ends)}.",
        f"Marked: {listed(marked)}." if marked else "",
        f"Not asked, for it makes no difference: {left_out}." if left_out else "",
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

"""What people flagged in a flow, as long as nobody has changed the step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.flows import Flow, FlowVersion
from bot.domain.merging import compare
from bot.domain.trees import FlowTree
from bot.domain.troubleshooting import Flag, Troubleshooting

FLAG_AGE = timedelta(days=90)
"""Flags of older sessions are not told any more, as their use is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFlag:
    """A note about a step (`node`, which asks `asked`), by somebody's name, in a session that `began_at`."""

    node: str
    asked: str
    note: str
    by: str
    began_at: datetime


def open_flags(
    flow: Flow, versions: Iterable[FlowVersion], flagged: Sequence[Troubleshooting]
) -> list[tuple[Troubleshooting, Flag]]:
    """The flags of these sessions whose step is still as it was, in the order of the flow's steps.

    A step whose words or answers are others by now was mended; so was one that is gone.
    """
    trees = {version.number: version.draft.tree for version in versions}
    order = {node_id: at for at, (node_id, _, _) in enumerate(flow.tree.walk())}
    found = [
        (order[place.node], live, flag)
        for live in flagged
        for flag in live.flags
        if (place := flag.place) is not None and place.flow_id == flow.id
        if place.node in order and place.version in trees
        if place.node not in touched(trees[place.version], flow.tree)
    ]
    return [(live, flag) for _, live, flag in sorted(found, key=lambda each: each[0])]


def touched(before: FlowTree, after: FlowTree) -> frozenset[str]:
    """The nodes of the tree before whose words or answers are others in the tree after."""
    change = compare(before, after)
    return frozenset((*change.changed, *change.removed, *(branch.node for branch in change.branches)))

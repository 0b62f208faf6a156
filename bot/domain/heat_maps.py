"""A flow's heat map: how many sessions came to each step, and where they left it or were handed over."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.flow_use import MIN_ASKED, NOT_ASKED, USE_DAYS, USE_SESSIONS, NodeUse, TreeUse
from bot.domain.flows import Flow
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.words import MIN_FOR_PERCENT, counted, one_line, short_duration

NOBODY = "nobody yet"
_QUOTE = 120
"""Characters of a step's words in the takeaway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepHeat:
    """One step, with its number from 1 in the order of `FlowTree.walk`."""

    number: int
    node_id: str
    text: str
    use: NodeUse


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    flow: Flow
    use: TreeUse

    @property
    def tree(self) -> FlowTree:
        return self.flow.tree

    @property
    def takeaway(self) -> str:
        """For example "Most leave at: Is split tunnelling on? (6 of 41)"."""
        use = self.use
        if not use.sessions:
            return "Nobody has followed this flow yet"
        if use.is_learnt:
            return f"Nobody has followed this flow yet; {counted(use.sessions, 'session')} taught it"
        if use.sessions < MIN_ASKED:
            return f"Only {counted(use.sessions, 'session')} so far: too few to say where people leave"
        if use.most_left is None:
            return self._most_escalated or self._seldom_left
        node = self.tree.nodes[use.most_left]
        rate = use.of(use.most_left).escapes
        if node.kind is NodeKind.RESOLUTION:
            return f"Helps least: {_words(node)} (not in {rate.hits:,} of {rate.n:,})"
        return f"Most leave at: {_words(node)} ({rate.hits:,} of {rate.n:,})"

    @property
    def _most_escalated(self) -> str | None:
        """Where the flow itself does not hand over."""
        handed_over = {
            node_id: use
            for node_id, use in self.use.nodes.items()
            if use.escalated and self.tree.nodes[node_id].kind is not NodeKind.ESCALATION
        }
        if not handed_over:
            return None
        node_id, use = max(sorted(handed_over.items()), key=lambda each: each[1].escalated)
        return (
            f"Most are escalated at: {_words(self.tree.nodes[node_id])} ({use.escalated:,} of {use.asked:,})"
        )

    @property
    def _seldom_left(self) -> str:
        """Nobody left, or at no step enough to speak of it."""
        times = sum(use.escapes.hits for use in self.use.nodes.values())
        sessions = counted(self.use.sessions, "session")
        return f"Left {counted(times, 'time')} in {sessions}" if times else f"Nobody left in {sessions}"

    @property
    def basis(self) -> str:
        """Which sessions the numbers are of, and whether they are few."""
        use = self.use
        if not use.sessions:
            return f"No session in {USE_DAYS} days"
        if use.is_learnt:
            return f"The way of the {counted(use.sessions, 'session')} that it was learnt from"
        if use.sessions >= USE_SESSIONS:
            return f"The newest {USE_SESSIONS} sessions in {USE_DAYS} days"
        sessions = f"{counted(use.sessions, 'session')} in {USE_DAYS} days"
        return f"Only {sessions}" if use.sessions < MIN_FOR_PERCENT else sessions

    @property
    def steps(self) -> tuple[StepHeat, ...]:
        """All steps: the one of the takeaway, those where most leave or are handed over, then by traffic."""
        weak = self.use.most_left
        steps = [
            StepHeat(number=number, node_id=node_id, text=node.text, use=self.use.of(node_id))
            for number, (node_id, node, _) in enumerate(self.tree.walk(), 1)
        ]
        return tuple(sorted(steps, key=lambda step: (step.node_id != weak, *_rank(step))))


def _words(node: Node) -> str:
    return one_line(node.text, _QUOTE).removesuffix(".")


def _rank(step: StepHeat) -> tuple[int, int, int]:
    lost = step.use.escapes.hits + step.use.escalated
    return -lost, -step.use.asked, step.number


def use_words(use: NodeUse) -> tuple[str, ...]:
    """For example ("41 came", "6 left", "2 escalated", "3 min")."""
    if use == NOT_ASKED:
        return (NOBODY,)
    left = use.escapes.hits - use.failed
    parts = (
        (use.asked, f"{use.asked:,} came"),
        (left, f"{left:,} left"),
        (use.failed, f"{use.failed:,} not helped"),
        (use.escalated, f"{use.escalated:,} escalated"),
        (use.minutes is not None, short_duration(use.minutes or 0)),
    )
    return tuple(words for count, words in parts if count)

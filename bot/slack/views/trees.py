"""A flow's tree in words: its steps as numbered lines, and what a proposal changes in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from bot.domain.merging import Branch, TreeChange
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.words import counted, listed
from bot.slack.mrkdwn import bold, escape, plain

STEP_CHARACTERS = 160
ANSWER_CHARACTERS = 40
MAX_CHANGES = 5
_BEGINNINGS = {NodeKind.RESOLUTION: "Fix: ", NodeKind.ESCALATION: "Hand over: "}


def step_lines(tree: FlowTree) -> list[str]:
    """One line a step, in the order in which they are asked: "1. Is it on?   Yes → 2 · No → 5"."""
    walked = list(tree.walk())
    numbers = {node_id: number for number, (node_id, _, _) in enumerate(walked, 1)}
    return [_step_line(numbers[node_id], node, numbers) for node_id, node, _ in walked]


def _step_line(number: int, node: Node, numbers: dict[str, int]) -> str:
    text = f"{number}. {_BEGINNINGS.get(node.kind, '')}{escape(plain(node.text, STEP_CHARACTERS))}"
    answers = " · ".join(
        f"{escape(plain(option.label, ANSWER_CHARACTERS))} → {numbers.get(option.next, '?')}"
        for option in node.options
    )
    return f"{text}   _{answers.replace('_', ' ')}_" if answers else text


def first_steps(tree: FlowTree, lines: int) -> str:
    """The first steps, at most so many lines, and how many follow."""
    steps = step_lines(tree)
    more = len(steps) - lines
    return "\n".join([*steps[:lines], *([f"… {counted(more, 'more step')}"] if more > 0 else [])])


def change_lines(change: TreeChange, tree: FlowTree) -> list[str]:
    """What is different, one line each; `tree` is the changed one."""
    lines = [_branch_line(branch, change, tree) for branch in change.branches]
    lines += [f"Changes {_named(tree, node_id)}" for node_id in change.changed if node_id in tree.nodes]
    if change.removed:
        lines.append(f"Removes {counted(len(change.removed), 'step')}")
    if not lines:
        return [f"Adds {counted(len(change.added), 'step')}"] if change.added else ["Changes no step"]
    more = len(lines) - MAX_CHANGES
    return [*lines[:MAX_CHANGES], f"… {counted(more, 'more change')}"] if more > 0 else lines


def change_phrase(change: TreeChange) -> str:
    """What is different, in a phrase: "adds 2 steps, changes 1"."""
    verbs = (("adds", change.added), ("changes", change.changed), ("removes", change.removed))
    return ", ".join(f"{verb} {counted(len(ids), 'step')}" for verb, ids in verbs if ids) or "adds answers"


def _branch_line(branch: Branch, change: TreeChange, tree: FlowTree) -> str:
    after = f"After {_named(tree, branch.node)}, {escape(plain(branch.label, ANSWER_CHARACTERS))}: "
    if branch.leads_to not in change.added:
        return f"{after}goes on with {_named(tree, branch.leads_to)}"
    behind = [node for node_id, node in _behind(branch, tree, change.added) if node_id != branch.leads_to]
    return after + "adds " + listed([_named(tree, branch.leads_to), *_kinds(behind)])


def _behind(branch: Branch, tree: FlowTree, added: Collection[str]) -> list[tuple[str, Node]]:
    """The new steps that the branch leads to."""
    return [
        (node_id, node)
        for node_id, node, _ in FlowTree(branch.leads_to, tree.nodes).walk()
        if node_id in added
    ]


def _kinds(nodes: Sequence[Node]) -> list[str]:
    words = {NodeKind.RESOLUTION: ("fix", "fixes"), NodeKind.ESCALATION: ("hand-over", "hand-overs")}
    kinds = Counter(words.get(node.kind, ("step", "steps")) for node in nodes)
    return [counted(count, one, many) for (one, many), count in kinds.items()]


def _named(tree: FlowTree, node_id: str) -> str:
    node = tree.nodes.get(node_id)
    return bold(plain(node.text, STEP_CHARACTERS)) if node else "a step"

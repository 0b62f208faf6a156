"""A flow's tree in words: its steps as numbered lines, and what a proposal changes in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from bot.domain.immaterial import immaterial
from bot.domain.merging import Branch, TreeChange, compare
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.domain.words import counted, listed
from bot.slack.mrkdwn import bold, escape, plain
from bot.slack.views.phrases import capitalised, script_words

STEP_CHARACTERS = 160
ANSWER_CHARACTERS = 40
MAX_CHANGES = 5
NOT_ASKED = "   (not asked: makes no difference)"
_BEGINNINGS = {NodeKind.RESOLUTION: "Fix: ", NodeKind.ESCALATION: "Hand over: "}


def step_lines(tree: FlowTree) -> list[str]:
    """One line a step, in the order in which they are asked: "1. Is it on?   Yes → 2 · No → 5".

    A step that makes no difference says so.
    """
    walked, left_out = list(tree.walk()), immaterial(tree)
    numbers = {node_id: number for number, (node_id, _, _) in enumerate(walked, 1)}
    return [
        _step_line(numbers[node_id], node, numbers) + (NOT_ASKED if node_id in left_out else "")
        for node_id, node, _ in walked
    ]


def _step_line(number: int, node: Node, numbers: dict[str, int]) -> str:
    if node.is_unfinished:
        return f"{number}. (still to be written)"
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


def change_lines(before: FlowTree, after: FlowTree, limit: int = MAX_CHANGES) -> list[str]:
    """What is different, one line each, with the way to it: "After *Is it on?* No: adds *Plug it in* and 1 fix"."""
    change = compare(before, after)
    lines = [_beginning_line(change, after)] if after.root in change.added else []
    lines += [_branch_line(branch, change, after) for branch in change.branches]
    lines += [line for node_id in change.changed for line in _changed_lines(node_id, before, after, change)]
    lines += [f"{_way_to(node_id, before)}removes {_named(before, node_id)}" for node_id in change.removed]
    if not lines:
        return ["Changes no step"]
    more = len(lines) - limit
    shown = [capitalised(line) for line in lines[:limit]]
    return [*shown, f"… {counted(more, 'more change')}"] if more > 0 else shown


def change_phrase(change: TreeChange) -> str:
    """What is different, in a phrase: "adds 2 steps, changes 1"."""
    verbs = (("adds", change.added), ("changes", change.changed), ("removes", change.removed))
    return ", ".join(f"{verb} {counted(len(ids), 'step')}" for verb, ids in verbs if ids) or "adds answers"


def _beginning_line(change: TreeChange, tree: FlowTree) -> str:
    return f"before the first step: {_adds(tree.root, change, tree)}"


def _branch_line(branch: Branch, change: TreeChange, tree: FlowTree) -> str:
    way = _way(tree.nodes[branch.node], branch.label)
    if branch.leads_to not in change.added:
        return f"{way}goes on with {_named(tree, branch.leads_to)}"
    return way + _adds(branch.leads_to, change, tree)


def _adds(node_id: str, change: TreeChange, tree: FlowTree) -> str:
    """The first new step by its words, those behind it by their number."""
    behind = [node for each, node in _new_steps(node_id, tree, change.added) if each != node_id]
    return "adds " + listed([_named(tree, node_id), *_kinds(behind)])


def _changed_lines(node_id: str, before: FlowTree, after: FlowTree, change: TreeChange) -> list[str]:
    """The new words of a step, and what became of the answers that it had."""
    old, new = before.nodes[node_id], after.nodes[node_id]
    lines = []
    if old.text != new.text:
        lines.append(
            f"{_way_to(node_id, after)}changes {_named(before, node_id)} to {_named(after, node_id)}"
        )
    if old.script != new.script:
        lines.append(_way_to(node_id, after) + _script_line(new, _named(after, node_id)))
    kept = {option.id: option for option in new.options}
    for option in old.options:
        lines += _answer_lines(option, kept.get(option.id), new, after, change)
    same_answers = [option for option in new.options if option in old.options] == list(old.options)
    if not lines and not (same_answers and _words(old) == _words(new)):
        lines.append(f"{_way_to(node_id, after)}changes {_named(after, node_id)}")
    return lines


def _script_line(node: Node, named: str) -> str:
    if not node.script:
        return f"takes the script of {named} away"
    return f"gives {named} a script: {script_words(node.script)}"


def _answer_lines(
    old: Option, new: Option | None, node: Node, tree: FlowTree, change: TreeChange
) -> list[str]:
    if new is None:
        return [f"{_way(node, old.label)}no longer goes on"]
    lines = []
    if new.label != old.label:
        label = escape(plain(new.label, ANSWER_CHARACTERS))
        lines.append(f"{_way(node, old.label)}the answer becomes {label}")
    if new.next != old.next:
        is_new = new.next in change.added
        goes_on = _adds(new.next, change, tree) if is_new else f"goes on with {_named(tree, new.next)}"
        lines.append(_way(node, new.label) + goes_on)
    return lines


def _words(node: Node) -> tuple[str | None, ...]:
    return (node.kind, node.text, node.help, node.expected, node.script)


def _way_to(node_id: str, tree: FlowTree) -> str:
    """The question and the answer that lead there; nothing for the first step."""
    for _, node, _ in tree.walk():
        for option in node.options:
            if option.next == node_id:
                return _way(node, option.label)
    return ""


def _way(node: Node, label: str) -> str:
    """For example "after *Is it on?* No: "."""
    text = plain(node.text, STEP_CHARACTERS)
    preposition = "at" if text.casefold().startswith("after") else "after"
    return f"{preposition} {bold(text)} {escape(plain(label, ANSWER_CHARACTERS))}: "


def _new_steps(first: str, tree: FlowTree, added: Collection[str]) -> list[tuple[str, Node]]:
    """The new steps from this one on."""
    return [(node_id, node) for node_id, node, _ in FlowTree(first, tree.nodes).walk() if node_id in added]


def _kinds(nodes: Sequence[Node]) -> list[str]:
    words = {NodeKind.RESOLUTION: ("fix", "fixes"), NodeKind.ESCALATION: ("hand-over", "hand-overs")}
    kinds = Counter(words.get(node.kind, ("step", "steps")) for node in nodes)
    return [counted(count, one, many) for (one, many), count in kinds.items()]


def _named(tree: FlowTree, node_id: str) -> str:
    node = tree.nodes.get(node_id)
    return bold(plain(node.text, STEP_CHARACTERS)) if node else "a step"

"""What a session adds to a tree, and how two trees differ.

The merge is ours, whoever aligned the session: its result is a valid tree or a refusal, never something in between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.analysis import AlignedStep
from bot.domain.errors import FlowPilotError
from bot.domain.guidance import same_words
from bot.domain.sessions import Session, Step, StepKind
from bot.domain.tree_ids import next_number
from bot.domain.trees import MAX_LABEL, MAX_PROMPT, Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import NOT_WORKED, WORKED
from bot.domain.validation import problems_of

_HALF_PLACEHOLDER = re.compile(r"<[A-Za-z][A-Za-z -]*\d*$")


class MergeRefusedError(FlowPilotError):
    """The session cannot become part of the tree, with the reason."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A new answer to a node that was there before: the node's id, the label, and the id of the first node behind it."""

    node: str
    label: str
    leads_to: str


@dataclass(frozen=True, slots=True)
class TreeChange:
    """Ids of the nodes that came, changed (in anything but evidence and new answers) and went, and the new answers."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.changed or self.removed or self.branches)

    @property
    def only_adds_branches(self) -> bool:
        """True when all that was there stays as it was, and answers came."""
        return bool(self.branches) and not (self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Conflict:
    """The session answered `node` with `label` and went on with its step `step`; in the tree that answer leads elsewhere.

    The tree stays as it is.
    """

    node: str
    label: str
    step: int


@dataclass(frozen=True, slots=True)
class Merged:
    """A valid tree with the session's evidence, what came to it, and what could not.

    `unplaced` are the steps (the resolution is the step after the last) that found no place in the tree; `crowded_out`
    those whose answer would have made it larger than a tree may be.
    """

    tree: FlowTree
    change: TreeChange
    conflicts: tuple[Conflict, ...] = ()
    unplaced: tuple[int, ...] = ()
    crowded_out: tuple[int, ...] = ()


def compare(before: FlowTree | None, after: FlowTree) -> TreeChange:
    """What makes `after` another tree than `before`; evidence alone is no difference."""
    if before is None:
        return TreeChange(added=tuple(after.nodes))
    kept = [node_id for node_id in after.nodes if node_id in before.nodes]
    root_moved = before.root != after.root
    return TreeChange(
        added=tuple(node_id for node_id in after.nodes if node_id not in before.nodes),
        changed=tuple(
            node_id
            for node_id in kept
            if _is_changed(before.nodes[node_id], after.nodes[node_id])
            or (root_moved and node_id == before.root)
        ),
        removed=tuple(node_id for node_id in before.nodes if node_id not in after.nodes),
        branches=tuple(
            branch
            for node_id in kept
            for branch in _branches(node_id, before.nodes[node_id], after.nodes[node_id])
        ),
    )


def _is_changed(before: Node, after: Node) -> bool:
    """Whether more happened than new answers: old answers count with label, target and order."""
    known = {option.id for option in before.options}
    kept = tuple(option for option in after.options if option.id in known)
    return _words(before) != _words(after) or kept != before.options


def _words(node: Node) -> tuple[str | None, ...]:
    return (node.kind, node.text, node.help, node.expected, node.script)


def _branches(node_id: str, before: Node, after: Node) -> list[Branch]:
    known = {option.id for option in before.options}
    return [Branch(node_id, option.label, option.next) for option in after.options if option.id not in known]


def merge(tree: FlowTree | None, session: Session, steps: Sequence[AlignedStep]) -> Merged:
    """The tree with the session's path in it; without a tree, the path alone.

    Steps at known nodes become their evidence. Steps without a node become a branch where the tree knew no such
    answer; before the root they come before it. A known answer is never led elsewhere: that is a conflict, reported.
    A branch for which there is no room is left out, reported too, and the rest of the session still counts.
    A fix of the tree that was tried and did not help becomes an action before it: where it worked the fix follows as
    it did, where it did not help what the session went on with.

    Merging a session twice changes nothing the second time. In which order sessions are merged decides over the ids
    and the wording of nodes, over which of two targets an answer keeps, and over what gets the last room.

    Raises:
        MergeRefusedError: the session teaches nothing, shares no step with the tree, or is too long for one by itself.
    """
    path = _path_of(tree, session, steps)
    growth = _Growth(tree)
    before: _Stop | None = None
    pending: list[_Stop] = []
    for stop in path:
        if stop.node_id is None:
            pending.append(stop)
            continue
        growth.support(stop.node_id, stop)
        growth.connect(before, pending, stop)
        before, pending = stop, []
    if tree is None:
        growth.begin(pending)
    elif before is None:
        raise MergeRefusedError("The session shares no step with this flow.")
    elif pending:
        growth.connect(before, pending, None)
    return growth.result(tree)


@dataclass(frozen=True, slots=True)
class _Stop:
    """One stop of the session's path: the node that it is, or (None) the node that it would become.

    `label` is the answer that was given; the resolution has none. `tried` is the fix of a flow that did not help.
    """

    step: int
    node_id: str | None
    node: Node
    label: str = ""
    tried: str | None = None


def _path_of(tree: FlowTree | None, session: Session, steps: Sequence[AlignedStep]) -> list[_Stop]:
    """The answered steps in order, each once, and the resolution. Node ids that cannot be right count as none."""
    end = len(session.steps)
    wording: dict[int, AlignedStep] = {}
    failed = [AlignedStep(at, None, "") for at, step in enumerate(session.steps) if tried_in_vain(step)]
    for aligned in (*steps, *failed, AlignedStep(end, None, "")):
        wording.setdefault(aligned.step, aligned)
    used: set[str] = set()
    path: list[_Stop] = []
    for number in sorted(number for number in wording if 0 <= number <= end):
        stop = _stop(session, wording[number])
        if stop is None:
            continue
        node_id = stop.node_id if tree and stop.node_id not in used and _fits(tree, stop) else None
        used.update([node_id] if node_id else [])
        meant = (
            tree.nodes[node_id].option_labelled(wording[number].answer or "") if tree and node_id else None
        )
        path.append(replace(stop, node_id=node_id, label=meant.label if meant else stop.label))
    if len(path) == 1:
        raise MergeRefusedError("The session has no answered step to learn from.")
    return path


def _stop(session: Session, aligned: AlignedStep) -> _Stop | None:
    """None for a step that was skipped or says nothing."""
    evidence = frozenset({Evidence(session.id, aligned.step)})
    if aligned.step == len(session.steps):
        text = aligned.text.strip() or (session.resolution or "").strip()
        if not text:
            raise MergeRefusedError("The session was resolved without a word about how.")
        fix = Node(kind=NodeKind.RESOLUTION, text=shortened(text, MAX_PROMPT), evidence=evidence)
        return _Stop(aligned.step, aligned.node_id, fix)
    step = session.steps[aligned.step]
    text, label = aligned.text.strip() or step.prompt.strip(), label_of(step)
    if not text or label is None:
        return None
    kind = NodeKind.ACTION if step.kind is StepKind.ACTION else NodeKind.QUESTION
    node = Node(kind=kind, text=shortened(text, MAX_PROMPT), help=step.help, evidence=evidence)
    return _Stop(aligned.step, aligned.node_id, node, label, tried_in_vain(step))


def tried_in_vain(step: Step) -> str | None:
    """The fix of a flow, in the flow's words, if the step tried it and it did not help."""
    is_trial = step.options == (WORKED, NOT_WORKED) and step.choice == NOT_WORKED
    return step.prompt if is_trial else None


def label_of(step: Step) -> str | None:
    """The answer as an option's label: the choice as it was offered, else the free text; None for a skipped step, and one beside the problem."""
    if step.is_beside:
        return None
    answer = " ".join((step.choice or "").split()) or " ".join((step.answer_text or "").split())
    return shortened(answer, MAX_LABEL) if answer else None


def shortened(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut between words where it can be, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = _HALF_PLACEHOLDER.sub("", text[: limit - 1])
    is_between_words = cut[-1:].isspace() or text[len(cut)].isspace()
    if not is_between_words and " " in cut:
        cut = cut.rsplit(None, 1)[0]
    return cut.rstrip(" ,;:") + "…"


def renumbered(tree: FlowTree, like: FlowTree) -> FlowTree:
    """The tree, with the ids and words of `like` for each node that is the same: the two share most of their evidence.

    So a tree that was learnt anew still is the flow that people know, reviewed wording and all. A valid tree stays
    valid, all of its evidence stays, and doing it again changes nothing. What has equal evidence in common with
    several nodes becomes the one with its own id, or else the one with the first.
    """
    known = _same_nodes(tree, like)
    fresh = next_number((*tree.nodes, *like.nodes))
    ids = {
        node_id: known.get(node_id) or (f"n{number}" if node_id in like.nodes else node_id)
        for number, node_id in enumerate(tree.nodes, start=fresh)
    }
    return FlowTree(
        ids[tree.root],
        {
            ids[node_id]: _known_as(node, like.nodes.get(ids[node_id]), ids)
            for node_id, node in tree.nodes.items()
        },
    )


def _same_nodes(tree: FlowTree, like: FlowTree) -> dict[str, str]:
    """For nodes of `tree` the node of `like` that it is, those with the most common evidence first."""
    shared = [
        (-len(node.evidence & other.evidence), node_id != other_id, node_id, other_id)
        for node_id, node in tree.nodes.items()
        for other_id, other in like.nodes.items()
        if node.kind.is_end is other.kind.is_end and node.evidence & other.evidence
    ]
    same: dict[str, str] = {}
    for _, _, node_id, other_id in sorted(shared):
        if node_id not in same and other_id not in same.values():
            same[node_id] = other_id
    return same


def _known_as(node: Node, known: Node | None, ids: Mapping[str, str]) -> Node:
    """The node with its targets renumbered and, when it was known, under its known words, answers and their ids."""
    options = tuple(replace(option, next=ids[option.next]) for option in node.options)
    if known is None:
        return replace(node, options=options)
    same = {option: known.option_labelled(option.label) for option in options}
    kept = {before.id: replace(before, next=option.next) for option, before in same.items() if before}
    fresh: list[Option] = []
    for option in (option for option, before in same.items() if before is None):
        before = _leading_to(option.next, known)
        if before and before.id not in kept:
            kept[before.id] = replace(before, next=option.next)
        else:
            fresh.append(option)
    number = next_number(option.id for option in known.options)
    return replace(
        known,
        options=(
            *(kept[option.id] for option in known.options if option.id in kept),
            *(replace(option, id=f"o{number + at}") for at, option in enumerate(fresh)),
        ),
        evidence=node.evidence,
    )


def _leading_to(node_id: str, node: Node) -> Option | None:
    """The only option that leads there."""
    leading = [option for option in node.options if option.next == node_id]
    return leading[0] if len(leading) == 1 else None


def _fits(tree: FlowTree, stop: _Stop) -> bool:
    node = tree.nodes.get(stop.node_id or "")
    if node is None:
        return False
    return node.kind is NodeKind.RESOLUTION if stop.node.kind.is_end else not node.kind.is_end


class _Growth:
    """A tree while a session is added to it."""

    def __init__(self, tree: FlowTree | None) -> None:
        self.root = tree.root if tree else ""
        self.nodes = dict(tree.nodes) if tree else {}
        self.conflicts: list[Conflict] = []
        self.unplaced: list[int] = []
        self.crowded_out: list[int] = []
        self._next_number = next_number(self.nodes)

    def support(self, node_id: str, stop: _Stop) -> None:
        node = self.nodes[node_id]
        self.nodes[node_id] = replace(node, evidence=node.evidence | stop.node.evidence)

    def begin(self, stops: Sequence[_Stop]) -> None:
        self.root = self._chain(stops, None)

    def connect(self, before: _Stop | None, new: Sequence[_Stop], target: _Stop | None) -> None:
        """Lead the answer given at `before` through the new stops to `target` (None: the last new stop is the end)."""
        target_id = target.node_id if target else None
        if before is None or before.node_id is None:
            self._begin_before(new, target_id)
        elif (option := self.nodes[before.node_id].option_labelled(before.label)) and self._is_tried(
            option.next, new
        ):
            self._go_on_after_fix(before, option, new, target_id)
        elif option:
            self._leave_out(new)
            if target_id is None or not self._reaches(option.next, target_id):
                went_to = next(stop for stop in (*new, target) if stop)
                self.conflicts.append(Conflict(before.node_id, before.label, went_to.step))
        elif target_id and self._reaches(target_id, before.node_id):
            self._leave_out(new)
        else:
            root, nodes = self.root, dict(self.nodes)
            self._add_option(before.node_id, before.label, self._chain(new, target_id))
            self._require_room(root, nodes, before, new)

    def _is_tried(self, node_id: str, new: Sequence[_Stop]) -> bool:
        """Whether the new steps begin with the fix that stands there, and it did not help."""
        fix = self.nodes[node_id]
        is_fix = fix.kind is NodeKind.RESOLUTION and bool(new) and new[0].tried is not None
        return is_fix and same_words(fix.text) == same_words(new[0].tried or "")

    def _go_on_after_fix(
        self, before: _Stop, option: Option, new: Sequence[_Stop], target_id: str | None
    ) -> None:
        """Lead the answer to an action that tries the fix, and from there to the fix, or on."""
        root, nodes = self.root, dict(self.nodes)
        if before.node_id is None or (target_id and self._reaches(target_id, before.node_id)):
            self._leave_out(new)
            return
        tried = replace(new[0].node, text=nodes[option.next].text)
        action_id = self._chain([replace(new[0], node=tried), *new[1:]], target_id)
        action = self.nodes[action_id]
        worked = Option("o1", WORKED, option.next)
        failed = replace(action.options[0], id="o2")
        self.nodes[action_id] = replace(action, options=(worked, failed))
        leading = self.nodes[before.node_id]
        options = [replace(each, next=action_id) if each == option else each for each in leading.options]
        self.nodes[before.node_id] = replace(leading, options=tuple(options))
        self._require_room(root, nodes, before, new)

    def _begin_before(self, new: Sequence[_Stop], target_id: str | None) -> None:
        """What was asked before the first question comes before it; what was asked before another has no place."""
        if new and target_id == self.root:
            root, nodes = self.root, dict(self.nodes)
            self.root = self._chain(new, target_id)
            self._require_room(root, nodes, new[-1], new)
        else:
            self._leave_out(new)

    def _require_room(self, root: str, nodes: dict[str, Node], answered: _Stop, new: Sequence[_Stop]) -> None:
        """Take back what has grown too large."""
        if problems_of(FlowTree(self.root, self.nodes)):
            self.root, self.nodes = root, nodes
            self.crowded_out.append(answered.step)
            self._leave_out(new)

    def result(self, before: FlowTree | None) -> Merged:
        tree = FlowTree(self.root, self.nodes)
        if problems := problems_of(tree):
            raise MergeRefusedError(f"The session does not fit into the flow: {problems[0].sentence}")
        return Merged(
            tree,
            compare(before, tree),
            conflicts=tuple(self.conflicts),
            unplaced=tuple(self.unplaced),
            crowded_out=tuple(self.crowded_out),
        )

    def _leave_out(self, stops: Sequence[_Stop]) -> None:
        self.unplaced.extend(stop.step for stop in stops)

    def _chain(self, stops: Sequence[_Stop], target: str | None) -> str:
        """Add the stops as nodes, each leading to the next, and return the id of the first (or `target` without any)."""
        ids = [f"n{self._next_number + offset}" for offset in range(len(stops))]
        self._next_number += len(stops)
        for stop, node_id, next_id in zip(stops, ids, [*ids, target][1:], strict=True):
            options = (Option("o1", stop.label, next_id),) if next_id else ()
            self.nodes[node_id] = replace(stop.node, options=options)
        return [*ids, target][0] or ""

    def _add_option(self, node_id: str, label: str, next_id: str) -> None:
        node = self.nodes[node_id]
        option = Option(f"o{next_number(option.id for option in node.options)}", label, next_id)
        self.nodes[node_id] = replace(node, options=(*node.options, option))

    def _reaches(self, start: str, wanted: str) -> bool:
        return any(node_id == wanted for node_id, _, _ in FlowTree(start, self.nodes).walk())

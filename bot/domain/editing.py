"""A draft that somebody works on before it is published: whose it is, what can be undone, what it began from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from bot.domain.errors import FlowPilotError
from bot.domain.flows import FlowDraft
from bot.domain.members import Member
from bot.domain.sessions import ProblemDomain
from bot.domain.tree_ids import next_number
from bot.domain.trees import UNFINISHED, FlowTree, Node, NodeKind, Option
from bot.domain.validation import named, problems_of
from bot.domain.words import listed

MAX_UNDO = 20
"""Edits that can be taken back."""
TAKE_OVER_AFTER = timedelta(minutes=15)
"""Without a change for so long, a draft may be taken over by somebody else."""
DRAFTS_KEPT = timedelta(days=28)
"""Untouched for so long, a draft is forgotten: as long as a proposal waits for its decision."""

Value = TypeVar("Value")


class Edited(StrEnum):
    """What a draft is of."""

    PROPOSAL = "proposal"
    FLOW = "flow"
    BY_HAND = "by_hand"


NEW_FLOW = 0
"""In the place of a flow's id: there is none yet."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The proposal or the flow that a draft is of. Each has one draft at most.

    What its `author` proposes by hand has the id of the flow that it would change, or `NEW_FLOW`; its `topic` keeps apart
    what one author proposes on several occasions.
    """

    kind: Edited
    id: int
    author: str = ""
    topic: str = ""


class NothingToUndoError(FlowPilotError):
    """The draft is as it was when it was begun."""

    def __init__(self) -> None:
        super().__init__("There is nothing to undo.")


class DraftGoneError(FlowPilotError):
    """There is no such draft any more."""

    def __init__(self) -> None:
        super().__init__(
            "This draft is gone: somebody decided on the proposal, or gave the draft up. Look at the proposal's card."
        )


class DraftTakenError(FlowPilotError):
    """Somebody else works on the draft."""

    def __init__(self, editor: str) -> None:
        super().__init__(f"{editor} works on this draft now. Copy what you wrote, or ask.")
        self.editor = editor


class DraftMovedError(FlowPilotError):
    """The draft was changed in another window since the person saw it."""

    def __init__(self) -> None:
        super().__init__(
            "The draft has changed since you opened this. Copy what you wrote, close this and look again."
        )


class NotFinishedError(FlowPilotError):
    """Steps of the draft are still to be written; with their numbers."""

    def __init__(self, numbers: Sequence[int]) -> None:
        which = listed([str(number) for number in numbers])
        steps = f"Step {which} is" if len(numbers) == 1 else f"Steps {which} are"
        super().__init__(f"{steps} still to be written. Choose Edit Step there, then go on.")
        self.numbers = tuple(numbers)


class NothingChangedError(FlowPilotError):
    """The draft is the same as what is published."""

    def __init__(self) -> None:
        super().__init__("Nothing is changed yet. Change a step, or the title, first.")


class FlowOutOfUseError(FlowPilotError):
    """An archived flow is changed by nobody."""

    def __init__(self) -> None:
        super().__init__("This flow is archived. Bring it back before changing it.")


class CarryOverError(FlowPilotError):
    """A draft and the new version of what it was begun from changed the same things."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(
            f"The new version changes the same as your draft: {', '.join(names)}. Your draft stays as it is; "
            "copy what you need from Plain Text, then start over."
        )
        self.names = names


@dataclass(frozen=True, slots=True, kw_only=True)
class EditingDraft:
    """`content` is the draft now, `base` what it was begun from (version `base_version` of its subject).

    `undo` holds what it was before each edit, the last one first. `revision` grows with every change.
    """

    id: int
    subject: Subject
    base_version: int
    revision: int
    member_id: str
    content: FlowDraft
    base: FlowDraft
    undo: tuple[FlowDraft, ...]
    started_at: datetime
    updated_at: datetime

    @property
    def is_changed(self) -> bool:
        return self.content != self.base

    @property
    def used_ids(self) -> frozenset[str]:
        """The ids of steps that the draft has or had: no new step gets one of these."""
        return frozenset(
            node_id for each in (self.base, self.content, *self.undo) for node_id in each.tree.nodes
        )

    def can_be_taken_over(self, now: datetime) -> bool:
        """Whether somebody else may go on with it: nothing was changed in it, or not for a while."""
        return not self.is_changed or now - self.updated_at >= TAKE_OVER_AFTER

    def changed(self, content: FlowDraft, *, now: datetime) -> EditingDraft:
        """The next revision; the same content is no change."""
        if content == self.content:
            return self
        undo = (self.content, *self.undo)[:MAX_UNDO]
        return replace(self, content=content, undo=undo, revision=self.revision + 1, updated_at=now)

    def undone(self, *, now: datetime) -> EditingDraft:
        """Raises NothingToUndoError."""
        if not self.undo:
            raise NothingToUndoError
        last, *rest = self.undo
        return replace(self, content=last, undo=tuple(rest), revision=self.revision + 1, updated_at=now)

    def begun_anew(self, base: FlowDraft, base_version: int, *, now: datetime) -> EditingDraft:
        """The draft with everything given up, on the present version of its subject."""
        return replace(
            self,
            content=base,
            base=base,
            base_version=base_version,
            undo=(),
            revision=self.revision + 1,
            updated_at=now,
        )

    def taken_over(self, member_id: str, *, now: datetime) -> EditingDraft:
        return replace(self, member_id=member_id, revision=self.revision + 1, updated_at=now)

    def carried_over(self, theirs: FlowDraft, version: int, *, now: datetime) -> EditingDraft:
        """The draft's changes on a newer version of its subject.

        Raises:
            CarryOverError: both changed the same, or they do not go together.
        """
        content = merged_drafts(self.base, self.content, theirs)
        begun = self.begun_anew(theirs, version, now=now)
        return replace(begun, content=content, undo=() if content == theirs else (theirs,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """A draft as one person sees it. `editor` is the name of whoever works on it.

    `present` is what the draft is of, as that is now, in its `version`.
    """

    draft: EditingDraft
    present: FlowDraft
    version: int
    member: Member
    editor: str

    @property
    def is_mine(self) -> bool:
        return self.draft.member_id == self.member.id

    @property
    def is_stale(self) -> bool:
        """Whether there is a newer version than the one that the draft was begun from."""
        return self.draft.base_version != self.version

    @property
    def can_publish(self) -> bool:
        return self.is_mine and not self.is_stale


def merged_drafts(base: FlowDraft, mine: FlowDraft, theirs: FlowDraft) -> FlowDraft:
    """Both sides' changes since `base`, wherever only one side changed a thing.

    Raises:
        CarryOverError: with the names of what both changed, or of what the merged flow breaks.
    """
    conflicts: list[str] = []

    def merged(name: str, old: Value, ours: Value, other: Value) -> Value:
        if ours in (old, other):
            return other
        if other != old:
            conflicts.append(name)
        return ours

    nodes = _merged_nodes(base.tree, _apart(base.tree, mine.tree, theirs.tree), theirs.tree, conflicts)
    draft = FlowDraft(
        title=merged("the title", base.title, mine.title, theirs.title),
        summary=merged("the summary", base.summary, mine.summary, theirs.summary),
        tree=FlowTree(merged("the first step", base.tree.root, mine.tree.root, theirs.tree.root), nodes),
        problem_domain=merged("the domain", base.problem_domain, mine.problem_domain, theirs.problem_domain),
        keywords=merged("the keywords", base.keywords, mine.keywords, theirs.keywords),
    )
    if conflicts:
        raise CarryOverError(tuple(conflicts))
    if problems := problems_of(draft.tree, may_be_unfinished=True):
        raise CarryOverError(tuple(problem.sentence.rstrip(".") for problem in problems[:3]))
    return draft


def _apart(base: FlowTree, mine: FlowTree, theirs: FlowTree) -> FlowTree:
    """My tree, in which my new steps have ids that neither side has."""
    number = next_number([*base.nodes, *mine.nodes, *theirs.nodes])
    new = [node_id for node_id in mine.nodes if node_id not in base.nodes and node_id in theirs.nodes]
    renamed = {node_id: f"n{number + at}" for at, node_id in enumerate(new)}

    def of(node_id: str) -> str:
        return renamed.get(node_id, node_id)

    nodes = {
        of(node_id): replace(
            node, options=tuple(replace(option, next=of(option.next)) for option in node.options)
        )
        for node_id, node in mine.nodes.items()
    }
    return FlowTree(of(mine.root), nodes)


def _merged_nodes(
    base: FlowTree, mine: FlowTree, theirs: FlowTree, conflicts: list[str]
) -> Mapping[str, Node]:
    nodes: dict[str, Node] = {}
    for node_id in dict.fromkeys([*theirs.nodes, *mine.nodes]):
        old, ours, other = (tree.nodes.get(node_id) for tree in (base, mine, theirs))
        if old and ours and other:
            nodes[node_id] = _merged_node(node_id, old, ours, other, conflicts)
        elif old is None and (added := ours or other):
            nodes[node_id] = added
        elif old and (left := ours or other) and not _says_the_same(old, left):
            conflicts.append(named(node_id, old))
    return nodes


def _merged_node(node_id: str, old: Node, ours: Node, other: Node, conflicts: list[str]) -> Node:
    """Words and answers each from the side that changed them; evidence from both."""
    mine_said, theirs_said = _words(ours) != _words(old), _words(other) != _words(old)
    mine_led, theirs_led = ours.options != old.options, other.options != old.options
    clash = (mine_said and theirs_said and _words(ours) != _words(other)) or (
        mine_led and theirs_led and ours.options != other.options
    )
    if clash:
        conflicts.append(named(node_id, old))
    words = ours if mine_said else other
    return replace(
        words, options=(ours if mine_led else other).options, evidence=ours.evidence | other.evidence
    )


def _words(node: Node) -> tuple[str | None, ...]:
    return (node.kind, node.text, node.help, node.expected, node.script)


def _says_the_same(one: Node, other: Node) -> bool:
    return (_words(one), one.options) == (_words(other), other.options)


def begun_flow(title: str, question: str, answers: Sequence[str], domain: ProblemDomain | None) -> FlowDraft:
    """What a new flow by hand begins with: the first question, and behind each of its answers a step to be written."""
    options = tuple(Option(f"o{at}", label, f"n{at + 1}") for at, label in enumerate(answers, 1))
    first = Node(kind=NodeKind.QUESTION, text=question, options=options)
    tree = FlowTree("n1", {"n1": first, **{option.next: UNFINISHED for option in options}})
    return FlowDraft(title=title, summary="", tree=tree, problem_domain=domain)

"""Changing a tree step by step: each edit gives a new tree that is valid but for unfinished steps, or says what is wrong.

Ids stay with their steps and answers, and so does evidence. New steps get ids that nothing in `used` has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.errors import FlowPilotError
from bot.domain.tree_ids import next_number
from bot.domain.trees import (
    MAX_LABEL,
    MAX_OPTIONS,
    MAX_PROMPT,
    UNFINISHED,
    FlowTree,
    Node,
    NodeKind,
    Option,
)
from bot.domain.validation import named, problems_of


class EditField(StrEnum):
    """What a person fills in; a problem names the one that it belongs to.

    `INSTEAD` is where the answers lead that led to a step which goes away.
    """

    KIND = "kind"
    TEXT = "text"
    LABEL = "label"
    NEXT = "next"
    PARENT = "parent"
    INSTEAD = "instead"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with what was filled in. `answer` counts from 0 where there are several."""

    field: EditField
    sentence: str
    answer: int | None = None


class EditRefusedError(FlowPilotError):
    """The edit would break the flow; with everything that is wrong with it."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


NEW_STEP = "new"
"""In the place of a step's id: an answer leads to a step that is still to be written."""


class StepGoneError(FlowPilotError):
    """The step was removed while somebody looked at it."""

    def __init__(self) -> None:
        super().__init__("That step is not in this flow any more. Close this and look at the steps again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was filled in; without an `id` it is new. `next` is a step's id, or `NEW_STEP`."""

    label: str
    next: str
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEdit:
    """Everything about one step, as it shall be. Answers that are not there any more are removed."""

    kind: NodeKind
    text: str
    help: str | None = None
    expected: str | None = None
    script: str | None = None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStep:
    """A step to add. A question or an action needs an `answer`, and the step that leads to (`next`, or `NEW_STEP`)."""

    kind: NodeKind
    text: str
    answer: str = ""
    next: str | None = None


def edit_step(tree: FlowTree, node_id: str, edit: StepEdit, *, used: Collection[str] = ()) -> FlowTree:
    """The tree with the step as edited.

    Raises:
        StepGoneError: there is no such step.
        EditRefusedError: the step, or the tree, would be wrong. No edit of a step loses another one.
    """
    node = _node(tree, node_id)
    _refuse([*_text_problems(edit.text), *_answer_problems(tree, node_id, edit)])
    tree, answers = _with_new_steps(tree, edit.answers, used)
    changed = replace(
        node,
        kind=edit.kind,
        text=edit.text.strip(),
        help=_or_none(edit.help),
        expected=_or_none(edit.expected),
        script=_or_none(edit.script),
        options=_options(node, answers),
    )
    after = FlowTree(tree.root, {**tree.nodes, node_id: changed})
    _refuse(_lost_steps(after, node, edit))
    return _valid(after, EditField.KIND)


def give_script(tree: FlowTree, node_id: str, script: str) -> FlowTree:
    """The tree with the script at a step, in the place of one that it has.

    Raises as `edit_step`.
    """
    node = _node(tree, node_id)
    if node.kind is not NodeKind.ACTION:
        sentence = f"{named(node_id, node)} is nothing to do, so it has no script. Insert a step before it."
        raise _refusal(EditField.KIND, sentence)
    return FlowTree(tree.root, {**tree.nodes, node_id: replace(node, script=script)})


def add_step(
    tree: FlowTree, node_id: str, label: str, step: NewStep, *, used: Collection[str] = ()
) -> FlowTree:
    """The tree with a new answer to a step, and a new step behind it.

    Raises as `edit_step`.
    """
    parent = _node(tree, node_id)
    _refuse(
        [
            *_new_answer_problems(parent, label),
            *_text_problems(step.text),
            *_first_answer_problems(tree, step, above=node_id),
        ]
    )
    new_id = _new_id(tree, used)
    target = step.next
    if target == NEW_STEP:
        target = _new_id(tree, [*used, new_id])
        tree = FlowTree(tree.root, {**tree.nodes, target: UNFINISHED})
    new = _new_node(step, target)
    nodes = {**tree.nodes, node_id: _with_answer(parent, label, new_id), new_id: new}
    return _valid(FlowTree(tree.root, nodes), EditField.TEXT)


def insert_before(tree: FlowTree, node_id: str, step: NewStep, *, used: Collection[str] = ()) -> FlowTree:
    """The tree with a new step in the place of another one, which its answer then leads to.

    Raises as `edit_step`.
    """
    _node(tree, node_id)
    problems = list(_text_problems(step.text))
    if step.kind.is_end:
        problems.append(
            FieldProblem(EditField.KIND, "A step with more steps behind it is a question or something to do.")
        )
    _refuse([*problems, *_label_problems(step.answer)])
    new_id = _new_id(tree, used)
    redirected = _redirected(tree, node_id, new_id)
    nodes = {**redirected.nodes, new_id: _new_node(step, node_id)}
    return _valid(FlowTree(redirected.root, nodes), EditField.TEXT)


def move_branch(
    tree: FlowTree, node_id: str, *, parent: str, label: str, instead: str | None = None
) -> FlowTree:
    """The tree with a step, and all below it, behind a new answer to another step.

    The answers that led to it lead to `instead`; without one they are removed.

    Raises as `edit_step`.
    """
    node, to = _node(tree, node_id), _node(tree, parent)
    if node_id == tree.root:
        raise _refusal(EditField.PARENT, "The first step cannot move. Insert a step before it.")
    if parent in below(tree, node_id):
        raise _refusal(EditField.PARENT, f"That comes after {named(node_id, node)}. Choose another step.")
    if instead is not None and _closes_a_cycle(tree, node_id, instead):
        raise _refusal(EditField.INSTEAD, "That leads back to itself. Choose a later step.")
    _refuse(_new_answer_problems(to, label))
    freed = _removed_answers(tree, node_id) if instead is None else _redirected(tree, node_id, instead)
    nodes = {**freed.nodes, parent: _with_answer(freed.nodes[parent], label, node_id)}
    _refuse(_without_answers(nodes))
    return _valid(FlowTree(tree.root, nodes), EditField.PARENT)


def delete_step(tree: FlowTree, node_id: str, *, instead: str | None = None) -> FlowTree:
    """The tree without a step and without what only that led to.

    The answers that led to it lead to `instead`, with all below that; without one they are removed.

    Raises as `edit_step`.
    """
    _node(tree, node_id)
    if instead is None:
        if node_id == tree.root:
            raise _refusal(
                EditField.INSTEAD, "This is the first step. Choose which step comes first instead."
            )
        after = _removed_answers(tree, node_id)
        _refuse(_without_answers(after.nodes))
    else:
        _node(tree, instead)
        if _closes_a_cycle(tree, node_id, instead):
            raise _refusal(EditField.INSTEAD, "That leads back to itself. Choose a later step.")
        after = _redirected(tree, node_id, instead)
    return _valid(_reachable(after), EditField.INSTEAD)


def below(tree: FlowTree, node_id: str) -> frozenset[str]:
    """The step and every step that comes after it."""
    return frozenset(found for found, _, _ in FlowTree(node_id, tree.nodes).walk())


def above(tree: FlowTree, node_id: str) -> frozenset[str]:
    """The step and every step that comes before it: none of its answers may lead there."""
    sources = _sources(tree)
    found = {node_id}
    waiting = [node_id]
    while waiting:
        new = sources.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def _sources(tree: FlowTree) -> Mapping[str, frozenset[str]]:
    led: dict[str, set[str]] = {}
    for node_id, node in tree.nodes.items():
        for option in node.options:
            led.setdefault(option.next, set()).add(node_id)
    return {target: frozenset(found) for target, found in led.items()}


def _node(tree: FlowTree, node_id: str) -> Node:
    if node_id not in tree.nodes:
        raise StepGoneError
    return tree.nodes[node_id]


def _refusal(field: EditField, sentence: str) -> EditRefusedError:
    return EditRefusedError([FieldProblem(field, sentence)])


def _refuse(problems: Iterator[FieldProblem] | Sequence[FieldProblem]) -> None:
    if found := list(problems):
        raise EditRefusedError(found)


def _valid(tree: FlowTree, field: EditField) -> FlowTree:
    """The tree, if it keeps the rules that only the whole of it can break; what is wrong belongs to `field`."""
    _refuse([FieldProblem(field, problem.sentence) for problem in problems_of(tree, may_be_unfinished=True)])
    return tree


def _text_problems(text: str) -> Iterator[FieldProblem]:
    if not text.strip():
        yield FieldProblem(EditField.TEXT, "Write what the step asks or says.")
    elif len(text.strip()) > MAX_PROMPT:
        yield FieldProblem(EditField.TEXT, f"{MAX_PROMPT} characters are the most. Shorten it.")


def _label_problems(label: str, answer: int | None = None) -> Iterator[FieldProblem]:
    words = label.strip()
    if not words:
        yield FieldProblem(EditField.LABEL, "Write what the answer says.", answer)
    elif len(words) > MAX_LABEL:
        yield FieldProblem(EditField.LABEL, f"{MAX_LABEL} characters are the most. Shorten it.", answer)
    elif len(words.splitlines()) > 1:
        yield FieldProblem(EditField.LABEL, "Write the answer on one line.", answer)


def begun_problems(question: str, answers: Sequence[str]) -> dict[EditField, str]:
    """What is wrong with the first question of a new flow and with its answers, by the field."""
    found = [*_text_problems(question)]
    if not answers:
        found.append(FieldProblem(EditField.LABEL, "Write at least one answer."))
    if len(answers) > MAX_OPTIONS:
        found.append(
            FieldProblem(EditField.LABEL, f"{MAX_OPTIONS} answers are the most. Ask in two questions.")
        )
    if len({answer.casefold() for answer in answers}) < len(answers):
        found.append(FieldProblem(EditField.LABEL, "Two answers are the same. Write another one."))
    found += [problem for answer in answers for problem in _label_problems(answer)]
    return {problem.field: problem.sentence for problem in reversed(found)}


def _new_answer_problems(parent: Node, label: str) -> Iterator[FieldProblem]:
    if parent.kind.is_end:
        sentence = "That ends the flow, so it has no answers. Insert a question before it."
        yield FieldProblem(EditField.PARENT, sentence)
    if len(parent.options) >= MAX_OPTIONS:
        sentence = f"That has {MAX_OPTIONS} answers already. Ask in two questions."
        yield FieldProblem(EditField.PARENT, sentence)
    yield from _label_problems(label)
    if parent.option_labelled(label):
        yield FieldProblem(EditField.LABEL, "There is such an answer already. Write another one.")


def _first_answer_problems(tree: FlowTree, step: NewStep, *, above: str) -> Iterator[FieldProblem]:
    """What is wrong with the one answer that a new question or action begins with; `above` is the step before it."""
    if step.kind.is_end:
        if step.answer.strip() or step.next is not None:
            yield FieldProblem(EditField.KIND, "A step that ends the flow has no answer. Leave that empty.")
        return
    yield from _label_problems(step.answer, 0)
    if step.next == NEW_STEP:
        return
    if step.next is None or step.next not in tree.nodes:
        yield FieldProblem(EditField.NEXT, "Choose the step that the answer leads to.", 0)
    elif above in below(tree, step.next):
        yield FieldProblem(EditField.NEXT, _BACK, 0)


_BACK = "That comes before this step, so the flow would never end. Choose a later step."


def _answer_problems(tree: FlowTree, node_id: str, edit: StepEdit) -> Iterator[FieldProblem]:
    if edit.kind.is_end and edit.answers:
        yield FieldProblem(
            EditField.KIND,
            "A step that ends the flow has no answers. Delete the steps behind it first, or choose another kind.",
        )
    if not edit.kind.is_end and not edit.answers:
        yield FieldProblem(EditField.KIND, "A question, or something to do, needs an answer that leads on.")
    if len(edit.answers) > MAX_OPTIONS:
        last = len(edit.answers) - 1
        yield FieldProblem(
            EditField.LABEL, f"{MAX_OPTIONS} answers are the most. Ask in two questions.", last
        )
    forbidden = above(tree, node_id)
    seen: set[str] = set()
    for at, answer in enumerate(edit.answers):
        yield from _label_problems(answer.label, at)
        key = answer.label.strip().casefold()
        if key and key in seen:
            yield FieldProblem(EditField.LABEL, "There is such an answer already. Write another one.", at)
        seen.add(key)
        if answer.next == NEW_STEP:
            continue
        if answer.next not in tree.nodes:
            yield FieldProblem(EditField.NEXT, "Choose the step that the answer leads to.", at)
        elif answer.next in forbidden:
            yield FieldProblem(EditField.NEXT, _BACK, at)


def _lost_steps(after: FlowTree, before: Node, edit: StepEdit) -> Iterator[FieldProblem]:
    """The steps that nothing would lead to any more, at the answer that led there; for one that was removed, at none."""
    reachable = below(after, after.root)
    places = {answer.id: at for at, answer in enumerate(edit.answers)}
    for option in before.options:
        if option.next not in reachable:
            name = named(option.next, after.nodes[option.next])
            sentence = f"No answer would lead to {name} any more. Move or delete that step instead."
            at = places.get(option.id)
            yield FieldProblem(EditField.KIND if at is None else EditField.NEXT, sentence, at)


def _options(node: Node, answers: Sequence[Answer]) -> tuple[Option, ...]:
    number = next_number(option.id for option in node.options)
    options = []
    for answer in answers:
        options.append(Option(answer.id or f"o{number}", answer.label.strip(), answer.next))
        number += answer.id is None
    return tuple(options)


def _with_new_steps(
    tree: FlowTree, answers: Sequence[Answer], used: Collection[str]
) -> tuple[FlowTree, list[Answer]]:
    """The tree with a step to be written for each answer that leads to a new one, and the answers leading there."""
    nodes, led = dict(tree.nodes), []
    for answer in answers:
        if answer.next == NEW_STEP:
            new_id = _new_id(FlowTree(tree.root, nodes), used)
            nodes[new_id] = UNFINISHED
            led.append(replace(answer, next=new_id))
        else:
            led.append(answer)
    return FlowTree(tree.root, nodes), led


def _with_answer(node: Node, label: str, target: str) -> Node:
    kept = tuple(Answer(label=option.label, next=option.next, id=option.id) for option in node.options)
    return replace(node, options=_options(node, (*kept, Answer(label=label, next=target))))


def _new_node(step: NewStep, target: str | None) -> Node:
    options = (Option("o1", step.answer.strip(), target),) if target is not None else ()
    return Node(kind=step.kind, text=step.text.strip(), options=options)


def _new_id(tree: FlowTree, used: Collection[str]) -> str:
    return f"n{next_number([*tree.nodes, *used])}"


def _redirected(tree: FlowTree, node_id: str, target: str) -> FlowTree:
    """The tree whose answers lead to `target` where they led to the step."""
    nodes = {
        each: replace(
            node,
            options=tuple(
                replace(option, next=target) if option.next == node_id else option for option in node.options
            ),
        )
        for each, node in tree.nodes.items()
    }
    return FlowTree(target if tree.root == node_id else tree.root, nodes)


def _removed_answers(tree: FlowTree, node_id: str) -> FlowTree:
    """The tree without the answers that lead to the step."""
    nodes = {
        each: replace(node, options=tuple(option for option in node.options if option.next != node_id))
        for each, node in tree.nodes.items()
    }
    return FlowTree(tree.root, nodes)


def _without_answers(nodes: Mapping[str, Node]) -> Iterator[FieldProblem]:
    for node_id, node in nodes.items():
        if not node.kind.is_end and not node.options:
            sentence = f"{named(node_id, node)} would have no answer left. Lead it to another step instead."
            yield FieldProblem(EditField.INSTEAD, sentence)


def _closes_a_cycle(tree: FlowTree, node_id: str, instead: str) -> bool:
    """Whether one of the answers that lead to the step would lead back when it led to `instead`."""
    return instead == node_id or instead in above(tree, node_id)


def _reachable(tree: FlowTree) -> FlowTree:
    kept = below(tree, tree.root)
    return FlowTree(tree.root, {node_id: node for node_id, node in tree.nodes.items() if node_id in kept})


def _or_none(text: str | None) -> str | None:
    return text.strip() or None if text else None

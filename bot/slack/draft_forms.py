"""What somebody filled into a form of the editor, as an edit of the draft; and its problems, at their blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.domain.editing import EditingDraft
from bot.domain.errors import FlowPilotError, InvalidTreeError
from bot.domain.flows import MAX_KEYWORDS, FlowDraft
from bot.domain.outline_text import from_outline
from bot.domain.sessions import ProblemDomain
from bot.domain.tree_edits import (
    NEW_STEP,
    Answer,
    EditField,
    EditRefusedError,
    NewStep,
    StepEdit,
    StepGoneError,
    add_step,
    delete_step,
    edit_step,
    insert_before,
    move_branch,
)
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.slack.ids import Callback, Field
from bot.slack.payloads.editor import DraftSubmitted
from bot.slack.views.editor import tree_errors
from bot.slack.views.step_forms import NEW, NONE, new_rows, numbered

Edit = Callable[[EditingDraft, DraftSubmitted], FlowDraft]


class FormError(FlowPilotError):
    """Something is wrong with what was filled in; `blocks` has a sentence for each block."""

    def __init__(self, blocks: Mapping[str, str]) -> None:
        super().__init__(" ".join(blocks.values()))
        self.blocks = blocks


def step_at(tree: FlowTree, number: int) -> str:
    """The id of the step with this number. Raises StepGoneError."""
    walked = [node_id for node_id, _, _ in tree.walk()]
    if not 1 <= number <= len(walked):
        raise StepGoneError
    return walked[number - 1]


def number_of(tree: FlowTree, node_id: str) -> int | None:
    """The number of the step with this id; None when no path leads to it any more."""
    walked = enumerate(tree.walk(), 1)
    return next((number for number, (each, _, _) in walked if each == node_id), None)


def read_details(draft: EditingDraft, form: DraftSubmitted) -> FlowDraft:
    values = form.values
    keywords = tuple(
        dict.fromkeys(word for each in values[Field.KEYWORDS].split(",") if (word := each.strip()))
    )
    problems = {}
    if not values[Field.TITLE].strip():
        problems[Field.TITLE.value] = "Write a title."
    if len(keywords) > MAX_KEYWORDS:
        problems[Field.KEYWORDS.value] = f"{MAX_KEYWORDS} keywords are the most. Leave some out."
    if problems:
        raise FormError(problems)
    return replace(
        draft.content,
        title=values[Field.TITLE].strip(),
        summary=values[Field.SUMMARY].strip(),
        problem_domain=ProblemDomain(values[Field.DOMAIN]) if values[Field.DOMAIN] else None,
        keywords=keywords,
    )


def read_text(draft: EditingDraft, form: DraftSubmitted) -> FlowDraft:
    try:
        tree = from_outline("\n".join(form.parts), base=draft.content.tree, may_be_unfinished=True)
    except InvalidTreeError as error:
        raise FormError(tree_errors(error, form.parts)) from error
    return replace(draft.content, tree=tree)


def read_step(draft: EditingDraft, form: DraftSubmitted) -> FlowDraft:
    tree = draft.content.tree
    node_id = step_at(tree, form.place.step)
    rows = _ordered_rows(tree.nodes[node_id], form.values)
    edit = _step_edit(tree, node_id, rows, form.values)
    try:
        return replace(draft.content, tree=edit_step(tree, node_id, edit, used=draft.used_ids))
    except EditRefusedError as error:
        raise FormError(_blocks(error, form.values, rows)) from error


def read_new_step(draft: EditingDraft, form: DraftSubmitted) -> FlowDraft:
    tree, values = draft.content.tree, form.values
    kind = NodeKind(values[Field.KIND])
    has_answer = not kind.is_end or _is_filled(0, values)
    step = NewStep(
        kind=kind,
        text=values[Field.TEXT],
        answer=values[numbered(Field.LABEL, 0)],
        next=_target(tree, values[numbered(Field.NEXT, 0)]) if has_answer else None,
    )
    node_id = step_at(tree, form.place.step)
    return _edited(
        draft, form, lambda: add_step(tree, node_id, values[Field.LABEL], step, used=draft.used_ids)
    )


def read_inserted_step(draft: EditingDraft, form: DraftSubmitted) -> FlowDraft:
    tree, values = draft.content.tree, form.values
    step = NewStep(kind=NodeKind(values[Field.KIND]), text=values[Field.TEXT], answer=values[Field.LABEL])
    node_id = step_at(tree, form.place.step)
    return _edited(draft, form, lambda: insert_before(tree, node_id, step, used=draft.used_ids))


def read_move(draft: EditingDraft, form: DraftSubmitted) -> FlowDraft:
    tree, values = draft.content.tree, form.values
    return _edited(
        draft,
        form,
        lambda: move_branch(
            tree,
            step_at(tree, form.place.step),
            parent=step_at(tree, int(values[Field.PARENT])),
            label=values[Field.LABEL],
            instead=_target(tree, values[Field.INSTEAD]),
        ),
    )


def read_deletion(draft: EditingDraft, form: DraftSubmitted) -> FlowDraft:
    tree = draft.content.tree
    return _edited(
        draft,
        form,
        lambda: delete_step(
            tree, step_at(tree, form.place.step), instead=_target(tree, form.values[Field.INSTEAD])
        ),
    )


EDITS: Mapping[Callback, Edit] = {
    Callback.DRAFT_DETAILS: read_details,
    Callback.DRAFT_TEXT: read_text,
    Callback.STEP_EDIT: read_step,
    Callback.STEP_ADD: read_new_step,
    Callback.STEP_INSERT: read_inserted_step,
    Callback.STEP_MOVE: read_move,
    Callback.STEP_DELETE: read_deletion,
}
"""Which form means which edit; each raises FormError, or StepGoneError."""


def _edited(draft: EditingDraft, form: DraftSubmitted, edit: Callable[[], FlowTree]) -> FlowDraft:
    try:
        return replace(draft.content, tree=edit())
    except EditRefusedError as error:
        raise FormError(_blocks(error, form.values)) from error


def _target(tree: FlowTree, value: str) -> str | None:
    if value == NEW:
        return NEW_STEP
    return step_at(tree, int(value)) if value and value != NONE else None


def _step_edit(tree: FlowTree, node_id: str, rows: Sequence[int], values: Mapping[str, str]) -> StepEdit:
    """The step as it was filled in. A text that the form had no room for stays as it is."""
    node = tree.nodes[node_id]
    return StepEdit(
        kind=NodeKind(values[Field.KIND]),
        text=values.get(Field.TEXT, node.text),
        help=values.get(Field.HELP, node.help),
        expected=values.get(Field.EXPECTED, node.expected),
        script=values.get(Field.SCRIPT, node.script),
        answers=tuple(
            Answer(
                label=values[numbered(Field.LABEL, row)],
                next=_target(tree, values[numbered(Field.NEXT, row)]) or "",
                id=node.options[row].id if row < len(node.options) else None,
            )
            for row in rows
        ),
    )


def _ordered_rows(node: Node, values: Mapping[str, str]) -> list[int]:
    """The rows of the answers that are kept, in the order that was asked for, and the new ones last."""
    order = _order(values.get(Field.ORDER), len(node.options))
    kept = [row for row in order if values[numbered(Field.LABEL, row)].strip()]
    new = range(len(node.options), len(node.options) + new_rows(node))
    return [*kept, *(row for row in new if _is_filled(row, values))]


def _is_filled(row: int, values: Mapping[str, str]) -> bool:
    """Whether a new answer was written, or led somewhere by choice."""
    label, target = (values.get(numbered(field, row), "").strip() for field in (Field.LABEL, Field.NEXT))
    return bool(label or target not in ("", NEW))


def _order(written: str | None, count: int) -> list[int]:
    """The places from 0, as "2, 1, 3" says. Raises FormError."""
    if written is None:
        return list(range(count))
    numbers = [each.strip() for each in written.replace(",", " ").split()]
    if sorted(numbers) != sorted(str(number) for number in range(1, count + 1)):
        example = ", ".join(str(number) for number in range(1, count + 1))
        raise FormError({Field.ORDER.value: f"Write each number once, in the order you want: {example}."})
    return [int(number) - 1 for number in numbers]


def _blocks(error: EditRefusedError, values: Mapping[str, str], rows: Sequence[int] = ()) -> dict[str, str]:
    """The problems by block; one whose block the form does not have stands at the first that it has."""
    found: dict[str, list[str]] = {}
    for problem in error.problems:
        block = _block(problem.field, problem.answer, rows)
        place = block if block in values else next(iter(values))
        found.setdefault(place, []).append(problem.sentence)
    return {block: " ".join(dict.fromkeys(sentences)) for block, sentences in found.items()}


def _block(field: EditField, answer: int | None, rows: Sequence[int]) -> str:
    name = Field(field.value)
    if answer is None:
        return name.value
    return numbered(name, rows[answer] if rows else answer)

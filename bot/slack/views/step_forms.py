"""The forms of the editor: one step, a new one, moving and deleting; and what the flow is called."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from bot.domain.editing import Workbench
from bot.domain.flows import MAX_KEYWORDS
from bot.domain.sessions import ProblemDomain
from bot.domain.tree_edits import above, below
from bot.domain.trees import MAX_OPTIONS, FlowTree, Node, NodeKind
from bot.domain.validation import named
from bot.domain.words import domain_name
from bot.slack.ids import VALUE, Callback, DraftPlace, Field
from bot.slack.mrkdwn import bold, plain, size
from bot.slack.views.blocks import (
    INPUT,
    LABEL,
    Json,
    modal,
    plain_text,
    section,
    text_input,
)
from bot.slack.views.workbench import BEGUN_SAMPLE, SAMPLE

MAX_TITLE = 120
MAX_SUMMARY = 1000
WRITTEN_LABEL = 150
"""Characters that an answer's input takes: more than an answer may have, so that we can say what is wrong."""
OPTIONS = 100
"""Options that a menu, or a group of one, takes."""
OPTION_WORDS = 60
MENU_BYTES = 150_000
"""What all menus of a form may weigh together: a view is refused above 250 KB."""
OPTION_BYTES = 80
"""What an option weighs without its words."""
NEW = "new"
"""The value of "a step that is still to be written" there."""
NONE = "0"
"""The value of "no step" in a menu of steps: those are numbered from 1."""
KINDS = {
    NodeKind.QUESTION: "A question",
    NodeKind.ACTION: "Something to do",
    NodeKind.RESOLUTION: "A fix, which ends the flow",
    NodeKind.ESCALATION: "A hand-over, which ends the flow",
}
TOO_LONG = (
    "*{}* has {:,} characters, more than the {:,} that fit into a field, and stays as it is. Change it in the "
    "flow's file: `flowpilot flows export`, then `import`."
)
SCRIPT_HINT = "Statements, or a template by its name, as in: Template: Restart a service (PowerShell)"
UNWRITTEN = "(still to be written)"


@dataclass(frozen=True)
class StepForm:
    """What a form about one step is made from."""

    bench: Workbench
    place: DraftPlace
    node_id: str

    @property
    def tree(self) -> FlowTree:
        return self.bench.draft.content.tree

    @property
    def node(self) -> Node:
        return self.tree.nodes[self.node_id]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        return {node_id: number for number, (node_id, _, _) in enumerate(self.tree.walk(), 1)}

    def steps(self, without: Collection[str], *, menus: int = 1) -> list[Json]:
        """The steps to choose from, in as many characters as so many menus of them may have."""
        offered = [node_id for node_id in self.numbers if node_id not in without]
        room = MENU_BYTES // max(1, menus * len(offered)) - OPTION_BYTES
        room = max(room, 6)
        return [
            option(
                str(self.numbers[node_id]),
                f"{self.numbers[node_id]}. {_cut(self.tree.nodes[node_id].text or UNWRITTEN, room)}",
            )
            for node_id in offered
        ]

    def modal(self, title: str, blocks: Sequence[Json], submit: str, callback: Callback) -> Json:
        return modal(title, blocks, submit=submit, callback=callback.value, metadata=str(self.place))


def edit_form(form: StepForm) -> Json:
    """Everything about one step. An answer without words is removed; one more can be written."""
    node = form.node
    rows = len(node.options) + new_rows(node)
    targets = [NEW_OPTION, *form.steps(above(form.tree, form.node_id), menus=rows)]
    return form.modal(
        f"Step {form.place.step}",
        [
            select(
                Field.KIND.value,
                "What it is",
                _kinds(NodeKind),
                None if node.is_unfinished else node.kind.value,
            ),
            *_writable(Field.TEXT, "What it asks or says", node.text),
            *_writable(Field.HELP, "Help", node.help, hint="Where to look, or how to do it."),
            *(
                [
                    *_writable(Field.EXPECTED, "What should happen", node.expected),
                    *_writable(Field.SCRIPT, "Script", node.script, hint=SCRIPT_HINT),
                ]
                if node.kind is NodeKind.ACTION or node.expected or node.script
                else []
            ),
            *_answers(form, targets),
        ],
        "Save",
        Callback.STEP_EDIT,
    )


def add_form(form: StepForm) -> Json:
    """A new answer, and a new step behind it."""
    targets = [NEW_OPTION, *form.steps(above(form.tree, form.node_id))]
    own = [
        text_input(
            numbered(Field.LABEL, 0),
            "If it asks or is to be done: its first answer",
            limit=WRITTEN_LABEL,
            optional=True,
        ),
        select(numbered(Field.NEXT, 0), "That answer leads to", targets, NEW, optional=True),
    ]
    return form.modal(
        "Add answer and step",
        [
            section(f"After {_quoted(form.node_id, form.node)}"),
            text_input(Field.LABEL.value, "Answer", limit=WRITTEN_LABEL),
            select(Field.KIND.value, "The new step is", _kinds(NodeKind), NodeKind.RESOLUTION.value),
            text_input(Field.TEXT.value, "What it asks or says", multiline=True),
            *own,
        ],
        "Add",
        Callback.STEP_ADD,
    )


def insert_form(form: StepForm) -> Json:
    """A new step in the place of this one, which its answer leads to."""
    kinds = [NodeKind.QUESTION, NodeKind.ACTION]
    return form.modal(
        "Insert step",
        [
            section(f"Before {_quoted(form.node_id, form.node)}"),
            select(Field.KIND.value, "The new step is", _kinds(kinds), NodeKind.QUESTION.value),
            text_input(Field.TEXT.value, "What it asks or says", multiline=True),
            text_input(
                Field.LABEL.value,
                f"Its answer that leads to step {form.place.step}",
                limit=WRITTEN_LABEL,
                hint="Add its other answers afterwards.",
            ),
        ],
        "Insert",
        Callback.STEP_INSERT,
    )


def move_form(form: StepForm) -> Json:
    """Another step and a new answer there, and what becomes of the answer that leads here now."""
    ends = {node_id for node_id, node in form.tree.nodes.items() if node.kind.is_end}
    parents = form.steps(below(form.tree, form.node_id) | ends)
    instead = [option(NONE, "Remove that answer"), *form.steps(above(form.tree, form.node_id))]
    return form.modal(
        "Move",
        [
            section(f"{_quoted(form.node_id, form.node)} moves with every step behind it."),
            select(Field.PARENT.value, "Behind which step", parents),
            text_input(Field.LABEL.value, "Which answer there leads to it", limit=WRITTEN_LABEL),
            select(Field.INSTEAD.value, "What leads to it now leads to", instead, NONE),
        ],
        "Move",
        Callback.STEP_MOVE,
    )


def delete_form(form: StepForm) -> Json:
    """What becomes of the steps behind this one."""
    others = form.steps(above(form.tree, form.node_id))
    is_root = form.node_id == form.tree.root
    instead = [*([] if is_root else [option(NONE, "Nowhere: delete its answer too")]), *others]
    if not instead:
        return modal("Delete", [section("This is the only step. Change its words instead.")])
    only_child = {each.next for each in form.node.options}
    behind = str(form.numbers[only_child.pop()]) if len(only_child) == 1 else None
    return form.modal(
        "Delete",
        [
            section(f"Delete {_quoted(form.node_id, form.node)}"),
            select(
                Field.INSTEAD.value,
                "What led to it leads to" if not is_root else "Which step comes first instead",
                instead,
                behind or (None if is_root else NONE),
                hint="Steps that nothing leads to any more are deleted with it. Undo brings them back.",
            ),
        ],
        "Delete",
        Callback.STEP_DELETE,
    )


def details_form(bench: Workbench, place: DraftPlace) -> Json:
    """Title, summary, domain and keywords."""
    content = bench.draft.content
    domains = [option(domain.value, domain_name(domain.value)) for domain in ProblemDomain]
    return modal(
        "Title and more",
        [
            text_input(Field.TITLE.value, "Title", plain(content.title, MAX_TITLE), limit=MAX_TITLE),
            text_input(
                Field.SUMMARY.value,
                "Summary",
                plain(content.summary, MAX_SUMMARY),
                limit=MAX_SUMMARY,
                multiline=True,
                optional=True,
            ),
            select(Field.DOMAIN.value, "Domain", domains, content.problem_domain, optional=True),
            text_input(
                Field.KEYWORDS.value,
                "Keywords",
                plain(", ".join(content.keywords), INPUT),
                hint=f"Words that the flow is found by, with commas between them; at most {MAX_KEYWORDS}.",
                optional=True,
            ),
        ],
        submit="Save",
        callback=Callback.DRAFT_DETAILS.value,
        metadata=str(place),
    )


def numbered(field: Field, number: int) -> str:
    """The block of one answer's field."""
    return f"{field.value}.{number}"


def option(value: str, words: str) -> Json:
    return {"text": {"type": "plain_text", "text": plain(words, 75) or "–"}, "value": value}


NEW_OPTION = option(NEW, "A new step, to be written then")


def select(
    field: str,
    label: str,
    options: Sequence[Json],
    initial: str | None = None,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> Json:
    """A menu; of many options in groups, for one takes a hundred."""
    element: Json = {"type": "static_select", "action_id": VALUE}
    if len(options) <= OPTIONS:
        element["options"] = list(options)
    else:
        groups = [options[start : start + OPTIONS] for start in range(0, len(options), OPTIONS)]
        element["option_groups"] = [
            {"label": plain_text(f"Part {number} of {len(groups)}", 75), "options": list(group)}
            for number, group in enumerate(groups, 1)
        ]
    chosen = next((each for each in options if each["value"] == initial), None)
    if chosen:
        element["initial_option"] = chosen
    block: Json = {
        "type": "input",
        "block_id": field,
        "label": plain_text(label, LABEL),
        "element": element,
        "optional": optional,
    }
    return {**block, "hint": plain_text(hint, LABEL)} if hint else block


def _kinds(kinds: Collection[NodeKind] | type[NodeKind]) -> list[Json]:
    return [option(kind.value, KINDS[kind]) for kind in kinds]


def _writable(field: Field, label: str, text: str | None, *, hint: str | None = None) -> list[Json]:
    """The input for a text; in its place, of one that is longer than an input takes, a sentence that says so."""
    if text and size(text) > INPUT:
        return [section(TOO_LONG.format(label, size(text), INPUT))]
    is_optional = field is not Field.TEXT
    return [text_input(field.value, label, text or "", multiline=True, optional=is_optional, hint=hint)]


def _answers(form: StepForm, targets: Sequence[Json]) -> Iterator[Json]:
    options = form.node.options
    for at, each in enumerate(options):
        yield text_input(
            numbered(Field.LABEL, at),
            f"Answer {at + 1}",
            each.label,
            limit=WRITTEN_LABEL,
            hint="Without words the answer is removed." if at == 0 else None,
            optional=True,
        )
        yield select(
            numbered(Field.NEXT, at), f"Answer {at + 1} leads to", targets, str(form.numbers[each.next])
        )
    if len(options) > 1:
        order = ", ".join(str(number) for number in range(1, len(options) + 1))
        yield text_input(Field.ORDER.value, "Order of the answers", order, limit=WRITTEN_LABEL)
    for at in range(len(options), len(options) + new_rows(form.node)):
        words = "One more answer" if options or at else "An answer, if it is a question or something to do"
        leads = "One more answer leads to" if options or at else "That answer leads to"
        yield text_input(numbered(Field.LABEL, at), words, limit=WRITTEN_LABEL, optional=True)
        yield select(numbered(Field.NEXT, at), leads, targets, NEW, optional=True)


def new_rows(node: Node) -> int:
    """How many answers can be added at once: two to a step without any, one to others while there is room."""
    if not node.options:
        return 2
    return 1 if len(node.options) < MAX_OPTIONS else 0


def _cut(text: str, room: int) -> str:
    """The text in so many bytes, however it is written as JSON; at most `OPTION_WORDS` characters."""
    words = plain(text, min(OPTION_WORDS, room))
    while len(json.dumps(words)) > room + 2 and len(words) > 1:
        words = plain(words, len(words) - 1)
    return words


def _quoted(node_id: str, node: Node) -> str:
    return bold(named(node_id, node))


def _sample(node_id: str, step: int) -> StepForm:
    return StepForm(SAMPLE, DraftPlace(5, 3, 0, step), node_id)


_LONG_TREE = FlowTree(
    "n1", {"n1": replace(SAMPLE.draft.content.tree.nodes["n2"], text="Ask.", help="word " * 700)}
)
_LONG = StepForm(
    replace(
        SAMPLE,
        draft=replace(SAMPLE.draft, content=replace(SAMPLE.draft.content, tree=_LONG_TREE)),
    ),
    DraftPlace(5, 3, 0, 1),
    "n1",
)

EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "edit": partial(edit_form, _sample("n3", 3)),
    "edit an action": partial(edit_form, _sample("n4", 4)),
    "add": partial(add_form, _sample("n3", 3)),
    "a step to be written": partial(edit_form, StepForm(BEGUN_SAMPLE, DraftPlace(5, 3, 0, 2), "n2")),
    "texts that are too long": partial(edit_form, _LONG),
    "insert": partial(insert_form, _sample("n2", 2)),
    "move": partial(move_form, _sample("n4", 4)),
    "delete": partial(delete_form, _sample("n3", 3)),
    "delete the first": partial(delete_form, _sample("n1", 1)),
    "details": partial(details_form, SAMPLE, DraftPlace(5, 3)),
}

"""The editor: a draft as an outline with a menu at each step, and its picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain.editing import NEW_FLOW, Edited, EditingDraft, Subject, Workbench, begun_flow
from bot.domain.merging import TreeChange, compare
from bot.domain.sessions import ProblemDomain
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.words import counted, listed
from bot.slack.ids import Action, Callback, DraftPlace, StepVerb, VersionedId
from bot.slack.mrkdwn import bold, escape, moment, plain
from bot.slack.views import samples
from bot.slack.views.blocks import (
    MODAL_TITLE,
    Json,
    actions,
    button,
    context,
    divider,
    modal,
    plain_text,
    section,
    sections,
)
from bot.slack.views.phrases import domain_words, script_words
from bot.slack.views.trees import step_lines

TITLE = "Edit proposal"
UNWRITTEN = "Still to be written"
"""In the place of the words of a step that has none yet."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the editor says about a draft, by what that is of; `thing` is what may have changed meanwhile."""

    title: str
    submit: str
    thing: str
    kept_until: str


PROPOSAL = Kind(TITLE, "Publish", "proposal", "you publish or start over")
FLOW = Kind("Edit flow", "Publish", "flow", "you publish or start over")
CHANGE = Kind("Propose a change", "Propose", "flow", "you propose or discard it")
BEGUN = Kind("Propose a flow", "Propose", "flow", "you propose or discard it")
ROWS = 40
"""Steps on a page: a view takes 100 blocks, and more than this is no overview."""
ROW_CHARACTERS = 110
ANSWER_CHARACTERS = 24
DEEPEST_INDENT = 8
INDENT = "\N{EM SPACE}"
SUMMARY_CHARACTERS = 300
PICTURE_LINES = 20
LISTED_STEPS = 8
DISCARD = ("Discard this draft?", "Everything that you wrote in it is given up.")
KINDS = {
    NodeKind.QUESTION: "Question",
    NodeKind.ACTION: "To do",
    NodeKind.RESOLUTION: "Fix",
    NodeKind.ESCALATION: "Hand over",
}
VERBS = {
    StepVerb.EDIT: "Edit Step",
    StepVerb.ADD: "Add Answer and Step",
    StepVerb.INSERT: "Insert Step Before",
    StepVerb.MOVE: "Move",
    StepVerb.DELETE: "Delete",
}
NO_PICTURE = "The picture could not be drawn."


def workbench_modal(bench: Workbench, page: int = 0, *, now: datetime, notice: str = "") -> Json:
    """The draft to work on, or to look at while somebody else does. `notice` is plain text."""
    draft, kind = bench.draft, kind_of(bench.draft.subject)
    tree = draft.content.tree
    pages = max(1, -(-len(tree.nodes) // ROWS))
    page = min(page, pages - 1)
    place = DraftPlace(draft.id, draft.revision, page)
    view = modal(
        kind.title,
        [
            _head(draft, can_edit=bench.is_mine),
            context(_standing(bench)),
            *([section(f"*{escape(notice)}*")] if notice else []),
            *_what_to_do(bench, now),
            divider(),
            *_rows(draft, page, can_edit=bench.is_mine),
            *_paging(draft, page, pages),
        ],
        submit=kind.submit if bench.can_publish else None,
        callback=Callback.DRAFT_PUBLISH.value,
        metadata=str(place),
    )
    return view | {
        "close": plain_text("Close", MODAL_TITLE)
    }  # "Cancel" would sound as if the draft were lost


def kind_of(subject: Subject) -> Kind:
    if subject.kind is Edited.BY_HAND:
        return BEGUN if subject.id == NEW_FLOW else CHANGE
    return FLOW if subject.kind is Edited.FLOW else PROPOSAL


def picture_view(draft: EditingDraft, picture: Json | None) -> Json:
    """The draft as a picture and in words."""
    lines = step_lines(draft.content.tree)
    more = len(lines) - PICTURE_LINES
    rest = [context(f"… {counted(more, 'more step')}")] if more > 0 else []
    title = section(bold(plain(draft.content.title, ROW_CHARACTERS)))
    steps = sections("Steps", lines[:PICTURE_LINES])
    return modal("Preview", [title, picture or section(NO_PICTURE), *steps, *rest])


def page_of(number: int) -> int:
    """The page on which the step with this number stands."""
    return max(0, number - 1) // ROWS


def _seen(draft: EditingDraft) -> str:
    return str(VersionedId(draft.id, draft.revision))


def _head(draft: EditingDraft, *, can_edit: bool) -> Json:
    content = draft.content
    facts = [
        domain_words(content.problem_domain),
        *([", ".join(content.keywords)] if content.keywords else []),
    ]
    summary = plain(content.summary, SUMMARY_CHARACTERS)
    lines = [
        bold(plain(content.title, ROW_CHARACTERS)),
        *([escape(summary)] if summary and summary != plain(content.title, SUMMARY_CHARACTERS) else []),
        escape(plain(" · ".join(facts), SUMMARY_CHARACTERS)),
    ]
    edit = button(
        "Edit Title", Action.DRAFT_DETAILS, _seen(draft), label="Edit title, summary, domain, keywords"
    )
    return section("\n".join(lines), edit if can_edit else None)


def _standing(bench: Workbench) -> str:
    draft = bench.draft
    whose = "Your draft" if bench.is_mine else f"{escape(bench.editor)}'s draft"
    kept = kind_of(draft.subject).kept_until
    steps = counted(len(draft.content.tree.nodes), "step")
    if not draft.is_changed:
        return f"{whose}, nothing changed yet · {steps} · begun {moment(draft.started_at)}"
    return f"{whose}, kept until {kept} · {steps} · last changed {moment(draft.updated_at)}"


def _what_to_do(bench: Workbench, now: datetime) -> Iterator[Json]:
    draft, value = bench.draft, _seen(bench.draft)
    looking = [
        button("Preview Picture", Action.DRAFT_PICTURE, value),
        button("Plain Text", Action.DRAFT_TEXT, value),
    ]
    if not bench.is_mine:
        yield section(
            f"*{escape(bench.editor)} edits this, since {moment(draft.started_at)}.* You can read along. "
            "When nothing has changed for 15 minutes, you can take over."
        )
        take_over = [button("Take Over", Action.DRAFT_TAKE_OVER, value)]
        yield actions([*looking, *(take_over if draft.can_be_taken_over(now) else [])])
        return
    start_over = button("Start Over", Action.DRAFT_START_OVER, value) | {"confirm": _confirm_start_over()}
    is_by_hand = draft.subject.kind is Edited.BY_HAND
    discard = [button("Discard Draft", Action.DRAFT_DISCARD, value, confirm=DISCARD)] if is_by_hand else []
    can_start_over = bench.is_stale or (draft.is_changed and not is_by_hand)
    if bench.is_stale:
        yield section(
            f"*The {kind_of(draft.subject).thing} has changed since you began* (version {draft.base_version}, now "
            f"{bench.version}). Carry your changes over to the new version, or start over on it."
        )
        looking = [button("Carry Over", Action.DRAFT_CARRY_OVER, value, primary=True), *looking]
    undo = [button("Undo", Action.DRAFT_UNDO, value)] if draft.undo else []
    yield actions([*looking, *undo, *([start_over] if can_start_over else []), *discard])
    if unfinished := draft.content.tree.unfinished:
        steps = listed([str(number) for number in unfinished[:LISTED_STEPS]])
        more = " and more" if len(unfinished) > LISTED_STEPS else ""
        yield context(
            f"To be written before it can be {'proposed' if is_by_hand else 'published'}: "
            f"step{'s' if len(unfinished) > 1 else ''} {steps}{more}. Choose Edit Step there."
        )


def _confirm_start_over() -> Json:
    return {
        "title": plain_text("Start over?", 100),
        "text": plain_text("Everything that you changed in this draft is given up.", 300),
        "confirm": plain_text("Start Over", 30),
        "deny": plain_text("Keep Draft", 30),
    }


def _rows(draft: EditingDraft, page: int, *, can_edit: bool) -> Iterator[Json]:
    tree = draft.content.tree
    change = compare(draft.base.tree, tree)
    walked = list(tree.walk())
    numbers = {node_id: number for number, (node_id, _, _) in enumerate(walked, 1)}
    for node_id, node, depth in walked[page * ROWS : (page + 1) * ROWS]:
        indent = INDENT * min(depth, DEEPEST_INDENT)
        lines = _row(numbers[node_id], node, _mark(node_id, change), numbers)
        words = "\n".join(f"{indent}{line}" for line in lines)
        yield section(words, _menu(tree, node_id, numbers[node_id]) if can_edit else None)


def _row(number: int, node: Node, mark: str, numbers: Mapping[str, int]) -> list[str]:
    """The step, and below it its script and where its answers lead."""
    if node.is_unfinished:
        return [f"*{number}. {UNWRITTEN}*{mark}"]
    text = escape(plain(node.text, ROW_CHARACTERS))
    answers = " · ".join(
        f"{escape(plain(option.label, ANSWER_CHARACTERS))} → {numbers[option.next]}"
        for option in node.options
    )
    lines = [f"*{number}. {KINDS[node.kind]}*{mark} {text}"]
    if node.script:
        lines.append(f"Script: {script_words(node.script)}")
    return [*lines, f"_{answers.replace('_', ' ')}_"] if answers else lines


def _mark(node_id: str, change: TreeChange) -> str:
    if node_id in change.added:
        return " (new)"
    branched = {branch.node for branch in change.branches}
    return " (changed)" if node_id in change.changed or node_id in branched else ""


def _menu(tree: FlowTree, node_id: str, number: int) -> Json:
    impossible = {
        *([StepVerb.ADD] if tree.nodes[node_id].kind.is_end else []),
        *([StepVerb.MOVE] if node_id == tree.root else []),
    }
    return {
        "type": "overflow",
        "action_id": Action.DRAFT_STEP.value,
        "options": [
            {"text": plain_text(words, 75), "value": f"{verb}:{number}"}
            for verb, words in VERBS.items()
            if verb not in impossible
        ],
    }


def _paging(draft: EditingDraft, page: int, pages: int) -> Iterator[Json]:
    if pages == 1:
        return
    back = [button("Previous Steps", Action.DRAFT_BACK, _seen(draft))] if page else []
    on = [button("More Steps", Action.DRAFT_ON, _seen(draft))] if page + 1 < pages else []
    yield actions([*back, *on])
    yield context(f"Page {page + 1} of {pages}")


_DRAFT = EditingDraft(
    id=5,
    subject=Subject(Edited.PROPOSAL, 7),
    base_version=2,
    revision=3,
    member_id=samples.ADA.id,
    content=samples.NEW_FLOW.proposal.draft,
    base=replace(samples.NEW_FLOW.proposal.draft, title="VPN <drops>"),
    undo=(replace(samples.NEW_FLOW.proposal.draft, title="VPN <drops>"),),
    started_at=samples.NOW - timedelta(minutes=20),
    updated_at=samples.NOW - timedelta(minutes=16),
)
SAMPLE = Workbench(
    draft=_DRAFT,
    present=samples.NEW_FLOW.proposal.draft,
    version=2,
    member=samples.ADA,
    editor="Ada Reyes",
)
_BEGUN = begun_flow("Scanner <offline>", "Does it answer a ping?", ("Yes", "No"), ProblemDomain.PRINTING)
BEGUN_SAMPLE = replace(
    SAMPLE,
    draft=replace(
        _DRAFT,
        subject=Subject(Edited.BY_HAND, NEW_FLOW, samples.ADA.id),
        content=_BEGUN,
        base=_BEGUN,
        undo=(),
    ),
    version=2,
    present=_BEGUN,
)
_LONG = FlowTree(
    "n1",
    {
        f"n{number}": replace(
            samples.TREE.nodes["n1"],
            options=tuple(
                replace(option, next=f"n{min(100, 2 * number + at)}")
                for at, option in enumerate(samples.TREE.nodes["n1"].options)
            ),
        )
        for number in range(1, 100)
    }
    | {"n100": samples.TREE.nodes["n2"]},
)
_LONG_FLOW = replace(
    SAMPLE, member=samples.CHLOE, draft=replace(_DRAFT, content=replace(_DRAFT.content, tree=_LONG))
)

EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "draft": partial(workbench_modal, SAMPLE, now=samples.NOW),
    "draft of somebody else": partial(
        workbench_modal, replace(SAMPLE, member=samples.CHLOE), now=samples.NOW
    ),
    "proposal has changed": partial(
        workbench_modal,
        replace(SAMPLE, version=3),
        now=samples.NOW,
        notice="The new version changes the same as your draft: the title.",
    ),
    "second page": partial(workbench_modal, _LONG_FLOW, 1, now=samples.NOW),
    "flow": partial(
        workbench_modal,
        replace(SAMPLE, draft=replace(_DRAFT, subject=Subject(Edited.FLOW, 3))),
        now=samples.NOW,
    ),
    "flow has changed": partial(
        workbench_modal,
        replace(SAMPLE, draft=replace(_DRAFT, subject=Subject(Edited.FLOW, 3)), version=3),
        now=samples.NOW,
    ),
    "new flow by hand": partial(workbench_modal, BEGUN_SAMPLE, now=samples.NOW),
    "change by hand": partial(
        workbench_modal,
        replace(SAMPLE, draft=replace(_DRAFT, subject=Subject(Edited.BY_HAND, 3, samples.ADA.id))),
        now=samples.NOW,
    ),
    "picture": partial(picture_view, _DRAFT, samples.PICTURE),
    "picture missing": partial(picture_view, _DRAFT, None),
}

"""Reviewers edit a proposal in modals, over signed requests and the real database."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.editing import Edited, EditingDraft, Subject
from bot.domain.members import Member, Role
from bot.domain.outline_text import to_outline
from bot.domain.proposals import Approve, Dismiss, Proposal, ProposalStatus
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.sandbox import View
from bot.sandbox.blocks import placed
from bot.sandbox.screen import action_on
from bot.services.proposals import decide_proposal
from tests.domain.trees_made import fix, question
from tests.slack.conftest import ADA, BEN, CHLOE, TEAM, Bot
from tests.slack.test_proposals import grown


def a_tree(size: int = 20) -> FlowTree:
    """A question each with a fix behind "Yes" and the next question behind "No": `size` steps, an even number."""
    nodes: dict[str, Node] = {}
    last = size // 2
    for number in range(1, last + 1):
        end = f"f{number}"
        onward = f"q{number + 1}" if number < last else "end"
        nodes[f"q{number}"] = question(f"Is it case {number}?", ("Yes", end), ("No", onward))
        nodes[end] = fix(f"Do what case {number} takes.")
    nodes["end"] = Node(kind=NodeKind.ESCALATION, text="Hand over.")
    del nodes[f"f{last}"]
    nodes[f"q{last}"] = question(f"Is it case {last}?", ("Yes", "end"))
    return FlowTree("q1", nodes)


async def opened(bot: Bot, user: str = ADA, words: str = "Edit Title") -> View:
    """The editor, opened from the card."""
    await bot.sandbox.person(user).click(bot.cards()[-1], "proposal.edit")
    return await bot.modal_with(user, words)


async def choose(bot: Bot, user: str, verb: str, step: int) -> View:
    """Choose from the menu of a step; the form that opens."""
    person = bot.sandbox.person(user)
    editor = person.top_view
    assert editor is not None
    wanted = f"{verb}:{step}"
    there = next(
        each
        for each in placed(editor.blocks)
        if wanted in [option["value"] for option in each.element.get("options", [])]
    )
    await person.press(editor, action_on(there, wanted, "1.1"))
    return await form_on(bot, user, editor)


async def press(bot: Bot, user: str, action: str) -> View:
    person = bot.sandbox.person(user)
    editor = person.top_view
    assert editor is not None
    await person.click(editor, action)
    await bot.deps.running.drain(5)
    top = person.top_view
    assert top is not None
    return top


async def form_on(bot: Bot, user: str, editor: View) -> View:
    await bot.deps.running.drain(5)
    top = bot.modal(user)
    assert top is not None
    assert top.id != editor.id
    return top


async def filled(bot: Bot, user: str, form: View, values: dict[str, Any]) -> View:
    """Submit the form; what is then in front of the person."""
    await bot.sandbox.person(user).submit(form, values)
    await bot.deps.running.drain(5)
    top = bot.modal(user)
    assert top is not None
    return top


async def edited(bot: Bot, verb: str, step: int, values: dict[str, Any]) -> View:
    """Ada chooses and fills in; the editor, if nothing was wrong."""
    editor = bot.modal(ADA)
    assert editor is not None
    top = await filled(bot, ADA, await choose(bot, ADA, verb, step), values)
    assert top.id == editor.id, top.errors
    return top


async def draft_of(bot: Bot, proposal: Proposal) -> EditingDraft | None:
    async with bot.database.transaction(TEAM) as tx:
        return await tx.drafts.find(Subject(Edited.PROPOSAL, proposal.id))


async def tree_of(bot: Bot, proposal: Proposal) -> FlowTree:
    draft = await draft_of(bot, proposal)
    assert draft is not None
    return draft.content.tree


def says(view: View) -> str:
    return repr(view.blocks)


async def test_a_tree_of_twenty_steps_is_edited_in_several_places_and_published(
    bot: Bot, over_http: str
) -> None:
    bot.sandbox.request_url = over_http
    await bot.disconnect()
    proposal = await bot.a_proposal(title="Many cases", tree=a_tree(20))
    editor = await opened(bot)
    await edited(bot, "edit", 1, {"text": "Is it the first case?", "help": "Look at the label."})
    await edited(bot, "edit", 2, {"text": "Do exactly this.", "kind": "escalation"})
    await edited(bot, "edit", 9, {"label.0": "Certainly", "order": "2, 1"})
    await edited(bot, "add", 3, {"label": "Not sure", "kind": "resolution", "text": "Ask the owner."})
    await edited(bot, "insert", 4, {"kind": "action", "text": "Unplug it.", "label": "Done"})
    editor = await edited(bot, "delete", 11, {"instead": "13"})
    tree = await tree_of(bot, proposal)
    assert tree.nodes["q1"].text == "Is it the first case?"
    assert tree.nodes["q1"].help == "Look at the label."
    assert tree.nodes["f1"].kind is NodeKind.ESCALATION
    assert [(each.id, each.label) for each in tree.nodes["q5"].options] == [("o2", "No"), ("o1", "Certainly")]
    assert {"Ask the owner.", "Unplug it."} <= {node.text for node in tree.nodes.values()}
    ack = await bot.sandbox.person(ADA).submit(editor, {})
    await bot.settle()
    decided = await bot.proposal(proposal.id)
    async with bot.database.transaction(TEAM) as tx:
        flow = await tx.flows.get(decided.published_flow_id or 0)
    assert ack.ok
    assert bot.modal(ADA) is None
    assert decided.status is ProposalStatus.MODIFIED
    assert flow.tree == tree
    assert await draft_of(bot, proposal) is None
    assert bot.sandbox.refused == []


async def test_deleting_with_a_lead_on_and_undoing_it(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    await edited(bot, "delete", 3, {"instead": "5"})
    assert set(await _ids(bot, proposal)) == {"q1", "f1", "q3", "f3", "q4", "end"}
    editor = await press(bot, ADA, "draft.undo")
    assert await tree_of(bot, proposal) == a_tree(8)
    assert "nothing changed yet" in says(editor)
    assert "draft.undo" not in says(editor)


async def _ids(bot: Bot, proposal: Proposal) -> list[str]:
    return list((await tree_of(bot, proposal)).nodes)


async def test_a_double_click_on_undo_undoes_once(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    await edited(bot, "edit", 1, {"text": "One"})
    editor = await edited(bot, "edit", 1, {"text": "Two"})
    ada = bot.sandbox.person(ADA)
    await asyncio.gather(ada.click(editor, "draft.undo"), ada.click(editor, "draft.undo"))
    await bot.deps.running.drain(5)
    assert (await tree_of(bot, proposal)).nodes["q1"].text == "One"
    assert "One" in says(bot.modal(ADA))  # type: ignore[arg-type]


async def test_a_branch_moves_behind_another_step(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    await edited(bot, "move", 2, {"parent": "3", "label": "Same as before"})
    tree = await tree_of(bot, proposal)
    assert [each.next for each in tree.nodes["q1"].options] == ["q2"]
    assert [each.next for each in tree.nodes["q2"].options] == ["f2", "q3", "f1"]


async def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    form = await choose(bot, ADA, "edit", 1)
    wrong = {"text": "  ", "label.0": "x" * 80, "label.1": "Yes", "next.1": "4"}
    top = await filled(bot, ADA, form, wrong)
    assert top.id == form.id
    assert set(top.errors) == {"text", "label.0"}
    top = await filled(
        bot, ADA, form, {"text": "What?", "label.0": "No", "label.1": "no", "next.1": "3", "order": "1, 1"}
    )
    assert set(top.errors) == {"order"}
    top = await filled(bot, ADA, form, {"order": "1, 2"})
    assert set(top.errors) == {"label.1"}
    top = await filled(bot, ADA, form, {"label.1": "Else", "next.1": "2"})
    assert "No answer would lead to “Is it case 2?” any more" in top.errors["next.1"]
    assert await tree_of(bot, proposal) == a_tree(8)


async def test_a_new_question_without_its_answer_is_refused_at_that_field(bot: Bot) -> None:
    await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    form = await choose(bot, ADA, "add", 1)
    top = await filled(bot, ADA, form, {"label": "Maybe", "kind": "question", "text": "Which one?"})
    assert set(top.errors) == {"label.0"}
    await filled(bot, ADA, form, {"label.0": "The second", "next.0": "3"})
    assert "Which one?" in says(bot.modal(ADA))  # type: ignore[arg-type]


async def test_a_branch_is_built_from_above_and_only_published_when_every_step_is_written(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(4))
    await opened(bot)
    await edited(bot, "add", 1, {"label": "Maybe", "kind": "question", "text": "Which?", "label.0": "Red"})
    editor = await edited(bot, "edit", 5, {"label.1": "Blue", "next.1": "new"})
    assert "Choose Edit Step there" in says(editor)
    await bot.sandbox.person(ADA).submit(editor, {})
    assert "Steps 6 and 7 are still to be written" in says(bot.modal(ADA))  # type: ignore[arg-type]
    await edited(bot, "edit", 6, {"kind": "question", "text": "Hot?", "label.0": "Yes", "label.1": "No"})
    await edited(bot, "edit", 7, {"kind": "resolution", "text": "Cool it."})
    form = await press(bot, ADA, "draft.text")
    assert "No: !" in says(form)
    await bot.sandbox.person(ADA).close(form)
    await edited(bot, "edit", 8, {"kind": "resolution", "text": "Wait."})
    editor = await edited(bot, "edit", 9, {"kind": "escalation", "text": "Ask."})
    assert "still to be written" not in says(editor).casefold()
    ack = await bot.sandbox.person(ADA).submit(editor, {})
    assert ack.ok
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.MODIFIED
    assert bot.sandbox.refused == []


async def test_a_deletion_that_leaves_a_question_without_answers_is_refused(bot: Bot) -> None:
    await bot.a_proposal(tree=a_tree(4))
    await opened(bot)
    form = await choose(bot, ADA, "delete", 4)
    top = await filled(bot, ADA, form, {"instead": "0"})
    assert "would have no answer left" in top.errors["instead"]


async def test_title_domain_and_keywords_are_changed_and_checked(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    editor = await opened(bot)
    form = await press(bot, ADA, "draft.details")
    top = await filled(bot, ADA, form, {"title": " ", "keywords": "a, b, c, d, e, f, g, h, i"})
    assert set(top.errors) == {"title", "keywords"}
    top = await filled(
        bot, ADA, form, {"title": "VPN <drops>", "domain": "security", "keywords": "vpn, , mtu,vpn"}
    )
    draft = await draft_of(bot, proposal)
    assert draft is not None
    assert (draft.content.title, draft.content.problem_domain, draft.content.keywords) == (
        "VPN <drops>",
        "security",
        ("vpn", "mtu"),
    )
    assert top.id == editor.id
    assert "*VPN &lt;drops&gt;*" in says(top)


async def test_a_draft_survives_closing_and_is_offered_again(bot: Bot) -> None:
    await bot.a_proposal(tree=a_tree(8))
    editor = await opened(bot)
    editor = await edited(bot, "edit", 1, {"text": "Kept?"})
    await bot.sandbox.person(ADA).close(editor)
    again = await opened(bot, words="Kept?")
    assert "Your draft, kept until you publish" in says(again)
    fresh = await press(bot, ADA, "draft.start_over")
    assert "Is it case 1?" in says(fresh)
    assert "nothing changed yet" in says(fresh)


async def test_a_second_editor_is_told_and_may_only_read_until_nothing_happens(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    await edited(bot, "edit", 1, {"text": "Ada was here"})
    seen = await opened(bot, CHLOE, "Ada Reyes edits this")
    assert "Ada was here" in says(seen)
    assert "draft.step" not in says(seen)
    assert "draft.take_over" not in says(seen)
    assert "submit" not in seen.payload
    await bot.sandbox.person(CHLOE).close(seen)
    bot.clock.ahead = timedelta(minutes=16)
    await opened(bot, CHLOE, "Ada Reyes edits this")
    taken = await press(bot, CHLOE, "draft.take_over")
    assert "Your draft" in says(taken)
    form = await choose(bot, ADA, "edit", 1)
    assert "has changed since you opened this" in says(form)
    draft = await draft_of(bot, proposal)
    assert draft is not None
    assert draft.member_id == CHLOE


async def test_a_form_that_was_open_when_somebody_took_over_keeps_its_words(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    form = await choose(bot, ADA, "edit", 1)
    await opened(bot, CHLOE, "Ada Reyes edits this")
    await press(bot, CHLOE, "draft.take_over")
    top = await filled(bot, ADA, form, {"text": "My long text"})
    assert top.id == form.id
    assert "Chloe Marsh works on this draft now" in top.errors["kind"]
    assert await tree_of(bot, proposal) == a_tree(8)


async def test_a_form_of_an_older_revision_is_refused(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    form = await choose(bot, ADA, "edit", 1)
    draft = await draft_of(bot, proposal)
    assert draft is not None
    async with bot.database.transaction(TEAM) as tx:
        newer = draft.changed(replace(draft.content, title="Other window"), now=bot.clock.now())
        await tx.drafts.save(newer, seen_revision=draft.revision)
    top = await filled(bot, ADA, form, {"text": "My long text"})
    assert "has changed since you opened this" in top.errors["kind"]


async def test_a_draft_is_carried_over_to_the_version_that_the_proposal_grew_to(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    editor = await edited(bot, "edit", 1, {"text": "Mine"})
    theirs = a_tree(8)
    theirs = FlowTree(theirs.root, {**theirs.nodes, "f3": fix("Theirs")})
    await grown(bot, replace(proposal, draft=replace(proposal.draft, tree=theirs)))
    await bot.sandbox.person(ADA).submit(editor, {})
    told = bot.modal(ADA)
    assert told is not None
    assert "The proposal has changed since you began" in says(told)
    assert "Mine" in says(told)
    assert "submit" not in told.payload
    carried = await press(bot, ADA, "draft.carry_over")
    assert "Mine" in says(carried)
    assert "Theirs" in says(carried)
    await bot.sandbox.person(ADA).submit(carried, {})
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.MODIFIED


async def test_what_both_changed_is_not_carried_over_and_the_draft_stays_readable(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    await edited(bot, "edit", 2, {"text": "Mine"})
    theirs = a_tree(8)
    theirs = FlowTree(theirs.root, {**theirs.nodes, "f1": fix("Theirs")})
    await grown(bot, replace(proposal, draft=replace(proposal.draft, tree=theirs)))
    await bot.sandbox.person(ADA).submit(bot.modal(ADA), {})  # type: ignore[arg-type]
    told = await press(bot, ADA, "draft.carry_over")
    assert "changes the same as your draft: “Do what case 1 takes.”" in says(told)
    text = await press(bot, ADA, "draft.text")
    assert "Yes: = Mine" in says(text)
    assert "submit" not in text.payload
    await bot.sandbox.person(ADA).close(text)
    fresh = await press(bot, ADA, "draft.start_over")
    assert "Theirs" in says(fresh)


async def test_what_was_edited_while_somebody_else_decided_becomes_a_proposal(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    editor = await edited(bot, "edit", 2, {"text": "What I know"})
    chloe = Member(id=CHLOE, name="Chloe Marsh", role=Role.ADMIN)
    await decide_proposal(
        bot.database, TEAM, proposal.id, Approve(by=chloe, seen_version=1), now=bot.clock.now()
    )
    await bot.sandbox.person(ADA).submit(editor, {})
    kept = bot.modal(ADA)
    assert kept is not None
    assert "Your draft is kept" in says(kept)
    change = await press(bot, ADA, "draft.keep")
    assert "Propose a change" in repr(change.payload)
    assert "What I know" in says(change)
    await bot.sandbox.person(ADA).submit(change, {})
    async with bot.database.transaction(TEAM) as tx:
        (proposed,) = await tx.proposals.listed(ProposalStatus.PENDING, 10)
    assert proposed.proposed_by == ADA
    assert proposed.flow_id == (await bot.proposal(proposal.id)).published_flow_id
    assert proposed.draft.tree.nodes["f1"].text == "What I know"


async def test_a_decision_meanwhile_ends_the_draft_and_says_so(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    editor = await opened(bot)
    chloe = Member(id=CHLOE, name="Chloe Marsh", role=Role.ADMIN)
    await decide_proposal(
        bot.database, TEAM, proposal.id, Dismiss(by=chloe, seen_version=1), now=bot.clock.now()
    )
    await bot.sandbox.person(ADA).submit(editor, {})
    assert "This draft is gone" in says(bot.modal(ADA))  # type: ignore[arg-type]
    assert await draft_of(bot, proposal) is None
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.DISMISSED


async def test_the_whole_tree_is_edited_as_text_and_a_wrong_line_is_named(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    editor = await opened(bot)
    form = await press(bot, ADA, "draft.text")
    steps = "Is split tunnelling on?\n  No: = Lower the MTU.\n  Yes: Is it on Wi-Fi?"
    top = await filled(bot, ADA, form, {"steps.0": steps})
    assert "Line 3" in top.errors["steps.0"]
    top = await filled(bot, ADA, form, {"steps.0": f"{steps}\n    Yes: = Use a cable."})
    assert top.id == editor.id
    tree = await tree_of(bot, proposal)
    assert to_outline(tree) == f"{steps}\n    Yes: = Use a cable."
    assert tree.nodes["n1"].help == "Network settings"


async def test_a_tree_of_two_hundred_steps_pages(bot: Bot) -> None:
    options = tuple(Option(f"o{n}", f"Case {n}", f"q{n}") for n in range(1, 10))
    nodes = {"root": Node(kind=NodeKind.QUESTION, text="Which?", options=options)}
    for n in range(1, 10):
        nodes[f"q{n}"] = question(f"Question {n}?", *((f"A{m}", f"q{n}.{m}") for m in range(1, 10)))
        for m in range(1, 10):
            nodes[f"q{n}.{m}"] = question(f"Detail {n}.{m}?", ("Yes", f"f{n}.{m}"))
            nodes[f"f{n}.{m}"] = fix(f"Fix {n}.{m}")
    for extra in range(28):
        parent = nodes[f"q{extra % 9 + 1}.{extra // 9 + 1}"]
        more = Option("o2", "No", f"x{extra}")
        nodes[f"q{extra % 9 + 1}.{extra // 9 + 1}"] = replace(parent, options=(*parent.options, more))
        nodes[f"x{extra}"] = fix(f"Else {extra}")
    proposal = await bot.a_proposal(tree=FlowTree("root", nodes))
    assert len(nodes) == 200
    editor = await opened(bot)
    assert "Page 1 of 5" in says(editor)
    for page in (2, 3, 4, 5):
        assert f"Page {page} of 5" in says(await press(bot, ADA, "draft.on"))
    await edited(bot, "edit", 200, {"text": "The last one"})
    assert "Page 5 of 5" in says(bot.modal(ADA))  # type: ignore[arg-type]
    assert "Page 4 of 5" in says(await press(bot, ADA, "draft.back"))
    assert "The last one" in [node.text for node in (await tree_of(bot, proposal)).nodes.values()]
    form = await choose(bot, ADA, "move", 150)
    assert "option_groups" in says(form)
    assert bot.sandbox.refused == []


async def test_the_picture_is_drawn_by_a_worker_and_shown_on_top(bot: Bot) -> None:
    await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    waiting = await press(bot, ADA, "draft.picture")
    assert "One moment" in says(waiting)
    await bot.settle()
    shown = bot.modal(ADA)
    assert shown is not None
    assert shown.id == waiting.id
    assert "A picture of the tree." in says(shown)


async def test_without_a_picture_the_steps_are_told_in_words(bot: Bot) -> None:
    await bot.a_proposal(tree=a_tree(8))
    await opened(bot)
    await press(bot, ADA, "draft.picture")
    bot.sandbox.misbehave("views.update", "slow_files", times=6)
    await bot.settle()
    assert "1. Is it case 1?" in says(bot.modal(ADA))  # type: ignore[arg-type]


async def test_a_preview_that_was_closed_stays_closed(bot: Bot) -> None:
    await bot.a_proposal(tree=a_tree(8))
    editor = await opened(bot)
    waiting = await press(bot, ADA, "draft.picture")
    await bot.sandbox.person(ADA).close(waiting)
    await bot.settle()
    assert bot.modal(ADA).id == editor.id  # type: ignore[union-attr]
    assert await bot.waiting_jobs() == []


async def test_an_engineer_gets_no_draft(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    await bot.sandbox.person(BEN).click(bot.cards()[0], "proposal.edit")
    await bot.modal_with(BEN, "Only reviewers can decide")
    assert await draft_of(bot, proposal) is None


async def test_in_another_modal_the_editor_takes_its_place_so_that_its_forms_fit_on_top(bot: Bot) -> None:
    proposal = await bot.a_proposal(tree=a_tree(8))
    ada = bot.sandbox.person(ADA)
    await ada.click(bot.cards()[0], "proposal.view")
    details = await bot.modal_with(ADA, "Learnt from")
    button = {"type": "button", "action_id": "proposal.edit", "block_id": "b", "action_ts": "1.1"}
    await ada.press(details, button | {"value": f"{proposal.id}:{proposal.version}"})
    editor = await bot.modal_with(ADA, "Edit Title")
    assert editor.id == details.id
    await ada.press(editor, button | {"value": f"{proposal.id}:9"})
    assert "changed since you opened it" in says(await bot.modal_with(ADA, "changed since"))

"""What becomes of a flagged step: from the note in the review channel to the step in the editor."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.editing import EditingDraft
from bot.domain.flows import Flow, FlowDraft
from bot.domain.members import Member, Role
from bot.domain.proposals import ProposalKind
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.sandbox import View
from bot.services.editing import change_draft, open_flow_workbench, publish_draft
from bot.services.flows import archive_flow, read_flow_page
from tests.slack.conftest import ADA, BEN, CHLOE, TEAM, Bot
from tests.slack.test_sessions import PROBLEM, TREE, a_flow, click, fill_in, more, started

REVIEWER = Member(id=CHLOE, name="Chloe Marsh", role=Role.ADMIN)
NOTE = "Nobody knows where; ask ada@northwind.example"
EDIT = "flow.edit_step"


async def flagged(bot: Bot, note: str = NOTE) -> Flow:
    """The flow, of which Ben has flagged the second step."""
    flow = await a_flow(bot)
    await started(bot)
    await click(bot, BEN, "session.answer_2")
    await more(bot, BEN, "Flag This Step")
    await fill_in(bot, BEN, "What is wrong with it?", text=note)
    return flow


async def pressed(bot: Bot, words: str, user: str = ADA) -> View:
    await bot.sandbox.person(user).click(bot.cards()[-1], EDIT)
    return await bot.modal_with(user, words)


async def published_as(bot: Bot, flow: Flow, tree: FlowTree) -> None:
    """Chloe publishes the flow with this tree."""
    now, by = bot.clock.now(), REVIEWER
    bench = await open_flow_workbench(bot.database, TEAM, flow.id, by=by, now=now)

    def change(draft: EditingDraft) -> EditingDraft:
        return draft.changed(replace(draft.content, tree=tree), now=now)

    bench = await change_draft(bot.database, TEAM, bench.draft.id, bench.draft.revision, change, by=by)
    await publish_draft(bot.database, TEAM, bench.draft.id, bench.draft.revision, by=by, now=now)


def with_text(tree: FlowTree, node_id: str, text: str) -> FlowTree:
    return replace(tree, nodes={**tree.nodes, node_id: replace(tree.nodes[node_id], text=text)})


async def test_a_reviewer_mends_a_flagged_step_in_its_form_and_publishes(bot: Bot) -> None:
    flow = await flagged(bot)
    form = await pressed(bot, "What it asks or says")
    assert form.payload["title"]["text"] == "Step 3"
    assert "Does the tunnel drop on a network cable too?" in str(form.blocks)
    ada = bot.sandbox.person(ADA)
    await ada.submit(form, {"text": "Does it?", "label.0": ""})
    assert "No answer would lead to" in str(bot.modal(ADA).errors)  # type: ignore[union-attr]
    values = {"text": "Does it drop at the desk of a colleague too?", "label.0": "Yes"}
    assert (await ada.submit(form, values)).ok
    editor = await bot.modal_with(ADA, "kept until you publish or start over")
    assert ada.top_view is not None
    assert ada.top_view.id == form.id
    assert "Does it drop at the desk of a colleague too?" in str(editor.blocks)
    assert (await ada.submit(editor, {})).ok
    await bot.deps.running.drain(5)
    async with bot.database.transaction(TEAM) as tx:
        now = await tx.flows.get(flow.id)
    assert now.current.number == 2
    assert now.tree.nodes["n3"].text == "Does it drop at the desk of a colleague too?"
    assert not bot.sandbox.refused


async def test_where_the_flagged_step_is_gone_the_outline_says_so(bot: Bot) -> None:
    flow = await flagged(bot)
    short = FlowTree(
        "n1",
        {
            "n1": replace(TREE.nodes["n1"], options=(Option("o1", "Yes", "n2"), Option("o2", "No", "n9"))),
            "n2": TREE.nodes["n2"],
            "n9": Node(kind=NodeKind.ESCALATION, text="Hand over"),
        },
    )
    await published_as(bot, flow, short)
    editor = await pressed(bot, "The flagged step is not here any more. It stood in version 1.")
    assert "Hand over" in str(editor.blocks)


async def test_the_draft_of_somebody_else_is_shown_and_not_touched(bot: Bot) -> None:
    flow = await flagged(bot)
    await open_flow_workbench(bot.database, TEAM, flow.id, by=REVIEWER, now=bot.clock.now())
    await bot.sandbox.person(CHLOE).command("C0SUPPORT1", "/flowpilot help")
    editor = await pressed(bot, "edits this, since")
    assert "draft.step" not in str(editor.blocks)


async def test_an_archived_flow_and_an_engineer_are_told_why_not(bot: Bot) -> None:
    flow = await flagged(bot)
    await pressed(bot, "Only reviewers can edit flows", BEN)
    await archive_flow(bot.database, TEAM, flow.id, by=REVIEWER, now=bot.clock.now())
    await pressed(bot, "This flow is archived. Bring it back before changing it.")
    assert not await bot.superuser.fetchval("SELECT count(*) FROM drafts")


async def test_where_no_flow_asks_a_flag_leads_to_no_editor(bot: Bot) -> None:
    await started(bot)
    await more(bot, BEN, "Flag This Step")
    await fill_in(bot, BEN, "What is wrong with it?", text="What now?")
    assert not bot.cards()


async def test_the_flows_page_shows_reviewers_what_is_flagged_until_it_is_changed(bot: Bot) -> None:
    flow = await flagged(bot)
    ada = bot.sandbox.person(ADA)
    await ada.click(bot.cards()[-1], "flow.view")
    page = await bot.modal_with(ADA, "Flagged, and not changed since")
    assert (
        "*Does the tunnel drop on a network cable too?*: Nobody knows where; ask &lt;e-mail address&gt;"
        in str(page.blocks)
    )
    assert "(Ben Okafor, " in str(page.blocks)
    now = bot.clock.now()
    for by in (Member(id=BEN, name="Ben"), REVIEWER):
        seen = await read_flow_page(bot.database, TEAM, flow.id, seen_by=by, now=now)
        assert len(seen.flags) == (1 if by.is_admin else 0)
    later = await read_flow_page(bot.database, TEAM, flow.id, seen_by=REVIEWER, now=now + timedelta(days=91))
    assert not later.flags
    await published_as(bot, flow, with_text(TREE, "n5", "Move the access point"))
    assert (await read_flow_page(bot.database, TEAM, flow.id, seen_by=REVIEWER, now=now)).flags
    await published_as(
        bot, flow, with_text(with_text(TREE, "n5", "Move the access point"), "n3", "Does it drop on a cable?")
    )
    assert not (await read_flow_page(bot.database, TEAM, flow.id, seen_by=REVIEWER, now=now)).flags


async def test_a_change_of_the_flow_shows_what_is_flagged_and_what_it_changes_itself(bot: Bot) -> None:
    flow = await flagged(bot)
    draft = FlowDraft(title=PROBLEM, summary="", tree=with_text(TREE, "n3", "Does it drop on a cable?"))
    await bot.a_proposal(
        ProposalKind.ENHANCEMENT, flow_id=flow.id, title=draft.title, summary=draft.summary, tree=draft.tree
    )
    await bot.sandbox.person(ADA).click(bot.cards()[-1], "proposal.view")
    details = str((await bot.modal_with(ADA, "Flagged in the flow")).blocks)
    assert "*Does the tunnel drop on a network cable too?*: Nobody knows where" in details
    assert "· changed here" in details
    await bot.sandbox.person(BEN).click(bot.cards()[-1], "proposal.view")
    assert "Flagged in the flow" not in str((await bot.modal_with(BEN, "Step by step")).blocks)

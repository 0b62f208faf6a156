"""Engineers propose what they know, reviewers decide, and authors take back."""

from typing import Any

from bot.domain.proposals import Proposal, ProposalStatus
from bot.sandbox import View
from tests.slack.conftest import ADA, BEN, CHLOE, SUPPORT, TEAM, Bot, said_by
from tests.slack.test_editor import choose, filled, press, says
from tests.slack.test_flows import a_flow, flow_now, open_flow, words

BEGINNING: dict[str, Any] = {
    "title": "Scanner <offline>",
    "domain": "printing",
    "text": "Does it answer a ping?",
    "label": "Yes\n\nNo",
}


async def the_proposal(bot: Bot) -> Proposal:
    async with bot.database.transaction(TEAM) as tx:
        return (await tx.proposals.listed(None, 9))[-1]


async def begun(bot: Bot, user: str) -> View:
    """What the button to propose opens, below a list of flows that has not what was looked for."""
    person = bot.sandbox.person(user)
    await person.command(SUPPORT, "/flowpilot flows scanner")
    listed = await bot.sandbox.until(lambda: bot.sandbox.ephemerals(user))
    await person.click(listed[-1], "proposal.begin")
    await bot.deps.running.drain(5)
    view = bot.modal(user)
    assert view is not None
    return view


async def proposed_change(bot: Bot, user: str, text: str) -> View:
    """Somebody opens the flow, changes its second step and proposes that; what is in front then."""
    await open_flow(bot, user, "vpn")
    await press(bot, user, "flow.propose")
    editor = await filled(bot, user, await choose(bot, user, "edit", 2), {"text": text})
    await bot.sandbox.person(user).submit(editor, {})
    await bot.settle()
    top = bot.modal(user)
    assert top is not None
    return top


async def test_an_engineer_proposes_a_flow_and_a_reviewer_approves_it(bot: Bot) -> None:
    await begun(bot, BEN)
    form = bot.modal(BEN)
    assert form is not None
    wrong = await filled(bot, BEN, form, BEGINNING | {"title": " ", "label": "Yes\nyes"})
    assert set(wrong.errors) == {"title", "label"}
    editor = await filled(bot, BEN, form, BEGINNING)
    assert "To be written before it can be proposed: steps 2 and 3" in says(editor)
    await bot.sandbox.person(BEN).submit(editor, {})
    assert "Steps 2 and 3 are still to be written" in says(bot.modal(BEN))  # type: ignore[arg-type]
    await bot.sandbox.person(BEN).close(bot.modal(BEN))  # type: ignore[arg-type]
    await begun(bot, BEN)
    for step, text in ((2, "Restart the service."), (3, "Check the cable.")):
        form = await choose(bot, BEN, "edit", step)
        editor = await filled(bot, BEN, form, {"kind": "resolution", "text": text})
    await bot.sandbox.person(BEN).submit(editor, {})
    assert "waits for a review now" in says(bot.modal(BEN))  # type: ignore[arg-type]
    await bot.settle()
    card = bot.cards()[-1]
    assert card.text.startswith("New flow: Scanner &lt;offline&gt;, proposed by Ben Okafor.")
    assert "Approve" in said_by(card)
    direct = bot.sandbox.dm(BEN)
    assert "*Scanner &lt;offline&gt;* waits for a review" in direct[-1].text
    await bot.sandbox.person(ADA).click(card, "proposal.approve")
    await bot.settle()
    assert (await the_proposal(bot)).status is ProposalStatus.APPROVED
    told = bot.sandbox.dm(BEN)
    assert "Approved" in told[-1].text
    assert "Withdraw" not in said_by(told[0])
    assert bot.sandbox.refused == []


async def test_the_author_of_a_change_takes_it_back_and_nobody_else_can(bot: Bot) -> None:
    await a_flow(bot)
    done = await proposed_change(bot, BEN, "Lower the MTU to 1300.")
    assert "Withdraw" in says(done)
    proposal = await the_proposal(bot)
    assert (proposal.proposed_by, proposal.status) == (BEN, ProposalStatus.PENDING)
    await bot.sandbox.person(CHLOE).click(bot.cards()[-1], "proposal.view")
    seen = await bot.modal_with(CHLOE, "proposed by <@")
    assert "Withdraw" not in says(seen)
    await press(bot, BEN, "proposal.withdraw")
    await bot.settle()
    assert (await the_proposal(bot)).status is ProposalStatus.WITHDRAWN
    assert "*Withdrawn* by" in said_by(bot.cards()[-1])
    assert "Withdrawn" in words(bot, BEN)
    await bot.sandbox.person(BEN).click(bot.sandbox.dm(BEN)[-1], "proposal.again")
    again = await bot.modal_with(BEN, "Lower the MTU to 1300.")
    assert "Propose a change" in repr(again.payload)
    assert bot.sandbox.refused == []


async def test_two_reviewers_edit_a_flow_and_the_second_carries_over(bot: Bot) -> None:
    flow = await a_flow(bot)
    await open_flow(bot, ADA, "vpn")
    await press(bot, ADA, "flow.edit")
    editor = await filled(bot, ADA, await choose(bot, ADA, "edit", 2), {"text": "Ada's fix"})
    await open_flow(bot, CHLOE, "vpn")
    seen = await press(bot, CHLOE, "flow.edit")
    assert "Ada Reyes edits this" in says(seen)
    async with bot.database.transaction(TEAM) as tx:
        changed = flow.current.draft
        await tx.flows.publish_version(
            flow.id, changed, base_version=1, origin=flow.origin, by=CHLOE, at=bot.clock.now(), change="x"
        )
    await bot.sandbox.person(ADA).submit(editor, {})
    stale = bot.modal(ADA)
    assert stale is not None
    assert "The flow has changed since you began" in says(stale)
    carried = await press(bot, ADA, "draft.carry_over")
    await bot.sandbox.person(ADA).submit(carried, {})
    now = await flow_now(bot, flow)
    assert now.current.number == 3
    assert now.tree.nodes["n2"].text == "Ada's fix"
    assert bot.sandbox.refused == []

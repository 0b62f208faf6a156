"""Reviewers decide on proposals in Slack."""

import asyncio
import re
from datetime import timedelta

import pytest

from bot.domain.flows import FlowOrigin
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus
from bot.domain.reasons import ReasonCode
from bot.services.proposals import show_proposal_card
from tests.slack.conftest import ADA, BEN, CHLOE, REVIEW, TEAM, Bot, said_by
from tests.storage.makers import a_draft, a_tree


async def a_change(bot: Bot) -> Proposal:
    """A proposal to change a published flow."""
    now = bot.clock.now()
    async with bot.database.transaction(TEAM) as tx:
        flow = await tx.flows.publish_new(
            a_draft(title="VPN"), origin=FlowOrigin.MANUAL, by=ADA, at=now, change="New.", proposal_id=None
        )
    return await bot.a_proposal(
        ProposalKind.ENHANCEMENT, flow_id=flow.id, title="VPN", tree=a_tree(text="Is it split?")
    )


async def grown(bot: Bot, proposal: Proposal) -> None:
    """The proposal has a new version, and nobody has drawn the card anew yet."""
    async with bot.database.transaction(TEAM) as tx:
        await tx.proposals.grow(
            proposal.id,
            seen_version=proposal.version,
            kind=proposal.kind,
            draft=proposal.draft,
            status=proposal.status,
            confidence=0.95,
            now=bot.clock.now(),
        )


async def test_approving_publishes_the_flow_and_turns_the_buttons_into_a_record(bot: Bot) -> None:
    proposal = await bot.a_proposal(title="VPN drops")
    ack = await bot.sandbox.person(ADA).click(bot.cards()[0], "proposal.approve")
    await bot.settle()
    (card,) = bot.cards()
    decided = await bot.proposal(proposal.id)
    assert ack.ok
    assert (decided.status, decided.decided_by, decided.published_version) == (
        ProposalStatus.APPROVED,
        ADA,
        1,
    )
    assert "published as *VPN drops* version 1" in said_by(card)
    assert "proposal.approve" not in said_by(card)
    assert "View Flow" in said_by(card)


async def test_of_two_reviewers_who_click_at_once_one_wins_and_the_other_is_told_who(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    ada, chloe = bot.sandbox.person(ADA), bot.sandbox.person(CHLOE)
    await asyncio.gather(ada.click(card, "proposal.approve"), chloe.click(card, "proposal.dismiss"))
    await bot.settle()
    winner = (await bot.proposal(proposal.id)).decided_by
    loser = CHLOE if winner == ADA else ADA
    name, done = {ADA: ("Ada Reyes", "approved"), CHLOE: ("Chloe Marsh", "parked")}[winner or ""]
    assert re.fullmatch(rf"{name} {done} this (just now|\d seconds? ago)\.", await bot.told(loser))
    assert len(bot.cards()) == 1
    assert bot.sandbox.ephemerals(winner or "") == []


async def test_a_second_click_later_says_who_was_first_and_when(bot: Bot) -> None:
    await bot.a_proposal()
    (card,) = bot.cards()
    await bot.sandbox.person(ADA).click(card, "proposal.approve")
    await bot.deps.running.drain(5)
    bot.clock.ahead = timedelta(minutes=7)
    await bot.sandbox.person(CHLOE).click(card, "proposal.reject")
    await bot.modal_with(CHLOE, "Ada Reyes approved this 7 minutes ago.")


async def test_an_engineer_is_refused_by_the_service_and_told_whom_to_ask(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    await bot.sandbox.person(ADA).open_home()
    await bot.sandbox.person(CHLOE).open_home()
    await bot.sandbox.person(BEN).click(bot.cards()[0], "proposal.approve")
    assert await bot.told(BEN) == "Only reviewers can decide. Ask Ada Reyes or Chloe Marsh."
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.PENDING


async def test_an_engineer_gets_no_form_to_fill_in(bot: Bot) -> None:
    await bot.a_proposal()
    await bot.sandbox.person(BEN).click(bot.cards()[0], "proposal.edit")
    modal = await bot.modal_with(BEN, "Only reviewers can decide")
    assert "submit" not in modal.payload


async def test_a_click_on_an_outdated_card_is_refused_and_the_card_is_drawn_anew(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    (before,) = bot.cards()
    await grown(bot, proposal)
    await bot.sandbox.person(ADA).click(before, "proposal.approve")
    assert "changed since you opened it" in await bot.told(ADA)
    await bot.settle()
    (after,) = bot.cards()
    assert f"{proposal.id}:{proposal.version + 1}" in said_by(after)
    assert after.ts == before.ts


async def test_dismissing_parks_and_reopening_brings_the_buttons_back(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    await bot.sandbox.person(ADA).click(bot.cards()[0], "proposal.dismiss")
    await bot.settle()
    assert "wakes when a new session supports it" in said_by(bot.cards()[0])
    await bot.sandbox.person(CHLOE).click(bot.cards()[0], "proposal.reopen")
    await bot.settle()
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.PENDING
    assert "proposal.approve" in said_by(bot.cards()[0])


async def test_rejecting_asks_for_a_reason_and_shows_it(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    ada = bot.sandbox.person(ADA)
    await ada.click(bot.cards()[0], "proposal.reject")
    form = await bot.modal_with(ADA, "What is wrong with it?")
    await ada.submit(form, {"reason_code": "other", "reason": "   "})
    await bot.settle()
    assert bot.modal(ADA).errors["reason"].startswith("Say why")  # type: ignore[union-attr]
    await ada.submit(form, {"reason_code": "outdated", "reason": "Wrong product <!channel>"})
    await bot.settle()
    decided = await bot.proposal(proposal.id)
    assert bot.modal(ADA) is None
    assert (decided.reason_code, decided.reason) == (ReasonCode.OUTDATED, "Wrong product <!channel>")
    assert "outdated: “Wrong product &lt;!channel&gt;”" in said_by(bot.cards()[0])


async def test_a_code_is_reason_enough_and_none_at_all_is_not(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    ada = bot.sandbox.person(ADA)
    await ada.click(bot.cards()[0], "proposal.reject")
    form = await bot.modal_with(ADA, "What is wrong with it?")
    assert not (await ada.submit(form, {})).ok
    await ada.submit(form, {"reason_code": "unsafe"})
    await bot.settle()
    decided = await bot.proposal(proposal.id)
    assert (decided.status, decided.reason) == (ProposalStatus.REJECTED, None)
    assert "· unsafe" in said_by(bot.cards()[0])


async def test_parking_takes_one_click_and_the_reason_can_come_later(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    chloe = bot.sandbox.person(CHLOE)
    await bot.sandbox.person(ADA).click(bot.cards()[0], "proposal.dismiss")
    await bot.settle()
    await chloe.click(bot.cards()[0], "proposal.explain")
    form = await bot.modal_with(CHLOE, "Why not now?")
    await chloe.submit(form, {"reason_code": "too_rare"})
    await bot.settle()
    parked = await bot.proposal(proposal.id)
    card = said_by(bot.cards()[0])
    assert (parked.status, parked.decided_by) == (ProposalStatus.DISMISSED, ADA)
    assert parked.reason_code is ReasonCode.TOO_RARE
    assert f"Parked* by <@{ADA}>" in card
    assert "too rare · wakes when" in card
    assert "proposal.explain" not in card
    await chloe.click(bot.cards()[0], "proposal.reopen")
    await bot.settle()
    assert (await bot.proposal(proposal.id)).reason_code is None


async def test_a_rejection_that_comes_too_late_keeps_the_form_open(bot: Bot) -> None:
    await bot.a_proposal()
    (card,) = bot.cards()
    ada = bot.sandbox.person(ADA)
    await ada.click(card, "proposal.reject")
    form = await bot.modal_with(ADA, "What is wrong with it?")
    await bot.sandbox.person(CHLOE).click(card, "proposal.approve")
    await bot.deps.running.drain(5)
    await ada.submit(form, {"reason_code": "wrong_fix"})
    assert "Chloe Marsh approved this" in bot.modal(ADA).errors["reason_code"]  # type: ignore[union-attr]


async def test_a_change_of_a_flow_is_published_through_the_editor_only(bot: Bot) -> None:
    proposal = await a_change(bot)
    card = bot.cards()[-1]
    assert "Edit & Publish" in said_by(card)
    assert "proposal.approve" not in said_by(card)
    ada = bot.sandbox.person(ADA)
    await ada.click(card, "proposal.edit")
    form = await bot.modal_with(ADA, "Is it split?")
    await ada.submit(form, {})
    await bot.settle()
    decided = await bot.proposal(proposal.id)
    assert (decided.status, decided.published_version) == (ProposalStatus.MODIFIED, 2)


async def test_details_show_every_step_and_the_sessions_behind_it(bot: Bot) -> None:
    await bot.a_proposal(title="VPN drops")
    await bot.sandbox.person(BEN).click(bot.cards()[0], "proposal.view")
    modal = await bot.modal_with(BEN, "Learnt from")
    words = said_by_view(modal.payload)
    assert "Fix: Lower the MTU to 1350." in words
    assert "VPN drops every ten minutes" in words
    assert "Decide on its card" in words


async def test_sessions_that_were_worked_in_slack_are_linked(bot: Bot) -> None:
    proposal = await bot.a_proposal(title="VPN drops")
    (card,) = bot.cards()
    worked_in = "UPDATE sessions SET channel = $1, thread_ts = $2, external_id = 'S-1'"
    await bot.superuser.execute(worked_in, REVIEW, card.ts)
    await show_proposal_card(bot.desk, TEAM, proposal.id)
    (card,) = bot.cards()
    (url,) = re.findall(r"Learnt from <(http[^|]+)\|S-1>", said_by(card))
    assert card.ts in url
    await bot.sandbox.person(BEN).click(card, "proposal.view")
    assert f"<{url}|S-1>" in said_by_view((await bot.modal_with(BEN, "Learnt from")).payload)


async def test_a_thread_that_is_gone_is_named_without_a_link(bot: Bot) -> None:
    proposal = await bot.a_proposal(title="VPN drops")
    gone = "UPDATE sessions SET channel = 'CGONE', thread_ts = '1.1', external_id = 'S-1'"
    await bot.superuser.execute(gone)
    await show_proposal_card(bot.desk, TEAM, proposal.id)
    assert "Learnt from S-1" in said_by(bot.cards()[0])


async def test_a_broken_button_gives_a_reference_and_no_details(bot: Bot) -> None:
    await bot.a_proposal()
    card = bot.cards()[0]
    ada = bot.sandbox.person(ADA)
    action = {"type": "button", "action_id": "proposal.approve", "block_id": "b", "value": "nonsense"}
    ack = await ada.press(card, action | {"action_ts": "1.000001"})
    assert ack.ok
    assert (await bot.told(ADA)).endswith("give an admin the reference ref1.")


@pytest.mark.parametrize("action", ["proposal.approve", "proposal.dismiss"])
async def test_a_decision_is_acked_before_anything_is_read(bot: Bot, action: str) -> None:
    await bot.a_proposal()
    async with bot.database.transaction(TEAM) as tx:
        await tx.workspaces.change_settings((await tx.workspaces.get()).settings)  # holds the row
        ack = await bot.sandbox.person(ADA).click(bot.cards()[0], action)
        assert ack.ok
    await bot.settle()


def said_by_view(view: object) -> str:
    return str(view)


async def test_deleted_card_comes_back_when_its_proposal_is_looked_at(bot: Bot) -> None:
    """Home leads to proposals whose card somebody has deleted: there has to be one to decide on."""
    await bot.a_proposal(title="VPN drops")
    bot.sandbox.workspace.delete(bot.cards()[0])
    ada = bot.sandbox.person(ADA)
    await ada.open_home()
    await bot.settle()
    home = bot.sandbox.home(ADA)
    assert home is not None
    await ada.click(home, "proposal.view")
    await bot.settle()
    (card,) = bot.cards()
    assert "proposal.approve" in said_by(card)

"""The main job as people do it, in a browser."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from bot.cli.demo_stage import ADA, Stage
from bot.domain.flows import Flow, FlowDraft, FlowOrigin
from bot.domain.outline_text import from_outline
from bot.domain.proposals import ProposalStatus
from bot.domain.reasons import ReasonCode
from bot.offline import SystemClock
from bot.services.flows import get_flow, list_flows
from bot.services.proposals import list_proposals
from tests.browser.acts import (
    COUNT_PRESSES,
    at_most,
    choose,
    dialog,
    edit_step,
    open_place,
    open_review_channel,
    pinned,
    press,
    save,
    type_command,
    undecided_card,
)

BEN = "U0ENGIN01"
SUPPORT = "/c/C0SUPPORT1"
CHECKS = 9


@pytest.fixture(autouse=True)
async def _accepted(stage: Stage) -> AsyncIterator[None]:
    """Whatever is shown, Slack would take it. Modals stay open in another window: they are closed afterwards."""
    yield
    assert stage.sandbox.refused == []
    ada = stage.sandbox.person(ADA.id)
    while (view := ada.top_view) is not None:
        await ada.close(view)


async def test_card_says_what_is_proposed_and_why(page: Page, stage: Stage) -> None:
    await open_review_channel(page, stage)
    card = undecided_card(page)
    await expect(card).to_contain_text("New flow:")
    await expect(card).to_contain_text("sessions by")
    await expect(card).to_contain_text("Starts with")
    picture = card.locator("img").first
    alt = await picture.get_attribute("alt")
    assert alt is not None
    assert alt.startswith("Flow with")


async def test_approving_publishes_and_the_card_says_who_did(page: Page, stage: Stage) -> None:
    flows_before = len(await list_flows(stage.database, stage.workspace_id))
    await open_review_channel(page, stage)
    card = await pinned(page, undecided_card(page))
    await card.get_by_role("button", name="Approve").click()
    await expect(card).to_contain_text("Approved by")
    await expect(card).to_contain_text("Ada Reyes")
    await expect(card.get_by_role("button", name="Approve")).to_have_count(0)
    assert len(await list_flows(stage.database, stage.workspace_id)) == flows_before + 1


async def test_engineer_who_clicks_is_told_who_may_decide(page: Page, stage: Stage) -> None:
    await open_review_channel(page, stage, BEN)
    card = await pinned(page, undecided_card(page))
    await card.get_by_role("button", name="Dismiss").click()
    await expect(page.locator("#main li.message.ephemeral").last).to_contain_text("Only reviewers can decide")
    await expect(card.get_by_role("button", name="Approve")).to_be_visible()


async def test_a_step_is_edited_in_the_outline_then_the_whole_as_text_and_published(
    page: Page, stage: Stage
) -> None:
    await open_review_channel(page, stage)
    card = await pinned(page, undecided_card(page))
    await card.get_by_role("button", name="Edit").click()
    editor = page.get_by_role("dialog")
    await expect(editor).to_contain_text("nothing changed yet")
    await editor.locator(".overflow").first.click()
    await page.get_by_role("menuitem", name="Edit Step").click()
    words = page.get_by_role("dialog").get_by_label("What it asks or says")
    await words.fill("")
    await page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("dialog").locator(".error")).to_be_visible()
    await words.fill("What do we ask first?")
    await page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    await expect(editor).to_contain_text("What do we ask first?")
    await expect(editor).to_contain_text("(changed)")
    await editor.get_by_role("button", name="Plain Text").click()
    steps = page.get_by_role("dialog").get_by_label("Steps")
    outline = await steps.input_value()
    assert outline.startswith("What do we ask first?")
    await steps.fill(f"{outline}\nAn answer without its colon")
    await page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    wrong = len(outline.split("\n")) + 1
    await expect(page.get_by_role("dialog").locator(".error")).to_contain_text(
        f"Line {wrong} is a second first step"
    )
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await editor.get_by_role("button", name="Preview Picture").click()
    picture = page.get_by_role("dialog").locator("img")
    await expect(picture).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()
    await editor.get_by_role("button", name="Edit Title").click()
    await page.get_by_role("dialog").get_by_label("Title", exact=True).fill("What we really do")
    await page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    await expect(editor).to_contain_text("What we really do")
    await editor.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(card).to_contain_text("What we really do")
    flows = await list_flows(stage.database, stage.workspace_id)
    (flow,) = [each for each in flows if each.title == "What we really do"]
    assert flow.tree.nodes[flow.tree.root].text == "What do we ask first?"


async def test_rejecting_asks_for_a_reason(page: Page, stage: Stage) -> None:
    await open_review_channel(page, stage)
    card = await pinned(page, undecided_card(page))
    await card.get_by_role("button", name="Reject").click()
    modal = page.get_by_role("dialog")
    await modal.get_by_label("Outdated").check()
    await modal.get_by_label("In your own words").fill("We replaced that printer.")
    await modal.get_by_role("button", name="Reject").click()
    await expect(card).to_contain_text("Rejected by")
    rejected = await list_proposals(stage.database, stage.workspace_id, status=ProposalStatus.REJECTED)
    assert [(proposal.reason_code, proposal.reason) for proposal in rejected] == [
        (ReasonCode.OUTDATED, "We replaced that printer.")
    ]


async def test_stats_answer_in_words_and_send_the_picture(page: Page, stage: Stage) -> None:
    await open_place(page, stage, SUPPORT)
    await type_command(page, "/flowpilot stats 30d")
    await expect(page.locator("#main li.message.ephemeral")).to_contain_text("Last 30 days:")
    sent = await stage.sandbox.until(lambda: stage.sandbox.dm(ADA.id), 30)
    await page.goto(f"{stage.sandbox.url}/c/{sent[-1].channel}?user={ADA.id}")
    picture = page.locator("#main li.message img").last
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") == 1600


async def test_from_the_card_every_decision_takes_three_clicks_at_most_and_approving_one(
    page: Page, stage: Stage
) -> None:
    await page.add_init_script(COUNT_PRESSES)
    await open_review_channel(page, stage)
    card = await pinned(page, undecided_card(page))
    async with at_most(page, 1):
        await card.get_by_role("button", name="Dismiss").click()
        await expect(card).to_contain_text("Parked by @Ada Reyes")
    async with at_most(page, 1):
        await card.get_by_role("button", name="Reopen").click()
        await expect(card.get_by_role("button", name="Approve")).to_be_visible()
    async with at_most(page, 3):
        await card.get_by_role("button", name="Reject").click()
        await dialog(page).get_by_label("Wrong fix").check()
        await press(page, "Reject")
        await expect(card).to_contain_text("Rejected by @Ada Reyes")
    await expect(card).to_contain_text("wrong fix")
    async with at_most(page, 1):
        await card.get_by_role("button", name="Reopen").click()
        await expect(card.get_by_role("button", name="Approve")).to_be_visible()
    async with at_most(page, 2):
        await card.get_by_role("button", name="Edit").click()
        await press(page, "Publish")
        await expect(card).to_contain_text("Edited and published by @Ada Reyes")
    card = await pinned(page, undecided_card(page))
    async with at_most(page, 1):
        await card.get_by_role("button", name="Approve").click()
        await expect(card).to_contain_text("Approved by @Ada Reyes")
    await expect(card.get_by_role("button", name="View Flow")).to_be_visible()


async def test_details_lead_to_a_step_and_on_to_a_session_behind_it(page: Page, stage: Stage) -> None:
    await open_review_channel(page, stage)
    await page.get_by_role("button", name="View Details").first.click()
    await expect(dialog(page)).to_contain_text("Step by step")
    await choose(page, dialog(page).locator("[data-action-id='proposal.step']"), "1. ")
    await expect(dialog(page).get_by_role("heading")).to_have_text("Step 1")
    await expect(dialog(page)).to_contain_text("Learnt from")
    await dialog(page).locator("[data-action-id='proposal.session']").click()
    await page.get_by_role("option").first.click()
    await expect(dialog(page).get_by_role("heading")).to_have_text("Session")
    await expect(dialog(page)).to_contain_text("Resolution")
    await expect(dialog(page)).to_contain_text("Secrets and personal data are taken out.")


async def test_two_proposals_are_parked_together_once_their_names_are_confirmed(
    page: Page, stage: Stage
) -> None:
    await open_place(page, stage, "/home")
    boxes = page.get_by_role("checkbox")
    await expect(boxes.first).to_be_visible()
    waiting = await boxes.count()
    names = [await boxes.nth(at).evaluate("box => box.closest('label').innerText") for at in range(2)]
    titles = [name.partition(": ")[2].strip() for name in names]
    for at in range(2):
        await boxes.nth(at).check()
    await page.get_by_role("button", name="Dismiss Selected").click()
    await expect(dialog(page)).to_contain_text("Park 2 proposals?")
    for title in titles:
        await expect(dialog(page)).to_contain_text(title.rstrip("…"))
    await press(page, "Dismiss")
    await expect(dialog(page)).to_contain_text("2 parked")
    await page.get_by_test_id("modal-close").click()
    await expect(boxes).to_have_count(waiting - 2)
    await choose(page, page.get_by_role("combobox", name="Status"), "Parked")
    await expect(page.get_by_role("button", name="Reopen")).to_have_count(2)


@pytest.fixture
async def long_flow(stage: Stage) -> Flow:
    """A published flow of twenty steps."""
    lines = [f"{'  ' * at}{'' if at == 1 else 'No: '}Does check {at} pass?" for at in range(1, CHECKS + 1)]
    told = []
    for at, line in enumerate(lines, 1):
        told += [line.removeprefix("  "), f"{'  ' * at}Yes: = Mend part {at}."]
    told += [f"{'  ' * CHECKS}No: > Restart the scanner.", f"{'  ' * (CHECKS + 1)}Done: ! Call the vendor."]
    tree = from_outline("\n".join(told))
    assert len(tree.nodes) == 20
    draft = FlowDraft(title="Scanner sends no mail", summary="The scanner's mail does not arrive.", tree=tree)
    async with stage.database.transaction(stage.workspace_id) as tx:
        return await tx.flows.publish_new(
            draft, origin=FlowOrigin.MANUAL, by=ADA.id, at=SystemClock().now(), change="Imported."
        )


async def test_a_flow_of_twenty_steps_is_edited_at_three_places_published_and_rolled_back(
    page: Page, stage: Stage, long_flow: Flow
) -> None:
    await open_place(page, stage, SUPPORT)
    await type_command(page, "/flowpilot flows scanner mail")
    found = page.locator("#main li.message.ephemeral", has_text="Scanner sends no mail")
    await found.get_by_role("button", name="View: Scanner").click()
    await dialog(page).get_by_role("button", name="Edit: Scanner").click()
    await expect(dialog(page)).to_contain_text("20 steps")
    await edit_step(page, 1, "Edit Step")
    await dialog(page).get_by_label("What it asks or says").fill("Is the scanner on the network?")
    await save(page)
    await edit_step(page, 4, "Edit Step")
    await dialog(page).get_by_label("What it asks or says").fill("Enter the mail server again.")
    await save(page)
    await edit_step(page, 17, "Add Answer and Step")
    await dialog(page).get_by_label("Answer", exact=True).fill("Sometimes")
    await choose(page, dialog(page).get_by_role("combobox").first, "A fix")
    await dialog(page).get_by_label("What it asks or says").fill("Replace the cable.")
    await save(page, "Add")
    for words in ("Is the scanner on the network?", "Enter the mail server again.", "Replace the cable."):
        await expect(dialog(page)).to_contain_text(words)
    await expect(dialog(page)).to_contain_text("21 steps")
    await press(page, "Publish")
    await found.get_by_role("button", name="View: Scanner").click()
    await expect(dialog(page)).to_contain_text("1 step added, 2 changed, 0 removed.")
    await expect(dialog(page)).to_contain_text("Is the scanner on the network?")
    await dialog(page).get_by_role("button", name="Roll back to version 1").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Roll Back").click()
    await expect(dialog(page)).to_contain_text("Version 3")
    await expect(dialog(page)).to_contain_text("Does check 1 pass?")
    now = await get_flow(stage.database, stage.workspace_id, long_flow.id)
    assert (now.current.number, now.tree) == (3, long_flow.tree)


async def test_a_setting_that_was_changed_is_still_so_when_one_looks_again(page: Page, stage: Stage) -> None:
    await open_place(page, stage, SUPPORT)
    await type_command(page, "/flowpilot settings")
    weekday = dialog(page).get_by_role("combobox", name="Digest day")
    await expect(weekday).to_contain_text("Monday")
    await choose(page, weekday, "Thursday")
    await press(page, "Save")
    await expect(dialog(page)).to_have_count(0)
    await type_command(page, "/flowpilot settings")
    await expect(weekday).to_contain_text("Thursday")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_shows_no_payload_that_slack_would_refuse(page: Page, stage: Stage, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await open_review_channel(page, stage)
    await expect(page.locator("#main li.message").first).to_be_visible()
    assert stage.sandbox.refused == []

"""The main job as people do it, in a browser."""

import pytest
from playwright.async_api import Locator, Page, expect

from bot.cli.demo_stage import ADA, REVIEW_CHANNEL, Stage
from bot.domain.proposals import ProposalStatus
from bot.domain.reasons import ReasonCode
from bot.services.flows import list_flows
from bot.services.proposals import list_proposals

BEN = "U0ENGIN01"


async def open_review_channel(page: Page, stage: Stage, user: str = ADA.id) -> None:
    await page.goto(f"{stage.sandbox.url}/c/{REVIEW_CHANNEL}?user={user}")
    await page.wait_for_selector("#shell:not([data-loading])")


def undecided_card(page: Page) -> Locator:
    """The first card that can still be approved; found anew each time it is used."""
    return page.locator("#main li.message", has=page.locator("[data-action-id='proposal.approve']")).first


async def pinned(page: Page, card: Locator) -> Locator:
    """The same message, whatever becomes of its buttons."""
    return page.locator(f"#main li.message[data-ts='{await card.get_attribute('data-ts')}']")


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
    await page.goto(f"{stage.sandbox.url}/c/C0SUPPORT1?user={ADA.id}")
    await page.wait_for_selector("#shell:not([data-loading])")
    composer = page.get_by_test_id("composer-main")
    await composer.fill("/flowpilot stats 30d")
    await composer.press("Enter")
    await expect(page.locator("#main li.message.ephemeral")).to_contain_text("Last 30 days:")
    sent = await stage.sandbox.until(lambda: stage.sandbox.dm(ADA.id), 30)
    await page.goto(f"{stage.sandbox.url}/c/{sent[-1].channel}?user={ADA.id}")
    picture = page.locator("#main li.message img").last
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") == 1600


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_shows_no_payload_that_slack_would_refuse(page: Page, stage: Stage, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await open_review_channel(page, stage)
    await expect(page.locator("#main li.message").first).to_be_visible()
    assert stage.sandbox.refused == []

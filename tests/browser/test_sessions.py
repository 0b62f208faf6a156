"""Sessions in threads as engineers work them, in a browser."""

from datetime import UTC, datetime

from playwright.async_api import Locator, Page, expect

from bot.cli.demo_stage import ADA, REVIEW_CHANNEL, Stage
from bot.domain.flows import FlowDraft, FlowOrigin
from bot.domain.trees import FlowTree, Node, NodeKind, Option

BEN, SUPPORT = "U0ENGIN01", "C0SUPPORT1"
LATHE = FlowDraft(
    title="Lathe stops and beeps",
    summary="The lathe stops in the middle and beeps.",
    tree=FlowTree(
        "n1",
        {
            "n1": Node(
                kind=NodeKind.QUESTION,
                text="Is the hood of the lathe closed?",
                options=(Option("o1", "Yes", "n2"), Option("o2", "No", "n3")),
            ),
            "n2": Node(kind=NodeKind.RESOLUTION, text="Replace the drive belt of the lathe"),
            "n3": Node(kind=NodeKind.RESOLUTION, text="Close the hood until it clicks"),
        },
    ),
    keywords=("lathe", "beeps"),
)


async def open_thread(page: Page, stage: Stage, problem: str) -> Locator:
    """Start a session as Ben types it; the thread beside the channel."""
    await page.goto(f"{stage.sandbox.url}/c/{SUPPORT}?user={BEN}")
    await page.wait_for_selector("#shell:not([data-loading])")
    composer = page.get_by_test_id("composer-main")
    await composer.fill(f"/flowpilot start {problem}")
    await composer.press("Enter")
    first = page.locator("#main li.message", has_text=problem).last
    await expect(first).to_contain_text("Ben Okafor started")
    ts = await first.get_attribute("data-ts")
    await page.goto(f"{stage.sandbox.url}/c/{SUPPORT}?user={BEN}&thread_ts={ts}")
    return page.locator("#thread")


async def test_a_guided_session_goes_to_its_fix_in_clicks_alone(page: Page, stage: Stage) -> None:
    now = datetime.now(UTC)  # noqa: TID251  (as the product's clock)
    async with stage.database.transaction(stage.workspace_id) as tx:
        await tx.flows.publish_new(LATHE, origin=FlowOrigin.MANUAL, by=ADA.id, at=now, change="First")
    thread = await open_thread(page, stage, "Lathe stops and beeps")
    await expect(thread).to_contain_text("Is the hood of the lathe closed?")
    await thread.get_by_role("button", name="No", exact=True).click()
    await expect(thread).to_contain_text("Close the hood until it clicks")
    await thread.get_by_role("button", name="Resolved").click()
    modal = page.get_by_role("dialog")
    await expect(modal.get_by_label("What fixed it?")).to_have_value("Close the hood until it clicks")
    await modal.get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await stage.analyse()
    await expect(thread).to_contain_text("followed Lathe stops and beeps to its fix")
    assert stage.sandbox.refused == []


async def log_step(page: Page, thread: Locator, checked: str, found: str) -> None:
    await thread.get_by_role("button", name="Log Step").last.click()
    modal = page.get_by_role("dialog")
    await modal.get_by_label("What did you check or do?").fill(checked)
    await modal.get_by_label("What did you find?").fill(found)
    await modal.get_by_role("button", name="Save", exact=True).click()
    await expect(thread).to_contain_text(found)
    await expect(modal).to_have_count(0)


async def test_discovery_becomes_a_proposal_with_its_card(page: Page, stage: Stage) -> None:
    thread = await open_thread(page, stage, "Kiln shows a blinking triangle")
    await log_step(page, thread, "Is the clock of the kiln right?", "To the second")
    await log_step(page, thread, "Is the exhaust flap open?", "It was shut")
    await thread.get_by_role("button", name="Resolved").click()
    modal = page.get_by_role("dialog")
    await modal.get_by_label("What fixed it?").fill("Opened the exhaust flap of the kiln")
    await modal.get_by_label("Steps that did not matter").click()
    await page.get_by_role("option", name="Is the clock of the kiln right?").click()
    await page.keyboard.press("Escape")
    await modal.get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await stage.analyse()
    await expect(thread).to_contain_text("This became a proposal for a new flow")
    await page.goto(f"{stage.sandbox.url}/c/{REVIEW_CHANNEL}?user={ADA.id}")
    card = page.locator("#main li.message", has_text="Kiln shows a blinking triangle").last
    await expect(card).to_contain_text("New flow:")
    await expect(card).to_contain_text("Is the exhaust flap open?")
    await expect(card).not_to_contain_text("Is the clock of the kiln right?")
    await expect(card.get_by_role("button", name="Approve")).to_be_visible()
    assert stage.sandbox.refused == []

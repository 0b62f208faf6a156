"""Sessions in threads as engineers work them, in a browser."""

from dataclasses import replace

from playwright.async_api import Locator, Page, expect

from bot.cli.demo_stage import ADA, CHLOE, REVIEW_CHANNEL, Stage
from bot.domain.flows import Flow, FlowDraft, FlowOrigin
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.offline import SystemClock
from bot.services.flows import get_flow
from tests.browser.acts import choose, dialog, open_place, press

BEN, SUPPORT, GENERAL = "U0ENGIN01", "C0SUPPORT1", "C0GENERAL1"
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


async def the_lathe(stage: Stage, title: str) -> Flow:
    """A published flow of that title."""
    now, draft = SystemClock().now(), replace(LATHE, title=title, summary=title)
    async with stage.database.transaction(stage.workspace_id) as tx:
        return await tx.flows.publish_new(draft, origin=FlowOrigin.MANUAL, by=ADA.id, at=now, change="First")


async def talked(stage: Stage, *talk: tuple[str, str]) -> str:
    """A thread in which people say this; its first message."""
    first = ""
    for user, words in talk:
        await stage.sandbox.person(user).say(SUPPORT, words, first or None)
        first = first or stage.sandbox.messages(SUPPORT)[-1].ts
    return first


async def test_a_guided_session_goes_to_its_fix_in_clicks_alone(page: Page, stage: Stage) -> None:
    await the_lathe(stage, LATHE.title)
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


async def test_name_typed_behind_an_at_sign_is_completed_and_begins_a_session(
    page: Page, stage: Stage
) -> None:
    await open_place(page, stage, f"/c/{SUPPORT}", BEN)
    composer = page.get_by_test_id("composer-main")
    await composer.press_sequentially("@flow")
    await expect(page.get_by_role("option", name="@FlowPilot")).to_have_attribute("aria-selected", "true")
    await composer.press("Enter")
    await expect(composer).to_have_value("@FlowPilot ")
    await composer.press_sequentially("The kiosk drops off the guest network")
    await composer.press("Enter")
    said = page.locator("#main li.message", has_text="The kiosk drops off the guest network").first
    await expect(said.locator(".pill")).to_have_text("@FlowPilot")
    await expect(said).to_contain_text("2 replies")


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


async def test_a_conversation_is_captured_from_a_messages_menu_corrected_and_becomes_a_proposal(
    page: Page, stage: Stage
) -> None:
    ts = await talked(
        stage,
        (BEN, "The plotter prints pink stripes, ticket 7301"),
        (CHLOE.id, "Is the belt under the hood clean?"),
        (BEN, "no, ink on it"),
        (CHLOE.id, "Wipe the belt"),
        (BEN, "That fixed it, thanks"),
    )
    await open_place(page, stage, f"/c/{SUPPORT}", CHLOE.id)
    first = page.locator(f"#main li.message[data-ts='{ts}']")
    await first.hover()
    await first.get_by_role("button", name="More message actions").click()
    await page.get_by_role("menuitem", name="Capture resolution").click()
    form = dialog(page)
    await expect(form.get_by_label("What was wrong?")).to_have_value("The plotter prints pink stripes")
    await expect(form.get_by_label("What was checked or done before?")).to_have_value(
        "Is the belt under the hood clean? → no, ink on it"
    )
    await form.get_by_label("What fixed it?").fill(" ")
    await press(page, "Capture")
    await expect(form).to_contain_text("Say what fixed it.")
    await form.get_by_label("What fixed it?").fill("Wipe the belt of the plotter with alcohol")
    await press(page, "Capture")
    await expect(form).to_contain_text("Captured.")
    await page.get_by_test_id("modal-close").click()
    await stage.analyse()
    await page.goto(f"{stage.sandbox.url}/c/{SUPPORT}?user={CHLOE.id}&thread_ts={ts}")
    await expect(page.locator("#thread")).to_contain_text("This became a proposal for a new flow")
    await open_place(page, stage, f"/c/{REVIEW_CHANNEL}")
    card = page.locator("#main li.message", has_text="plotter prints pink stripes").last
    await expect(card).to_contain_text("Wipe the belt of the plotter with alcohol")
    await expect(card.get_by_role("button", name="Approve")).to_be_visible()
    assert stage.sandbox.refused == []


async def test_a_call_for_help_is_taken_over_by_somebody_else_and_not_by_who_asked(
    page: Page, stage: Stage
) -> None:
    thread = await open_thread(page, stage, "Autoclave door stays locked")
    await thread.get_by_role("button", name="Escalate").click()
    await dialog(page).get_by_label("What do you need help with?").fill("I have no key for the override")
    await choose(page, dialog(page).get_by_role("combobox", name="Or a channel"), "general")
    await press(page, "Ask")
    await expect(thread).to_contain_text("to take over.")
    await expect(thread.get_by_role("button", name="Carry On")).to_be_visible()
    await open_place(page, stage, f"/c/{GENERAL}", BEN)
    briefing = page.locator("#main li.message", has_text="Autoclave door stays locked")
    await expect(briefing).to_contain_text("I have no key for the override")
    await briefing.get_by_role("button", name="Take Over").click()
    await expect(page.locator("#main li.message.ephemeral").last).to_contain_text(
        "You asked for help yourself, so somebody else has to take over."
    )
    await open_place(page, stage, f"/c/{GENERAL}", CHLOE.id)
    await briefing.get_by_role("button", name="Take Over").click()
    await expect(briefing).to_contain_text("Chloe Marsh took over.")
    await expect(briefing.get_by_role("button", name="Take Over")).to_have_count(0)
    await briefing.get_by_role("link", name="Open the thread").click()
    await expect(page.locator("#thread")).to_contain_text("Chloe Marsh took over after 0 steps.")
    assert stage.sandbox.refused == []


async def test_a_typed_answer_counts_and_a_flagged_step_is_mended_from_its_note(
    page: Page, stage: Stage
) -> None:
    flow = await the_lathe(stage, "Band saw stops and beeps")
    thread = await open_thread(page, stage, "Band saw stops and beeps")
    await expect(thread).to_contain_text("Is the hood of the lathe closed?")
    await choose(page, thread.locator(".overflow").last, "Flag This Step")
    await dialog(page).get_by_label("What is wrong with it?").fill("A band saw has no hood")
    await press(page, "Flag")
    await expect(thread).to_contain_text("flagged step 1 for the reviewers: A band saw has no hood")
    composer = page.get_by_test_id("composer-thread")
    await composer.fill("No.")
    await composer.press("Enter")
    await expect(thread).to_contain_text("Close the hood until it clicks")
    await open_place(page, stage, f"/c/{REVIEW_CHANNEL}")
    note = page.locator("#main li.message", has_text="A band saw has no hood")
    await note.get_by_role("button", name="Edit the step").click()
    await expect(dialog(page).get_by_role("heading")).to_have_text("Step 1")
    await dialog(page).get_by_label("What it asks or says").fill("Is the guard of the saw down?")
    await press(page, "Save")
    await expect(dialog(page)).to_contain_text("kept until")
    await expect(dialog(page)).to_contain_text("Is the guard of the saw down?")
    await press(page, "Publish")
    await expect(dialog(page)).to_have_count(0)
    now = await get_flow(stage.database, stage.workspace_id, flow.id)
    assert now.tree.nodes["n1"].text == "Is the guard of the saw down?"
    assert stage.sandbox.refused == []

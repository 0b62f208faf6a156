"""Scripts in a session as two engineers and a reviewer have them, in a browser."""

from datetime import UTC, datetime

from playwright.async_api import Locator, Page, expect

from bot.cli.demo_stage import ADA, CHLOE, REVIEW_CHANNEL, Stage
from bot.domain.flows import FlowDraft, FlowOrigin
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from tests.browser.acts import choose, dialog, open_place, press
from tests.browser.test_sessions import SUPPORT, open_thread

PROBLEM = "Plotter spool folder is full"
PLOTTER = FlowDraft(
    title=PROBLEM,
    summary="The plotter stops because its spool folder is full.",
    tree=FlowTree(
        "n1",
        {
            "n1": Node(
                kind=NodeKind.ACTION,
                text="Empty the spool folder of the plotter",
                options=(Option("o1", "It is empty", "n2"), Option("o2", "It is not", "n3")),
            ),
            "n2": Node(kind=NodeKind.RESOLUTION, text="Print the plot again"),
            "n3": Node(kind=NodeKind.ESCALATION, text="The print team looks at the folder"),
        },
    ),
    keywords=("plotter", "spool"),
)
REMOVE = 'run rm -r -- "$FOLDER"'


async def write_it(page: Page, thread: Locator) -> None:
    """The form for a bash script of one's own, filled in but for the statements."""
    await thread.get_by_role("button", name="Generate Script").click()
    await dialog(page).get_by_label("bash").check()
    await choose(page, dialog(page).get_by_label("Template"), "write it myself")
    await press(page, "Next")
    await dialog(page).get_by_label("Title").fill("Empty the spool folder")
    await dialog(page).get_by_label("What it does").fill("Removes what waits for the plotter.")
    await dialog(page).get_by_label("Parameters").fill("folder: path: Which folder?")


async def ask_for_it(page: Page, thread: Locator) -> None:
    """What cannot be looked into, and a value that a command would take for an option, are refused in the form."""
    await write_it(page, thread)
    await dialog(page).get_by_label("Statements").fill('eval "$FOLDER"')
    await press(page, "Check")
    await expect(dialog(page).locator(".error")).to_contain_text("eval runs what cannot be looked into")
    await dialog(page).get_by_label("Statements").fill(REMOVE)
    await press(page, "Check")
    await expect(dialog(page)).to_contain_text("Destructive: what it takes away may not come back.")
    await dialog(page).get_by_label("Which folder?").fill("-rf")
    await press(page, "Generate")
    await expect(dialog(page).locator(".error")).to_contain_text("must not begin with a dash")
    await dialog(page).get_by_label("Which folder?").fill("/srv/plotter/O'Neil")
    await press(page, "Generate")
    await expect(dialog(page)).to_contain_text("a colleague is asked to confirm it")
    await dialog(page).get_by_role("button", name="Close", exact=True).last.click()


async def confirm(page: Page, question: Locator) -> None:
    await question.get_by_role("button", name="Confirm").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Confirm").click()


async def open_as(page: Page, stage: Stage, user: str) -> None:
    """The same thread, for somebody else."""
    ts = page.url.rpartition("thread_ts=")[2]
    await page.goto(f"{stage.sandbox.url}/c/{SUPPORT}?user={user}&thread_ts={ts}")


async def test_a_script_is_refused_then_confirmed_by_another_person_and_becomes_part_of_its_step(
    page: Page, stage: Stage
) -> None:
    now = datetime.now(UTC)  # noqa: TID251  (as the product's clock)
    async with stage.database.transaction(stage.workspace_id) as tx:
        await tx.flows.publish_new(PLOTTER, origin=FlowOrigin.MANUAL, by=ADA.id, at=now, change="First")
    thread = await open_thread(page, stage, PROBLEM)
    await ask_for_it(page, thread)

    question = thread.locator("li.message", has_text="asks for a destructive script")
    file = thread.get_by_role("link", name="Empty the spool folder")
    await expect(question).to_contain_text(REMOVE)
    await confirm(page, question)
    await expect(page.locator("li.message.ephemeral").last).to_contain_text(
        "You asked for this script yourself. Somebody else has to confirm it."
    )
    await expect(file).to_have_count(0)
    await open_as(page, stage, CHLOE.id)
    await confirm(page, question)
    await expect(question).to_contain_text("Confirmed by Chloe Marsh")
    await expect(file).to_be_visible()
    await thread.get_by_role("button", name="Save as Template").click()

    await open_place(page, stage, f"/c/{REVIEW_CHANNEL}", ADA.id)
    card = page.locator("#main li.message", has_text="Empty the spool folder").last
    await expect(card).to_contain_text("Written at “Empty the spool folder of the plotter”")
    await card.get_by_role("button", name="Approve").click()
    await card.get_by_role("button", name="Add to Step").click()
    await expect(dialog(page)).to_contain_text("The script stands in its step.")
    await press(page, "Publish")
    await expect(dialog(page)).to_have_count(0)
    thread = await open_thread(page, stage, f"{PROBLEM} again")
    await thread.get_by_role("button", name="Generate Script: Empty the spool folder").click()
    await expect(dialog(page).get_by_label("Which folder?")).to_be_visible()
    assert stage.sandbox.refused == []

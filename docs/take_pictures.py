"""Take the pictures of the README and the docs anew: `make pictures`. Needs a Chromium on the machine."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.cli.demo_stage import ADA, DIGEST_CHANNEL, REVIEW_CHANNEL, Stage, demo_stage
from bot.offline import SystemClock
from bot.services.digests import request_digest

PICTURES = Path(__file__).parent / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SUPPORT_CHANNEL, GENERAL_CHANNEL = "C0SUPPORT1", "C0GENERAL1"
BEN = "U0ENGIN01"
PROBLEM = "Shared printer shows offline, nobody can print ticket:41877"
ROOM = 980
"""Pixels that a card may be high to be seen whole."""


async def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("There is no Chromium on this machine.")
    async with demo_stage() as stage, async_playwright() as playwright:
        await stage.work_through_samples()
        await stage.until_cards_stand()
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for take in (_review, _details, _stats, _digest, _gaps, _home, _flow, _settings, _session, _parked):
            await take(browser, stage)
        await browser.close()


async def _review(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{REVIEW_CHANNEL}", height=1150)
    largest = await _card(page, "New flow:")
    await _show(largest)
    await page.mouse.move(5, 5)
    await _keep(page, "card")
    await largest.get_by_role("button", name="Edit").click()
    await _modal(page, "Preview Picture")
    await _keep(page, "edit")
    await _close(page)
    change = await _card(page, "Change to")
    await _show(change)
    await _keep(page, "change")
    await page.context.close()


async def _details(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{REVIEW_CHANNEL}", height=1150)
    card = await _card(page, "New flow:")
    await card.get_by_role("button", name="View Details").click()
    await _titled(page, "Step by step")
    await _keep(page, "details")
    await _choose(page, page.get_by_role("dialog").locator("[data-action-id='proposal.step']"), "1. ")
    await page.get_by_role("dialog").get_by_role("heading", name="Step 1").wait_for()
    await _titled(page, "Learnt from")
    await _keep(page, "step")
    await page.get_by_role("dialog").locator("[data-action-id='proposal.session']").click()
    await page.get_by_role("option").first.click()
    await page.get_by_role("dialog").get_by_role("heading", name="Session").wait_for()
    await _titled(page, "Resolution")
    await _keep(page, "evidence")
    await _close(page)
    await page.context.close()


async def _stats(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{SUPPORT_CHANNEL}", dark=True, height=1150)
    await _type(page, "/flowpilot stats 30d share")
    await page.locator("#main li.message img").wait_for()
    await _keep(page, "stats")
    await page.context.close()


async def _digest(browser: Browser, stage: Stage) -> None:
    await request_digest(stage.database, stage.workspace_id, now=SystemClock().now())
    await stage.sandbox.until(lambda: len(stage.sandbox.messages(DIGEST_CHANNEL)) > 1, 30)
    page = await _window(browser, stage, f"/c/{DIGEST_CHANNEL}", height=1250)
    await _keep(page, "digest")
    await page.context.close()


async def _gaps(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{GENERAL_CHANNEL}", height=1000)
    await _type(page, "/flowpilot gaps 90d")
    await page.locator("#main li.message.ephemeral").wait_for()
    await _keep(page, "gaps")
    await page.context.close()


async def _home(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, "/home", height=1150)
    await page.get_by_role("button", name="Approve Selected").wait_for()
    await _keep(page, "home")
    for at in range(2):
        await page.get_by_role("checkbox").nth(at).check()
    await page.get_by_role("button", name="Dismiss Selected").click()
    await _titled(page, "Park 2 proposals?")
    await _keep(page, "batch")
    await _close(page)
    await page.context.close()
    engineer = await _window(browser, stage, "/home", user=BEN)
    await engineer.get_by_role("button", name="Start Session").wait_for()
    await _keep(engineer, "home-engineer")
    await engineer.context.close()


async def _flow(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{GENERAL_CHANNEL}", height=1250)
    await _type(page, "/flowpilot flows shared printer offline")
    await page.get_by_role("button", name="View: ").first.click()
    await page.get_by_role("dialog").locator("img").wait_for()
    await _keep(page, "flow")
    await page.get_by_role("button", name="Heat Map").click()
    await page.get_by_role("dialog").get_by_role("heading", name="Heat Map").wait_for()
    await page.get_by_role("dialog").locator("img").wait_for()
    await _keep(page, "heat-map")
    await _close(page)
    await page.context.close()


async def _settings(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{GENERAL_CHANNEL}", height=1250)
    await _type(page, "/flowpilot settings")
    await _modal(page, "Save")
    await _keep(page, "settings")
    await _close(page)
    await page.context.close()


async def _session(browser: Browser, stage: Stage) -> None:
    """A session that a flow guides, and the call for help at its end."""
    page = await _window(browser, stage, f"/c/{GENERAL_CHANNEL}", user=BEN, height=1000)
    await _type(page, f"/flowpilot start {PROBLEM}")
    opened = await stage.sandbox.until(lambda: stage.sandbox.messages(GENERAL_CHANNEL), 30)
    thread = f"/c/{GENERAL_CHANNEL}?thread_ts={opened[0].ts}"
    await page.goto(f"{stage.sandbox.url}{thread}&user={BEN}")
    for _ in range(2):
        answers = page.locator("[data-action-id^='session.answer_']")
        await answers.first.wait_for()
        ts = await page.locator("li.message", has=answers.first).last.get_attribute("data-ts")
        await answers.last.click()
        await page.locator(f"li.message[data-ts='{ts}']", has=page.locator("button.button")).wait_for(
            state="detached"
        )
    await page.get_by_role("button", name="Escalate").last.wait_for()
    await _keep(page, "session")
    await page.get_by_role("button", name="Escalate").last.click()
    form = page.get_by_role("dialog")
    await form.get_by_label("What do you need help with?").fill(
        "I may not change the port on the print server."
    )
    await _choose(page, form.get_by_role("combobox", name="Ask a person"), ADA.name)
    await form.get_by_role("button", name="Ask", exact=True).click()
    await stage.sandbox.until(lambda: _asks_for_help(stage), 30)
    await page.context.close()
    asked = await _window(browser, stage, f"/c/{stage.sandbox.dm(ADA.id)[-1].channel}")
    await asked.get_by_role("button", name="Take Over").wait_for()
    await _keep(asked, "escalation")
    await asked.context.close()


def _asks_for_help(stage: Stage) -> bool:
    return any("asks for help" in message.text for message in stage.sandbox.dm(ADA.id))


async def _parked(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{REVIEW_CHANNEL}", height=1150)
    card = await _card(page, "New flow:")
    await card.get_by_role("button", name="Dismiss").click()
    await page.get_by_role("button", name="Say Why").first.click()
    await _titled(page, "Why not now?")
    await _keep(page, "say-why")
    await _close(page)
    await page.context.close()


async def _card(page: Page, words: str) -> Locator:
    """The tallest card that waits for a decision and says these words."""
    cards = page.locator("#main li.message", has_text=words).filter(
        has=page.locator("[data-action-id='proposal.dismiss']")
    )
    heights = [
        (await cards.nth(at).evaluate("card => card.offsetHeight"), at) for at in range(await cards.count())
    ]
    return cards.nth(max(height for height in heights if height[0] < ROOM)[1])


async def _window(
    browser: Browser,
    stage: Stage,
    path: str,
    *,
    user: str = ADA.id,
    height: int = 900,
    dark: bool = False,
) -> Page:
    context = await browser.new_context(
        viewport={"width": 1280, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = await context.new_page()
    await page.goto(f"{stage.sandbox.url}{path}?user={user}")
    await page.wait_for_selector("#shell:not([data-loading])")
    return page


async def _type(page: Page, line: str) -> None:
    composer = page.get_by_test_id("composer-main")
    await composer.fill(line)
    await composer.press("Enter")


async def _choose(page: Page, menu: Locator, words: str) -> None:
    await menu.click()
    await page.locator("[role=option]", has_text=words).first.click()


async def _modal(page: Page, button: str) -> None:
    """Until the modal with this button is there."""
    await page.get_by_role("dialog").get_by_role("button", name=button, exact=True).wait_for()


async def _titled(page: Page, words: str) -> None:
    """Until the modal says these words."""
    await page.get_by_role("dialog").filter(has_text=words).wait_for()


async def _close(page: Page) -> None:
    """All modals, one below the other."""
    dialog = page.get_by_role("dialog")
    while await dialog.count():
        view = await dialog.get_attribute("data-view-id")
        await page.get_by_test_id("modal-close").click()
        await page.locator(f"dialog[data-view-id='{view}']").wait_for(state="hidden")


async def _show(message: Locator) -> None:
    """Bring the whole message on screen, its picture too."""
    await message.evaluate("message => message.scrollIntoView({block: 'start'})")
    await message.evaluate(
        "message => Promise.all([...message.querySelectorAll('img')].map(each => each.decode()))"
    )


async def _keep(page: Page, name: str) -> None:
    """From the top, once every picture on the page is there."""
    await page.evaluate("document.querySelectorAll('dialog[open] *').forEach(each => { each.scrollTop = 0 })")
    await page.wait_for_function("[...document.images].every(image => image.complete)")
    await page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())

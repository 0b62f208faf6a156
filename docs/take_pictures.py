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
SUPPORT_CHANNEL = "C0SUPPORT1"
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
        await _review(browser, stage)
        await _stats(browser, stage)
        await _digest(browser, stage)
        await _home(browser, stage)
        await browser.close()


async def _review(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{REVIEW_CHANNEL}", height=1150)
    largest = await _card(page, "New flow:")
    await _show(largest)
    await page.mouse.move(5, 5)
    await page.screenshot(path=PICTURES / "card.png")
    await largest.get_by_role("button", name="Edit").click()
    editor = page.get_by_role("dialog")
    await editor.get_by_role("button", name="Preview Picture").wait_for()
    await page.screenshot(path=PICTURES / "edit.png")
    await editor.get_by_role("button", name="Close", exact=True).last.click()
    change = await _card(page, "Change to")
    await _show(change)
    await page.screenshot(path=PICTURES / "change.png")
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


async def _stats(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, f"/c/{SUPPORT_CHANNEL}", dark=True)
    composer = page.get_by_test_id("composer-main")
    await composer.fill("/flowpilot stats 30d share")
    await composer.press("Enter")
    await page.locator("#main li.message img").wait_for()
    await _settle(page)
    await page.screenshot(path=PICTURES / "stats.png")
    await page.context.close()


async def _digest(browser: Browser, stage: Stage) -> None:
    await request_digest(stage.database, stage.workspace_id, now=SystemClock().now())
    await stage.sandbox.until(lambda: len(stage.sandbox.messages(DIGEST_CHANNEL)) > 1, 30)
    page = await _window(browser, stage, f"/c/{DIGEST_CHANNEL}", height=1050)
    await page.screenshot(path=PICTURES / "digest.png")
    await page.context.close()


async def _home(browser: Browser, stage: Stage) -> None:
    page = await _window(browser, stage, "/home", height=1050)
    await page.get_by_role("button", name="Approve Selected").wait_for()
    await page.screenshot(path=PICTURES / "home.png")
    await page.context.close()


async def _window(
    browser: Browser, stage: Stage, path: str, *, height: int = 900, dark: bool = False
) -> Page:
    context = await browser.new_context(
        viewport={"width": 1280, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = await context.new_page()
    await page.goto(f"{stage.sandbox.url}{path}?user={ADA.id}")
    await page.wait_for_selector("#shell:not([data-loading])")
    await _settle(page)
    return page


async def _show(message: Locator) -> None:
    """Bring the whole message on screen, its picture too."""
    await message.evaluate("message => message.scrollIntoView({block: 'start'})")
    await message.evaluate(
        "message => Promise.all([...message.querySelectorAll('img')].map(each => each.decode()))"
    )


async def _settle(page: Page) -> None:
    """Until every picture on the page is there."""
    await page.wait_for_function("[...document.images].every(image => image.complete)")


if __name__ == "__main__":
    asyncio.run(main())

"""What people do in the browser, in their own terms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, expect

from bot.cli.demo_stage import ADA, REVIEW_CHANNEL, Stage

COUNT_PRESSES = "addEventListener('pointerdown', () => { window.presses = (window.presses ?? 0) + 1 }, true)"


async def open_place(page: Page, stage: Stage, path: str, user: str = ADA.id) -> None:
    await page.goto(f"{stage.sandbox.url}{path}?user={user}")
    await page.wait_for_selector("#shell:not([data-loading])")


async def open_review_channel(page: Page, stage: Stage, user: str = ADA.id) -> None:
    await open_place(page, stage, f"/c/{REVIEW_CHANNEL}", user)


def undecided_card(page: Page) -> Locator:
    """The first card that can still be approved; found anew each time it is used."""
    return page.locator("#main li.message", has=page.locator("[data-action-id='proposal.approve']")).first


async def pinned(page: Page, card: Locator) -> Locator:
    """The same message, whatever becomes of its buttons."""
    return page.locator(f"#main li.message[data-ts='{await card.get_attribute('data-ts')}']")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


async def press(page: Page, words: str) -> None:
    """A button of the modal on top, by its words alone."""
    await dialog(page).get_by_role("button", name=words, exact=True).click()


async def type_command(page: Page, line: str) -> None:
    composer = page.get_by_test_id("composer-main")
    await composer.fill(line)
    await composer.press("Enter")


async def choose(page: Page, menu: Locator, words: str) -> None:
    """An entry of a select or of an overflow menu."""
    await menu.click()
    await page.locator("[role=option], [role=menuitem]", has_text=words).first.click()


async def edit_step(page: Page, number: int, verb: str) -> None:
    """Open the form of a step of the outline in the editor."""
    row = dialog(page).locator(".block", has_text=f"{number}. ").filter(has=page.locator(".overflow"))
    await choose(page, row.first.locator(".overflow"), verb)


async def save(page: Page, words: str = "Save") -> None:
    """Submit the form on top, and wait until the editor below it is back."""
    await press(page, words)
    await expect(dialog(page)).to_contain_text("kept until")


@asynccontextmanager
async def at_most(page: Page, presses: int) -> AsyncIterator[None]:
    """How often the person may press something in this block. Needs `COUNT_PRESSES` in the page."""
    before = await page.evaluate("window.presses ?? 0")
    yield
    assert await page.evaluate("window.presses ?? 0") - before <= presses

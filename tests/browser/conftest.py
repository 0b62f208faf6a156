"""A real browser before the sandbox, with FlowPilot connected to it."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.cli.demo_stage import Stage, demo_stage
from bot.sandbox.samples import sample_sessions

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SESSIONS = 60
MIN_CARDS = 3


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("There is no Chromium on this machine; .ci/run installs one.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def stage() -> AsyncIterator[Stage]:
    """FlowPilot in the sandbox with a few proposals waiting, and their cards in the review channel."""
    async with demo_stage() as stage:
        await stage.bring(sample_sessions(now=datetime.now(UTC), count=SESSIONS))  # noqa: TID251  (as the product's clock)
        assert len(await stage.until_cards_stand()) >= MIN_CARDS
        yield stage


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A new window. Whatever the page complains of in its console fails the test."""
    complaints: list[str] = []
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert complaints == []

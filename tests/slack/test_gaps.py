"""Knowledge gaps in Slack: asked for, acted on, left out."""

from datetime import timedelta

import pytest

from bot.domain.sessions import ConfidenceTier
from tests.services.test_gaps import WIFI
from tests.slack.conftest import ADA, BEN, SUPPORT, TEAM, Bot, said_by
from tests.storage.makers import a_session, a_step


@pytest.fixture
async def wifi(bot: Bot) -> Bot:
    """A workspace where the same thing comes back again and again."""
    now = bot.clock.now()
    sessions = [
        a_session(
            problem=problem,
            engineer=f"U{number % 2}",
            confidence_tier=ConfidenceTier.DISCOVERY,
            created_at=now - timedelta(hours=2),
            resolved_at=now - timedelta(hours=1),
            problem_domain=None,
            steps=(a_step(prompt="Is the certificate expired?", choice="Yes"),),
            resolution="Renewed the certificate of the guest Wi-Fi.",
        )
        for number, problem in enumerate(WIFI)
    ]
    async with bot.database.transaction(TEAM) as tx:
        await tx.sessions.add_many(sessions, now=now)
    return bot


async def test_the_list_is_for_whoever_asked_with_what_is_behind_each(wifi: Bot) -> None:
    ben = wifi.sandbox.person(BEN)
    await ben.command(SUPPORT, "/flowpilot gaps 7d")
    told = await wifi.told(BEN)
    assert told.startswith("1 knowledge gap in the last 7 days. *Guest Wi-Fi")
    (answer,) = wifi.sandbox.ephemerals(BEN)
    assert "5 of 5 sessions without a flow are alike" in said_by(answer)
    await ben.click(answer, "gap.view")
    await wifi.modal_with(BEN, WIFI[0])


async def test_the_dashboard_leads_to_the_gaps_of_its_period(wifi: Bot) -> None:
    ben = wifi.sandbox.person(BEN)
    await ben.command(SUPPORT, "/flowpilot stats 90d")
    await wifi.settle()
    await ben.click(wifi.sandbox.dm(BEN)[0], "gaps.open")
    await wifi.settle()
    assert "in the last 90 days" in said_by(wifi.sandbox.ephemerals(BEN)[-1])


async def test_a_flow_is_drafted_on_a_click_and_the_person_is_told_where_it_is(wifi: Bot) -> None:
    ben = wifi.sandbox.person(BEN)
    await ben.command(SUPPORT, "/flowpilot gaps")
    await wifi.told(BEN)
    await ben.click(wifi.sandbox.ephemerals(BEN)[0], "gap.draft")
    await wifi.settle()
    (card,) = wifi.cards()
    assert "5 sessions" in said_by(card)
    assert wifi.sandbox.dm(BEN)[-1].text.startswith("The flow “")
    await ben.command(SUPPORT, "/flowpilot gaps")
    await wifi.settle()
    assert "No knowledge gap" in said_by(wifi.sandbox.ephemerals(BEN)[-1])


async def test_only_a_reviewer_says_that_something_is_no_gap(wifi: Bot) -> None:
    for who in (BEN, ADA):
        await wifi.sandbox.person(who).command(SUPPORT, "/flowpilot gaps")
        await wifi.told(who)
    await wifi.sandbox.person(BEN).click(wifi.sandbox.ephemerals(BEN)[0], "gap.mute")
    await wifi.modal_with(BEN, "Only reviewers can")
    ada = wifi.sandbox.person(ADA)
    await ada.click(wifi.sandbox.ephemerals(ADA)[0], "gap.mute")
    form = await wifi.modal_with(ADA, "Why is it none?")
    refused = await ada.submit(form, {"reason_code": "other", "reason": ""})
    assert "Say in your own words" in str(refused.body)
    await ada.submit(form, {"reason_code": "one_off", "reason": ""})
    await wifi.settle()
    await ada.command(SUPPORT, "/flowpilot gaps")
    await wifi.settle()
    assert "1 place left out" in said_by(wifi.sandbox.ephemerals(ADA)[-1])

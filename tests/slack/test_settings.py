"""Admins change the settings of the workspace in Slack."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.workspaces import DigestSection, WorkspaceSettings
from bot.sandbox import View
from bot.services.digests import open_due_digest
from tests.slack.conftest import ADA, BEN, CHLOE, DIGEST, REVIEW, SUPPORT, TEAM, Bot
from tests.storage.makers import a_draft


async def opened(bot: Bot, user: str = ADA) -> View:
    """The form; Ada and Chloe are reviewers by the installation."""
    for reviewer in (ADA, CHLOE):
        await bot.sandbox.person(reviewer).open_home()
    await bot.deps.running.drain(5)
    await bot.sandbox.person(user).command(SUPPORT, "/flowpilot settings")
    return await bot.modal_with(user, "Digest hour")


async def current(bot: Bot) -> WorkspaceSettings:
    async with bot.database.transaction(TEAM) as tx:
        return (await tx.workspaces.get()).settings


async def reviewers(bot: Bot) -> set[str]:
    async with bot.database.transaction(TEAM) as tx:
        return {member.name for member in await tx.members.admins()}


async def events(bot: Bot) -> list[tuple[str | None, dict[str, Any]]]:
    async with bot.database.transaction(TEAM) as tx:
        return [
            (event.actor, dict(event.detail))
            for event in await tx.audit.listed(99)
            if event.action == "settings.change"
        ]


def errors(bot: Bot, user: str = ADA) -> dict[str, str]:
    view = bot.modal(user)
    assert view is not None
    return dict(view.errors)


def leave(bot: Bot, channel: str) -> None:
    """The bot is no member of the channel any more."""
    conversations = bot.sandbox.workspace.conversations
    there = conversations.find(channel)
    members = tuple(user for user in there.members if user != bot.sandbox.config.bot_user)
    conversations.change(replace(there, members=members))


async def test_what_is_entered_is_set_and_what_changed_is_on_record(bot: Bot) -> None:
    form = await opened(bot)
    entered = {
        "digest_weekday": "4",
        "digest_hour": "15:00",
        "digest_sections": ["gaps", "queue", "flows", "details"],
        "time_zone": "europe/berlin",
        "analysis_enabled": "off",
        "new_proposals_per_day": "7",
        "min_imported_sessions": "3",
        "proposal_lifetime_days": "14",
        "model_cents_per_day": "0",
        "review_channel": SUPPORT,
        "capture_reaction": " :Brain: ",
    }
    ack = await bot.sandbox.person(ADA).submit(form, entered)
    after = await current(bot)
    assert ack.ok
    assert bot.modal(ADA) is None
    assert after == WorkspaceSettings(
        time_zone="Europe/Berlin",
        review_channel=SUPPORT,
        digest_channel=DIGEST,
        digest_weekday=4,
        digest_hour=15,
        digest_left_out=(DigestSection.CHART, DigestSection.REJECTIONS, DigestSection.COSTS),
        analysis_enabled=False,
        min_imported_sessions=3,
        new_proposals_per_day=7,
        proposal_lifetime_days=14,
        model_cents_per_day=0,
        capture_reaction="brain",
    )
    ((actor, detail),) = await events(bot)
    assert actor == ADA
    assert detail["digest_hour"] == {"from": 9, "to": 15}
    assert detail["review_channel"] == {"from": REVIEW, "to": SUPPORT}
    assert len(detail) == len(entered)


async def test_saving_what_is_there_changes_nothing_and_leaves_no_record(bot: Bot) -> None:
    before = await current(bot)
    await bot.sandbox.person(ADA).submit(await opened(bot), {})
    assert (await current(bot), await events(bot), bot.modal(ADA)) == (before, [], None)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Berlin", "There is no time zone of this name. Did you mean Europe/Berlin"),
        ("time_zone", "???", "Write it as in Europe/Berlin."),
        ("new_proposals_per_day", "0", "A whole number from 1 to 500."),
        ("proposal_lifetime_days", "2.5", "A whole number from 1 to 365."),
        ("capture_reaction", "brain eyes", "The name of one emoji"),
        ("model_cents_per_day", "-1", "A whole number from 0 to 100,000."),
    ],
)
async def test_what_does_not_fit_is_said_at_its_field(bot: Bot, field: str, value: str, said: str) -> None:
    before, form = await current(bot), await opened(bot)
    await bot.sandbox.person(ADA).submit(form, {field: value, "digest_hour": "7"})
    found = errors(bot)
    assert list(found) == [field]
    assert said in found[field]
    assert await current(bot) == before


async def test_an_empty_budget_is_the_installations(bot: Bot) -> None:
    ada = bot.sandbox.person(ADA)
    await ada.submit(await opened(bot), {"model_cents_per_day": "300"})
    assert (await current(bot)).model_cents_per_day == 300
    await ada.submit(await opened(bot), {"model_cents_per_day": None})
    assert (await current(bot)).model_cents_per_day is None


async def test_a_channel_in_which_flowpilot_cannot_post_is_refused_at_its_field(bot: Bot) -> None:
    form = await opened(bot)
    leave(bot, SUPPORT)
    await bot.sandbox.person(ADA).submit(form, {"digest_channel": SUPPORT, "review_channel": "C0GENERAL1"})
    assert list(errors(bot)) == ["digest_channel"]
    assert "Type /invite @FlowPilot" in errors(bot)["digest_channel"]
    assert (await current(bot)).review_channel == REVIEW
    assert bot.sandbox.messages(SUPPORT) == bot.sandbox.messages("C0GENERAL1") == []


async def test_the_review_channel_changes_at_once_and_shows_what_had_nowhere_to_go(bot: Bot) -> None:
    async with bot.database.transaction(TEAM) as tx:
        await tx.workspaces.change_settings(WorkspaceSettings())
        await tx.proposals.add(
            a_draft(),
            kind=ProposalKind.NEW_FLOW,
            status=ProposalStatus.PENDING,
            confidence=0.9,
            analyst="test-1",
            now=bot.clock.now(),
        )
    await bot.sandbox.person(ADA).submit(await opened(bot), {"review_channel": SUPPORT})
    await bot.settle()
    assert len(bot.sandbox.messages(SUPPORT)) == 1
    assert bot.cards() == []


async def test_a_new_reviewer_can_decide_and_a_former_one_cannot(bot: Bot) -> None:
    await bot.a_proposal()
    ada = bot.sandbox.person(ADA)
    await ada.submit(await opened(bot), {"reviewers": [ADA, BEN, CHLOE]})
    assert await reviewers(bot) == {"Ada Reyes", "Ben Okafor", "Chloe Marsh"}
    await bot.sandbox.person(BEN).click(bot.cards()[0], "proposal.dismiss")
    await bot.settle()
    assert "Parked" in said(bot)
    await ada.submit(await opened(bot), {"reviewers": [ADA, CHLOE]})
    await bot.sandbox.person(BEN).click(bot.cards()[0], "proposal.reopen")
    assert await bot.told(BEN) == "Only reviewers can decide. Ask Ada Reyes or Chloe Marsh."
    assert [detail["reviewers"] for _, detail in await events(bot)] == [
        {"added": [], "removed": [BEN]},
        {"added": [BEN], "removed": []},
    ]


def said(bot: Bot) -> str:
    return bot.cards()[0].text


async def test_reviewers_of_the_installation_stay(bot: Bot) -> None:
    await bot.sandbox.person(ADA).submit(await opened(bot), {"reviewers": [BEN, ADA]})
    assert errors(bot)["reviewers"].startswith("Chloe Marsh is named in FLOWPILOT_ADMINS")
    assert await reviewers(bot) == {"Ada Reyes", "Chloe Marsh"}


async def test_of_two_who_change_settings_at_once_the_second_looks_again(bot: Bot) -> None:
    first, second = await opened(bot, ADA), await opened(bot, CHLOE)
    await bot.sandbox.person(ADA).submit(first, {"digest_hour": "7"})
    await bot.sandbox.person(CHLOE).submit(second, {"digest_hour": "8"})
    assert "Somebody changed the settings" in errors(bot, CHLOE)["reviewers"]
    assert (await current(bot)).digest_hour == 7


async def test_engineers_are_told_who_can(bot: Bot) -> None:
    await opened(bot, ADA)
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot settings")
    shown = await bot.modal_with(BEN, "Only reviewers can change settings. Ask Ada Reyes or Chloe Marsh.")
    assert "submit" not in shown.payload


async def test_a_digest_day_that_has_passed_is_not_made_up_for(bot: Bot) -> None:
    """Whoever moves the digest to yesterday does not get one now."""
    yesterday = (bot.clock.now().weekday() - 1) % 7
    await bot.superuser.execute("UPDATE workspaces SET created_at = created_at - interval '30 days'")
    await bot.sandbox.person(ADA).submit(await opened(bot), {"digest_weekday": str(yesterday)})
    async with bot.database.transaction(TEAM) as tx:
        workspace = await tx.workspaces.get()
    assert workspace.settings.digest_weekday == yesterday
    assert not await open_due_digest(bot.database, workspace, now=bot.clock.now())

"""Decisions while Slack, the network and other people get in their way: each stands once, and the card tells the truth."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.jobs import Job, ShowProposalCard
from bot.domain.proposals import Proposal, ProposalStatus
from bot.jobs.handlers import job_handlers
from bot.sandbox import PersonConfig, Sandbox, SandboxConfig, serve_sandbox
from bot.sandbox.delivery import Parcel
from bot.services.flows import list_flows
from bot.slack.errors import ChannelUnusableError, SlackBusyError, SlackUnansweredError
from storage.audit import AuditEvent
from storage.jobs import JOB_NAMED
from tests.slack.conftest import ADA, BEN, CHLOE, REVIEW, TAKE, TEAM, Bot, said_by

SAM = PersonConfig("U0STRANGE1", "sam", "Sam Lund", team_id="T0ELSEWHERE")
OFTEN = 10_000
OUTAGES = ("server_error", "timeout_after_accept", "ratelimited")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """The review channel is shared with Sam, who belongs to another workspace."""
    config = SandboxConfig()
    async with serve_sandbox(replace(config, people=(*config.people, SAM))) as served:
        yield served


async def attempt(bot: Bot) -> list[str]:
    """Do every job that waits; what fails goes back, as the queue has it. The names of those that failed."""
    handlers = job_handlers(bot.desk)
    failed: list[Job] = []
    while row := await bot.superuser.fetchrow(TAKE):
        payload: dict[str, Any] = json.loads(row["payload"])
        workspace_id, job = payload.pop("workspace_id"), JOB_NAMED[row["entrypoint"]](**payload)
        try:
            await handlers[type(job)](workspace_id, job)
        except (ChannelUnusableError, SlackBusyError, SlackUnansweredError):
            failed.append(job)
    async with bot.database.transaction(TEAM) as tx:
        for job in failed:
            await tx.jobs.enqueue(job)
    return [job.name for job in failed]


async def decisions(bot: Bot) -> list[AuditEvent]:
    async with bot.database.transaction(TEAM) as tx:
        return [each for each in await tx.audit.listed(50) if each.action.startswith("proposal.")]


async def require_decided_once(bot: Bot, proposal: Proposal, status: ProposalStatus) -> None:
    """The decision stands, with one record, and with one flow where it publishes one."""
    decided = await bot.proposal(proposal.id)
    assert (decided.status, decided.version) == (status, proposal.version + 1)
    assert len(await decisions(bot)) == 1
    published = await list_flows(bot.database, TEAM)
    assert len(published) == (status is ProposalStatus.APPROVED)


def card_says(bot: Bot, words: str) -> bool:
    return any(words in said_by(card) for card in bot.cards())


@pytest.mark.parametrize("kind", OUTAGES)
async def test_a_decision_stands_while_slack_is_down_and_the_card_follows_as_soon_as_it_answers(
    bot: Bot, kind: Any
) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    await bot.sandbox.person(ADA).command(REVIEW, "/flowpilot help")
    bot.sandbox.misbehave("*", kind, OFTEN, retry_after=3600)
    await bot.sandbox.person(ADA).click(card, "proposal.approve")
    await bot.deps.running.drain(5)
    for _ in range(3):
        assert await attempt(bot) == [ShowProposalCard.name]
    await require_decided_once(bot, proposal, ProposalStatus.APPROVED)
    bot.sandbox.misbehave("*", kind, 0)
    assert await attempt(bot) == []
    await require_decided_once(bot, proposal, ProposalStatus.APPROVED)
    (card,) = bot.cards()
    assert "Approved" in said_by(card)
    assert "proposal.approve" not in said_by(card)


async def test_a_click_on_a_card_that_lags_behind_an_outage_is_refused_with_what_is_true(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    bot.sandbox.misbehave("chat.update", "server_error", OFTEN)
    await bot.sandbox.person(ADA).click(card, "proposal.dismiss")
    await bot.deps.running.drain(5)
    assert await attempt(bot) == [ShowProposalCard.name]
    await bot.sandbox.person(CHLOE).click(card, "proposal.approve")
    assert "Ada Reyes parked this" in await bot.told(CHLOE)
    assert not card_says(bot, "Parked")
    bot.sandbox.misbehave("chat.update", "server_error", 0)
    assert await attempt(bot) == []
    assert card_says(bot, "Parked")
    await require_decided_once(bot, proposal, ProposalStatus.DISMISSED)


async def test_a_card_that_is_deleted_while_it_is_clicked_takes_nothing_with_it(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    ada, chloe = bot.sandbox.person(ADA), bot.sandbox.person(CHLOE)
    await asyncio.gather(ada.click(card, "proposal.approve"), chloe.delete(card))
    await bot.settle()
    await require_decided_once(bot, proposal, ProposalStatus.APPROVED)
    assert bot.cards() == []
    assert bot.sandbox.ephemerals(ADA) == []


async def test_a_card_deleted_before_the_form_is_submitted_comes_back_when_the_proposal_is_reopened(
    bot: Bot,
) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    ada = bot.sandbox.person(ADA)
    await ada.click(card, "proposal.reject")
    form = await bot.modal_with(ADA, "What is wrong with it?")
    await bot.sandbox.person(CHLOE).delete(card)
    await ada.submit(form, {"reason_code": "outdated"})
    await bot.settle()
    await require_decided_once(bot, proposal, ProposalStatus.REJECTED)
    await ada.open_home()
    await bot.settle()
    await ada.click(ada.home, "queue.status", "rejected")  # type: ignore[arg-type]
    await bot.settle()
    await ada.click(ada.home, "proposal.reopen")  # type: ignore[arg-type]
    await bot.settle()
    (again,) = bot.cards()
    assert again.ts != card.ts
    assert "proposal.approve" in said_by(again)


async def test_a_review_channel_archived_after_a_decision_is_reported_and_the_card_follows_later(
    bot: Bot,
) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    await bot.sandbox.person(ADA).click(card, "proposal.approve")
    await bot.deps.running.drain(5)
    await bot.sandbox.person(CHLOE).archive(REVIEW)
    for _ in range(2):
        assert await attempt(bot) == [ShowProposalCard.name]
    await require_decided_once(bot, proposal, ProposalStatus.APPROVED)
    await bot.sandbox.person(CHLOE).archive(REVIEW, bring_back=True)
    assert await attempt(bot) == []
    assert card_says(bot, "Approved")
    (told,) = bot.sandbox.dm(ADA)
    assert "it is archived" in told.text
    await require_decided_once(bot, proposal, ProposalStatus.APPROVED)


@pytest.mark.parametrize(
    ("action", "status"),
    [("proposal.approve", ProposalStatus.APPROVED), ("proposal.dismiss", ProposalStatus.DISMISSED)],
)
async def test_a_double_click_decides_once(bot: Bot, action: str, status: ProposalStatus) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    ada = bot.sandbox.person(ADA)
    acks = await asyncio.gather(*(ada.click(card, action) for _ in range(3)))
    await bot.settle()
    assert all(ack.ok for ack in acks)
    await require_decided_once(bot, proposal, status)
    assert len(bot.cards()) == 1


async def test_the_same_click_delivered_twice_decides_once(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    bot.sandbox.misbehave("interactive", "duplicate_delivery")
    await bot.sandbox.person(ADA).click(bot.cards()[0], "proposal.approve")
    await bot.sandbox.until(lambda: bot.sandbox.ephemerals(ADA))
    await bot.settle()
    await require_decided_once(bot, proposal, ProposalStatus.APPROVED)


async def test_the_same_form_delivered_twice_rejects_once(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    ada = bot.sandbox.person(ADA)
    await ada.click(bot.cards()[0], "proposal.reject")
    form = await bot.modal_with(ADA, "What is wrong with it?")
    bot.sandbox.misbehave("view_submission", "duplicate_delivery")
    await ada.submit(form, {"reason_code": "unsafe"})
    await bot.settle()
    await require_decided_once(bot, proposal, ProposalStatus.REJECTED)
    assert "· unsafe" in said_by(bot.cards()[0])


async def test_everybody_at_once_with_everything_leaves_one_decision(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    bot.sandbox.misbehave("interactive", "duplicate_delivery", 4)
    bot.sandbox.misbehave("chat.update", "server_error", 2)
    bot.sandbox.misbehave("chat.postEphemeral", "ratelimited", 2)
    await asyncio.gather(
        *(
            bot.sandbox.person(user).click(card, action)
            for user in (ADA, CHLOE, BEN)
            for action in ("proposal.approve", "proposal.dismiss")
        )
    )
    await bot.settle()
    decided = await bot.proposal(proposal.id)
    await require_decided_once(bot, proposal, decided.status)
    assert decided.decided_by in (ADA, CHLOE)
    assert card_says(bot, f"by <@{decided.decided_by}>")


async def test_somebody_of_another_workspace_in_a_shared_channel_decides_nothing(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    sam = bot.sandbox.person(SAM.id)
    for action in ("proposal.approve", "proposal.dismiss"):
        await sam.click(bot.cards()[0], action)
    assert "Only reviewers can decide" in await bot.told(SAM.id)
    await sam.click(bot.cards()[0], "proposal.edit")
    assert "submit" not in (await bot.modal_with(SAM.id, "Only reviewers can decide")).payload
    await bot.settle()
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.PENDING
    assert await decisions(bot) == []


async def test_a_click_from_a_workspace_that_has_not_installed_the_app_reaches_nothing(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    (card,) = bot.cards()
    click = {"type": "button", "action_id": "proposal.approve", "block_id": "b", "action_ts": "1.1"}
    click |= {"value": f"{proposal.id}:{proposal.version}"}
    payload = bot.sandbox.person(ADA)._payloads.click_in_message(ADA, card, click, {})  # noqa: SLF001  (a forgery)
    forged = payload | {"team": {"id": "T0ELSEWHERE", "domain": "elsewhere"}}
    forged["user"] = payload["user"] | {"team_id": "T0ELSEWHERE"}
    await bot.sandbox._deliveries.deliver(Parcel("interactive", forged))  # noqa: SLF001  (as above)
    await bot.settle()
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.PENDING
    assert await decisions(bot) == []

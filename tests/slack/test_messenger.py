"""Speaking when Slack does not behave."""

from dataclasses import replace

import pytest

from bot.domain.cards import Asked, Picture, ProposalCard
from bot.domain.members import Role
from bot.domain.proposals import MessageRef, Proposal, ProposalStatus
from bot.slack.errors import (
    ChannelUnusableError,
    InstallationGoneError,
    SlackBusyError,
    SlackUnansweredError,
)
from bot.slack.views import samples, samples_homes
from bot.slack.views.notices import notice_message
from tests.slack.conftest import ADA, DIGEST, PNG, REVIEW, SUPPORT, TEAM, Bot, said_by

PICTURE = Picture(PNG, "The tree of the flow.", "tree.png")
HELLO = notice_message("Hello.")


async def digest(bot: Bot, key: str = "digest:1") -> MessageRef:
    return await bot.desk.messenger.post_digest(TEAM, DIGEST, samples.DIGEST, PICTURE, key=key)


def card_of(proposal: Proposal) -> ProposalCard:
    return ProposalCard(proposal=proposal)


async def test_a_picture_is_uploaded_privately_and_shown_with_its_words(bot: Bot) -> None:
    await digest(bot)
    (file,) = bot.sandbox.files
    assert (file.content, file.channels) == (PNG, ())
    assert "The tree of the flow." in said_by(bot.sandbox.messages(DIGEST)[0])


async def test_the_same_picture_is_uploaded_once(bot: Bot) -> None:
    await digest(bot)
    await digest(bot, key="digest:2")
    assert len(bot.sandbox.files) == 1


async def test_a_slow_file_is_waited_for(bot: Bot) -> None:
    bot.sandbox.misbehave("chat.postMessage", "slow_files", times=3)
    await digest(bot)
    assert bot.sleeps.seconds == [0.5, 1.0, 2.0]
    assert bot.calls("conversations.history") == []
    assert "slack_file" in said_by(bot.sandbox.messages(DIGEST)[0])


async def test_a_file_that_never_gets_ready_is_left_out_with_a_note(bot: Bot) -> None:
    bot.sandbox.misbehave("chat.postMessage", "slow_files", times=6)
    await digest(bot)
    (message,) = bot.sandbox.messages(DIGEST)
    assert bot.sleeps.seconds == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert "slack_file" not in said_by(message)
    assert "The picture could not be shown" in said_by(message)


async def test_a_rate_limit_is_waited_out_as_long_as_slack_asks(bot: Bot) -> None:
    bot.sandbox.misbehave("chat.postMessage", "ratelimited", times=2, retry_after=7)
    await digest(bot)
    assert bot.sleeps.seconds == [7.0, 7.0]
    assert len(bot.sandbox.messages(DIGEST)) == 1


async def test_a_rate_limit_of_an_hour_puts_the_job_off(bot: Bot) -> None:
    bot.sandbox.misbehave("chat.postMessage", "ratelimited", retry_after=3600)
    with pytest.raises(SlackBusyError):
        await digest(bot)


async def test_a_post_whose_answer_gets_lost_is_found_and_not_repeated(bot: Bot) -> None:
    bot.sandbox.misbehave("chat.postMessage", "timeout_after_accept")
    at = await digest(bot)
    (message,) = bot.sandbox.messages(DIGEST)
    assert at == MessageRef(DIGEST, message.ts)
    assert await digest(bot) == at


async def test_a_post_that_failed_on_the_way_is_made_again_after_a_look(bot: Bot) -> None:
    bot.sandbox.misbehave("chat.postMessage", "server_error")
    await digest(bot)
    assert len(bot.sandbox.messages(DIGEST)) == 1
    assert len(bot.calls("conversations.history")) == 1


async def test_a_program_that_died_after_posting_says_nothing_twice(bot: Bot) -> None:
    at = await digest(bot)
    await bot.superuser.execute("DELETE FROM utterances WHERE id = 'digest:1'")
    assert await digest(bot) == at
    assert len(bot.sandbox.messages(DIGEST)) == 1


async def test_a_lost_answer_in_a_thread_is_looked_for_there(bot: Bot) -> None:
    await bot.sandbox.person(ADA).say(SUPPORT, "Hello?")
    thread = bot.sandbox.messages(SUPPORT)[0].ts
    bot.sandbox.misbehave("chat.postMessage", "timeout_after_accept")
    await bot.deps.messenger.say(TEAM, SUPPORT, HELLO, key="thread", thread_ts=thread)
    assert len(bot.sandbox.messages(SUPPORT)) == 2


async def test_where_looking_is_not_allowed_the_message_is_posted_again(bot: Bot) -> None:
    bot.sandbox.misbehave("chat.postMessage", "server_error")
    await bot.desk.messenger.tell(TEAM, ADA, "Hello.", key="hello")
    assert [message.text for message in bot.sandbox.dm(ADA)] == ["Hello."]


async def test_calls_that_may_be_repeated_are_repeated(bot: Bot) -> None:
    bot.sandbox.misbehave("views.publish", "server_error", times=2)
    await bot.desk.messenger.publish_home(TEAM, samples_homes.ADMIN_HOME, over=None)
    assert bot.sleeps.seconds == [0.5, 2.0]
    assert bot.sandbox.home(ADA) is not None


async def test_patience_ends(bot: Bot) -> None:
    bot.sandbox.misbehave("views.publish", "server_error", times=4)
    with pytest.raises(SlackUnansweredError):
        await bot.desk.messenger.publish_home(TEAM, samples_homes.ADMIN_HOME, over=None)


async def test_a_deleted_card_is_posted_anew_while_it_waits(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    bot.sandbox.workspace.delete(bot.cards()[0])
    at = await bot.desk.messenger.show_proposal(TEAM, REVIEW, card_of(proposal), PICTURE)
    again = await bot.desk.messenger.show_proposal(TEAM, REVIEW, card_of(proposal), PICTURE)
    (card,) = bot.cards()
    assert at == again == MessageRef(REVIEW, card.ts)
    assert at != proposal.card


async def test_a_deleted_card_of_a_decided_proposal_stays_deleted(bot: Bot) -> None:
    proposal = replace(await bot.a_proposal(), status=ProposalStatus.REJECTED)
    bot.sandbox.workspace.delete(bot.cards()[0])
    await bot.desk.messenger.show_proposal(TEAM, REVIEW, card_of(proposal), PICTURE)
    assert bot.cards() == []


async def test_a_card_is_never_drawn_as_it_was_before(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    newer = replace(proposal, version=5, draft=replace(proposal.draft, title="Newer"))
    await bot.desk.messenger.show_proposal(TEAM, REVIEW, card_of(newer), PICTURE)
    await bot.desk.messenger.show_proposal(TEAM, REVIEW, card_of(proposal), PICTURE)
    assert "Newer" in said_by(bot.cards()[0])


async def test_two_jobs_for_a_new_proposal_post_one_card(bot: Bot) -> None:
    proposal = replace(await bot.a_proposal(), id=99, card=None)
    for _ in range(2):
        await bot.desk.messenger.show_proposal(TEAM, REVIEW, card_of(proposal), PICTURE)
    assert len(bot.cards()) == 2  # that of the fixture, and this one


async def test_a_channel_that_cannot_be_used_is_told_to_the_admins_once(bot: Bot) -> None:
    await known_admin(bot)
    for key in ("digest:1", "digest:2"):
        with pytest.raises(ChannelUnusableError):
            await bot.desk.messenger.post_digest(TEAM, "C0NOWHERE1", samples.DIGEST, None, key=key)
    (told,) = bot.sandbox.dm(ADA)
    assert "FlowPilot cannot post in the channel C0NOWHERE1" in told.text


async def test_a_report_for_a_channel_that_cannot_be_used_is_explained_to_who_asked(bot: Bot) -> None:
    await bot.desk.messenger.send_dashboard(
        TEAM, "C0NOWHERE1", samples.DASHBOARD, PICTURE, asked_by=ADA, key="stats:1"
    )
    (told,) = bot.sandbox.dm(ADA)
    assert "/invite @FlowPilot" in told.text


async def test_a_deleted_report_is_posted_anew(bot: Bot) -> None:
    at = await bot.desk.messenger.send_dashboard(
        TEAM, ADA, samples.DASHBOARD, PICTURE, asked_by=ADA, key="stats:1"
    )
    bot.sandbox.workspace.delete(bot.sandbox.dm(ADA)[0])
    await bot.desk.messenger.replace_dashboard(TEAM, at, samples.DASHBOARD, PICTURE, asked_by=ADA)
    assert len(bot.sandbox.dm(ADA)) == 1


async def test_a_worthless_token_makes_the_workspace_inactive(bot: Bot) -> None:
    bot.sandbox.workspace.revoked_as = "token_revoked"
    with pytest.raises(InstallationGoneError):
        await digest(bot)
    async with bot.database.transaction(TEAM) as tx:
        assert not (await tx.workspaces.get()).active


async def test_a_wrong_token_forgets_nothing(bot: Bot) -> None:
    bot.sandbox.workspace.revoked_as = "invalid_auth"
    with pytest.raises(InstallationGoneError):
        await digest(bot)
    async with bot.database.transaction(TEAM) as tx:
        assert (await tx.workspaces.get()).active
    assert await bot.waiting_jobs() == []


async def test_another_workspace_is_never_spoken_to_with_this_token(bot: Bot) -> None:
    with pytest.raises(InstallationGoneError):
        await bot.deps.api.call("TLOCAL", "chat.postMessage", channel=REVIEW, text="Hello.")
    assert bot.cards() == []


async def test_an_answer_that_comes_too_late_for_its_address_is_given_in_the_channel_once(bot: Bot) -> None:
    asked = Asked(user=ADA, channel=REVIEW, response_url=f"{bot.sandbox.url}/response/R00000099")
    for _ in range(2):
        await bot.desk.messenger.answer_stats(TEAM, samples.DASHBOARD, at=asked, shared=False, key="stats:1")
    (answer,) = bot.sandbox.ephemerals(ADA)
    assert "Last 30 days" in answer.text


async def known_admin(bot: Bot) -> None:
    async with bot.database.transaction(TEAM) as tx:
        await tx.members.ensure(ADA, "Ada Reyes", Role.ADMIN)

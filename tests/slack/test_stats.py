"""Numbers on request."""

from datetime import timedelta

import pytest

from bot.services.digests import post_digest, request_digest
from bot.slack.views import samples
from tests.slack.conftest import ADA, BEN, DIGEST, SUPPORT, TEAM, Bot, said_by
from tests.storage.makers import a_session


async def with_sessions(bot: Bot, count: int = 12) -> None:
    now = bot.clock.now()
    sessions = [
        a_session(created_at=now - timedelta(days=2, hours=1), resolved_at=now - timedelta(days=2))
        for _ in range(count)
    ]
    async with bot.database.transaction(TEAM) as tx:
        await tx.sessions.add_many(sessions, now=now)


async def test_the_command_is_acked_silently_and_the_work_is_a_job(bot: Bot) -> None:
    ack = await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot stats 7d")
    assert (ack.ok, ack.body) == (True, None)
    await bot.deps.running.drain(5)
    assert await bot.waiting_jobs() == ["stats.send"]


async def test_the_answer_is_in_words_here_and_with_the_picture_by_direct_message(bot: Bot) -> None:
    await with_sessions(bot)
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot stats")
    await bot.settle()
    (report,) = bot.sandbox.dm(BEN)
    assert (await bot.told(BEN)).startswith("*Last 30 days: 12 sessions, 100 % resolved, median")
    assert "slack_file" in said_by(report)
    assert f"Asked by <@{BEN}>" in said_by(report)
    assert bot.sandbox.messages(SUPPORT) == []


async def test_sharing_posts_into_the_channel(bot: Bot) -> None:
    await with_sessions(bot)
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot stats share networking 7d")
    await bot.settle()
    (report,) = bot.sandbox.messages(SUPPORT)
    assert report.text.startswith("Last 7 days, Networking: 12 sessions")


async def test_no_sessions_are_said_in_a_sentence_without_a_picture(bot: Bot) -> None:
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot stats 90d")
    await bot.settle()
    assert await bot.told(BEN) == "No sessions in the last 90 days."
    assert bot.sandbox.dm(BEN) == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("stats 14d", "There is no period “14d”. Choose one of `7d`, `30d`, `90d`."),
        ("stats plumbing", "There is no domain “plumbing”. Choose one of `active_directory`,"),
        ("gaps 14d", "There is no period “14d”. Choose one of `7d`, `30d`, `90d`."),
        ("stat 7d", "I do not know “stat 7d”. Did you mean `stats`? FlowPilot turns"),
        ("frobnicate <!channel>", "I do not know “frobnicate &lt;!channel&gt;”."),
        ("help", "FlowPilot turns resolved support sessions into"),
        ("", "FlowPilot turns resolved support sessions into"),
    ],
)
async def test_everything_else_is_answered_at_once(bot: Bot, typed: str, answer: str) -> None:
    await bot.sandbox.person(BEN).command(SUPPORT, f"/flowpilot {typed}")
    assert (await bot.told(BEN)).startswith(answer)
    assert await bot.waiting_jobs() == []


async def test_a_period_button_redraws_the_report_where_it_stands(bot: Bot) -> None:
    await with_sessions(bot)
    ben = bot.sandbox.person(BEN)
    await ben.command(SUPPORT, "/flowpilot stats 30d")
    await bot.settle()
    (before,) = bot.sandbox.dm(BEN)
    await ben.click(before, "stats.week")
    await bot.settle()
    (after,) = bot.sandbox.dm(BEN)
    assert after.ts == before.ts
    assert after.text.startswith("Last 7 days: 12 sessions")


async def test_the_share_button_asks_for_a_channel_and_posts_there(bot: Bot) -> None:
    await with_sessions(bot)
    ben = bot.sandbox.person(BEN)
    await ben.command(SUPPORT, "/flowpilot stats 7d")
    await bot.settle()
    await ben.click(bot.sandbox.dm(BEN)[0], "stats.share")
    form = await bot.modal_with(BEN, "Share numbers")
    await ben.submit(form, {"channel": SUPPORT})
    await bot.settle()
    (report,) = bot.sandbox.messages(SUPPORT)
    assert report.text.startswith("Last 7 days: 12 sessions")


async def test_the_queue_lists_what_waits_and_opens_it(bot: Bot) -> None:
    await bot.a_proposal(title="VPN drops")
    ada = bot.sandbox.person(ADA)
    await ada.command(SUPPORT, "/flowpilot queue")
    assert (await bot.told(ADA)).startswith("1 proposal waits")
    await ada.click(bot.sandbox.ephemerals(ADA)[0], "proposal.view")
    await bot.modal_with(ADA, "Learnt from")


async def test_the_digest_is_shown_to_who_asks_as_it_would_be_posted(bot: Bot) -> None:
    await with_sessions(bot)
    await bot.sandbox.person(ADA).command(SUPPORT, "/flowpilot digest")
    await bot.settle()
    assert "on its way to your messages" in await bot.told(ADA)
    digest, details = bot.sandbox.dm(ADA)
    assert "12 sessions, 100 % resolved" in digest.text
    assert "slack_file" in said_by(digest)
    assert details.thread_ts == digest.ts
    assert "Networking: 12 sessions" in said_by(details)
    assert bot.sandbox.messages(DIGEST) == []


async def test_after_a_crash_only_what_is_missing_of_a_digest_is_posted(bot: Bot) -> None:
    await with_sessions(bot)
    await request_digest(bot.database, TEAM, now=bot.clock.now())
    number = await bot.superuser.fetchval("SELECT id FROM digests")
    await bot.desk.messenger.post_digest(TEAM, DIGEST, samples.DIGEST, None, key=f"digest:{number}")
    await bot.settle()
    assert [bool(each.thread_ts) for each in bot.sandbox.messages(DIGEST)] == [False, True]
    await bot.superuser.execute("UPDATE digests SET posted_at = NULL, status = 'open'")
    await bot.superuser.execute("DELETE FROM utterances WHERE id LIKE 'digest:%:details'")
    await post_digest(bot.desk, TEAM, number)
    assert len(bot.sandbox.messages(DIGEST)) == 2
    assert await bot.superuser.fetchval("SELECT posted_at IS NOT NULL FROM digests")

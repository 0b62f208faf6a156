"""Answers that people type into the thread of a session, in a channel."""

import asyncio
from dataclasses import replace
from typing import cast

import pytest
from slack_bolt.response import BoltResponse

from bot.domain.sessions import SessionStatus
from bot.domain.typed_answers import WrittenEarlierError
from bot.slack.listeners.sessions import handle_replied, took_as_answer
from bot.slack.middleware import dropping_repeated_events
from bot.slack.payloads.conversation import Mentioned, ThreadReply
from bot.slack.payloads.envelopes import Person
from bot.slack.views.blocks import Json
from storage.database import Database
from tests.slack.conftest import BEN, CHLOE, SUPPORT, TEAM, Bot
from tests.slack.test_sessions import (
    PROBLEM,
    a_flow,
    click,
    more,
    resolve,
    settled,
    started,
    step,
    the_session,
    thread,
)


async def say(bot: Bot, words: str, user: str = BEN) -> str:
    """Write in the thread of the session; the message's time."""
    thread_ts = (await the_session(bot)).session.thread_ts
    await bot.sandbox.person(user).say(SUPPORT, words, thread_ts)
    await settled(bot)
    return bot.sandbox.messages(SUPPORT)[-1].ts


async def mention(bot: Bot, words: str, user: str = BEN) -> None:
    await say(bot, f"<@{bot.sandbox.config.bot_user}> {words}", user)


async def answers(bot: Bot) -> list[tuple[str | None, str | None, str | None]]:
    return [(each.choice, each.answer_text, each.by) for each in (await the_session(bot)).session.steps]


async def sessions(bot: Bot) -> int:
    return int(await bot.superuser.fetchval("SELECT count(*) FROM sessions"))


async def test_a_mention_in_a_sessions_thread_answers_its_open_step(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    bot.sandbox.misbehave("app_mention", "duplicate_delivery")
    await mention(bot, "no.", CHLOE)
    assert await answers(bot) == [("No", None, CHLOE)]
    assert "Step 2. Does the tunnel drop" in step(bot).text
    await mention(bot, "it drops on cable too, domain:none")
    assert (await answers(bot))[1:] == [(None, "it drops on cable too, domain:none", BEN)]
    await mention(bot, "And now?")
    assert "Log what you checked instead." in await bot.told(BEN)
    assert await sessions(bot) == 1
    assert not bot.sandbox.refused


async def test_a_mention_without_an_answer_is_met_with_help(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await mention(bot, "help")
    assert "/flowpilot stats" in thread(bot)[-1].text
    assert await answers(bot) == []


async def test_a_mention_in_the_thread_of_an_ended_session_starts_nothing_and_says_what_to_do(
    bot: Bot,
) -> None:
    await a_flow(bot)
    await started(bot)
    await click(bot, BEN, "session.answer_1")
    await resolve(bot)
    said = len(thread(bot))
    await mention(bot, f"{PROBLEM} again")
    assert (
        await bot.told(BEN)
        == "This session is resolved already. To go on, start a new one outside of its thread."
    )
    assert (len(thread(bot)), await sessions(bot)) == (said, 1)


async def test_a_mention_in_a_paused_session_is_no_answer(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await more(bot, BEN, "Pause")
    await mention(bot, "no")
    assert "This session is paused. Press Resume" in await bot.told(BEN)
    assert await answers(bot) == []


async def test_words_that_were_written_before_the_step_was_asked_do_not_answer_it(bot: Bot) -> None:
    await a_flow(bot)
    live = await started(bot)
    thread_ts = live.session.thread_ts or ""
    before = step(bot).ts
    await click(bot, CHLOE, "session.answer_2")
    by = Person(workspace_id=TEAM, id=BEN)
    meant = {"by": by, "channel": SUPPORT, "ts": f"{before}9", "thread_ts": thread_ts, "words": "yes"}
    with pytest.raises(WrittenEarlierError, match="Step 2 was asked after you wrote that"):
        await took_as_answer(Mentioned(**meant, is_from_person=True), bot.deps)  # type: ignore[arg-type]
    await handle_replied(ThreadReply(**meant), bot.deps)  # type: ignore[arg-type]
    assert await answers(bot) == [("No", None, CHLOE)]


async def test_a_reply_that_is_an_answers_label_is_that_answer(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    bot.sandbox.misbehave("message", "duplicate_delivery")
    await say(bot, " NO. ", CHLOE)
    assert await answers(bot) == [("No", None, CHLOE)]
    await say(bot, "Yes")
    assert await answers(bot) == [("No", None, CHLOE), ("Yes", None, BEN)]
    assert "Fix: Lower the MTU to 1350 on the gateway" in step(bot).text
    assert not bot.sandbox.refused


async def test_of_two_who_reply_at_once_one_counts(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    thread_ts = (await the_session(bot)).session.thread_ts
    await asyncio.gather(
        *(
            bot.sandbox.person(user).say(SUPPORT, words, thread_ts)
            for user, words in ((BEN, "No"), (CHLOE, "Yes"))
        )
    )
    await settled(bot)
    assert len(await answers(bot)) == 1


async def test_what_else_people_say_is_left_alone(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    said, seen = len(thread(bot)), await bot.superuser.fetchval("SELECT count(*) FROM slack_events")
    for words in ("I think no", "no idea", f"<@{CHLOE}> no", "x" * 200, "no no"):
        await say(bot, words)
    assert (await answers(bot), len(thread(bot))) == ([], said)
    assert await bot.superuser.fetchval("SELECT count(*) FROM slack_events") == seen
    assert not bot.sandbox.ephemerals(BEN)


async def test_who_answers_a_colleague_answers_no_step(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await say(bot, "Did you restart it?", CHLOE)
    await say(bot, "No")
    assert await answers(bot) == []
    await click(bot, BEN, "session.answer_2")
    await say(bot, "Let me look")
    await say(bot, "Yes")
    assert await answers(bot) == [("No", None, BEN), ("Yes", None, BEN)]


async def test_where_slack_does_not_say_who_spoke_a_reply_is_left_alone(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    bot.sandbox.misbehave("conversations.replies", "server_error", times=4)
    await say(bot, "No")
    assert await answers(bot) == []


async def test_a_reply_counts_neither_in_a_pause_nor_after_the_end(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await more(bot, BEN, "Pause")
    await say(bot, "Yes")
    await click(bot, BEN, "session.resume")
    assert await answers(bot) == []
    await resolve(bot, resolution="It works")
    await say(bot, "Yes")
    assert (await the_session(bot)).status is SessionStatus.RESOLVED
    assert not bot.sandbox.ephemerals(BEN)


async def test_a_step_that_was_taken_back_is_answered_by_what_is_said_then(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await say(bot, "No")
    await more(bot, BEN, "Back")
    await say(bot, "Yes")
    assert await answers(bot) == [("Yes", None, BEN)]


class _Untouchable:
    """A database that nobody may ask."""

    def transaction(self, workspace_id: str) -> None:
        raise AssertionError(f"asked about {workspace_id}")


@pytest.mark.parametrize(
    "change",
    [
        {"thread_ts": None},
        {"thread_ts": "2.2"},
        {"text": "x" * 80},
        {"text": "<@U0FLOWPILOT> no"},
        {"text": ""},
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"channel_type": "group", "thread_ts": None},
    ],
)
async def test_what_cannot_be_an_answer_costs_no_look_into_the_database(bot: Bot, change: Json) -> None:
    deps = replace(bot.deps, database=cast(Database, _Untouchable()))
    event = {"type": "message", "channel_type": "channel", "channel": SUPPORT, "user": BEN, "ts": "2.2"}
    event |= {"text": "no", "thread_ts": "1.1"} | change
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": TEAM, "event": event}

    async def next_() -> BoltResponse:
        raise AssertionError("went on")

    answer = await dropping_repeated_events(deps)(body, next_)
    assert answer.status == 200


async def test_a_reply_in_another_thread_goes_no_further(bot: Bot) -> None:
    event = {"type": "message", "channel_type": "channel", "channel": SUPPORT, "user": BEN, "ts": "2.2"}
    event |= {"text": "no", "thread_ts": "1.1"}
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": TEAM, "event": event}

    async def next_() -> BoltResponse:
        raise AssertionError("went on")

    assert (await dropping_repeated_events(bot.deps)(body, next_)).status == 200

"""Sessions in threads when things go wrong: no step is lost, and none is said twice."""

import asyncio

from bot.domain.jobs import ShowSession
from bot.domain.session_acts import Answer, Pause
from bot.domain.sessions import SessionStatus
from bot.sandbox import Message
from bot.services.threads import draw_thread, show_session
from bot.services.troubleshooting import act_in_session
from bot.slack.api import OneWorkspace, SlackApi
from bot.slack.messenger import SlackMessenger
from tests.services.scripted import StoppedClock
from tests.slack.conftest import BEN, CHLOE, TEAM, Bot
from tests.slack.test_sessions import (
    a_flow,
    click,
    fill_in,
    settled,
    started,
    step,
    the_session,
    thread,
)

FIRST, SECOND = "Is split tunnelling on?", "Does the tunnel drop on a network cable too?"


def texts(bot: Bot) -> list[str]:
    return [message.text for message in thread(bot)]


def asking(bot: Bot, words: str) -> list[Message]:
    return [message for message in thread(bot) if words in message.text]


async def test_every_event_comes_twice_and_one_too_late(bot: Bot) -> None:
    await a_flow(bot)
    bot.sandbox.misbehave("*", "duplicate_delivery", times=100)
    await started(bot)
    first = step(bot)
    await click(bot, BEN, "session.answer_2")
    await click(bot, CHLOE, "session.else")
    await fill_in(bot, CHLOE, "What did you find?", text="Only on Mondays")
    await bot.sandbox.person(BEN).press(first, press_of(first, "session.answer_1"))
    await settled(bot)
    await click(bot, BEN, "session.log")
    await fill_in(bot, BEN, "What did you check or do?", checked="Read the log", found="Empty", kind="action")
    await click(bot, BEN, "session.resolve")
    await fill_in(bot, BEN, "What fixed it?", resolution="Turned the log on")
    await bot.settle()
    live = await the_session(bot)
    assert live.status is SessionStatus.RESOLVED
    told = [(each.choice, each.answer_text) for each in live.session.steps]
    assert told == [("No", None), (None, "Only on Mondays"), (None, "Empty")]
    assert len(texts(bot)) == len({message.ts for message in thread(bot)}) == 5
    assert await bot.superuser.fetchval("SELECT count(*) FROM sessions") == 1
    assert not bot.sandbox.refused


async def test_a_lost_trigger_loses_nothing_but_the_form(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    bot.sandbox.misbehave("views.open", "server_error", times=9)
    await click(bot, BEN, "session.else")
    assert bot.modal(BEN) is None
    bot.sandbox.misbehave("views.open", "server_error", times=0)
    await click(bot, BEN, "session.else")
    await fill_in(bot, BEN, "What did you find?", text="Only on Mondays")
    assert [each.answer_text for each in (await the_session(bot)).session.steps] == ["Only on Mondays"]


async def test_a_deleted_step_comes_back_and_a_deleted_beginning_harms_nobody(bot: Bot) -> None:
    await a_flow(bot)
    live = await started(bot)
    opening, asked = thread(bot)
    await deleted(bot, asked)
    await act_in_session(bot.database, TEAM, live.session.id, Pause(by=CHLOE), now=bot.clock.now())
    await bot.work()
    await click(bot, BEN, "session.resume")
    assert len(asking(bot, FIRST)) == 1
    await deleted(bot, opening)
    await click(bot, BEN, "session.answer_2")
    await bot.work()
    assert [len(asking(bot, words)) for words in (FIRST, SECOND)] == [1, 1]
    await click(bot, BEN, "session.resolve")
    await fill_in(bot, BEN, "What fixed it?", resolution="Lowered the MTU")
    await bot.work()
    assert (await the_session(bot)).status is SessionStatus.RESOLVED


async def test_what_a_dead_process_left_undrawn_the_job_draws_once(bot: Bot) -> None:
    await a_flow(bot)
    live = await started(bot)
    session = live.session.id
    await act_in_session(bot.database, TEAM, session, Answer(by=BEN, turn=1, option=1), now=bot.clock.now())
    assert len(thread(bot)) == 2
    bot.sandbox.misbehave("chat.postMessage", "timeout_after_accept")
    await bot.work()
    await show_session(bot.desk, TEAM, ShowSession(session))
    assert [len(asking(bot, words)) for words in (FIRST, SECOND)] == [1, 1]
    assert len(thread(bot)) == 3


async def test_two_processes_that_draw_at_once_say_a_step_once(bot: Bot) -> None:
    await a_flow(bot)
    live = await started(bot)
    await act_in_session(
        bot.database, TEAM, live.session.id, Answer(by=BEN, turn=1, option=1), now=bot.clock.now()
    )
    held, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_seconds: float) -> None:
        held.set()
        await go_on.wait()

    async def let_go(_seconds: float) -> None:
        go_on.set()
        await drawing

    slack, at_once = bot.deps.api, StoppedClock(bot.clock.now())
    tokens = OneWorkspace(TEAM, bot.sandbox.config.bot_token)
    busy = SlackApi(slack.session, base_url=slack.base_url, tokens=tokens, sleep=hold)
    listener, job = (
        SlackMessenger(api, bot.database, at_once, sleep=let_go, seconds_between_messages=0.0)
        for api in (busy, slack)
    )
    bot.sandbox.misbehave("chat.postMessage", "ratelimited")
    drawing = asyncio.create_task(draw_thread(bot.database, listener, TEAM, live.session.id))
    await held.wait()
    await draw_thread(bot.database, job, TEAM, live.session.id)
    go_on.set()
    await drawing
    assert [len(asking(bot, words)) for words in (FIRST, SECOND)] == [1, 1]


async def deleted(bot: Bot, message: Message) -> None:
    """As an admin of the workspace deletes it."""
    await bot.deps.api.call(TEAM, "chat.delete", channel=message.channel, ts=message.ts)


def press_of(message: Message, action_id: str) -> dict[str, str]:
    """The click on a button that stood there."""
    elements = [each for block in message.blocks or [] for each in block.get("elements", ())]
    value = next(each["value"] for each in elements if each.get("action_id") == action_id)
    return {
        "type": "button",
        "block_id": "b",
        "action_ts": "1.1",
        "action_id": action_id,
        "value": value,
    }

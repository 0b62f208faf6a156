"""Home, mentions, direct messages, and the end of an installation."""

from tests.slack.conftest import ADA, BEN, SUPPORT, TEAM, Bot


async def test_home_shows_reviewers_the_queue_with_a_button_for_each_proposal(bot: Bot) -> None:
    await bot.a_proposal(title="VPN drops")
    ada = bot.sandbox.person(ADA)
    await ada.open_home()
    await bot.settle()
    home = bot.sandbox.home(ADA)
    assert home is not None
    assert "Review queue: 1 new flow" in str(home.payload)
    await ada.click(home, "proposal.view")
    await bot.modal_with(ADA, "Learnt from")


async def test_home_shows_engineers_what_they_resolved_and_who_decides(bot: Bot) -> None:
    await bot.a_proposal()
    await bot.sandbox.person(ADA).open_home()
    await bot.sandbox.person(BEN).open_home()
    await bot.settle()
    words = str(bot.sandbox.home(BEN).payload)  # type: ignore[union-attr]
    assert "Resolved, 1 session in all" in words
    assert "Ada Reyes decides what becomes a flow." in words
    assert "proposal.view" not in words


async def test_the_queue_opens_proposals_on_top_of_its_own_modal(bot: Bot) -> None:
    proposal = await bot.a_proposal()
    ada = bot.sandbox.person(ADA)
    message = bot.cards()[0]
    click = {
        "type": "button",
        "action_id": "queue.open",
        "block_id": "b",
        "action_ts": "1.1",
        "value": "queue",
    }
    await ada.press(message, click)
    queue = await bot.modal_with(ADA, "1 proposal waits")
    await ada.click(queue, "proposal.view", f"{proposal.id}:{proposal.version}")
    details = await bot.modal_with(ADA, "Learnt from")
    assert details.previous_id == queue.id


async def test_a_mention_is_answered_in_its_thread(bot: Bot) -> None:
    await bot.sandbox.person(BEN).say(SUPPORT, f"<@{bot.sandbox.config.bot_user}> what can you do?")
    await bot.settle()
    question, answer = bot.sandbox.messages(SUPPORT)
    assert answer.thread_ts == question.ts
    assert "/flowpilot stats" in answer.text


async def test_direct_messages_are_answered_once_a_day(bot: Bot) -> None:
    ben = bot.sandbox.person(BEN)
    for text in ("hello", "anybody there?"):
        await ben.say(f"D{BEN[1:]}", text)
        await bot.settle()
    answers = [each for each in bot.sandbox.dm(BEN) if each.user == bot.sandbox.config.bot_user]
    assert len(answers) == 1


async def test_an_event_that_is_delivered_twice_is_dealt_with_once(bot: Bot) -> None:
    bot.sandbox.misbehave("app_home_opened", "duplicate_delivery")
    await bot.sandbox.person(ADA).open_home()
    await bot.deps.running.drain(5)
    assert await bot.waiting_jobs() == ["home.refresh"]


async def test_removing_the_app_stops_the_workspace_and_forgets_it_later(bot: Bot) -> None:
    await bot.sandbox.uninstall()
    await bot.deps.running.drain(5)
    async with bot.database.transaction(TEAM) as tx:
        assert not (await tx.workspaces.get()).active
    assert set(await bot.waiting_jobs()) == {"workspace.forget"}


async def test_names_come_from_slack_and_the_handle_stands_in(bot: Bot) -> None:
    bot.sandbox.misbehave("users.info", "ratelimited", retry_after=3600)
    ben = bot.sandbox.person(BEN)
    await ben.open_home()
    await bot.deps.running.drain(5)
    await ben.command(SUPPORT, "/flowpilot queue")
    await bot.deps.running.drain(5)
    async with bot.database.transaction(TEAM) as tx:
        member = await tx.members.find(BEN)
    assert member is not None
    assert member.name == "Ben Okafor"


async def test_nothing_that_the_bot_says_is_refused(bot: Bot) -> None:
    await bot.a_proposal(title="*<!channel>* & `all`", summary="<@U0ADMIN01> " * 200)
    await bot.sandbox.person(ADA).click(bot.cards()[0], "proposal.approve")
    await bot.settle()
    assert bot.sandbox.refused == []
    words = [block["text"]["text"] for block in bot.cards()[0].blocks or [] if block["type"] == "section"]
    assert "<!channel>" not in "".join(words)
    assert "<@U0ADMIN01>" not in words[0]

"""A flow's heat map: on top of its page, or in its place, with numbers at once and the picture after."""

from datetime import timedelta

from bot.domain.flows import Flow
from bot.domain.session_acts import Abandon, Act, Answer, Resolve, SayElse
from bot.domain.sessions import FlowPlace
from bot.domain.troubleshooting import act
from bot.sandbox import View
from tests.slack.conftest import ADA, BEN, TEAM, Bot
from tests.slack.test_editor import says
from tests.slack.test_flows import a_flow, open_flow
from tests.storage.makers import a_live_session, a_tree

FIXED: tuple[Act, ...] = (Answer(by=BEN, turn=1, option=0), Resolve(by=BEN, resolution="MTU"))
TYPED: tuple[Act, ...] = (SayElse(by=BEN, turn=1, text="No idea"),)
LEFT: tuple[Act, ...] = (Abandon(by=BEN),)


async def worked(bot: Bot, flow: Flow, *sessions: tuple[Act, ...]) -> None:
    """Sessions in threads that followed the flow, with two minutes from act to act."""
    now = bot.clock.now()
    async with bot.database.transaction(TEAM) as tx:
        for number, acts in enumerate(sessions):
            session_id = await tx.threads.begin(
                a_live_session(external_id=f"S-{number}", created_at=now),
                channel="C1",
                thread_ts=f"{number}.1",
                place=FlowPlace(flow.id, 1, "n1"),
                now=now,
            )
            assert session_id
            before = after = await tx.threads.get(session_id)
            for minutes, wanted in enumerate(acts, 1):
                after = act(after, wanted, a_tree(), at=now + timedelta(minutes=2 * minutes))
            assert await tx.threads.save(after, seen_revision=before.revision)


async def test_the_heat_map_opens_on_top_of_the_flow_and_gets_its_picture(bot: Bot) -> None:
    flow = await a_flow(bot)
    await worked(bot, flow, FIXED, FIXED, TYPED, LEFT)
    await open_flow(bot, BEN, "vpn")
    page = await pressed(bot, "flow.heat_map", "Most leave at: Is split tunnelling on? (2 of 4)")
    assert "Only 4 sessions in 90 days" in says(page)
    assert "*1. Is split tunnelling on?*\\n4 came · 2 left · 2 min" in says(page)
    assert "1 step that nobody came to yet" in says(page)
    assert "Back to Flow" not in says(page)
    await bot.settle()
    drawn = bot.modal(BEN)
    assert drawn is not None
    assert (drawn.id, "slack_file" in says(drawn)) == (page.id, True)
    await bot.sandbox.person(BEN).close(drawn)
    await bot.modal_with(BEN, "Versions")


async def test_as_a_fourth_modal_it_takes_the_place_of_the_flow_and_leads_back(bot: Bot) -> None:
    flow = await a_flow(bot)
    await open_flow(bot, ADA, "vpn")
    for _ in range(2):
        view = bot.modal(ADA)
        assert view is not None
        again = {"type": "button", "action_id": "flow.view", "block_id": "b", "value": f"{flow.id}:1"}
        await bot.sandbox.person(ADA).press(view, again | {"action_ts": "1.1"})
        await bot.settle()
    third = bot.modal(ADA)
    assert third is not None
    heat = await pressed(bot, "flow.heat_map", "Nobody has followed this flow yet", user=ADA)
    assert heat.id == third.id
    await bot.settle()
    back = await pressed(bot, "flow.view", "Versions", user=ADA)
    assert back.id == third.id
    assert bot.sandbox.refused == []


async def pressed(bot: Bot, action: str, words: str, *, user: str = BEN) -> View:
    view = bot.modal(user)
    assert view is not None
    await bot.sandbox.person(user).click(view, action)
    return await bot.modal_with(user, words)

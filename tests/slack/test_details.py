"""Looking closely at a proposal: its steps and sessions open on top, and never a fourth modal."""

from typing import Any

from bot.domain.proposals import Proposal
from bot.domain.trees import Evidence
from bot.sandbox import View
from bot.sandbox.blocks import placed
from bot.sandbox.screen import action_on
from bot.services.proposals import show_proposal_card
from bot.slack.ids import Action
from bot.slack.views.blocks import actions, button, message
from tests.slack.conftest import ADA, BEN, SUPPORT, TEAM, Bot
from tests.slack.test_editor import press, says
from tests.storage.makers import a_session, a_step, a_tree

KNOWN = "UPDATE sessions SET proposal_id = $1, channel = $2, thread_ts = $3 WHERE ticket = '77'"


async def a_known_proposal(bot: Bot) -> Proposal:
    """A proposal whose first step was learnt from a session in which a password was told."""
    async with bot.database.transaction(TEAM) as tx:
        step = a_step(choice="No", answer_text="no, password is hunter2abc <3")
        await tx.sessions.add_many([a_session(ticket="77", steps=(step,))], now=bot.clock.now())
    session_id = await bot.superuser.fetchval("SELECT max(id) FROM sessions")
    tree = a_tree(evidence=frozenset({Evidence(session_id, 0)}))
    proposal = await bot.a_proposal(tree=tree)
    await bot.sandbox.person(BEN).say(SUPPORT, "VPN drops again")
    thread = bot.sandbox.messages(SUPPORT)[-1]
    await bot.superuser.execute(KNOWN, proposal.id, SUPPORT, thread.ts)
    await show_proposal_card(bot.desk, TEAM, proposal.id)
    return proposal


async def chosen(bot: Bot, user: str, action: str, words: str) -> View:
    """Choose the option whose words these are from the menu of the modal in front; what is in front then."""
    person = bot.sandbox.person(user)
    view = person.top_view
    assert view is not None
    there = next(each for each in placed(view.blocks) if each.element.get("action_id") == action)
    options: list[dict[str, Any]] = there.element["options"]
    value = next(each["value"] for each in options if words in each["text"]["text"])
    await person.press(view, action_on(there, value, "1.1"))
    await bot.deps.running.drain(5)
    top = person.top_view
    assert top is not None
    return top


async def test_steps_sessions_and_history_open_on_top(bot: Bot) -> None:
    await a_known_proposal(bot)
    ben = bot.sandbox.person(BEN)
    await ben.click(bot.cards()[-1], "proposal.view")
    details = await bot.modal_with(BEN, "Step by step")
    assert "1 session: “no, password is &lt;password&gt; &lt;3”" in says(details)
    assert "hunter2abc" not in says(details)
    step = await chosen(bot, BEN, "proposal.step", "1. Is split")
    assert "*No* → 2. Lower the MTU to 1350. (1 session)" in says(step)
    assert "*Yes* → 3. Ask the network team. (no session yet)" in says(step)
    session = await chosen(bot, BEN, "proposal.session", "77")
    assert "VPN drops every ten minutes" in says(session)
    assert "Lowered the MTU to 1350." in says(session)
    assert "Open its thread" in says(session)
    assert "hunter2abc" not in says(session)
    for view in (session, step):
        await ben.close(view)
    history = await press(bot, BEN, "proposal.history")
    assert "FlowPilot learnt it from sessions" in says(history)
    assert bot.sandbox.refused == []


async def test_on_top_of_the_third_modal_a_step_takes_its_place_and_leads_back(bot: Bot) -> None:
    await a_known_proposal(bot)
    ada = bot.sandbox.person(ADA)
    open_queue = button("Open Queue", Action.QUEUE_OPEN, "all")
    await bot.deps.messenger.say(TEAM, SUPPORT, message("Queue", [actions([open_queue])]), key="queue")
    await ada.click(bot.sandbox.messages(SUPPORT)[-1], "queue.open")
    await ada.click(await bot.modal_with(ADA, "came"), "proposal.view")
    await bot.modal_with(ADA, "Step by step")
    step = await chosen(bot, ADA, "proposal.step", "1. Is split")
    session = await chosen(bot, ADA, "proposal.session", "77")
    assert session.id == step.id
    assert "Back to Proposal" in says(session)
    details = await press(bot, ADA, "proposal.back")
    assert "Step by step" in says(details)
    again = await chosen(bot, ADA, "proposal.step", "1. Is split")
    assert again.id == step.id
    assert bot.sandbox.refused == []

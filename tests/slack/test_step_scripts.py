"""A script that somebody wrote in a session becomes part of the flow's step, and the next session offers it there."""

import re
from dataclasses import replace
from typing import cast

from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.sandbox import Message, View
from tests.slack.conftest import ADA, BEN, CHLOE, REVIEW, SUPPORT, TEAM, Bot, said_by
from tests.slack.test_sessions import click, started, step, thread
from tests.storage.makers import a_draft, published

LOOK = {
    "title": "Look at the tunnel",
    "summary": "Shows its address.",
    "parameters": "",
    "script": "ip addr show",
}
DO = Node(
    kind=NodeKind.ACTION,
    text="Look at the address of the tunnel",
    options=(Option("o1", "There is one", "n2"), Option("o2", "There is none", "n3")),
)


async def a_flow(bot: Bot, script: str | None = None) -> None:
    tree = FlowTree(
        "n1",
        {
            "n1": replace(DO, script=script),
            "n2": Node(kind=NodeKind.RESOLUTION, text="Lower the MTU"),
            "n3": Node(kind=NodeKind.RESOLUTION, text="Start the tunnel"),
        },
    )
    await published(bot.database, TEAM, a_draft(title="VPN drops every ten minutes", tree=tree))


async def written_in_session(bot: Bot) -> Message:
    """A script of Ben's, saved as a template and approved by Ada: what stands in the review channel."""
    await bot.sandbox.person(ADA).open_home()
    await started(bot)
    await click(bot, BEN, "script.generate")
    form = await bot.modal_with(BEN, "What should it do?")
    await bot.sandbox.person(BEN).submit(form, {"language": "bash", "template": "write:hand"})
    await bot.sandbox.person(BEN).submit(cast(View, bot.modal(BEN)), LOOK)
    await bot.sandbox.person(BEN).submit(await bot.modal_with(BEN, "Shows its address."), {})
    await bot.settle()
    (above,) = [message for message in thread(bot) if "script.save_template" in said_by(message)]
    await bot.sandbox.person(BEN).click(above, "script.save_template")
    await bot.settle()
    (proposed,) = bot.sandbox.messages(REVIEW)
    assert "Written at “Look at the address of the tunnel” in *VPN drops" in said_by(proposed)
    await bot.sandbox.person(ADA).click(proposed, "script.approve_template")
    await bot.settle()
    return bot.sandbox.messages(REVIEW)[0]


async def test_the_next_session_offers_at_the_step_what_was_written_there(bot: Bot) -> None:
    await a_flow(bot)
    approved = await written_in_session(bot)
    await bot.sandbox.person(BEN).click(approved, "script.add_to_step")
    await bot.modal_with(BEN, "Only reviewers can edit flows.")
    await bot.sandbox.person(ADA).click(approved, "script.add_to_step")
    editor = await bot.modal_with(ADA, "The script stands in its step.")
    assert "To do* (changed) Look at the address" in str(editor.payload)
    assert "Script: Look at the tunnel (bash)" in str(editor.payload)
    assert (await bot.sandbox.person(ADA).submit(editor, {})).ok
    await bot.settle()
    (decided,) = (message for message in bot.sandbox.messages(REVIEW) if message.ts == approved.ts)
    assert "It is part of “Look at the address of the tunnel” in *VPN drops" in said_by(decided)
    assert "script.add_to_step" not in said_by(decided)
    await bot.sandbox.person(ADA).click(approved, "script.add_to_step")
    await bot.modal_with(ADA, "“Look at the address of the tunnel” has this script already.")

    await started(bot, "VPN drops every ten minutes again")
    assert "Script: *Look at the tunnel* (bash)" in said_by(step(bot))
    await click(bot, CHLOE, "script.fill")
    form = await bot.modal_with(CHLOE, "Shows its address.")
    await bot.sandbox.person(CHLOE).submit(form, {})
    await bot.settle()
    assert len([message for message in thread(bot) if message.files]) == 2
    assert not bot.sandbox.refused


async def test_a_template_that_is_withdrawn_while_its_step_stands_says_so(bot: Bot) -> None:
    await a_flow(bot, "Template: Look at the tunnel (bash)")
    approved = await written_in_session(bot)
    await started(bot, "VPN drops every ten minutes again")
    standing = step(bot)
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot script")
    choosing = await bot.modal_with(BEN, "What should it do?")
    (offered,) = set(re.findall(r"w:\d+", str(choosing.payload)))
    await bot.sandbox.person(ADA).click(approved, "script.withdraw_template")
    await bot.settle()
    await bot.sandbox.person(BEN).submit(choosing, {"language": "bash", "template": offered})
    assert "Reviewers have withdrawn" in cast(View, bot.modal(BEN)).errors["template"]
    assert "is withdrawn, by Ada Reyes" in said_by(bot.sandbox.messages(REVIEW)[0])
    await click(bot, CHLOE, "script.fill", standing)
    await bot.modal_with(CHLOE, "Reviewers have withdrawn the template “Look at the tunnel”.")
    await started(bot, "VPN drops every ten minutes once more")
    assert "(bash): reviewers have withdrawn it." in said_by(step(bot))
    assert "script.withdraw_template" not in said_by(bot.sandbox.messages(REVIEW)[0])


async def test_statements_that_came_with_a_flow_are_shown_and_not_generated(bot: Bot) -> None:
    await a_flow(bot, "ip addr show\necho '<!channel>'")
    await started(bot)
    asked = step(bot)
    assert "FlowPilot has not checked it" in said_by(asked)
    assert "script.fill" not in said_by(asked)
    await click(bot, BEN, "session.script")
    shown = await bot.modal_with(BEN, "never runs it")
    assert "&lt;!channel&gt;" in str(shown.payload)
    await click(bot, BEN, "session.answer_1")
    await click(bot, CHLOE, "session.script", asked)
    await bot.modal_with(CHLOE, "the step was answered meanwhile")

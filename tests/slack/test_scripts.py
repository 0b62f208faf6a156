"""Scripts in Slack: asked for, filled in, confirmed by somebody else, sent as a file, and kept as a template."""

import json
from typing import cast

from bot.domain.scripts import Advice, Language
from bot.sandbox import Message, View
from bot.slack.ids import RecipePlace
from bot.slack.views.blocks import actions
from bot.slack.views.scripts import generate_button
from tests.slack.conftest import ADA, BEN, CHLOE, REVIEW, SUPPORT, TEAM, Bot, said_by
from tests.storage.makers import a_session


async def choose(bot: Bot, user: str, template: str, language: Language = Language.POWERSHELL) -> View:
    """The second form, as this person has it after the first one."""
    await bot.sandbox.person(user).command(SUPPORT, "/flowpilot script")
    form = await bot.modal_with(user, "What should it do?")
    await bot.sandbox.person(user).submit(form, {"language": language.value, "template": template})
    return cast(View, bot.modal(user))


async def files_to(bot: Bot, user: str) -> list[Message]:
    await bot.settle()
    return [message for message in bot.sandbox.dm(user) if message.files]


async def actions_on_record(bot: Bot) -> list[str]:
    async with bot.database.transaction(TEAM) as tx:
        return [event.action for event in reversed(await tx.audit.listed(99))]


async def test_a_script_comes_as_a_file_with_what_it_does_in_words(bot: Bot) -> None:
    form = await choose(bot, BEN, "b:service-restart")
    await bot.sandbox.person(BEN).submit(form, {"parameter.service": "-x"})
    assert "must not begin with a dash" in cast(View, bot.modal(BEN)).errors["parameter.service"]
    await bot.sandbox.person(BEN).submit(
        cast(View, bot.modal(BEN)), {"parameter.service": "O'Neil <!channel>"}
    )
    await bot.modal_with(BEN, "The file comes to your messages with FlowPilot.")
    (sent,) = await files_to(bot, BEN)
    file = bot.sandbox.file(sent.files[0])
    (above,) = [message for message in bot.sandbox.dm(BEN) if not message.files]
    assert file.content.startswith(b"\xef\xbb\xbf# Restart a service")
    assert b"$Service = 'O''Neil <!channel>'" in file.content
    assert "Changes something: a dry run unless it is told to apply." in said_by(above)
    assert "&lt;!channel&gt;" in said_by(above)
    assert await actions_on_record(bot) == ["script.generate"]


async def test_a_template_that_the_language_has_not_is_said_in_the_form(bot: Bot) -> None:
    form = await choose(bot, BEN, "b:ad-unlock", Language.BASH)
    assert form.errors == {"template": "There is no such template in bash."}


async def test_a_template_of_one_language_is_offered_with_it(bot: Bot) -> None:
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot script")
    form = json.dumps((await bot.modal_with(BEN, "What should it do?")).blocks)
    assert '"Unlock an Active Directory account (PowerShell)"' in form
    assert '"Restart a service"' in form


async def test_a_destructive_script_is_shown_after_somebody_else_has_confirmed(bot: Bot) -> None:
    form = await choose(bot, BEN, "b:ad-disable")
    await bot.sandbox.person(BEN).submit(form, {"parameter.account": "jdoe"})
    await bot.settle()
    (question,) = bot.sandbox.messages(REVIEW)
    assert "Disable-ADAccount -Identity $Account" in said_by(question)
    assert (await files_to(bot, BEN), "jdoe" in said_by(question)) == ([], True)
    await bot.sandbox.person(BEN).click(question, "script.confirm")
    assert await bot.told(BEN) == "You asked for this script yourself. Somebody else has to confirm it."
    await bot.sandbox.person(CHLOE).click(question, "script.confirm")
    await bot.settle()
    await bot.sandbox.person(ADA).click(question, "script.confirm")
    assert "Chloe" in await bot.told(ADA)
    (sent,) = await files_to(bot, BEN)
    assert b"Disable-ADAccount" in bot.sandbox.file(sent.files[0]).content
    assert "Confirmed by Chloe" in bot.sandbox.messages(REVIEW)[0].text
    assert await actions_on_record(bot) == ["script.generate", "script.confirm"]


async def test_a_sessions_script_goes_to_its_thread(bot: Bot) -> None:
    said = await bot.deps.api.call(TEAM, "chat.postMessage", channel=SUPPORT, text="VPN drops")
    async with bot.database.transaction(TEAM) as tx:
        await tx.sessions.add_many([a_session(engineer=BEN)], now=bot.clock.now())
    await bot.superuser.execute("UPDATE sessions SET channel = $1, thread_ts = $2", SUPPORT, said["ts"])
    session_id = await bot.superuser.fetchval("SELECT id FROM sessions")
    await bot.deps.api.call(
        TEAM,
        "chat.update",
        channel=SUPPORT,
        ts=said["ts"],
        text="VPN drops",
        blocks=[actions([generate_button(session_id)])],
    )
    await bot.sandbox.person(BEN).click(bot.sandbox.messages(SUPPORT)[0], "script.generate")
    form = await bot.modal_with(BEN, "What should it do?")
    await bot.sandbox.person(BEN).submit(form, {"language": "bash", "template": "b:disk-space"})
    form = await bot.modal_with(BEN, "file systems")
    assert RecipePlace.parse(form.payload["private_metadata"]).session_id == session_id
    await bot.sandbox.person(BEN).submit(form, {})
    await bot.settle()
    (sent,) = [message for message in bot.sandbox.messages(SUPPORT) if message.files]
    assert sent.thread_ts == said["ts"]
    assert bot.sandbox.file(sent.files[0]).content.startswith(
        b"#!/usr/bin/env bash\n# Show free disk space\n"
    )


async def test_what_programs_outside_say_is_advice_and_stops_nobody(bot: Bot) -> None:
    said = "Declare and <assign> separately."
    bot.adviser.advice = tuple(Advice("shellcheck", line, said) for line in range(1, 10))
    await bot.sandbox.person(ADA).open_home()
    form = await choose(bot, BEN, "write:hand", Language.BASH)
    written = {"title": "Look", "summary": "Looks.", "parameters": "", "script": "\n".join(["df"] * 20)}
    await bot.sandbox.person(BEN).submit(form, written)
    form = await bot.modal_with(BEN, "*shellcheck advises*")
    assert "Line 1: Declare and &lt;assign&gt; separately." in str(form.payload)
    await bot.sandbox.person(BEN).submit(form, {})
    assert len(await files_to(bot, BEN)) == 1
    (above,) = [message for message in bot.sandbox.dm(BEN) if not message.files]
    assert "… and 4 more findings" in said_by(above)
    await bot.sandbox.person(BEN).click(above, "script.save_template")
    await bot.settle()
    (proposed,) = bot.sandbox.messages(REVIEW)
    assert "*shellcheck advises*" in said_by(proposed)
    form = await choose(bot, CHLOE, "b:disk-space", Language.BASH)
    assert "advises" not in str(form.payload)
    assert not bot.sandbox.refused


async def test_what_somebody_wrote_is_checked_and_becomes_everybodys_template(bot: Bot) -> None:
    await bot.sandbox.person(ADA).open_home()
    form = await choose(bot, BEN, "write:hand", Language.BASH)
    written = {
        "title": "Look at a host",
        "summary": "Pings it.",
        "parameters": "target_host: hostname: Which host?",
        "script": "eval ping",
    }
    await bot.sandbox.person(BEN).submit(form, written)
    assert "Line 1: eval runs what cannot be looked into" in cast(View, bot.modal(BEN)).errors["script"]
    await bot.sandbox.person(BEN).submit(
        cast(View, bot.modal(BEN)), written | {"script": 'ping -c 4 -- "$TARGET_HOST"'}
    )
    await bot.sandbox.person(BEN).submit(
        await bot.modal_with(BEN, "Which host?"), {"parameter.target_host": "example.com"}
    )
    assert len(await files_to(bot, BEN)) == 1
    (above,) = [message for message in bot.sandbox.dm(BEN) if not message.files]
    await bot.sandbox.person(BEN).click(above, "script.save_template")
    await bot.settle()
    (proposed,) = bot.sandbox.messages(REVIEW)
    assert "ping -c 4 --" in said_by(proposed)
    await bot.sandbox.person(BEN).click(proposed, "script.approve_template")
    assert "Only reviewers can decide on templates." in await bot.told(BEN)
    await bot.sandbox.person(ADA).click(proposed, "script.approve_template")
    await bot.settle()
    assert "is approved, by Ada Reyes" in bot.sandbox.messages(REVIEW)[0].text
    await bot.sandbox.person(CHLOE).command(SUPPORT, "/flowpilot script")
    await bot.modal_with(CHLOE, "Look at a host (bash)")
    assert (await actions_on_record(bot))[:2] == ["script.refuse", "script.draft"]

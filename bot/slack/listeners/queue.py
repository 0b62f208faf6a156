"""Somebody looks at the review queue."""

from __future__ import annotations

from bot.services.home import read_home
from bot.slack.deps import Ack, SlackDeps
from bot.slack.modals import show_modal
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.payloads.proposals import QueueClick
from bot.slack.replies import answer
from bot.slack.views.blocks import Json
from bot.slack.views.queue import queue_answer, queue_modal


async def handle_queue_asked(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    member = await deps.people.recognise(command.by)
    facts = await read_home(deps.database, command.by.workspace_id, member)
    message = queue_answer(facts.queue, facts.waiting, now=deps.clock.now())
    await answer(deps.api, command.reply, message)


async def handle_queue_clicked(click: QueueClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        member = await deps.people.recognise(click.by)
        facts = await read_home(deps.database, click.by.workspace_id, member)
        return queue_modal(facts.queue, facts.waiting, now=deps.clock.now())

    await show_modal(click, "Review queue", make, deps)

"""Somebody looks at the review queue, and works through it."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.domain.errors import NotApprovableError
from bot.domain.jobs import RefreshHome
from bot.domain.members import require_admin
from bot.domain.review_batches import Batch
from bot.services.home import open_home
from bot.services.jobs import leave_job
from bot.services.review_queue import decide_batch, plan_batch, read_queue
from bot.slack.deps import Ack, SlackDeps
from bot.slack.errors import ViewGoneError
from bot.slack.modals import show_modal
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.payloads.envelopes import Person
from bot.slack.payloads.proposals import QueueClick
from bot.slack.payloads.queue import BatchClick, BatchSubmitted, QueueTurned
from bot.slack.refusals import words_for
from bot.slack.replies import answer
from bot.slack.views.batches import TITLES, batch_modal, deciding_modal, outcome_modal
from bot.slack.views.blocks import Json
from bot.slack.views.queue import queue_answer, queue_modal

CHANGES_A_FLOW = "It changes a published flow: look at the change, then publish it with Edit & Publish."

log = structlog.get_logger(__name__)


async def handle_queue_asked(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await deps.people.recognise(command.by)
    now = deps.clock.now()
    queue, page = await read_queue(deps.database, command.by.workspace_id, now=now)
    await answer(deps.api, command.reply, queue_answer(queue, page, now=now))


async def handle_queue_clicked(click: QueueClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        await deps.people.recognise(click.by)
        now = deps.clock.now()
        queue, page = await read_queue(deps.database, click.by.workspace_id, now=now)
        return queue_modal(queue, page, now=now)

    await show_modal(click, "Review queue", make, deps)


async def handle_queue_turned(turned: QueueTurned, ack: Ack, deps: SlackDeps) -> None:
    """Home shows what is wanted from now on, until something else is."""
    await ack()
    by = turned.by
    await deps.people.recognise(by)
    await open_home(deps.database, by.workspace_id, by.id, wanted=turned.wanted, now=deps.clock.now())


async def handle_box_ticked(_by: Person, ack: Ack, _deps: SlackDeps) -> None:
    await ack()


async def handle_batch_clicked(click: BatchClick, ack: Ack, deps: SlackDeps) -> None:
    """Ask, with the names of all that is going to be decided on."""
    await ack()
    workspace_id = click.by.workspace_id

    async def make() -> Json:
        member = await deps.people.recognise(click.by)
        batch = await plan_batch(
            deps.database, workspace_id, click.verb, click.picks, member, now=deps.clock.now()
        )
        return batch_modal(batch, await _reasons(batch, deps, workspace_id))

    await show_modal(click, TITLES[click.verb], make, deps)


async def handle_batch_submitted(submitted: BatchSubmitted, ack: Ack, deps: SlackDeps) -> None:
    """Decide on one after the other, then say what became of each; who has closed the modal sees it in Home."""
    workspace_id, by = submitted.by.workspace_id, submitted.by
    member = await deps.people.recognise(by)
    require_admin(member)
    await ack(response_action="update", view=deciding_modal(submitted.verb))
    async with deps.deciding:
        batch = await decide_batch(
            deps.database, workspace_id, submitted.verb, submitted.picks, member, deps.clock
        )
    await leave_job(deps.database, workspace_id, RefreshHome(by.id))
    view = outcome_modal(batch, await _reasons(batch, deps, workspace_id))
    try:
        await deps.api.call(workspace_id, "views.update", view_id=submitted.view_id, view=view)
    except ViewGoneError:
        log.info("slack.modal_closed", workspace=workspace_id)


async def _reasons(batch: Batch, deps: SlackDeps, workspace_id: str) -> Mapping[int, str]:
    """Why each of the refused ones is, in words."""
    return {
        item.pick.id: CHANGES_A_FLOW
        if isinstance(item.refusal, NotApprovableError)
        else await words_for(item.refusal, deps, workspace_id)
        for item in batch.refused
        if item.refusal is not None
    }

"""Capturing: somebody makes a session of a conversation that is over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.domain.captures import Captured, InvalidCaptureError
from bot.domain.conversations import read_pasted, speakers
from bot.domain.members import Member
from bot.domain.proposals import MessageRef
from bot.services.captures import (
    capture_conversation,
    find_captured,
    offers_capture,
    read_handed_over,
    recount_conversation,
)
from bot.slack.conversations import UnreadableError, read_conversation
from bot.slack.deps import Ack, SlackDeps
from bot.slack.modals import show_modal
from bot.slack.payloads.captures import CaptureClick, CapturePasted, CaptureSubmitted, Reacted
from bot.slack.payloads.envelopes import Person
from bot.slack.permalinks import permalink
from bot.slack.replies import answer
from bot.slack.views.blocks import Json
from bot.slack.views.captures import TITLE, capture_modal, captured_modal, offer_message, paste_modal

NAMES = 20
"""Of so many people of a conversation the names are asked for, to be taken out of it."""


async def handle_capture_clicked(click: CaptureClick, ack: Ack, deps: SlackDeps) -> None:
    """Show the form, filled in from the conversation; where that cannot be read, ask for it."""
    await ack()

    async def make() -> Json:
        workspace_id = click.by.workspace_id
        if view := await _known(click.at, deps, workspace_id):
            return view
        try:
            conversation = await read_conversation(deps.api, workspace_id, click.at)
        except UnreadableError as error:
            return paste_modal(click.at, str(error))
        if conversation.at != click.at and (view := await _known(conversation.at, deps, workspace_id)):
            return view
        account = await recount_conversation(
            deps.database,
            workspace_id,
            conversation.said,
            names=await _names(deps, workspace_id, speakers(conversation.said)[:NAMES]),
            recounter=deps.recounter,
            now=deps.clock.now(),
        )
        return capture_modal(
            conversation.at,
            account,
            worked_by=account.worked_by or click.by.id,
            is_whole=conversation.is_whole,
        )

    await show_modal(click, TITLE, make, deps)


async def handle_capture_pasted(pasted: CapturePasted, ack: Ack, deps: SlackDeps) -> None:
    """Fill in the form by rules, which take no time."""
    said = read_pasted(pasted.text)
    account = await recount_conversation(
        deps.database,
        pasted.by.workspace_id,
        said,
        names=speakers(said)[:NAMES],
        recounter=None,
        now=deps.clock.now(),
    )
    form = capture_modal(pasted.at, account, worked_by=pasted.by.id)
    await ack(response_action="update", view=form)


async def handle_capture_submitted(submitted: CaptureSubmitted, ack: Ack, deps: SlackDeps) -> None:
    """Keep it, or show beside each field what is wrong with it."""
    workspace_id, entered = submitted.by.workspace_id, submitted.entered
    by, worker = await asyncio.gather(
        deps.people.recognise(submitted.by),
        deps.people.recognise(Person(workspace_id=workspace_id, id=entered.worked_by)),
    )
    try:
        captured = await capture_conversation(
            deps.database,
            workspace_id,
            entered,
            submitted.at,
            by=by,
            people=_different_names(by, worker),
            now=deps.clock.now(),
        )
    except InvalidCaptureError as error:
        await ack(response_action="errors", errors=error.problems)
        return
    view = await _captured(captured, submitted.at, deps, workspace_id)
    await ack(response_action="update", view=view)


async def handle_reacted(reacted: Reacted, _ack: Ack, deps: SlackDeps) -> None:
    """A reaction can open no form, so its author is offered a button that can."""
    if reacted.at and await offers_capture(deps.database, reacted.by.workspace_id, reacted.name):
        await answer(deps.api, reacted.reply, offer_message(reacted.at))


async def _known(at: MessageRef, deps: SlackDeps, workspace_id: str) -> Json | None:
    """What there is to show of the thread without reading it: it was captured, or worked as a session."""
    if known := await find_captured(deps.database, workspace_id, at):
        return await _captured(known, at, deps, workspace_id)
    account = await read_handed_over(deps.database, workspace_id, at, now=deps.clock.now())
    return capture_modal(at, account, worked_by=account.worked_by) if account else None


async def _captured(captured: Captured, at: MessageRef, deps: SlackDeps, workspace_id: str) -> Json:
    if captured.is_new:
        return captured_modal(captured, None)
    card = captured.learnt.card if captured.learnt else at
    return captured_modal(captured, await permalink(deps.api, workspace_id, card) if card else None)


async def _names(deps: SlackDeps, workspace_id: str, user_ids: Iterable[str]) -> list[str]:
    people = [Person(workspace_id=workspace_id, id=user_id) for user_id in user_ids]
    return list(await asyncio.gather(*(deps.people.name_of(person) for person in people)))


def _different_names(*people: Member) -> tuple[str, ...]:
    return tuple(dict.fromkeys(member.name for member in people))

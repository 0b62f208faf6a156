"""Somebody asks what the digest would say."""

from __future__ import annotations

from bot.services.digests import preview_digest
from bot.slack.deps import Ack, SlackDeps
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.replies import answer
from bot.slack.views.digests import digest_preview


async def handle_digest_asked(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await deps.people.recognise(command.by)
    digest = await preview_digest(deps.database, command.by.workspace_id, now=deps.clock.now())
    await answer(deps.api, command.reply, digest_preview(digest))

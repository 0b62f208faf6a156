"""Somebody asks what the digest would say."""

from __future__ import annotations

from bot.domain.jobs import PreviewDigest
from bot.services.jobs import leave_job
from bot.slack.deps import Ack, SlackDeps
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.views.digests import preview_answer


async def handle_digest_asked(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    await ack(response_type="ephemeral", **preview_answer())
    await deps.people.recognise(command.by)
    job = PreviewDigest(key=command.trigger_id, user=command.by.id)
    await leave_job(deps.database, command.by.workspace_id, job)

"""The one place where a failed listener is explained to the person who caused it."""

from __future__ import annotations

import structlog

from bot.domain.errors import AlreadyDecidedError, FlowPilotError, NotAllowedError
from bot.services.members import find_member, list_reviewers
from bot.slack.deps import Ack, SlackDeps
from bot.slack.payloads import envelopes
from bot.slack.replies import answer
from bot.slack.views.blocks import Json
from bot.slack.views.notices import failure_words, notice_message, refusal_words

log = structlog.get_logger(__name__)


async def words_for(error: Exception, deps: SlackDeps, workspace_id: str) -> str:
    """What to tell the person. An unknown error is logged under a reference that the words contain; a body never is."""
    if isinstance(error, FlowPilotError):
        return refusal_words(
            error,
            decider=await _decider(error, deps, workspace_id),
            reviewers=await _reviewers(error, deps, workspace_id),
            now=deps.clock.now(),
        )
    reference = deps.new_reference()
    log.error("slack.listener_failed", reference=reference, workspace=workspace_id, exc_info=error)
    return failure_words(reference)


async def explain(
    error: Exception, body: Json, ack: Ack | None, deps: SlackDeps, *, workspace_id: str
) -> None:
    """Tell the person: in the modal that waits to be acked (`ack` is given), else by a message to them alone."""
    words = await words_for(error, deps, workspace_id)
    field = envelopes.first_input(body)
    if ack is not None and envelopes.is_submission(body) and field:
        await ack(response_action="errors", errors={field: words})
        return
    if ack is not None:
        await ack()
    reply = envelopes.reply_to(body, workspace_id)
    if reply.user:
        await answer(deps.api, reply, notice_message(words))


async def _decider(error: FlowPilotError, deps: SlackDeps, workspace_id: str) -> str | None:
    if not isinstance(error, AlreadyDecidedError) or error.by is None:
        return None
    member = await find_member(deps.database, workspace_id, error.by)
    return member.name if member else error.by


async def _reviewers(error: FlowPilotError, deps: SlackDeps, workspace_id: str) -> list[str]:
    """Names of those to ask; only where one has to ask somebody."""
    if not isinstance(error, NotAllowedError):
        return []
    return [member.name for member in await list_reviewers(deps.database, workspace_id)]

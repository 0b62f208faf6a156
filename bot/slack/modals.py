"""Opening a modal within the three seconds that a click allows: first an empty one, then what belongs into it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.slack.deps import SlackDeps
from bot.slack.errors import ViewGoneError
from bot.slack.payloads import DraftClick, ProposalClick, QueueClick
from bot.slack.refusals import words_for
from bot.slack.views.blocks import Json
from bot.slack.views.notices import loading_modal, notice_modal

log = structlog.get_logger(__name__)


async def show_modal(
    click: ProposalClick | QueueClick | DraftClick,
    title: str,
    make: Callable[[], Awaitable[Json]],
    deps: SlackDeps,
) -> None:
    """Open a modal and fill it with what `make` returns; if that fails, with the reason."""
    workspace_id = click.by.workspace_id
    method = "views.push" if click.in_modal else "views.open"
    opened = await deps.api.call(workspace_id, method, trigger_id=click.trigger_id, view=loading_modal(title))
    try:
        view = await make()
    except Exception as error:  # noqa: BLE001  (words_for logs it; the person must not be left with an empty modal)
        view = notice_modal(title, await words_for(error, deps, workspace_id))
    try:
        await deps.api.call(workspace_id, "views.update", view_id=opened["view"]["id"], view=view)
    except ViewGoneError:
        log.info("slack.modal_closed", workspace=workspace_id)
